// SPDX-License-Identifier: GPL-2.0-only
/* Guest functions for interrupts, WFI and timers. */
#include "guest.h"

static inline u64 now(void)
{
	return csr_read(time);
}

/** irq_wfi() - enable @irq in sie, interrupts off, WFI; returns sip. */
u64 irq_wfi(u64 irq)
{
	csr_set(sie, 1UL << irq);
	__asm__ __volatile__("wfi" : : : "memory");
	return csr_read(sip);
}

/** irq_spin() - enable @irq and spin until this hart has counted @count. */
u64 irq_spin(u64 irq, u64 count)
{
	u64 hart = guest_hart();

	csr_set(sie, 1UL << irq);
	csr_set(sstatus, SR_SIE);
	while (guest_irqs[hart][irq] < count)
		;
	csr_clear(sstatus, SR_SIE);
	return guest_irqs[hart][irq];
}

/** irq_pending() - sip as it is now. */
u64 irq_pending(void)
{
	return csr_read(sip);
}

/** irq_forever() - spin for ever. */
u64 irq_forever(u64 flag)
{
	*(volatile u64 *)flag = 1;
	for (;;)
		;
	return 0;
}

/** timer_now() - the time CSR. */
u64 timer_now(void)
{
	return now();
}

/**
 * timer_interrupt() - take @count timer interrupts, @delta ticks apart.
 *
 * Returns how many ticks too early the earliest of them came (0 is right).
 */
u64 timer_interrupt(u64 delta, u64 count)
{
	u64 hart = guest_hart(), early = 0;

	csr_set(sie, 1UL << IRQ_TIMER);
	for (u64 i = 0; i < count; i++) {
		u64 seen = guest_irqs[hart][IRQ_TIMER];
		u64 when = now() + delta;
		u64 t;

		guest_timer_arm(when);
		csr_set(sstatus, SR_SIE);
		while (guest_irqs[hart][IRQ_TIMER] == seen)
			;
		csr_clear(sstatus, SR_SIE);
		t = now();
		if (t < when && when - t > early)
			early = when - t;
	}
	csr_clear(sie, 1UL << IRQ_TIMER);
	return early;
}

/**
 * timer_wfi() - sleep in WFI until a timer @delta ticks away is pending.
 *
 * Interrupts stay off in sstatus; returns the ticks that passed.
 */
u64 timer_wfi(u64 delta)
{
	u64 from = now();

	csr_set(sie, 1UL << IRQ_TIMER);
	guest_timer_arm(from + delta);
	while (!(csr_read(sip) & (1UL << IRQ_TIMER)))
		__asm__ __volatile__("wfi" : : : "memory");
	guest_timer_arm(-1UL);
	csr_clear(sie, 1UL << IRQ_TIMER);
	return now() - from;
}

/** timer_past() - ask SBI extension @ext for a time that has passed; sip right after the call. */
u64 timer_past(u64 ext)
{
	u64 pending;

	csr_clear(sie, 1UL << IRQ_TIMER);
	sbi_call(ext, 0, -1UL, 0, 0, 0);
	sbi_call(ext, 0, 0, 0, 0, 0);
	pending = csr_read(sip);
	sbi_call(ext, 0, -1UL, 0, 0, 0);
	return pending;
}

/** timer_pending_clears() - arm in the past, look, arm far away, look again. */
u64 timer_pending_clears(void)
{
	u64 set, clear;

	csr_clear(sie, 1UL << IRQ_TIMER);
	guest_timer_arm(0);
	/* Without Sstc the interrupt is put in by the hypervisor: wait. */
	for (int i = 0; i < 100000 && !(csr_read(sip) & (1UL << IRQ_TIMER)); i++)
		;
	set = csr_read(sip) & (1UL << IRQ_TIMER);
	guest_timer_arm(-1UL);
	clear = csr_read(sip) & (1UL << IRQ_TIMER);
	return set && !clear;
}
