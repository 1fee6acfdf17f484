/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The world switch. Interrupts are off from entry to return.
 *
 * An exit comes in two steps. First only what a C function may clobber is put aside (ra, sp,
 * gp, tp, t0..t6, a0..a7) and the fast handler runs at once, the guest's s0..s11 still in the
 * hart. When it settles the exit, the guest goes on: no host register was reloaded, nothing
 * else was saved. Only otherwise the remaining guest registers follow and kvr_switch returns.
 *
 * While the guest runs sscratch holds the guest's address; in the kernel it is zero, which the kernel's
 * own trap entry relies on.
 */
#include "hart/frame.h"
#include "host/csr.h"

	/* Module loaders know nothing of what a linker might shorten; LLVM leaves it to them. */
	.option norelax

/* Bytes of host state below HOST_SP: ra, s0..s11, the guest, and padding to 16 */
#define SAVE_BYTES	112
#define SAVE_GUEST	104

.macro HOST_SAVED op
	\op	ra, 0(sp)
	\op	s0, 8(sp)
	\op	s1, 16(sp)
	\op	s2, 24(sp)
	\op	s3, 32(sp)
	\op	s4, 40(sp)
	\op	s5, 48(sp)
	\op	s6, 56(sp)
	\op	s7, 64(sp)
	\op	s8, 72(sp)
	\op	s9, 80(sp)
	\op	s10, 88(sp)
	\op	s11, 96(sp)
.endm

/* The guest registers that a C function preserves; a0 is the guest */
.macro GUEST_PRESERVED op
	\op	s0, KVR_FRAME_X(8)(a0)
	\op	s1, KVR_FRAME_X(9)(a0)
	\op	s2, KVR_FRAME_X(18)(a0)
	\op	s3, KVR_FRAME_X(19)(a0)
	\op	s4, KVR_FRAME_X(20)(a0)
	\op	s5, KVR_FRAME_X(21)(a0)
	\op	s6, KVR_FRAME_X(22)(a0)
	\op	s7, KVR_FRAME_X(23)(a0)
	\op	s8, KVR_FRAME_X(24)(a0)
	\op	s9, KVR_FRAME_X(25)(a0)
	\op	s10, KVR_FRAME_X(26)(a0)
	\op	s11, KVR_FRAME_X(27)(a0)
.endm

/* Those that it may clobber, and the three pointers that differ per world; a0 apart */
.macro GUEST_CLOBBERED op
	\op	ra, KVR_FRAME_X(1)(a0)
	\op	sp, KVR_FRAME_X(2)(a0)
	\op	gp, KVR_FRAME_X(3)(a0)
	\op	tp, KVR_FRAME_X(4)(a0)
	\op	t0, KVR_FRAME_X(5)(a0)
	\op	t1, KVR_FRAME_X(6)(a0)
	\op	t2, KVR_FRAME_X(7)(a0)
	\op	a1, KVR_FRAME_X(11)(a0)
	\op	a2, KVR_FRAME_X(12)(a0)
	\op	a3, KVR_FRAME_X(13)(a0)
	\op	a4, KVR_FRAME_X(14)(a0)
	\op	a5, KVR_FRAME_X(15)(a0)
	\op	a6, KVR_FRAME_X(16)(a0)
	\op	a7, KVR_FRAME_X(17)(a0)
	\op	t3, KVR_FRAME_X(28)(a0)
	\op	t4, KVR_FRAME_X(29)(a0)
	\op	t5, KVR_FRAME_X(30)(a0)
	\op	t6, KVR_FRAME_X(31)(a0)
.endm

	/* Where no kprobe may be put: a trap in here would overwrite what the guest's trap left. */
	.section .noinstr.text, "ax", @progbits

/* void kvr_switch(struct kvr_guest *guest) */
	.p2align 2
	.globl	kvr_switch
	.type	kvr_switch, @function
kvr_switch:
	addi	sp, sp, -SAVE_BYTES
	HOST_SAVED sd
	sd	a0, SAVE_GUEST(sp)
	sd	sp, KVR_FRAME_HOST_SP(a0)
	sd	gp, KVR_FRAME_HOST_GP(a0)
	sd	tp, KVR_FRAME_HOST_TP(a0)
	csrr	t0, KVR_CSR_STVEC
	csrr	t1, KVR_CSR_SSTATUS
	csrr	t2, KVR_CSR_HSTATUS
	sd	t0, KVR_FRAME_HOST_STVEC(a0)
	sd	t1, KVR_FRAME_HOST_SSTATUS(a0)
	sd	t2, KVR_FRAME_HOST_HSTATUS(a0)
	GUEST_PRESERVED ld

