/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a virtual hart runs: SBI HSM and KVM_SET_MP_STATE meet here. */
#ifndef KVR_VCPU_HSM_H
#define KVR_VCPU_HSM_H

#include "vcpu/vcpu.h"

/*
 * kvr_hsm_start - start a stopped hart at @pc in VS-mode, a0 its hart ID, a1 @opaque. Kernel or
 * fast speed. 0, or -EALREADY when it is not stopped.
 *
 * Interrupts that are raised for the hart after this are pending when it starts, however long its
 * thread takes to get there; VSEIP, a wire into the hart, keeps its level in any case.
 */
int kvr_hsm_start(struct kvr_vcpu *target, unsigned long pc, unsigned long opaque);

/* kvr_hsm_stop - stop the vCPU; its own thread. 0, or -EALREADY when it is stopped already. */
int kvr_hsm_stop(struct kvr_vcpu *vcpu);

/*
 * kvr_hsm_state/set_state - mp_state for user space: KVM_MP_STATE_RUNNABLE or _STOPPED.
 * Under vcpu->mutex, after kvr_vcpu_settle. 0 or -EINVAL.
 */
u32 kvr_hsm_state(struct kvr_vcpu *vcpu);
int kvr_hsm_set_state(struct kvr_vcpu *vcpu, u32 mp_state);

/*
 * kvr_hsm_reset - as at power-on but for mp_state, no interrupt pending; a start that was requested
 * and not yet applied is forgotten, as it was the former life's. Under vcpu->mutex, vCPU put.
 */
void kvr_hsm_reset(struct kvr_vcpu *vcpu);

/*
 * kvr_hsm_reset_take - apply a start that was requested (KVR_REQ_RESET); for kvr_vcpu_settle, vCPU
 * put
 */
void kvr_hsm_reset_take(struct kvr_vcpu *vcpu);

#endif
