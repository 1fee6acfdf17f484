// SPDX-License-Identifier: GPL-2.0-only
/* Guest functions that touch memory. */
#include "guest.h"

#define PAGE 4096UL

static inline volatile u64 *word(u64 addr)
{
	return (volatile u64 *)addr;
}

/** mem_read() - the 64-bit word at @addr. */
u64 mem_read(u64 addr)
{
	return *word(addr);
}

/** mem_write() - store @val at @addr, return what reads back. */
u64 mem_write(u64 addr, u64 val)
{
	*word(addr) = val;
	return *word(addr);
}

/** mem_fill() - write @val + index to the first word of each of @pages. */
u64 mem_fill(u64 addr, u64 pages, u64 val)
{
	for (u64 i = 0; i < pages; i++)
		*word(addr + i * PAGE) = val + i;
	return pages;
}

/** mem_check() - the number of @pages that do not hold @val + index. */
u64 mem_check(u64 addr, u64 pages, u64 val)
{
	u64 bad = 0;

	for (u64 i = 0; i < pages; i++)
		bad += *word(addr + i * PAGE) != val + i;
	return bad;
}

/**
 * mem_churn() - count up in every page until the word at @stop is not zero.
 *
 * Page i holds round + i after each round, and must hold the earlier round's
 * value before it. Rounds done are kept at @stop + 8. Returns wrong pages seen.
 */
u64 mem_churn(u64 addr, u64 pages, u64 stop)
{
	u64 round, bad = 0;

	mem_fill(addr, pages, 0);
	for (round = 1; !*word(stop); round++) {
		for (u64 i = 0; i < pages; i++) {
			bad += *word(addr + i * PAGE) != round - 1 + i;
			*word(addr + i * PAGE) = round + i;
		}
		*word(stop + 8) = round;
	}
	return bad;
}

/**
 * mem_scatter() - add one to the first word of pages chosen at random until the word at @stop is
 * not zero; @seed says which pages. Returns how often.
 */
u64 mem_scatter(u64 addr, u64 pages, u64 stop, u64 seed)
{
	u64 count;

	for (count = 0; !*word(stop); count++) {
		seed = seed * 6364136223846793005UL + 1442695040888963407UL;
		*word(addr + (seed >> 33) % pages * PAGE) += 1;
	}
	return count;
}

/**
 * mem_watch() - read @addr for ever, keeping what was read last at @out;
 * ends when the word at @out + 8 is not zero. Returns the last value.
 */
u64 mem_watch(u64 addr, u64 out)
{
	while (!*word(out + 8))
		*word(out) = *word(addr);
	return *word(addr);
}

/** mem_user_ecall() - an ecall, for user mode; does not come back. */
u64 mem_user_ecall(void)
{
	__asm__ __volatile__("ecall");
	return 0;
}

/** mem_user_time() - reads the time CSR, then an ecall, for user mode; does not come back. */
u64 mem_user_time(void)
{
	__asm__ __volatile__("rdtime a0\n\tecall");
	__builtin_unreachable();
}
