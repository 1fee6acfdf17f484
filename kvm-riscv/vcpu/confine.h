/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads in KVM_RUN stay on harts that can run guests, where some cannot.
 *
 * A thread is left alone until it is found on a hart that cannot. Then its affinity is narrowed to
 * those that can, among the harts that user space allowed it, for the rest of this KVM_RUN. What
 * is set meanwhile (by sched_setaffinity, a cpuset, or the kernel when the last hart that the
 * thread was allowed goes) stays, and is what the thread is narrowed from next: only an affinity
 * that is as it was left here is put back.
 *
 * An affinity that is set meanwhile to exactly what it had been narrowed to looks like that, too.
 * From Linux 6.2 on the kernel knows what sched_setaffinity asked for, and keeps to it when the old
 * affinity is put back; a cpuset, and older kernels, do not stop that.
 */
#ifndef KVR_VCPU_CONFINE_H
#define KVR_VCPU_CONFINE_H

#include "vcpu/vcpu.h"

/*
 * kvr_confine - the guest could not be entered: leave this hart if it is one that can run none
 *
 * The running thread, interrupts and preemption on; sleeps. KVR_RESUME: try again, after a look at
 * signals; KVR_TO_USER: no hart is left, and KVM_EXIT_FAIL_ENTRY says so; -ENOMEM.
 */
int kvr_confine(struct kvr_vcpu *vcpu);

/* kvr_confine_end - KVM_RUN is over: the thread may go where it might before; sleeps */
void kvr_confine_end(struct kvr_vcpu *vcpu);

/* kvr_confine_fini - free what the above needed; with the vCPU */
void kvr_confine_fini(struct kvr_vcpu *vcpu);

#endif
