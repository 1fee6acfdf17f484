/* SPDX-License-Identifier: GPL-2.0-only */
/* A guest for a debugger: calls tick again and again, with a number in s0 that grows by one. */
	.option	norelax
	.globl	_start
_start:
	li	s0, 0
1:	addi	s0, s0, 1
	call	tick
	j	1b

	/* Where gdb.py expects it, two compressed instructions. */
	.org	0x40
tick:
	c.nop
	ret
