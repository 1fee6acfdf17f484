/* SPDX-License-Identifier: GPL-2.0-only */
/* What surrounds each run of the guest, with interrupts off from entry to exit. */
#ifndef KVR_HART_ENTER_H
#define KVR_HART_ENTER_H

#include "hart/fp.h"
#include "hart/guest_regs.h"
#include "hart/space.h"

/*
 * kvr_guest_enter - the hart has everything of the guest: it may run
 *
 * Interrupts off, guest loaded and translating (kvr_hart_translate).
 */
static inline void kvr_guest_enter(struct kvr_guest *guest)
{
	kvr_guest_shared_csrs_exchange(guest);
	kvr_vector_enter(guest);
}

/* kvr_guest_exit - what the host uses too is the host's again; interrupts off since the entry */
static inline void kvr_guest_exit(struct kvr_guest *guest)
{
	kvr_vector_leave(guest);
	kvr_guest_shared_csrs_exchange(guest);
}

#endif
