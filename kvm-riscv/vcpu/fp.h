/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Floating-point and vector registers. The guest starts each run with both units off at the
 * HS level; its first use traps and brings the registers in, and they leave before interrupts
 * go on again. So they never meet a softirq, a kernel FPU section or a task switch, and a
 * guest that does not use them costs nothing.
 */
#ifndef KVR_VCPU_FP_H
#define KVR_VCPU_FP_H

#include "vcpu/vcpu.h"

/*
 * kvr_fp_demand - the guest executed what may be a floating-point or vector instruction while
 * the unit was off at the HS level
 *
 * Interrupts off, vCPU loaded. True when a unit was brought in: run the instruction again.
 * False when the guest itself has the units off, or has them already: the trap is its own.
 */
bool kvr_fp_demand(struct kvr_vcpu *vcpu);

/* kvr_fp_leave - take guest registers out of the hart; interrupts off, after kvr_switch */
void kvr_fp_leave_slow(struct kvr_vcpu *vcpu);

static inline void kvr_fp_leave(struct kvr_vcpu *vcpu)
{
	if (unlikely(vcpu->fp_live || vcpu->vector_live))
		kvr_fp_leave_slow(vcpu);
}

#endif
