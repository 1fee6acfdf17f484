/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * FP registers by name; vector instructions by encoding, as old assemblers have no names for them.
 */
#include "hart/unit_regs.h"
#include "host/csr.h"

	/* Module loaders know nothing of what a linker might shorten; LLVM leaves it to them. */
	.option norelax

.macro FUNCTION name
	.p2align 2
	.globl	\name
	.type	\name, @function
\name:
.endm

.macro FP_REGS op
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	\op	f\n, (\n * 8)(a0)
	.endr
.endm

	.text

#ifdef __riscv_flen
FUNCTION kvr_fp_regs_save
	FP_REGS fsd
	csrr	t0, KVR_CSR_FCSR
	sw	t0, KVR_FP_FCSR(a0)
	ret
	.size	kvr_fp_regs_save, . - kvr_fp_regs_save

FUNCTION kvr_fp_regs_restore
	FP_REGS fld
	lw	t0, KVR_FP_FCSR(a0)
	csrw	KVR_CSR_FCSR, t0
	ret
	.size	kvr_fp_regs_restore, . - kvr_fp_regs_restore
#else
#error "kvm-riscv needs an assembler set up for the D extension"
#endif

/* vs8r.v / vl8re8.v of registers \vd.. at the address in t1 */
.macro VS8R vd
	.4byte	0xe2800027 | (6 << 15) | (\vd << 7)
.endm
.macro VL8R vd
	.4byte	0xe2800007 | (6 << 15) | (\vd << 7)
.endm

/* Four groups of eight registers, t1 from data in steps of 8 * vlenb */
.macro VECTOR_GROUPS op
	ld	t1, KVR_VECTOR_DATA(a0)
	ld	t2, KVR_VECTOR_VLENB(a0)
	slli	t2, t2, 3
	\op	0
	add	t1, t1, t2
	\op	8
	add	t1, t1, t2
	\op	16
	add	t1, t1, t2
	\op	24
.endm

FUNCTION kvr_vector_regs_save
	csrr	t0, KVR_CSR_VSTART
	csrr	t1, KVR_CSR_VL
	csrr	t2, KVR_CSR_VTYPE
	csrr	t3, KVR_CSR_VCSR
	sd	t0, KVR_VECTOR_VSTART(a0)
	sd	t1, KVR_VECTOR_VL(a0)
	sd	t2, KVR_VECTOR_VTYPE(a0)
	sd	t3, KVR_VECTOR_VCSR(a0)
	csrw	KVR_CSR_VSTART, zero
	VECTOR_GROUPS VS8R
	ret
	.size	kvr_vector_regs_save, . - kvr_vector_regs_save

FUNCTION kvr_vector_regs_restore
	csrw	KVR_CSR_VSTART, zero
	VECTOR_GROUPS VL8R
	ld	t0, KVR_VECTOR_VSTART(a0)
	ld	t1, KVR_VECTOR_VL(a0)
	ld	t2, KVR_VECTOR_VTYPE(a0)
	ld	t3, KVR_VECTOR_VCSR(a0)
	/* vsetvl zero, t1, t2 */
	.insn	r 0x57, 7, 0x40, zero, t1, t2
	csrw	KVR_CSR_VCSR, t3
	csrw	KVR_CSR_VSTART, t0
	ret
	.size	kvr_vector_regs_restore, . - kvr_vector_regs_restore

FUNCTION kvr_vector_regs_clear
	csrw	KVR_CSR_VSTART, zero
	/* vsetvli t0, zero, e8, m8, ta, ma */
	.4byte	0x0c3072d7
	/* vmv.v.i of v0, v8, v16, v24, value 0 */
	.4byte	0x5e003057
	.4byte	0x5e003457
	.4byte	0x5e003857
	.4byte	0x5e003c57
	csrw	KVR_CSR_VCSR, zero
	li	t1, -1
	/* vsetvl zero, zero, t1 with rd != rs1 rules: rd = t0 asks for VLMAX of an illegal type */
	.insn	r 0x57, 7, 0x40, t0, zero, t1
	ret
	.size	kvr_vector_regs_clear, . - kvr_vector_regs_clear

	.section .note.GNU-stack, "", @progbits
