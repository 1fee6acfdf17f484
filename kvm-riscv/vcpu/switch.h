/* SPDX-License-Identifier: GPL-2.0-only */
/* The world switch and guest-memory loads: assembly. */
#ifndef KVR_VCPU_SWITCH_H
#define KVR_VCPU_SWITCH_H

#include <linux/compiler.h>

struct kvr_trap;
struct kvr_vcpu;

/*
 * Marks what runs inside of the world switch: the function tracer may not look, as RCU may not be
 * watching, and each look would be paid for at every exit.
 */
#define KVR_FAST	notrace

/*
 * kvr_switch - run the guest until the fast exit handler declines an exit
 *
 * Interrupts off, @vcpu loaded, hgatp in place. On return frame holds all guest registers,
 * frame.scause the cause; stval, htval and htinst of an exception are still in the CSRs, and
 * a host interrupt that ended the run is still pending.
 */
void kvr_switch(struct kvr_vcpu *vcpu);

/*
 * kvr_hlvx_hu - two bytes at a guest-virtual address, read as the guest would fetch them
 * kvr_hlv_d - eight bytes, read as the guest would load them
 * @trap: filled when the access faults; its scause must be set to ULONG_MAX beforehand
 *
 * Interrupts off, @vcpu loaded, hgatp in place, hstatus.SPVP set to the guest's privilege
 * (Hypervisor, "Virtual-Machine Load and Store Instructions").
 */
unsigned long kvr_hlvx_hu(unsigned long address, struct kvr_trap *trap);
unsigned long kvr_hlv_d(unsigned long address, struct kvr_trap *trap);

#endif
