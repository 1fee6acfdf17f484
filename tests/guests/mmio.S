/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One function per load and store form. Loads take the address in a0 and
 * return what they read; stores take the address in a0 and the value in a1.
 * The instruction under test is the first one that touches (a0), and the tests
 * look its length up from where the function starts, so each says which it is.
 */
	.macro form name, insn:vararg
	.align	2
	.globl	mmio_\name
mmio_\name:
	\insn
	ret
	.endm

	/* The same with sp as base register, which the CI formats imply. */
	.macro spform name, insn:vararg
	.align	2
	.globl	mmio_\name
mmio_\name:
	mv	t0, sp
	mv	sp, a0
	\insn
	mv	sp, t0
	ret
	.endm

	/* An FP load, seen through an integer register (boxed when 32 bits). */
	.macro fpload name, insn:vararg
	.align	2
	.globl	mmio_\name
mmio_\name:
	li	t0, 3 << 13
	csrs	sstatus, t0
	mv	t0, sp
	mv	sp, a0
	\insn
	mv	sp, t0
	fmv.x.d	a0, fa0
	ret
	.endm

	.macro fpstore name, insn:vararg
	.align	2
	.globl	mmio_\name
mmio_\name:
	li	t0, 3 << 13
	csrs	sstatus, t0
	fmv.d.x	fa0, a1
	mv	t0, sp
	mv	sp, a0
	\insn
	mv	sp, t0
	ret
	.endm

	.text
	.option	push
	.option	arch, rv64imafd_zicsr
	form	lb,	lb	a0, 0(a0)
	form	lbu,	lbu	a0, 0(a0)
	form	lh,	lh	a0, 0(a0)
	form	lhu,	lhu	a0, 0(a0)
	form	lw,	lw	a0, 0(a0)
	form	lwu,	lwu	a0, 0(a0)
	form	ld,	ld	a0, 0(a0)
	form	sb,	sb	a1, 0(a0)
	form	sh,	sh	a1, 0(a0)
	form	sw,	sw	a1, 0(a0)
	form	sd,	sd	a1, 0(a0)
	form	sd_zero, sd	zero, 0(a0)
	form	ld_zero, ld	zero, 0(a0)
	fpload	flw,	flw	fa0, 0(a0)
	fpload	fld,	fld	fa0, 0(a0)
	fpstore	fsw,	fsw	fa0, 0(a0)
	fpstore	fsd,	fsd	fa0, 0(a0)

	/* mmio_fsd_on: FP stores to a0, until the word behind that is not zero. */
	.align	2
	.globl	mmio_fsd_on
mmio_fsd_on:
	li	t0, 3 << 13
	csrs	sstatus, t0
1:	fsd	fa0, 0(a0)
	ld	t0, 8(a0)
	beqz	t0, 1b
	ret

	/* Forms that no decoder is asked to emulate on a device address. */
	form	amo,	amoadd.d a0, a1, (a0)
	form	lr,	lr.d	a0, (a0)

	/* A load at a0 + a1 through a negative offset from another register. */
	.align	2
	.globl	mmio_lw_offset
mmio_lw_offset:
	addi	t3, a0, 2047
	lw	t4, -2047(t3)
	mv	a0, t4
	ret

	.option	arch, +c
	form	c_lw,	c.lw	a0, 0(a0)
	form	c_ld,	c.ld	a0, 0(a0)
	form	c_sw,	c.sw	a1, 0(a0)
	form	c_sd,	c.sd	a1, 0(a0)
	spform	c_lwsp,	c.lwsp	a0, 0(sp)
	spform	c_ldsp,	c.ldsp	a0, 0(sp)
	spform	c_swsp,	c.swsp	a1, 0(sp)
	spform	c_sdsp,	c.sdsp	a1, 0(sp)
	fpload	c_fld,	c.fld	fa0, 0(a0)
	fpload	c_fldsp, c.fldsp fa0, 0(sp)
	fpstore	c_fsd,	c.fsd	fa0, 0(a0)
	fpstore	c_fsdsp, c.fsdsp fa0, 0(sp)

	.option	arch, +zcb
	form	c_lbu,	c.lbu	a0, 0(a0)
	form	c_lhu,	c.lhu	a0, 0(a0)
	form	c_lh,	c.lh	a0, 0(a0)
	form	c_sb,	c.sb	a1, 0(a0)
	form	c_sh,	c.sh	a1, 0(a0)
	.option	pop

	/* Jump to a0: an instruction fetch from wherever that is. */
	.globl	mmio_jump
mmio_jump:
	jr	a0
