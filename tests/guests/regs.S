/* SPDX-License-Identifier: GPL-2.0-only */
/* Registers as the guest sees them: dump them, fill them, hand over by MMIO. */

	.text

	/* regs_store(buf): x1…x31 to buf[1…31]; nothing else changes. */
	.globl	regs_store
regs_store:
	.irp	n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	sd	x\n, (\n * 8)(a0)
	.endr
	ret

	/*
	 * regs_load(buf): x1…x31 from buf[1…31], then a store to the address
	 * that came in x10, which user space sees as an MMIO exit with all
	 * the registers still in place.
	 */
	.globl	regs_load
regs_load:
	.irp	n, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	ld	x\n, (\n * 8)(a0)
	.endr
	ld	a0, (10 * 8)(a0)
	sd	x31, 0(a0)
	.globl	regs_load_end
regs_load_end:
	j	regs_load_end

	/*
	 * csrs_store(buf): the CSRs of KVM's general group in its order,
	 * satp and senvcfg aside: sstatus sie stvec sscratch sepc scause
	 * stval sip scounteren.
	 */
	.globl	csrs_store
csrs_store:
	csrr	t0, sstatus
	sd	t0, 0(a0)
	csrr	t0, sie
	sd	t0, 8(a0)
	csrr	t0, stvec
	sd	t0, 16(a0)
	csrr	t0, sscratch
	sd	t0, 24(a0)
	csrr	t0, sepc
	sd	t0, 32(a0)
	csrr	t0, scause
	sd	t0, 40(a0)
	csrr	t0, stval
	sd	t0, 48(a0)
	csrr	t0, sip
	sd	t0, 56(a0)
	csrr	t0, satp
	sd	t0, 64(a0)
	csrr	t0, scounteren
	sd	t0, 72(a0)
	ret

	/* csrs_load(buf): the writable ones of the same table. */
	.globl	csrs_load
csrs_load:
	ld	t0, 8(a0)
	csrw	sie, t0
	ld	t0, 24(a0)
	csrw	sscratch, t0
	ld	t0, 32(a0)
	csrw	sepc, t0
	ld	t0, 40(a0)
	csrw	scause, t0
	ld	t0, 48(a0)
	csrw	stval, t0
	ld	t0, 72(a0)
	csrw	scounteren, t0
	ret

	.option	push
	.option	arch, +d
	.macro	fs_on
	li	t0, 3 << 13
	csrs	sstatus, t0
	.endm

	/* fp_store(buf): f0…f31 to buf[0…31], fcsr to buf[32]. */
	.globl	fp_store
fp_store:
	fs_on
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	fsd	f\n, (\n * 8)(a0)
	.endr
	csrr	t0, fcsr
	sd	t0, 256(a0)
	ret

	/* fp_load(buf): the other way. */
	.globl	fp_load
fp_load:
	fs_on
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	fld	f\n, (\n * 8)(a0)
	.endr
	ld	t0, 256(a0)
	csrw	fcsr, t0
	ret
	.option	pop

	.option	push
	.option	arch, +v
	.macro	vs_on
	li	t0, 3 << 9
	csrs	sstatus, t0
	.endm

	/* vec_store(buf): v0…v31 to buf, whole registers; vlenb comes back. */
	.globl	vec_store
vec_store:
	vs_on
	csrr	t1, vlenb
	slli	t1, t1, 3
	vs8r.v	v0, (a0)
	add	a0, a0, t1
	vs8r.v	v8, (a0)
	add	a0, a0, t1
	vs8r.v	v16, (a0)
	add	a0, a0, t1
	vs8r.v	v24, (a0)
	srli	a0, t1, 3
	ret

	/* vec_load(buf): the other way. */
	.globl	vec_load
vec_load:
	vs_on
	csrr	t1, vlenb
	slli	t1, t1, 3
	vl8re64.v v0, (a0)
	add	a0, a0, t1
	vl8re64.v v8, (a0)
	add	a0, a0, t1
	vl8re64.v v16, (a0)
	add	a0, a0, t1
	vl8re64.v v24, (a0)
	srli	a0, t1, 3
	ret
	.option	pop
