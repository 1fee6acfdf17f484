// SPDX-License-Identifier: GPL-2.0-only
/* Guest functions for more than one hart. */
#include "guest.h"

#define SBI_IPI		0x735049
#define SBI_RFENCE	0x52464e43
#define SBI_HSM		0x48534d

/*
 * The mailbox that a starter shares with the hart it starts; its address is
 * HSM's opaque argument.
 */
struct mailbox {
	u64 command;	/* what the hart is to do once started */
	u64 hart;	/* from here on, what the hart found at its start */
	u64 opaque;
	u64 satp;
	u64 sstatus;
	u64 up;
	u64 arg;
};

enum { CMD_STOP, CMD_PONG, CMD_SPIN, CMD_RETURN };

/** smp_ipi_wait() - interrupts off: WFI until SSIP, then clear it. */
static void smp_ipi_wait(void)
{
	while (!(csr_read(sip) & (1UL << IRQ_SOFT)))
		__asm__ __volatile__("wfi" : : : "memory");
	csr_clear(sip, 1UL << IRQ_SOFT);
}

/** smp_pong() - answer @rounds IPIs by IPIs to @peer. */
u64 smp_pong(u64 peer, u64 rounds)
{
	csr_set(sie, 1UL << IRQ_SOFT);
	for (u64 i = 0; i < rounds; i++) {
		smp_ipi_wait();
		if (sbi_call(SBI_IPI, 0, 1, peer, 0, 0).error)
			return i;
	}
	return rounds;
}

/** smp_ping() - send @rounds IPIs to @peer, waiting for each answer. */
u64 smp_ping(u64 peer, u64 rounds)
{
	csr_set(sie, 1UL << IRQ_SOFT);
	for (u64 i = 0; i < rounds; i++) {
		if (sbi_call(SBI_IPI, 0, 1, peer, 0, 0).error)
			return i;
		smp_ipi_wait();
	}
	return rounds;
}

/** guest_hart_main() - what a started hart does, see struct mailbox. */
u64 guest_hart_main(u64 hart, u64 opaque, u64 satp, u64 sstatus)
{
	volatile struct mailbox *box = (volatile struct mailbox *)opaque;

	box->hart = hart;
	box->opaque = opaque;
	box->satp = satp;
	box->sstatus = sstatus;
	__asm__ __volatile__("fence" : : : "memory");
	box->up++;
	if (box->command == CMD_PONG)
		return smp_pong(0, box->arg);
	if (box->command == CMD_RETURN)
		return 0;
	while (box->command == CMD_SPIN)
		;
	return sbi_call(SBI_HSM, 1, 0, 0, 0, 0).error;
}

/** smp_start_crowd() - start harts 1 … @count - 1 at @entry with @opaque; how many did. */
u64 smp_start_crowd(u64 count, u64 entry, u64 opaque)
{
	u64 started = 0;

	for (u64 hart = 1; hart < count; hart++)
		started += !sbi_call(SBI_HSM, 0, hart, entry, opaque, 0).error;
	return started;
}

/** smp_stop() - stop this hart; returns only when that failed. */
u64 smp_stop(void)
{
	return sbi_call(SBI_HSM, 1, 0, 0, 0, 0).error;
}

/** smp_wait_status() - poll @hart's HSM status until it is @want. */
u64 smp_wait_status(u64 hart, u64 want)
{
	for (;;) {
		struct sbiret r = sbi_call(SBI_HSM, 2, hart, 0, 0, 0);

		if (r.error)
			return r.error;
		if (r.value == want)
			return 0;
	}
}

/**
 * smp_fence_reader() - read @addr while a peer changes its translation.
 *
 * @box: word 0 counts our reads, word 1 is set once the peer's fence is done.
 * Returns what a read begun after the fence gave.
 */
u64 smp_fence_reader(u64 addr, u64 box)
{
	volatile u64 *w = (volatile u64 *)box;
	u64 v = 0;

	while (!w[1]) {
		v += *(volatile u64 *)addr;
		w[0]++;
	}
	__asm__ __volatile__("fence" : : : "memory");
	return *(volatile u64 *)addr;
}

/** fence_page() - RFENCE function @fid of the page at @addr, ASID 0, on the harts in @mask. */
static long fence_page(u64 fid, u64 mask, u64 addr)
{
	register u64 a0 __asm__("a0") = mask;
	register u64 a1 __asm__("a1") = 0;
	register u64 a2 __asm__("a2") = addr;
	register u64 a3 __asm__("a3") = 4096;
	register u64 a4 __asm__("a4") = 0;
	register u64 a6 __asm__("a6") = fid;
	register u64 a7 __asm__("a7") = SBI_RFENCE;

	__asm__ __volatile__("ecall" : "+r"(a0), "+r"(a1)
			     : "r"(a2), "r"(a3), "r"(a4), "r"(a6), "r"(a7) : "memory");
	return (long)a0;
}

/**
 * smp_fence_writer() - put @pte at @where, fence hart 1, tell the reader.
 *
 * @fid: which RFENCE function (1 all, 2 one ASID). Returns the SBI error.
 */
u64 smp_fence_writer(u64 where, u64 pte, u64 addr, u64 box, u64 fid)
{
	volatile u64 *w = (volatile u64 *)box;
	long error;

	while (w[0] < 10)
		;
	*(volatile u64 *)where = pte;
	__asm__ __volatile__("fence" : : : "memory");
	error = fence_page(fid, 2, addr);
	w[1] = 1;
	return error;
}

/**
 * smp_fences_reader() - read the page at @addr while a peer changes its translation @rounds times.
 *
 * @box: word 0 is the number of the round whose fence is done, word n the one that hart n is in.
 * The page that round n maps has n % 2 in its first word. Returns how often another was read.
 */
u64 smp_fences_reader(u64 addr, u64 box, u64 rounds)
{
	volatile u64 *w = (volatile u64 *)box;
	u64 wrong = 0, round, unused = 0;

	for (round = 1; round <= rounds; round++) {
		unused += *(volatile u64 *)addr;
		w[guest_hart()] = round;
		while (w[0] < round)
			unused += *(volatile u64 *)addr;
		__asm__ __volatile__("fence" : : : "memory");
		wrong += *(volatile u64 *)addr != round % 2;
	}
	return wrong;
}

/**
 * smp_fences_writer() - in each round map @addr, whose entry is at @where, to the other of two pages
 * by adding or taking @step, and have harts 1 to @harts - 1 fence that page alone.
 */
u64 smp_fences_writer(u64 where, u64 step, u64 addr, u64 box, u64 rounds, u64 harts)
{
	volatile u64 *w = (volatile u64 *)box;
	u64 failed = 0, round, hart;

	for (round = 1; round <= rounds; round++) {
		for (hart = 1; hart < harts; hart++)
			while (w[hart] < round)
				;
		*(volatile u64 *)where += round % 2 ? step : -step;
		__asm__ __volatile__("fence" : : : "memory");
		failed += fence_page(1 + round / 2 % 2, (1UL << harts) - 2, addr) != 0;
		w[0] = round;
	}
	return failed;
}

/** smp_suspend() - HSM suspend of @type with a software interrupt to wake. */
u64 smp_suspend(u64 type, u64 resume, u64 opaque)
{
	csr_set(sie, 1UL << IRQ_SOFT);
	return sbi_call(SBI_HSM, 3, type, resume, opaque, 0).error;
}
