/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counting instructions from user space of an emulated machine that runs with
 * -icount shift=0,sleep=off: there one instruction is one nanosecond of the
 * machine's time, so the time CSR, scaled to nanoseconds, counts instructions
 * (and skips ahead while every hart is idle).
 */
#ifndef TESTS_BENCH_COUNTER_H
#define TESTS_BENCH_COUNTER_H

#include <stdint.h>

/* Ticks of the time CSR. */
static inline uint64_t counter_time(void)
{
	uint64_t ticks;

	asm volatile("rdtime %0" : "=r"(ticks) : : "memory");
	return ticks;
}

/*
 * Marks the counted stretch for tests/bench/trace: two forms of SLTI to x0,
 * which the unprivileged specification sets aside as hints ("HINT
 * instructions") and hardware runs as nothing.
 */
#define COUNTER_MARK_BEGIN()	asm volatile(".word 0x2a102013" : : : "memory")
#define COUNTER_MARK_END()	asm volatile(".word 0x2a202013" : : : "memory")

#endif
