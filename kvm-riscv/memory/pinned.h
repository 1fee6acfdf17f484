/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest memory that stays where it is: the way of kernels that do not tell of changes to an
 * address space (no MMU notifiers).
 *
 * What a guest touches is pinned for as long as its slot is there, and charged to the locked
 * memory of the process (RLIMIT_MEMLOCK). So a translation never becomes stale; but memory
 * that user space gives back or maps anew under the slot stays the guest's.
 */
#ifndef KVR_MEMORY_PINNED_H
#define KVR_MEMORY_PINNED_H

#include <linux/types.h>

struct kvr_host_block;
struct kvr_memory;
struct kvr_slot;
struct kvr_slot_region;
struct kvr_slot_view;

/*
 * The pins of one slot: a chunk per 2 MiB block of guest-physical memory that the slot meets, NULL
 * until something in it is pinned; in a chunk an entry per page, 0 until it is. Both
 * only ever go from empty to set, with compare-and-swap under mmu_lock held for reading,
 * until kvr_pins_release.
 */
struct kvr_pins {
	unsigned long **chunks;		/* NULL when memory is not pinned at all */
};

/* kvr_memory_pins - is guest memory pinned here? Fixed at module load. */
bool kvr_memory_pins(void);

/* kvr_pins_init - room for the pins of a slot for @region. Sleeps. 0 or -ENOMEM. */
int kvr_pins_init(struct kvr_pins *pins, const struct kvr_slot_region *region);

/*
 * kvr_pins_release - unpin all that was pinned for @slot, and take it off the account
 *
 * No look-up finds the slot any more, and no hart its pages. Sleeps; any mm.
 */
void kvr_pins_release(struct kvr_memory *memory, struct kvr_slot *slot);

/*
 * kvr_pins_find - fill @block with what is pinned behind frame @gfn of the slot in @view
 *
 * Takes mmu_lock for reading. 0; -ENOENT when the page is not pinned; -EFAULT when it can only be
 * read and @write is set; -EAGAIN when the slots have changed.
 */
int kvr_pins_find(struct kvr_memory *memory, const struct kvr_slot_view *view, u64 gfn,
		  bool write, struct kvr_host_block *block);

/*
 * kvr_pins_add - pin the page behind @gfn; with @huge the 2 MiB block around it, if it can be
 *
 * Kernel speed, in the VM's mm. -EAGAIN when that was done (kvr_pins_find has it now, unless the
 * slots have changed), -ENOMEM when RLIMIT_MEMLOCK or memory is exhausted, or what pinning
 * failed with (-EFAULT …).
 */
int kvr_pins_add(struct kvr_memory *memory, const struct kvr_slot_view *view, u64 gfn, bool huge);

#endif
