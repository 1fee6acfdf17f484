/* SPDX-License-Identifier: GPL-2.0-only */
/* Traps that the guest takes because the hypervisor says so. */
#ifndef KVR_HART_TRAP_H
#define KVR_HART_TRAP_H

#include "hart/guest_regs.h"
#include "host/firmware.h"

/*
 * kvr_trap_deliver - let the guest take @trap in VS-mode at its present pc
 * @trap: scause, an interrupt's or an exception's, and stval, as the guest reads them
 *
 * The guest's own thread, any speed, guest loaded or not (Privileged Architecture, "Trap Entry"
 * of VS-mode).
 */
void kvr_trap_deliver(struct kvr_guest *guest, const struct kvr_trap *trap);

/* kvr_trap_inject - the same for exception @cause */
static inline void kvr_trap_inject(struct kvr_guest *guest, unsigned long cause,
				   unsigned long stval)
{
	kvr_trap_deliver(guest, &(struct kvr_trap){ .scause = cause, .stval = stval });
}

/* kvr_htinst_forged - may htinst be about an instruction of the firmware's? */
static inline bool kvr_htinst_forged(void)
{
	return static_branch_unlikely(&kvr_firmware_forges_htinst);
}

/* kvr_trap_htinst - htinst as the hart wrote it; 0, nothing told, where that is not sure */
static inline unsigned long kvr_trap_htinst(const struct kvr_trap *trap)
{
	return kvr_htinst_forged() ? 0 : trap->htinst;
}

/* kvr_trap_is_user - did VU-mode make the trap at hand? */
static inline bool kvr_trap_is_user(const struct kvr_guest *guest)
{
	return !(guest->frame.sstatus & KVR_SSTATUS_SPP);
}

#endif
