/* SPDX-License-Identifier: GPL-2.0-only */
/* A world switch where a kprobe may be put, and which calls C before it has read all of the trap. */
	.text
	.globl	kvr_switch
	.type	kvr_switch, @function
kvr_switch:
	sret
	csrr	a1, scause
	csrr	t2, stval
	csrr	t3, 0x643
	jalr	t5
	csrr	t4, 0x64a
	ret
	.size	kvr_switch, . - kvr_switch
	.section .note.GNU-stack, "", @progbits