.Lenter:
	lla	t0, .Lexit
	ld	t1, KVR_FRAME_PC(a0)
	ld	t2, KVR_FRAME_SSTATUS(a0)
	ld	t3, KVR_FRAME_HSTATUS(a0)
	csrw	KVR_CSR_STVEC, t0
	csrw	KVR_CSR_SEPC, t1
	csrw	KVR_CSR_SSTATUS, t2
	csrw	KVR_CSR_HSTATUS, t3
	csrw	KVR_CSR_SSCRATCH, a0
	GUEST_CLOBBERED ld
	ld	a0, KVR_FRAME_X(10)(a0)
	sret

	.p2align 2
.Lexit:
	csrrw	a0, KVR_CSR_SSCRATCH, a0
	GUEST_CLOBBERED sd
	csrrw	t0, KVR_CSR_SSCRATCH, zero
	ld	t1, KVR_FRAME_HOST_STVEC(a0)
	ld	sp, KVR_FRAME_HOST_SP(a0)
	ld	gp, KVR_FRAME_HOST_GP(a0)
	ld	tp, KVR_FRAME_HOST_TP(a0)
	sd	t0, KVR_FRAME_X(10)(a0)
	csrw	KVR_CSR_STVEC, t1
	csrr	t2, KVR_CSR_SEPC
	csrr	t3, KVR_CSR_SSTATUS
	csrr	a1, KVR_CSR_SCAUSE
	ld	t5, KVR_FRAME_FAST_EXIT(a0)
	sd	t2, KVR_FRAME_PC(a0)
	sd	t3, KVR_FRAME_SSTATUS(a0)
	sd	a1, KVR_FRAME_SCAUSE(a0)
	/* What else a trap tells; interrupts and environment calls tell nothing. */
	addi	t4, a1, -KVR_EXC_ECALL_VS
	beqz	t4, .Lhandle
	bltz	a1, .Lhandle
	csrr	t2, KVR_CSR_STVAL
	csrr	t3, KVR_CSR_HTVAL
	csrr	t4, KVR_CSR_HTINST
	sd	t2, KVR_FRAME_STVAL(a0)
	sd	t3, KVR_FRAME_HTVAL(a0)
	sd	t4, KVR_FRAME_HTINST(a0)
.Lhandle:
	jalr	t5
	mv	t0, a0
	ld	a0, SAVE_GUEST(sp)
	bnez	t0, .Lenter

	GUEST_PRESERVED sd
	ld	t1, KVR_FRAME_HOST_SSTATUS(a0)
	ld	t2, KVR_FRAME_HOST_HSTATUS(a0)
	csrw	KVR_CSR_SSTATUS, t1
	csrw	KVR_CSR_HSTATUS, t2
	HOST_SAVED ld
	addi	sp, sp, SAVE_BYTES
	ret
	.size	kvr_switch, . - kvr_switch

/*
 * unsigned long \name(unsigned long address, struct kvr_trap *trap): one hypervisor load
 *
 * A trap in the load continues at the label behind it, as stvec points there: t1 tells the two
 * ways apart.
 */
.macro GUEST_LOAD name, funct7, rs2
	.p2align 2
	.globl	\name
	.type	\name, @function
\name:
	lla	t0, .L\name\()_done
	li	t1, 1
	csrrw	t0, KVR_CSR_STVEC, t0
	.insn	r 0x73, 4, \funct7, a0, a0, \rs2
	li	t1, 0
	.p2align 2
.L\name\()_done:
	csrw	KVR_CSR_STVEC, t0
	beqz	t1, 1f
	csrr	t2, KVR_CSR_SCAUSE
	csrr	t3, KVR_CSR_STVAL
	csrr	t4, KVR_CSR_HTVAL
	csrr	t5, KVR_CSR_HTINST
	sd	t2, KVR_TRAP_SCAUSE(a1)
	sd	t3, KVR_TRAP_STVAL(a1)
	sd	t4, KVR_TRAP_HTVAL(a1)
	sd	t5, KVR_TRAP_HTINST(a1)
1:	ret
	.size	\name, . - \name
.endm

	GUEST_LOAD kvr_hlvx_hu, 0x32, x3
	GUEST_LOAD kvr_hlv_d, 0x36, x0

	.section .note.GNU-stack, "", @progbits
