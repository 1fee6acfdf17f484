/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guests that keep patterns in their registers: fill, let time pass, compare, again.
 *
 * All take (pattern, rounds, …), write pattern + n where the register is wide enough, and
 * return how many registers had changed. Meanwhile the host interrupts them, and in every 16th
 * round they leave by themselves: with an SBI call that the hypervisor answers and with a store
 * that user space sees (MMIO), neither of which changes a register that matters. No trap is taken
 * (sstatus.SIE is clear).
 */
#define HOLD_MMIO	0x10000000
#define SBI_HSM		0x48534d
#define SBI_HSM_STATUS	2

#define CSR_SENVCFG	0x10a
#define FS		(3 << 13)
#define VS		(3 << 9)

	.text

	/* Time passes: clobbers t0, t1, t3, t4, a6, a7. */
	.macro	pass_time
	li	t1, 2000
.Lspin\@:
	addi	t1, t1, -1
	bnez	t1, .Lspin\@
	andi	t1, a1, 15
	bnez	t1, .Lstay\@
	mv	t3, a0
	mv	t4, a1
	li	a0, 0
	li	a7, SBI_HSM
	li	a6, SBI_HSM_STATUS
	ecall
	mv	a0, t3
	mv	a1, t4
	li	t1, HOLD_MMIO
	sd	zero, 0(t1)
.Lstay\@:
	.endm

	/* One more in \bad unless \reg is what \want says; clobbers \want. */
	.macro	judge reg, want, bad
	sub	\want, \want, \reg
	snez	\want, \want
	add	\bad, \bad, \want
	.endm

	/* fp_hold: f0…f31, fcsr (from the pattern's top byte). */
	.option	push
	.option	arch, +d
	.globl	fp_hold
fp_hold:
	li	t0, FS
	csrs	sstatus, t0
	li	a2, 0
	srli	a3, a0, 56
1:
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	addi	t0, a0, \n
	fmv.d.x	f\n, t0
	.endr
	csrw	fcsr, a3
	pass_time
	csrr	t2, fcsr
	mv	t0, a3
	judge	t2, t0, a2
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	fmv.x.d	t2, f\n
	addi	t0, a0, \n
	judge	t2, t0, a2
	.endr
	addi	a1, a1, -1
	bnez	a1, 1b
	mv	a0, a2
	ret
	.option	pop

	/*
	 * vec_hold: every 64-bit element of v0…v31, vl, vtype; vcsr from bits 57 and 56 of the
	 * pattern (vxrm), vstart 1.
	 */
	.option	push
	.option	arch, +v
	.globl	vec_hold
vec_hold:
	li	t0, VS
	csrs	sstatus, t0
	li	a2, 0
	srli	a3, a0, 56
	andi	a3, a3, 3
	slli	a3, a3, 1
1:	vsetvli	a4, zero, e64, m1, ta, ma
	csrr	a5, vtype
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	addi	t0, a0, \n
	vmv.v.x	v\n, t0
	.endr
	csrw	vcsr, a3
	csrwi	vstart, 1
	pass_time
	csrr	t2, vstart
	csrwi	vstart, 0
	li	t0, 1
	judge	t2, t0, a2
	csrr	t2, vcsr
	mv	t0, a3
	judge	t2, t0, a2
	csrr	t2, vl
	mv	t0, a4
	judge	t2, t0, a2
	csrr	t2, vtype
	mv	t0, a5
	judge	t2, t0, a2
	/* What is left of v0 when v0 has been judged is room for the masks of the others. */
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	addi	t0, a0, \n
	vmsne.vx v0, v\n, t0
	vcpop.m	t2, v0
	add	a2, a2, t2
	.endr
	addi	a1, a1, -1
	bnez	a1, 1b
	mv	a0, a2
	ret
	.option	pop

	/* gpr_hold: x1…x31, but for t0 and a0…a2, which it works with; leaves by MMIO alone. */
	.globl	gpr_hold
gpr_hold:
	li	a2, 0
1:
	.irp	n, 1,2,3,4,6,7,8,9,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	addi	x\n, a0, \n
	.endr
	li	t0, 2000
2:	addi	t0, t0, -1
	bnez	t0, 2b
	andi	t0, a1, 15
	bnez	t0, 3f
	li	t0, HOLD_MMIO
	sd	zero, 0(t0)
3:
	.irp	n, 1,2,3,4,6,7,8,9,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	addi	t0, a0, \n
	judge	x\n, t0, a2
	.endr
	addi	a1, a1, -1
	bnez	a1, 1b
	mv	a0, a2
	la	ra, guest_return
	ret

	/* csr_hold: stvec, sscratch, sepc, scause, stval. */
	.globl	csr_hold
csr_hold:
	li	a2, 0
	slli	a0, a0, 2
1:	csrw	stvec, a0
	addi	t0, a0, 4
	csrw	sscratch, t0
	addi	t0, a0, 8
	csrw	sepc, t0
	andi	t0, a0, 0x3c
	csrw	scause, t0
	addi	t0, a0, 16
	csrw	stval, t0
	pass_time
	csrr	t2, stvec
	mv	t0, a0
	judge	t2, t0, a2
	csrr	t2, sscratch
	addi	t0, a0, 4
	judge	t2, t0, a2
	csrr	t2, sepc
	addi	t0, a0, 8
	judge	t2, t0, a2
	csrr	t2, scause
	andi	t0, a0, 0x3c
	judge	t2, t0, a2
	csrr	t2, stval
	addi	t0, a0, 16
	judge	t2, t0, a2
	addi	a1, a1, -1
	bnez	a1, 1b
	la	t0, guest_vector
	csrw	stvec, t0
	mv	a0, a2
	ret

	/*
	 * env_hold(senvcfg, rounds, scounteren, sie): CSRs that the host's user space runs under, too;
	 * what sticks of the values is what has to stay.
	 */
	.globl	env_hold
env_hold:
	li	a4, 0
	csrw	CSR_SENVCFG, a0
	csrr	a0, CSR_SENVCFG
	csrw	scounteren, a2
	csrr	a2, scounteren
	csrw	sie, a3
	csrr	a3, sie
1:	csrw	CSR_SENVCFG, a0
	csrw	scounteren, a2
	csrw	sie, a3
	pass_time
	csrr	t2, CSR_SENVCFG
	mv	t0, a0
	judge	t2, t0, a4
	csrr	t2, scounteren
	mv	t0, a2
	judge	t2, t0, a4
	csrr	t2, sie
	mv	t0, a3
	judge	t2, t0, a4
	addi	a1, a1, -1
	bnez	a1, 1b
	csrw	sie, zero
	mv	a0, a4
	ret

	/* fcsr_swap(new): fcsr as it was comes back; no other FP instruction runs. */
	.globl	fcsr_swap
fcsr_swap:
	li	t0, FS
	csrs	sstatus, t0
	csrrw	a0, fcsr, a0
	ret

	/* vcsr_swap(new): the same with vcsr; vstart becomes 1. vstart << 8 | vcsr comes back. */
	.globl	vcsr_swap
vcsr_swap:
	li	t0, VS
	csrs	sstatus, t0
	csrrw	a0, vcsr, a0
	csrrwi	t0, vstart, 1
	slli	t0, t0, 8
	or	a0, a0, t0
	ret
