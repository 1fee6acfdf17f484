// SPDX-License-Identifier: GPL-2.0-only
/* The guests' trap handler: counts interrupts, reports exceptions. */
#include "guest.h"

volatile u64 guest_irqs[GUEST_HARTS][16];
volatile u64 guest_sstc;

/** guest_timer_arm() - next timer interrupt at @when (ticks of rdtime). */
void guest_timer_arm(u64 when)
{
	if (guest_sstc)
		csr_write(0x14d, when);
	else
		sbi_call(0x54494d45, 0, when, 0, 0, 0);
}

/**
 * guest_trap() - called by guest_vector; returns the pc to go on at.
 *
 * Each interrupt is counted per hart and silenced at its source, so that it is
 * seen once per cause and not for ever.
 */
u64 guest_trap(u64 cause, u64 epc, u64 tval)
{
	u64 irq = cause & 15;

	if (!(cause & CAUSE_IRQ))
		return sbi_call(UCALL_EXT, UCALL_TRAP, cause, epc, tval,
				0).value;

	if (irq == IRQ_SOFT)
		csr_clear(sip, 1UL << IRQ_SOFT);
	else if (irq == IRQ_TIMER)
		guest_timer_arm(-1UL);
	else
		csr_clear(sie, 1UL << irq);
	guest_irqs[guest_hart() % GUEST_HARTS][irq]++;
	return epc;
}
