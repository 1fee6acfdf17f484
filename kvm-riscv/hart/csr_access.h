/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Accessors of control and status registers. For hart/ only: whatever else wants to know or change
 * something of a hart calls a function of this room.
 */
#ifndef KVR_HART_CSR_ACCESS_H
#define KVR_HART_CSR_ACCESS_H

#include "host/csr.h"

/*
 * The register is named by its number, a compile-time constant; the value is
 * an unsigned long. Each of them is ordered against the compiler's own memory
 * accesses. Small constants become the immediate forms of the instructions.
 */

/* kvr_csr_read - the register's value */
#define kvr_csr_read(csr)						\
({									\
	unsigned long __csr_out;					\
									\
	asm volatile("csrr %0, %1"					\
		     : "=r" (__csr_out) : "i" (csr) : "memory");	\
	__csr_out;							\
})

/* kvr_csr_write - the register becomes @val */
#define kvr_csr_write(csr, val)						\
	asm volatile("csrw %0, %1" : :					\
		     "i" (csr), "rK" ((unsigned long)(val)) : "memory")

/* kvr_csr_set - the bits in @mask become ones */
#define kvr_csr_set(csr, mask)						\
	asm volatile("csrs %0, %1" : :					\
		     "i" (csr), "rK" ((unsigned long)(mask)) : "memory")

/* kvr_csr_clear - the bits in @mask become zeroes */
#define kvr_csr_clear(csr, mask)					\
	asm volatile("csrc %0, %1" : :					\
		     "i" (csr), "rK" ((unsigned long)(mask)) : "memory")

#define __kvr_csr_rmw(insn, csr, val)					\
({									\
	unsigned long __csr_old;					\
									\
	asm volatile(insn " %0, %1, %2"					\
		     : "=r" (__csr_old)					\
		     : "i" (csr), "rK" ((unsigned long)(val))		\
		     : "memory");					\
	__csr_old;							\
})

/* kvr_csr_swap - the register becomes @val; its value before */
#define kvr_csr_swap(csr, val)		__kvr_csr_rmw("csrrw", csr, val)

/* kvr_csr_read_set - the bits in @mask become ones; the value before */
#define kvr_csr_read_set(csr, mask)	__kvr_csr_rmw("csrrs", csr, mask)

/* kvr_csr_read_clear - the bits in @mask become zeroes; the value before */
#define kvr_csr_read_clear(csr, mask)	__kvr_csr_rmw("csrrc", csr, mask)

/*
 * kvr_csr_exists - whether the register can be read: a trap in the read continues at the label
 * behind it, where stvec points for the moment. Interrupts off.
 */
#define kvr_csr_exists(csr)						\
({									\
	unsigned long __missing;					\
									\
	asm volatile("lla	t0, 1f\n\t"				\
		     "li	%0, 1\n\t"				\
		     "csrrw	t0, %1, t0\n\t"				\
		     "csrr	zero, %2\n\t"				\
		     "li	%0, 0\n\t"				\
		     ".p2align	2\n"					\
		     "1:	csrw %1, t0"				\
		     : "=&r" (__missing)				\
		     : "i" (KVR_CSR_STVEC), "i" (csr)			\
		     : "t0", "memory");					\
	!__missing;							\
})

#endif
