/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Floating-point and vector registers. They come in just before the guest and leave before
 * interrupts go on again, so they never meet a softirq, a kernel FPU section or a task switch;
 * exits that are settled fast leave them where they are.
 *
 * Bringing them in at the guest's first use would be cheaper, but that use would have to trap to
 * HS-mode as an illegal instruction. Firmware keeps those for itself and passes them down, and
 * QEMU (10.0 and 11.1 at least) does not clear mstatus.MPV when firmware does that: the hart
 * comes to the host's trap vector while still virtual. Hence nothing here waits for a trap, and
 * hedeleg gives the guest all exceptions that firmware may have to pass down.
 */
#ifndef KVR_VCPU_FP_H
#define KVR_VCPU_FP_H

#include "vcpu/vcpu.h"

/* kvr_fp_enter - bring the registers of the units that the guest has into the hart; interrupts
 * off, before kvr_switch */
void kvr_fp_enter(struct kvr_vcpu *vcpu);

/* kvr_fp_leave - take guest registers out of the hart; interrupts off, after kvr_switch */
void kvr_fp_leave_slow(struct kvr_vcpu *vcpu);

static inline void kvr_fp_leave(struct kvr_vcpu *vcpu)
{
	if (unlikely(vcpu->fp_live || vcpu->vector_live))
		kvr_fp_leave_slow(vcpu);
}

#endif
