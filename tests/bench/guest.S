/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest loops, one per operation: guest.h says how they are entered and left.
 * Position independent, registers only, nothing compressed so that every loop
 * is laid out alike.
 */
#include "guest.h"

#define SBI_BASE	0x10
#define SBI_TIME	0x54494d45
#define SBI_IPI		0x735049
#define SBI_RFENCE	0x52464e43
#define SSIP		2

	.option	norvc
	.section .rodata
	.balign	16
	.global	guest_begin
guest_begin:

/* NAME: s0 counts down, s1 holds the argument, a trap ends the run. */
.macro	loop_begin name
	.global	\name
	.balign	16
\name:
	lla	t0, guest_trap
	csrw	stvec, t0
	csrci	sstatus, 2
	mv	s0, a0
	mv	s1, a1
.endm

.macro	loop_end
	addi	s0, s0, -1
	bnez	s0, 1b
	j	guest_leave
.endm

guest_leave:
	csrci	sip, SSIP
	li	t0, GUEST_DONE
	sw	zero, 0(t0)
	j	guest_leave

	.balign	4
guest_trap:
	csrr	t1, scause
	li	t0, GUEST_TRAP
	sw	t1, 0(t0)
	j	guest_trap

	loop_begin guest_empty
1:	loop_end

	loop_begin guest_sbi_base
	li	a7, SBI_BASE
	li	a6, 0
1:	ecall
	loop_end

	loop_begin guest_set_timer
	li	a7, SBI_TIME
	li	a6, 0
1:	li	a0, -1
	ecall
	loop_end

	/* Interrupts are off: the IPI only becomes pending, and is taken back. */
	loop_begin guest_send_ipi
	li	a7, SBI_IPI
	li	a6, 0
1:	li	a0, 1
	li	a1, 0
	ecall
	csrci	sip, SSIP
	loop_end

	/* Start and size 0: the whole address space. */
	loop_begin guest_remote_sfence
	li	a7, SBI_RFENCE
	li	a6, 1
1:	li	a0, 1
	li	a1, 0
	li	a2, 0
	li	a3, 0
	ecall
	loop_end

	loop_begin guest_rdcycle
1:	rdcycle	t0
	loop_end

	/* Pending and enabled, but not taken: WFI has nothing to wait for. */
	loop_begin guest_wfi
	csrwi	sie, SSIP
	csrsi	sip, SSIP
1:	wfi
	loop_end

	loop_begin guest_write
1:	sw	zero, 0(s1)
	loop_end

	loop_begin guest_read
1:	lw	t0, 0(s1)
	loop_end

	/* One store to each of n 4 KiB pages from s1 upwards, three instructions. */
	loop_begin guest_stride
	lui	t1, 1
	slli	s0, s0, 12
	add	s0, s0, s1
1:	sd	s0, 0(s1)
	add	s1, s1, t1
	bne	s1, s0, 1b
	j	guest_leave

	.global	guest_end
guest_end:
