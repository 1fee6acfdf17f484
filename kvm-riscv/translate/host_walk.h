/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading the host's own page tables, as a hart's walker would.
 *
 * One look gives everything a fault needs to know (frame, size, permissions, memory type), for
 * anonymous memory, files, hugetlb and device mappings alike, without a reference to any page:
 * what was read stays good until the MMU notifier says otherwise.
 */
#ifndef KVR_TRANSLATE_HOST_WALK_H
#define KVR_TRANSLATE_HOST_WALK_H

#include <linux/types.h>

#include "translate/gstage.h"

struct mm_struct;

/* Neighbours that are looked at together: an aligned block of this many pages. */
#define KVR_AROUND_ORDER	4
#define KVR_AROUND_PAGES	(1 << KVR_AROUND_ORDER)

struct kvr_host_block {
	unsigned int level;		/* of the leaf: 0 is 4 KiB */
	unsigned int at;		/* which of ptes[] is the page asked for */
	/*
	 * Host entries of the aligned block around the page, 0 where nothing is present. Each has
	 * the frame of its own page, whatever the size of the leaf it stems from.
	 */
	u64 ptes[KVR_AROUND_PAGES];
};

/*
 * kvr_host_walk - what does the host have at user address @hva of current->mm?
 *
 * Interrupts on; on kernels before 6.10 takes the mmap_lock for reading. False when nothing is
 * present there.
 */
bool kvr_host_walk(struct mm_struct *mm, unsigned long hva, struct kvr_host_block *block);

/* kvr_host_pte_allows - may a leaf for @pte let the guest read, and write with @write? */
static inline bool kvr_host_pte_allows(u64 pte, bool write)
{
	u64 need = KVR_PTE_V | KVR_PTE_R | KVR_PTE_U;

	/* Writable but clean: the host must hear of the first write, so let it take the fault. */
	if (write)
		need |= KVR_PTE_W | KVR_PTE_D;
	return (pte & need) == need;
}

#endif
