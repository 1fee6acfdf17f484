// SPDX-License-Identifier: GPL-2.0-only
/* Taking memory away from guests: lock, change a portion, fence, unlock, free, let others run. */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "hart/space.h"
#include "memory/memory.h"
#include "memory/revoke.h"
#include "vcpu/trace.h"

static void fence(struct kvr_memory *memory, u64 first, u64 last)
{
	trace_kvm_fence(first, last);
	kvr_space_fence(memory->space, first, last);
}

/* After this no hart uses what the portion took away. Under the lock, see revoke.h. */
static void portion_fence(struct kvr_revoke *revoke)
{
	const struct kvr_gstage_gather *gather = &revoke->gather;
	struct kvr_memory *memory = revoke->memory;
	unsigned int level;

	lockdep_assert_held_write(&memory->mmu_lock);
	for (level = 0; level < KVR_LEAF_LEVELS; level++)
		if (gather->leaves[level])
			atomic64_sub(gather->leaves[level], &memory->leaves[level]);
	if (gather->table_count)
		atomic64_sub(gather->table_count, &memory->tables);
	/*
	 * A fence by address need not reach entries above the leaf: none will do for tables that
	 * go.
	 */
	if (gather->tables)
		fence(memory, 0, ~0ULL);
	else if (gather->first <= gather->last)
		fence(memory, gather->first, gather->last);
}

/* Lets others have the lock when the portion is used up. */
static void portion_check(struct kvr_revoke *revoke)
{
	struct kvr_memory *memory = revoke->memory;

	if (likely(revoke->gather.budget))
		return;
	if (!revoke->may_sleep) {
		revoke->gather.budget = KVR_REVOKE_ENTRIES;
		return;
	}
	kvr_revoke_end(revoke);
	cond_resched();
	write_lock(&memory->mmu_lock);
	kvr_gstage_gather_init(&revoke->gather, KVR_REVOKE_ENTRIES);
}

/*
 * The only place that knows which tables translate the VM's frames: the VM's own one. Tables that
 * are made from it would be searched here.
 */
static bool tables_change(struct kvr_revoke *revoke, kvr_revoke_fn fn,
			  struct kvr_gstage_range *range)
{
	return fn(&revoke->memory->gstage, range, &revoke->gather);
}

void kvr_revoke_begin(struct kvr_revoke *revoke, struct kvr_memory *memory, bool may_sleep)
	__acquires(&memory->mmu_lock)
{
	/* The fence waits for other harts, which may be waiting for ours. */
	lockdep_assert_irqs_enabled();
	revoke->memory = memory;
	revoke->may_sleep = may_sleep;
	write_lock(&memory->mmu_lock);
	kvr_gstage_gather_init(&revoke->gather, KVR_REVOKE_ENTRIES);
}

void kvr_revoke_range(struct kvr_revoke *revoke, kvr_revoke_fn fn, u64 first, u64 last)
{
	struct kvr_gstage_range range = kvr_gstage_range(first, last);

	while (!tables_change(revoke, fn, &range))
		portion_check(revoke);
}

void kvr_revoke_word(struct kvr_revoke *revoke, kvr_revoke_fn fn, unsigned long word, u64 gfn,
		     u64 last)
{
	while (word) {
		unsigned int first = __ffs(word);
		unsigned long above = ~(word >> first);
		unsigned int end = above ? first + __ffs(above) : BITS_PER_LONG;

		kvr_revoke_range(revoke, fn, gfn + first, min(last, gfn + end - 1));
		word = end < BITS_PER_LONG ? word & (~0UL << end) : 0;
	}
}

void kvr_revoke_spend(struct kvr_revoke *revoke, unsigned int entries)
{
	revoke->gather.budget -= min(revoke->gather.budget, entries);
	portion_check(revoke);
}

void kvr_revoke_end(struct kvr_revoke *revoke) __releases(&revoke->memory->mmu_lock)
{
	portion_fence(revoke);
	write_unlock(&revoke->memory->mmu_lock);
	kvr_gstage_gather_free(&revoke->gather);
}

void kvr_revoke_end_aged(struct kvr_revoke *revoke) __releases(&revoke->memory->mmu_lock)
{
	write_unlock(&revoke->memory->mmu_lock);
}

void kvr_revoke_all(struct kvr_memory *memory)
{
	struct kvr_revoke revoke;

	kvr_revoke_begin(&revoke, memory, true);
	kvr_revoke_range(&revoke, kvr_gstage_unmap, 0, ~0ULL);
	/* With nothing mapped at all a hart may still look ahead, and hold what it found. */
	revoke.gather.first = 0;
	revoke.gather.last = ~0ULL;
	kvr_revoke_end(&revoke);
}
