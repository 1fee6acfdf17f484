/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Floating-point and vector registers.
 *
 * FP registers are in the hart as long as the guest is loaded: nothing in the kernel uses them
 * from an interrupt, and a task switch puts the guest first. Vector registers come in just before
 * the guest and leave before interrupts go on again, because softirqs may use them.
 *
 * Bringing them in at the guest's first use would be cheaper, but that use would have to trap to
 * HS-mode as an illegal instruction. Firmware keeps those for itself and passes them down, and
 * QEMU (10.0 and 11.1 at least) does not clear mstatus.MPV when firmware does that: the hart
 * comes to the host's trap vector while still virtual. Hence nothing here waits for a trap, and
 * hedeleg gives the guest all exceptions that firmware may have to pass down.
 *
 * A unit that is not dirty keeps its registers, but for fcsr, vstart and vcsr: a CSR instruction
 * of the guest has to make the host's status field dirty as well (Hypervisor, vsstatus), and QEMU
 * (10.0) only does so with the guest's.
 */
#ifndef KVR_HART_FP_H
#define KVR_HART_FP_H

#include "hart/guest_regs.h"

/*
 * kvr_fp_load/put - exchange host user space's FP registers for the guest's and back; preemption
 * off, only from kvr_guest_load and kvr_guest_put. While loaded guest->fp is stale.
 */
void kvr_fp_load(struct kvr_guest *guest);
void kvr_fp_put(struct kvr_guest *guest);

void kvr_vector_bring(struct kvr_guest *guest);
void kvr_vector_take(struct kvr_guest *guest);

/*
 * kvr_vector_enter/leave - bring the guest's vector registers into the hart and take them out;
 * interrupts off, around kvr_switch
 */
static inline void kvr_vector_enter(struct kvr_guest *guest)
{
	if (unlikely(guest->has_vector))
		kvr_vector_bring(guest);
}

static inline void kvr_vector_leave(struct kvr_guest *guest)
{
	if (unlikely(guest->has_vector))
		kvr_vector_take(guest);
}

#endif
