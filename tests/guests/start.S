/* SPDX-License-Identifier: GPL-2.0-only */
/* Where guest functions return to, where guest traps go, how started harts begin. */
#include "ucall.h"

	.section .text.start, "ax"

	/* ra of every guest function: hand a0 and a1 to user space. */
	.globl	guest_return
guest_return:
	li	a7, UCALL_EXT
	li	a6, UCALL_DONE
	ecall
	j	guest_return

	/* stvec of every vCPU: the C handler says where to go on. */
	.align	2
	.globl	guest_vector
guest_vector:
	addi	sp, sp, -128
	sd	ra, 0(sp)
	sd	t0, 8(sp)
	sd	t1, 16(sp)
	sd	t2, 24(sp)
	sd	t3, 32(sp)
	sd	t4, 40(sp)
	sd	t5, 48(sp)
	sd	t6, 56(sp)
	sd	a0, 64(sp)
	sd	a1, 72(sp)
	sd	a2, 80(sp)
	sd	a3, 88(sp)
	sd	a4, 96(sp)
	sd	a5, 104(sp)
	sd	a6, 112(sp)
	sd	a7, 120(sp)
	csrr	a0, scause
	csrr	a1, sepc
	csrr	a2, stval
	call	guest_trap
	csrw	sepc, a0
	ld	ra, 0(sp)
	ld	t0, 8(sp)
	ld	t1, 16(sp)
	ld	t2, 24(sp)
	ld	t3, 32(sp)
	ld	t4, 40(sp)
	ld	t5, 48(sp)
	ld	t6, 56(sp)
	ld	a0, 64(sp)
	ld	a1, 72(sp)
	ld	a2, 80(sp)
	ld	a3, 88(sp)
	ld	a4, 96(sp)
	ld	a5, 104(sp)
	ld	a6, 112(sp)
	ld	a7, 120(sp)
	addi	sp, sp, 128
	sret

	/*
	 * A hart that HSM started: a0 its id, a1 what the starter passed.
	 * Keeps satp and sstatus as they were at entry in s0 and s1 for the
	 * C side to judge.
	 */
	.globl	guest_hart_entry
guest_hart_entry:
	csrr	a2, satp
	csrr	a3, sstatus
	mv	tp, a0
	li	sp, GUEST_STACK
	li	t1, GUEST_STACK_SIZE
	addi	t0, a0, 1
	mul	t0, t0, t1
	add	sp, sp, t0
	la	t0, guest_vector
	csrw	stvec, t0
	call	guest_hart_main
	j	guest_return

	/*
	 * A hart of a crowd, started as above with the address of an array in a1: counts in its own
	 * word until the first word of scratch memory is not zero, and returns that. Needs no stack.
	 */
	.globl	guest_crowd_entry
guest_crowd_entry:
	slli	t0, a0, 3
	add	t0, t0, a1
	li	t1, GUEST_SCRATCH
	li	a0, 0
1:	addi	a0, a0, 1
	sd	a0, 0(t0)
	ld	t2, 0(t1)
	beqz	t2, 1b
	j	guest_return

	/* sbi_raw(ext, fid, arg0…arg5): any SBI call; a0 and a1 come back. */
	.globl	sbi_raw
sbi_raw:
	mv	t0, a0
	mv	t1, a1
	mv	a0, a2
	mv	a1, a3
	mv	a2, a4
	mv	a3, a5
	mv	a4, a6
	mv	a5, a7
	mv	a6, t1
	mv	a7, t0
	ecall
	ret
