/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking memory, or permissions on it, away from guests: the one way to do it.
 *
 * A leaf that is gone from the table may still be in a hart's TLB. Another remover that finds none
 * would believe that no hart uses the page, and let the host have it. So what was changed is fenced
 * before mmu_lock goes: a leaf that is found gone under mmu_lock is in use by no hart.
 *
 * One hold of mmu_lock visits a bounded number of entries (KVR_REVOKE_ENTRIES). Where the caller
 * may sleep, what is longer is done in portions: change, fence, drop the lock, free tables, let
 * others run, take the lock again. Faults may map in between; what must not come back is ruled out
 * before.
 */
#ifndef KVR_MEMORY_REVOKE_H
#define KVR_MEMORY_REVOKE_H

#include <linux/compiler.h>
#include <linux/types.h>

#include "translate/gstage.h"

struct kvr_memory;

/* Entries of tables that one hold of mmu_lock visits: 64 MiB of 4 KiB leaves. */
#define KVR_REVOKE_ENTRIES	16384U

/* One removal, from kvr_revoke_begin to kvr_revoke_end; on the stack of its thread. */
struct kvr_revoke {
	struct kvr_memory *memory;
	/* changed and not yet fenced, unlinked and not yet freed; budget: left of the portion */
	struct kvr_gstage_gather gather;
	bool may_sleep;			/* else all is one portion */
};

/* An exclusive operation on a range of the table, as in translate/gstage.h. */
typedef bool (*kvr_revoke_fn)(struct kvr_gstage *gstage, struct kvr_gstage_range *range,
			      struct kvr_gstage_gather *gather);

/*
 * kvr_revoke_begin - take mmu_lock for writing and begin to take away from the guests of @memory
 * @may_sleep: the lock may be dropped at each kvr_revoke_range and kvr_revoke_spend, to go on later
 *
 * Interrupts on. Pair with kvr_revoke_end.
 */
void kvr_revoke_begin(struct kvr_revoke *revoke, struct kvr_memory *memory, bool may_sleep)
	__acquires(&memory->mmu_lock);

/*
 * kvr_revoke_range - apply @fn to frames @first … @last of the VM, in all tables that translate
 * them
 *
 * What it changed is fenced whenever the lock is dropped, here or in kvr_revoke_end.
 */
void kvr_revoke_range(struct kvr_revoke *revoke, kvr_revoke_fn fn, u64 first, u64 last);

/*
 * kvr_revoke_word - kvr_revoke_range on each frame up to @last that has a bit in @word, of which
 * bit 0 is that of @gfn
 */
void kvr_revoke_word(struct kvr_revoke *revoke, kvr_revoke_fn fn, unsigned long word, u64 gfn,
		     u64 last);

/*
 * kvr_revoke_spend - the caller itself has done work like that of a visit to @entries entries; the
 * lock may be dropped, if the removal may sleep
 */
void kvr_revoke_spend(struct kvr_revoke *revoke, unsigned int entries);

/* kvr_revoke_end - fence, drop mmu_lock, free tables: no hart uses what was taken away */
void kvr_revoke_end(struct kvr_revoke *revoke) __releases(&revoke->memory->mmu_lock);

/*
 * kvr_revoke_end_aged - kvr_revoke_end without the fence, where nothing but ages changed
 *
 * A hart that holds a translation does not set A again: the page may look old although it is in
 * use.
 */
void kvr_revoke_end_aged(struct kvr_revoke *revoke) __releases(&revoke->memory->mmu_lock);

/*
 * kvr_revoke_all - unmap everything, and have no hart walk anything but the empty root
 *
 * Sleeps; mmu_lock not held.
 */
void kvr_revoke_all(struct kvr_memory *memory);

#endif
