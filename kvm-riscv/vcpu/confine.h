/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads in KVM_RUN stay on harts that can run guests, where some cannot.
 *
 * A thread is left alone until it is found on such a hart. Then its affinity is narrowed to the
 * others among those that user space allowed it, for the rest of this KVM_RUN. Nothing is ever
 * widened: what somebody else sets meanwhile (sched_setaffinity, a cpuset, the end of the last hart
 * that the thread was allowed) is what the thread is narrowed from next, and stays. Only an affinity
 * that is still as it was set here is put back. (One that user space sets meanwhile to the very
 * same harts is known by the kernel, from 6.2 on, and kept by it.)
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
