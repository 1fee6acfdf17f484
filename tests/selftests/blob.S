/* SPDX-License-Identifier: GPL-2.0-only */
	/* The guests' image, which vm_open() copies to guest RAM. */
	.section .rodata
	.globl	guest_blob, guest_blob_end
	.balign	8
guest_blob:
	.incbin	GUEST_BIN
guest_blob_end:
	.section .note.GNU-stack, "", @progbits
