/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Visits: a running thread's use of what other threads take away meanwhile, the devices of an I/O
 * bus.
 *
 * A visit costs the running thread one fence. Waiting for the visits of one VM to end looks at the
 * vCPUs of that VM, in place of a grace period of RCU, which is one of the whole machine, or of
 * SRCU, whose read locks are too dear for what happens within the guest's run. It also works where
 * RCU does not watch.
 */
#ifndef KVR_VCPU_VISIT_H
#define KVR_VCPU_VISIT_H

#include <linux/compiler.h>

#include <asm/barrier.h>

#include "vcpu/vcpu.h"

/*
 * kvr_visit_begin, kvr_visit_end - what the running thread finds in between stays until the end
 *
 * The thread that runs @vcpu, any interrupt state; visits do not nest. What is looked at is read
 * after begin, and what kvr_visits_wait() is to wait for is done before end.
 */
static __always_inline void kvr_visit_begin(struct kvr_vcpu *vcpu)
{
	WRITE_ONCE(vcpu->visits, vcpu->visits + 1);
	smp_mb(); /* pairs with kvr_visits_wait: it sees the visit, or the visit sees its change */
}

static __always_inline void kvr_visit_end(struct kvr_vcpu *vcpu)
{
	smp_store_release(&vcpu->visits, vcpu->visits + 1); /* pairs with kvr_visits_wait */
}

/*
 * kvr_visits_wait - wait until the visits that were going on when it was called have ended
 *
 * Hardly ever sleeps: only when a thread lost its hart amid a visit. Called without locks.
 * 0, or -EINTR when a fatal signal came first.
 */
int kvr_visits_wait(struct kvr_vcpus *vcpus);

#endif
