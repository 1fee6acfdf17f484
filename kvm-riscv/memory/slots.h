/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest-physical address map: slots, found by gfn without a lock, by id, and by the host
 * address behind them.
 *
 * A thread that changes the map holds memory->slots_lock; what readers see changes only under
 * memory->mmu_lock held for writing as well, and moves slots->generation on. So a reader copies a
 * slot's view under RCU, works on it with no lock at all, and compares the view's
 * generation under mmu_lock (either side) before it acts on it.
 */
#ifndef KVR_MEMORY_SLOTS_H
#define KVR_MEMORY_SLOTS_H

#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include "memory/pinned.h"
#include "memory/slot_plan.h"

/* A range of guest-physical memory and the user memory behind it. */
struct kvr_slot {
	struct kvr_slot_region region;		/* all but flags fixed; flags under mmu_lock */
	/*
	 * While KVM_MEM_LOG_DIRTY_PAGES is set, unless dirty rings do without:
	 * one little-endian bit per page, then
	 * as much again for the copy that goes to user space. Pointer and flags change under
	 * mmu_lock held for writing; bits are set under it held for reading. The second half
	 * belongs to the holder of slots_lock.
	 */
	unsigned long *dirty;
	struct kvr_pins pins;			/* memory/pinned.h */
	struct rb_node by_gfn;
	struct rb_node by_hva;			/* both under mmu_lock */
	unsigned long by_hva_last;
	struct rcu_head rcu;
};

/* A slot as it was at one generation. */
struct kvr_slot_view {
	struct kvr_slot_region region;
	/* Only to be followed under mmu_lock, and only while the generation still matches. */
	struct kvr_slot *slot;
	u64 generation;
};

struct kvr_slots {
	rwlock_t *lock;				/* memory->mmu_lock */
	struct rb_root by_gfn;			/* written under mmu_lock, read under RCU */
	struct rb_root_cached by_hva;		/* interval tree; under mmu_lock */
	struct xarray by_id;			/* under slots_lock */
	u64 generation;				/* odd while slots change; written under mmu_lock */
};

/* kvr_slots_init - an empty map, whose mmu_lock is @lock; cannot fail */
void kvr_slots_init(struct kvr_slots *slots, rwlock_t *lock);

/* kvr_slots_destroy - free all slots; nobody else may hold a reference to the map */
void kvr_slots_destroy(struct kvr_slots *slots);

/*
 * kvr_slots_find - copy the slot that holds @gfn to @view
 *
 * Where mmu_lock may be taken for reading: that is the way out when slots are just changing.
 * Returns false, and leaves only the generation in @view, when there is none.
 */
bool kvr_slots_find(struct kvr_slots *slots, u64 gfn, struct kvr_slot_view *view);

/*
 * kvr_slots_lack - is there surely no slot that holds @gfn?
 *
 * In any context where RCU watches; takes no lock. False as well while slots are just changing.
 */
bool kvr_slots_lack(struct kvr_slots *slots, u64 gfn);

/* kvr_slots_overlap - does any slot hold a page of @range? Under slots_lock. */
bool kvr_slots_overlap(struct kvr_slots *slots, const struct kvr_gfn_range *range);

/*
 * kvr_slots_show - make @slot visible to look-ups by gfn and by host address; mmu_lock for writing
 */
void kvr_slots_show(struct kvr_slots *slots, struct kvr_slot *slot);

/*
 * kvr_slots_hide - no look-up by gfn finds @slot from now on; mmu_lock for writing
 *
 * The MMU notifier still finds it, until kvr_slots_forget: leaves that were made for it
 * are not gone yet.
 */
void kvr_slots_hide(struct kvr_slots *slots, struct kvr_slot *slot);

/*
 * kvr_slots_replace - hide @old and show @slot in one change; mmu_lock for writing
 *
 * No look-up sees the time between the two: what both hold always is in a slot.
 */
void kvr_slots_replace(struct kvr_slots *slots, struct kvr_slot *old, struct kvr_slot *slot);

/* kvr_slots_forget - the last of @slot's leaves is gone; mmu_lock for writing */
void kvr_slots_forget(struct kvr_slots *slots, struct kvr_slot *slot);

/*
 * kvr_slots_set_log - let @slot log writes, to the bitmap @dirty if that is not NULL, or stop to;
 * mmu_lock for writing
 *
 * The bitmap that it had before is the caller's.
 */
void kvr_slots_set_log(struct kvr_slots *slots, struct kvr_slot *slot, bool log,
		       unsigned long *dirty);

/*
 * kvr_slots_first/next_hva - the slots whose user memory meets [@first, @last], inclusive bytes
 *
 * In no particular order; NULL ends it. Under mmu_lock.
 */
struct kvr_slot *kvr_slots_first_hva(struct kvr_slots *slots, unsigned long first,
				     unsigned long last);
struct kvr_slot *kvr_slots_next_hva(struct kvr_slot *slot, unsigned long first,
				    unsigned long last);

#endif
