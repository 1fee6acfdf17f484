/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting: what a virtual hart does in WFI, or while it is stopped. */
#ifndef KVR_VCPU_BLOCK_H
#define KVR_VCPU_BLOCK_H

#include "vcpu/vcpu.h"

/*
 * kvr_vcpu_block - return when the vCPU has something to do: an interrupt that its sie enables (if
 * it runs), a request, a signal for the thread
 *
 * Kernel speed, outside the guest. Polls for up to kvr_halt_poll_ns before it sleeps.
 */
void kvr_vcpu_block(struct kvr_vcpu *vcpu);

/* kvr_vcpu_runnable - false while stopped by HSM or mp_state; any context */
static inline bool kvr_vcpu_runnable(struct kvr_vcpu *vcpu)
{
	return READ_ONCE(vcpu->mp_state) == KVM_MP_STATE_RUNNABLE;
}

#endif
