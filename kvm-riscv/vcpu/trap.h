/* SPDX-License-Identifier: GPL-2.0-only */
/* Traps that the guest takes because the hypervisor says so. */
#ifndef KVR_VCPU_TRAP_H
#define KVR_VCPU_TRAP_H

#include "vcpu/vcpu.h"

/*
 * kvr_trap_inject - let the guest take exception @cause in VS-mode at its present pc
 * @stval: what the guest reads from stval
 *
 * The vCPU's own thread, any speed. Loads the vCPU if it is not loaded
 * (Privileged Architecture, "Trap Entry" of VS-mode).
 */
void kvr_trap_inject(struct kvr_vcpu *vcpu, unsigned long cause, unsigned long stval);

#endif
