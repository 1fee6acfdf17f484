/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface between the small guests and the tests that run them: the guest's
 * addresses, and its calls to user space.
 *
 * A guest speaks through an SBI extension in the experimental range, which KVM
 * hands to user space as KVM_EXIT_RISCV_SBI. It works in every translation
 * regime, needs no mapped device, and carries several values at once.
 */
#ifndef GUESTS_UCALL_H
#define GUESTS_UCALL_H

/* Guest RAM, slot 0 of every test VM; the blob is linked at its start. */
#define GUEST_BASE		0x80000000
#define GUEST_RAM_SIZE		0x400000

/* Stacks, one per hart, grow down from GUEST_STACK + (hart + 1) * size. */
#define GUEST_STACK		0x80200000
#define GUEST_STACK_SIZE	0x4000
#define GUEST_HARTS		8

/* Free RAM for the tests' own use: page tables, buffers, mailboxes. */
#define GUEST_SCRATCH		0x80240000

#define UCALL_EXT		0x08c0ffee
#define UCALL_DONE		0	/* a0, a1: what the function returned */
#define UCALL_REPORT		1	/* a0, a1: values; a1 comes back */
#define UCALL_TRAP		2	/* a0 scause, a1 sepc, a2 stval; a1 comes back: new pc */

#endif
