/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hgatp and vsatp. For hart/ only: here alone is decided what may be in one while the other
 * changes.
 *
 * A hart may look ahead with whatever the two hold, at any moment and in any mode (Supervisor,
 * "Supervisor Memory-Management Fence Instruction"; Hypervisor, "Virtual Supervisor Address
 * Translation and Protection (vsatp) Register": it counts as active). So vsatp is zero whenever
 * hgatp changes: a guest's tables are never walked under another guest's hgatp, nor under none.
 */
#ifndef KVR_HART_HGATP_H
#define KVR_HART_HGATP_H

#include "hart/csr_access.h"
#include "hart/fence.h"
#include "hart/guest_regs.h"
#include "hart/hart.h"
#include "hart/record.h"

/*
 * kvr_hgatp_vmid_reused - does hgatp's MODE change from @old to @new under one VMID? Then old
 * translations, those of Bare included, would serve under the new MODE, and all have to go
 * (Hypervisor, "Hypervisor Memory-Management Fence Instructions"). VMID 0 is Bare's as well: on
 * a hart without VMIDs every change between a guest and none is such a one.
 */
static inline bool kvr_hgatp_vmid_reused(unsigned long old, unsigned long new)
{
	return !((old ^ new) & KVR_HGATP_VMID) && (old ^ new) & KVR_HGATP_MODE;
}

/* kvr_hgatp_write - hgatp becomes @hgatp; interrupts off, vsatp is 0 */
static inline void kvr_hgatp_write(struct kvr_hart *hart, unsigned long hgatp)
{
	unsigned long old = hart->hgatp;

	kvr_csr_write(KVR_CSR_HGATP, hgatp);
	hart->hgatp = hgatp;
	if (unlikely(kvr_hgatp_vmid_reused(old, hgatp)))
		kvr_fence_gvma_all();
}

/* kvr_hgatp_empty - an hgatp for fences under @vmid: nothing may be translated with it */
static inline unsigned long kvr_hgatp_empty(unsigned long vmid)
{
	return kvr_hart_common.gstage_mode << KVR_HGATP_MODE_SHIFT | vmid << KVR_HGATP_VMID_SHIFT |
	       kvr_hart_empty_ppn();
}

/*
 * kvr_hart_untranslate - vsatp becomes 0; interrupts off. Where the guest that it belonged to is
 * loaded its value is noted.
 */
static inline void kvr_hart_untranslate(struct kvr_hart *hart)
{
	struct kvr_guest *guest = hart->live;
	unsigned long vsatp = kvr_csr_swap(KVR_CSR_VSATP, 0);

	hart->live = NULL;
	if (guest && guest->loaded)
		guest->csr.vsatp = vsatp;
}

#endif
