/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests: work that another thread leaves for a vCPU to do before it runs guest code again.
 *
 * The sender publishes the request, then looks where the vCPU is; the vCPU publishes where it is,
 * then looks at its requests, with a full barrier between on both sides. So either the vCPU
 * sees the request before it enters, or the sender sees it in the guest and interrupts it.
 */
#ifndef KVR_VCPU_REQUEST_H
#define KVR_VCPU_REQUEST_H

#include "vcpu/vcpu.h"

enum kvr_request {
	KVR_REQ_RESET,		/* start at vcpu->reset: HSM hart_start */
	KVR_REQ_STOPPED,	/* mp_state may have changed: look before entering */
	KVR_REQ_RING_FULL,	/* the dirty ring is, or was: look before entering */
	KVR_REQ_END,		/* the machine goes down: never enter again */
	KVR_REQ_TIME,		/* the VM's time delta changed */
	KVR_REQ_FENCE_I,
	KVR_REQ_FENCE_VVMA,	/* VS-stage translations: vcpu->fences says which */
	KVR_REQ_NR,
};

/* Those that are met with interrupts off on the way into the guest, and need not wake it */
#define KVR_REQUESTS_AT_ENTRY	(BIT(KVR_REQ_FENCE_I) | BIT(KVR_REQ_FENCE_VVMA))

/* Those that change what user space can read of a vCPU, or would undo what it writes */
#define KVR_REQUESTS_OF_STATE	(BIT(KVR_REQ_RESET) | BIT(KVR_REQ_TIME))

/* kvr_vcpu_request - leave @request and kick; any context */
void kvr_vcpu_request(struct kvr_vcpu *vcpu, enum kvr_request request);

/*
 * kvr_vcpu_kick - make the vCPU look at requests and interrupts: wakes it when it blocks,
 * interrupts it when it is in the guest. Returns without waiting. Any context.
 */
void kvr_vcpu_kick(struct kvr_vcpu *vcpu);

/*
 * kvr_vcpus_request_wait - leave @request for every vCPU in @mask (bit n: n-th hart ID from
 * @base) and return when none of them runs guest code that began before the request
 *
 * Kernel speed: interrupts on. 0, or -EINVAL when the mask names a hart that does not exist.
 */
int kvr_vcpus_request_wait(struct kvr_vcpus *vcpus, unsigned long mask, unsigned long base,
			   enum kvr_request request);

/*
 * kvr_vcpus_fence_wait - the same for KVR_REQ_FENCE_VVMA: when this returns none of them runs guest
 * code that began before @fence, and each makes it before it runs any
 */
int kvr_vcpus_fence_wait(struct kvr_vcpus *vcpus, unsigned long mask, unsigned long base,
			 struct kvr_guest_fence fence);

/*
 * kvr_vcpu_fence - make the fences that were asked of the vCPU: KVR_REQ_FENCE_VVMA at entry
 *
 * The vCPU's own thread, its guest live, interrupts off.
 */
void kvr_vcpu_fence(struct kvr_vcpu *vcpu);

/* kvr_vcpu_settle_slow - for kvr_vcpu_settle alone */
void kvr_vcpu_settle_slow(struct kvr_vcpu *vcpu);

/*
 * kvr_vcpu_settle - apply what other threads left to do to the state of the vCPU: an HSM start, a
 * new guest time
 *
 * Comes before user space reads or writes any of that state, and before the guest goes on with it:
 * both find the hart as if what was asked for had been done when it was asked for. Levels of
 * interrupts need no applying (vcpu/irq.h). The vCPU's own thread at kernel speed, or any that
 * holds vcpu->mutex while it is not in KVM_RUN.
 */
static inline void kvr_vcpu_settle(struct kvr_vcpu *vcpu)
{
	if (unlikely(READ_ONCE(vcpu->requests) & KVR_REQUESTS_OF_STATE))
		kvr_vcpu_settle_slow(vcpu);
}

/* kvr_kicks_init/exit - make kicks possible, and wait until the last has arrived; sleeps */
void kvr_kicks_init(void);
void kvr_kicks_exit(void);

/* kvr_request_test_clear - whether @request was left, taking it; the vCPU's own thread */
static inline bool kvr_request_test_clear(struct kvr_vcpu *vcpu, enum kvr_request request)
{
	return test_bit(request, &vcpu->requests) &&
	       test_and_clear_bit(request, &vcpu->requests);
}

#endif
