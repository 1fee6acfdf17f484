/* SPDX-License-Identifier: GPL-2.0-only */
/* Guest memory by guest-virtual address, through both stages of translation, by the hart itself. */
#ifndef KVR_HART_GUEST_LOAD_H
#define KVR_HART_GUEST_LOAD_H

#include "hart/guest_regs.h"

/*
 * kvr_guest_fetch - read the instruction at the guest's pc as the guest would fetch it
 * @insn: 16 or 32 bits
 *
 * The guest's own thread, kernel speed. Returns 0; -EAGAIN when the fetch itself
 * faulted: then @trap says how, with the causes of loads already turned into those of a fetch;
 * -EBUSY when this hart can run no guests.
 */
int kvr_guest_fetch(struct kvr_guest *guest, u32 *insn, struct kvr_trap *trap);

/*
 * kvr_guest_load_u64 - eight bytes at guest-virtual @address, read as the guest would load them
 *
 * As kvr_guest_fetch; @trap has the causes of loads.
 */
int kvr_guest_load_u64(struct kvr_guest *guest, unsigned long address, unsigned long *value,
		       struct kvr_trap *trap);

#endif
