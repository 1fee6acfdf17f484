/* SPDX-License-Identifier: GPL-2.0-only */
/* The world switch and guest-memory loads: assembly. */
#ifndef KVR_HART_SWITCH_H
#define KVR_HART_SWITCH_H

#include <linux/compiler.h>

struct kvr_guest;
struct kvr_trap;

/*
 * Marks what runs inside of the world switch. No kprobe may be put there and the function tracer
 * may not look: RCU may not be watching, and each look would be paid for at every exit.
 */
#define KVR_FAST	notrace __section(".noinstr.text")

/*
 * kvr_switch - run the guest until the fast exit handler declines an exit
 *
 * Interrupts off, between kvr_guest_enter and kvr_guest_exit. On return the frame holds all guest
 * registers and how the guest trapped, which was read before any C code ran; a host interrupt
 * that ended the run is still pending.
 */
void kvr_switch(struct kvr_guest *guest);

/*
 * kvr_hlvx_hu - two bytes at a guest-virtual address, read as the guest would fetch them
 * kvr_hlv_d - eight bytes, read as the guest would load them
 * @trap: filled when the access faults; its scause must be set to ULONG_MAX beforehand
 *
 * Interrupts off, the guest's translation in place (kvr_hart_translate), hstatus.SPVP set to the
 * guest's privilege (Hypervisor, "Virtual-Machine Load and Store Instructions").
 */
unsigned long kvr_hlvx_hu(unsigned long address, struct kvr_trap *trap);
unsigned long kvr_hlv_d(unsigned long address, struct kvr_trap *trap);

#endif
