// SPDX-License-Identifier: GPL-2.0-only
/* Delivering a trap to the guest, as its own hart would take it. */
#include <linux/preempt.h>

#include "hart/guest_csr.h"
#include "hart/trap.h"

#define STVEC_MODE	3UL	/* 1: interrupts go to base + 4 * cause */
#define STVEC_VECTORED	1UL

static unsigned long trap_target(unsigned long stvec, unsigned long cause)
{
	unsigned long base = stvec & ~STVEC_MODE;

	if (cause & KVR_CAUSE_IRQ && (stvec & STVEC_MODE) == STVEC_VECTORED)
		base += (cause & ~KVR_CAUSE_IRQ) * 4;
	return base;
}

void kvr_trap_deliver(struct kvr_guest *guest, const struct kvr_trap *trap)
{
	unsigned long vsstatus;

	preempt_disable();
	vsstatus = kvr_guest_csr_get(guest, vsstatus);
	vsstatus &= ~(KVR_SSTATUS_SPP | KVR_SSTATUS_SPIE | KVR_SSTATUS_SPELP);
	/* The privilege, and whether a landing pad was awaited, as our own trap noted them */
	vsstatus |= guest->frame.sstatus & (KVR_SSTATUS_SPP | KVR_SSTATUS_SPELP);
	if (vsstatus & KVR_SSTATUS_SIE)
		vsstatus |= KVR_SSTATUS_SPIE;
	vsstatus &= ~KVR_SSTATUS_SIE;
	kvr_guest_csr_set(guest, vsstatus, vsstatus);
	kvr_guest_csr_set(guest, vsepc, guest->frame.pc);
	kvr_guest_csr_set(guest, vscause, trap->scause);
	kvr_guest_csr_set(guest, vstval, trap->stval);
	guest->frame.pc = trap_target(kvr_guest_csr_get(guest, vstvec), trap->scause);
	preempt_enable();
	guest->frame.sstatus &= ~KVR_SSTATUS_SPELP;
	guest->frame.sstatus |= KVR_SSTATUS_SPP;
}
