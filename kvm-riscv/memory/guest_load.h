/* SPDX-License-Identifier: GPL-2.0-only */
/* Guest memory by guest-virtual address, through both stages of translation. */
#ifndef KVR_MEMORY_GUEST_LOAD_H
#define KVR_MEMORY_GUEST_LOAD_H

#include "memory/memory.h"
#include "vcpu/csrs.h"

/* kvr_memory_activate - have hgatp name the VM's tables; interrupts off, vCPU loaded */
static inline void kvr_memory_activate(struct kvr_vcpu *vcpu)
{
	unsigned long hgatp = kvr_memory_enter(vcpu->memory, vcpu);

	if (hgatp != vcpu->hgatp) {
		kvr_csr_write(KVR_CSR_HGATP, hgatp);
		vcpu->hgatp = hgatp;
	}
}

/*
 * kvr_guest_fetch - read the instruction at the guest's pc as the guest would fetch it
 * @insn: 16 or 32 bits
 *
 * The vCPU's own thread, kernel speed. Returns 0, or -EAGAIN when the fetch itself
 * faulted: then @trap says how, with the causes of loads already turned into those of a fetch.
 */
int kvr_guest_fetch(struct kvr_vcpu *vcpu, u32 *insn, struct kvr_trap *trap);

/*
 * kvr_guest_load_u64 - eight bytes at guest-virtual @address, read as the guest would load them
 *
 * As kvr_guest_fetch; @trap has the causes of loads.
 */
int kvr_guest_load_u64(struct kvr_vcpu *vcpu, unsigned long address, unsigned long *value,
		       struct kvr_trap *trap);

#endif
