/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Helpers for code that runs as the guest: CSR access, SBI calls and the way
 * back to user space. Guest functions are ordinary C functions: user space puts
 * the arguments in a0…a7, points ra at guest_return and runs the vCPU.
 */
#ifndef GUESTS_GUEST_H
#define GUESTS_GUEST_H

#include "ucall.h"

typedef unsigned long u64;
typedef unsigned int u32;
typedef unsigned char u8;

#define SR_SIE		(1UL << 1)
#define SR_FS		(3UL << 13)
#define SR_VS		(3UL << 9)
#define IRQ_SOFT	1
#define IRQ_TIMER	5
#define IRQ_EXT		9
#define CAUSE_IRQ	(1UL << 63)

#define csr_read(csr)							\
({									\
	u64 __v;							\
	__asm__ __volatile__("csrr %0, " #csr : "=r"(__v) : : "memory");	\
	__v;								\
})

#define csr_write(csr, val)						\
	__asm__ __volatile__("csrw " #csr ", %0" : : "rK"((u64)(val)) : "memory")

#define csr_set(csr, val)						\
	__asm__ __volatile__("csrs " #csr ", %0" : : "rK"((u64)(val)) : "memory")

#define csr_clear(csr, val)						\
	__asm__ __volatile__("csrc " #csr ", %0" : : "rK"((u64)(val)) : "memory")

struct sbiret {
	long error;
	u64 value;
};

/** sbi_call() - SBI function @fid of extension @ext with three arguments. */
static inline struct sbiret sbi_call(u64 ext, u64 fid, u64 a, u64 b, u64 c,
				     u64 d)
{
	register u64 a0 __asm__("a0") = a;
	register u64 a1 __asm__("a1") = b;
	register u64 a2 __asm__("a2") = c;
	register u64 a3 __asm__("a3") = d;
	register u64 a6 __asm__("a6") = fid;
	register u64 a7 __asm__("a7") = ext;

	__asm__ __volatile__("ecall" : "+r"(a0), "+r"(a1)
			     : "r"(a2), "r"(a3), "r"(a6), "r"(a7) : "memory");
	return (struct sbiret){ .error = (long)a0, .value = a1 };
}

/** guest_report() - hand two values to user space; returns what it answers. */
static inline u64 guest_report(u64 a, u64 b)
{
	return sbi_call(UCALL_EXT, UCALL_REPORT, a, b, 0, 0).value;
}

/** guest_hart() - this hart's number, which user space keeps in tp. */
static inline u64 guest_hart(void)
{
	u64 v;

	__asm__ __volatile__("mv %0, tp" : "=r"(v));
	return v;
}

/* Filled by the trap handler, read by guests and by user space. */
extern volatile u64 guest_irqs[GUEST_HARTS][16];

/* Set by user space: non-zero when stimecmp may be used. */
extern volatile u64 guest_sstc;

void guest_timer_arm(u64 when);

#endif
