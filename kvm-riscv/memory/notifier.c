// SPDX-License-Identifier: GPL-2.0-only
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "memory/memory.h"
#include "memory/notifier.h"
#include "memory/pinned.h"
#include "memory/upkeep.h"

/* How much user memory is unmapped in one go before others get the lock; a power of two. */
#define NOTIFIER_PORTION	(1UL << 30)

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

/*
 * Unmaps one portion of the user bytes *@first … @last and moves *@first past it; false at the end.
 */
static bool unmap_portion(struct kvr_memory *memory, unsigned long *first, unsigned long last,
			  struct kvr_gstage_gather *gather)
{
	struct kvr_slot *slot = kvr_slots_first_hva(&memory->slots, *first, last);
	unsigned long end;

	lockdep_assert_held_write(&memory->mmu_lock);
	if (!slot)
		return false;
	/* The first slot has the lowest address of all: below it there is nothing to do. */
	*first = max(*first, slot->region.hva);
	end = min(last, *first | (NOTIFIER_PORTION - 1));
	for (; slot; slot = kvr_slots_next_hva(slot, *first, end)) {
		struct kvr_gfn_range range = slot_frames(slot, *first, end);

		kvr_gstage_unmap(&memory->gstage, range.first, range.last, gather);
	}
	*first = end + 1;
	return end < last;
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
	unsigned long first = range->start;
	unsigned long last = range->end - 1;
	struct kvr_gstage_gather gather;
	bool more;

	kvr_gstage_gather_init(&gather);
	write_lock(&memory->mmu_lock);
	running_add(&memory->notifier, first, last);
	while ((more = unmap_portion(memory, &first, last, &gather))) {
		/* Nothing in the range can be mapped again before the end callback. */
		if (!mmu_notifier_range_blockable(range))
			continue;
		write_unlock(&memory->mmu_lock);
		cond_resched();
		write_lock(&memory->mmu_lock);
	}
	write_unlock(&memory->mmu_lock);
	kvr_memory_finish(memory, &gather);
	return 0;
}

static void invalidate_end(struct mmu_notifier *mn, const struct mmu_notifier_range *range)
{
	struct kvr_memory *memory = memory_of(mn);

	write_lock(&memory->mmu_lock);
	WRITE_ONCE(memory->notifier.sequence, memory->notifier.sequence + 1);
	memory->notifier.running--;
	write_unlock(&memory->mmu_lock);
}

static bool age_locked(struct kvr_memory *memory, unsigned long first, unsigned long last,
		       bool clear, struct kvr_gstage_gather *gather)
{
	struct kvr_slot *slot = kvr_slots_first_hva(&memory->slots, first, last);
	bool young = false;

	for (; slot; slot = kvr_slots_next_hva(slot, first, last)) {
		struct kvr_gfn_range range = slot_frames(slot, first, last);

		young |= kvr_gstage_age(&memory->gstage, range.first, range.last, clear, gather);
	}
	return young;
}

static kvr_mmu_young_t clear_flush_young(struct mmu_notifier *mn, struct mm_struct *mm,
					 unsigned long start, unsigned long end)
{
	struct kvr_memory *memory = memory_of(mn);
	struct kvr_gstage_gather gather;
	bool young;

	kvr_gstage_gather_init(&gather);
	write_lock(&memory->mmu_lock);
	young = age_locked(memory, start, end - 1, true, &gather);
	write_unlock(&memory->mmu_lock);
	kvr_memory_finish(memory, &gather);
	return young;
}

/* Without a fence: a page in constant use may look old once, which the caller accepts. */
static kvr_mmu_young_t clear_young(struct mmu_notifier *mn, struct mm_struct *mm,
				   unsigned long start, unsigned long end)
{
	struct kvr_memory *memory = memory_of(mn);
	struct kvr_gstage_gather gather;
	bool young;

	kvr_gstage_gather_init(&gather);
	write_lock(&memory->mmu_lock);
	young = age_locked(memory, start, end - 1, true, &gather);
	write_unlock(&memory->mmu_lock);
	return young;
}

static kvr_mmu_young_t test_young(struct mmu_notifier *mn, struct mm_struct *mm,
				  unsigned long address)
{
	struct kvr_memory *memory = memory_of(mn);
	bool young;

	read_lock(&memory->mmu_lock);
	young = age_locked(memory, address, address + PAGE_SIZE - 1, false, NULL);
	read_unlock(&memory->mmu_lock);
	return young;
}

/* The address space ends, and the pages behind all slots with it. */
static void release(struct mmu_notifier *mn, struct mm_struct *mm)
{
	struct kvr_memory *memory = memory_of(mn);
	struct kvr_gstage_gather gather;

	kvr_gstage_gather_init(&gather);
	write_lock(&memory->mmu_lock);
	kvr_gstage_unmap(&memory->gstage, 0, kvr_gstage_frames(&memory->gstage) - 1,
			 &gather);
	write_unlock(&memory->mmu_lock);
	kvr_memory_finish(memory, &gather);
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
