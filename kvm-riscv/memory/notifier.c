// SPDX-License-Identifier: GPL-2.0-only
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "memory/memory.h"
#include "memory/notifier.h"
#include "memory/pinned.h"
#include "memory/revoke.h"

static struct kvr_memory *memory_of(struct mmu_notifier *mn)
{
	return container_of(mn, struct kvr_memory, notifier.mn);
}

/* The frames of @slot that user bytes @first … @last are behind; the two meet. */
static struct kvr_gfn_range slot_frames(const struct kvr_slot *slot, unsigned long first,
					unsigned long last)
{
	const struct kvr_slot_region *region = &slot->region;
	struct kvr_gfn_range range = region->gfns;

	if (first > region->hva)
		range.first += (first - region->hva) >> PAGE_SHIFT;
	range.last = min(range.last,
			 region->gfns.first + ((last - region->hva) >> PAGE_SHIFT));
	return range;
}

/* Applies @fn to what is behind user bytes @first … @last. */
static void revoke_hva(struct kvr_revoke *revoke, kvr_revoke_fn fn, unsigned long first,
		       unsigned long last)
{
	struct kvr_slots *slots = &revoke->memory->slots;
	struct kvr_slot *slot = kvr_slots_first_hva(slots, first, last);

	/* Where the lock may be dropped an invalidation is under way, and the tree stays. */
	for (; slot; slot = kvr_slots_next_hva(slot, first, last)) {
		struct kvr_gfn_range range = slot_frames(slot, first, last);

		kvr_revoke_range(revoke, fn, range.first, range.last);
	}
}

/*
 * Does any slot lie over user bytes @first … @last? The same for start and end of an invalidation,
 * which counts as under way from within the lock on when @is_start.
 */
static bool slots_meet(struct kvr_memory *memory, unsigned long first, unsigned long last,
		       bool is_start)
{
	bool meet;

	read_lock(&memory->mmu_lock);
	if (is_start)
		atomic_inc(&memory->notifier.active);
	meet = kvr_slots_first_hva(&memory->slots, first, last);
	read_unlock(&memory->mmu_lock);
	return meet;
}

static void running_add(struct kvr_notifier *notifier, unsigned long first, unsigned long last)
{
	if (notifier->running++) {
		first = min(first, notifier->first);
		last = max(last, notifier->last);
	}
	notifier->first = first;
	notifier->last = last;
}

static int invalidate_start(struct mmu_notifier *mn, const struct mmu_notifier_range *range)
{
	struct kvr_memory *memory = memory_of(mn);
	unsigned long last = range->end - 1;
	struct kvr_revoke revoke;

	if (!slots_meet(memory, range->start, last, true))
		return 0;
	kvr_revoke_begin(&revoke, memory, mmu_notifier_range_blockable(range));
	/* From here on nothing in the range can be mapped before the end callback. */
	running_add(&memory->notifier, range->start, last);
	revoke_hva(&revoke, kvr_gstage_unmap, range->start, last);
	kvr_revoke_end(&revoke);
	return 0;
}

static void invalidate_end(struct mmu_notifier *mn, const struct mmu_notifier_range *range)
{
	struct kvr_memory *memory = memory_of(mn);
	struct kvr_notifier *notifier = &memory->notifier;

	if (slots_meet(memory, range->start, range->end - 1, false)) {
		write_lock(&memory->mmu_lock);
		WRITE_ONCE(notifier->sequence, notifier->sequence + 1);
		notifier->running--;
		write_unlock(&memory->mmu_lock);
	}
	if (atomic_dec_and_test(&notifier->active))
		rcuwait_wake_up(&notifier->idle);
}

void kvr_notifier_lock_idle(struct kvr_memory *memory) __acquires(&memory->mmu_lock)
{
	struct kvr_notifier *notifier = &memory->notifier;

	lockdep_assert_held(&memory->slots_lock);
	for (;;) {
		write_lock(&memory->mmu_lock);
		if (likely(!atomic_read(&notifier->active)))
			return;
		write_unlock(&memory->mmu_lock);
		rcuwait_wait_event(&notifier->idle, !atomic_read(&notifier->active),
				   TASK_UNINTERRUPTIBLE);
	}
}

static kvr_mmu_young_t clear_flush_young(struct mmu_notifier *mn, struct mm_struct *mm,
					 unsigned long start, unsigned long end)
{
	struct kvr_revoke revoke;

	/* The caller holds a lock of the page's table: all is done in one go. */
	kvr_revoke_begin(&revoke, memory_of(mn), false);
	revoke_hva(&revoke, kvr_gstage_age, start, end - 1);
	kvr_revoke_end(&revoke);
	return revoke.gather.young;
}

/* Without a fence: a page in constant use may look old once, which the caller accepts. */
static kvr_mmu_young_t clear_young(struct mmu_notifier *mn, struct mm_struct *mm,
				   unsigned long start, unsigned long end)
{
	struct kvr_revoke revoke;

	kvr_revoke_begin(&revoke, memory_of(mn), false);
	revoke_hva(&revoke, kvr_gstage_age, start, end - 1);
	kvr_revoke_end_aged(&revoke);
	return revoke.gather.young;
}

static kvr_mmu_young_t test_young(struct mmu_notifier *mn, struct mm_struct *mm,
				  unsigned long address)
{
	struct kvr_memory *memory = memory_of(mn);
	unsigned long last = address + PAGE_SIZE - 1;
	struct kvr_slot *slot;
	bool young = false;

	read_lock(&memory->mmu_lock);
	slot = kvr_slots_first_hva(&memory->slots, address, last);
	for (; slot && !young; slot = kvr_slots_next_hva(slot, address, last)) {
		struct kvr_gfn_range range = slot_frames(slot, address, last);

		young = kvr_gstage_is_young(&memory->gstage, range.first, range.last);
	}
	read_unlock(&memory->mmu_lock);
	return young;
}

/* The address space ends, and the pages behind all slots with it. */
static void release(struct mmu_notifier *mn, struct mm_struct *mm)
{
	kvr_revoke_all(memory_of(mn));
}

static const struct mmu_notifier_ops notifier_ops = {
	.release = release,
	.clear_flush_young = clear_flush_young,
	.clear_young = clear_young,
	.test_young = test_young,
	.invalidate_range_start = invalidate_start,
	.invalidate_range_end = invalidate_end,
};

int kvr_notifier_init(struct kvr_memory *memory)
{
	atomic_set(&memory->notifier.active, 0);
	rcuwait_init(&memory->notifier.idle);
	if (kvr_memory_pins())
		return 0;
	memory->notifier.mn.ops = &notifier_ops;
	return mmu_notifier_register(&memory->notifier.mn, memory->mm);
}

void kvr_notifier_exit(struct kvr_memory *memory)
{
	if (kvr_memory_pins())
		return;
	mmu_notifier_unregister(&memory->notifier.mn, memory->mm);
}
