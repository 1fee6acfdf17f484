// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitops.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "memory/dirty.h"
#include "memory/upkeep.h"
#include "uapi/types.h"

/* Bitmap words that are collected in one go, before others get the lock. */
#define DIRTY_PORTION	1024UL

static unsigned long dirty_words(const struct kvr_slot_region *region)
{
	return BITS_TO_LONGS(kvr_range_pages(&region->gfns));
}

int kvr_dirty_alloc(const struct kvr_slot_region *region, unsigned long **bitmap)
{
	*bitmap = kvcalloc(dirty_words(region), 2 * sizeof(long), GFP_KERNEL_ACCOUNT);
	return *bitmap ? 0 : -ENOMEM;
}

/* Returns the bitmap that @bitmap replaces. */
static unsigned long *dirty_switch(struct kvr_memory *memory, struct kvr_slot *slot,
				   unsigned long *bitmap)
{
	unsigned long *before;

	write_lock(&memory->mmu_lock);
	before = slot->dirty;
	kvr_slots_set_log(&memory->slots, slot, bitmap);
	write_unlock(&memory->mmu_lock);
	return before;
}

int kvr_dirty_start(struct kvr_memory *memory, struct kvr_slot *slot)
{
	struct kvr_gstage_gather gather;
	unsigned long *bitmap;
	int ret = kvr_dirty_alloc(&slot->region, &bitmap);

	if (ret)
		return ret;
	dirty_switch(memory, slot, bitmap);
	kvr_gstage_gather_init(&gather);
	kvr_memory_sweep(memory, &slot->region.gfns, kvr_gstage_protect, &gather);
	kvr_memory_finish(memory, &gather);
	return 0;
}

void kvr_dirty_stop(struct kvr_memory *memory, struct kvr_slot *slot)
{
	struct kvr_gstage_gather gather;

	kvfree(dirty_switch(memory, slot, NULL));
	kvr_gstage_gather_init(&gather);
	kvr_memory_sweep(memory, &slot->region.gfns, kvr_gstage_unmap_tables, &gather);
	kvr_memory_finish(memory, &gather);
}

void kvr_memory_mark_dirty(const struct kvr_slot_view *view, u64 gfn)
{
	unsigned long page = gfn - view->region.gfns.first;

	if (view->slot->dirty && !test_bit_le(page, view->slot->dirty))
		set_bit_le(page, view->slot->dirty);
}

/* Catches the next write to each page that has a bit in @word; @gfn is that of bit 0. */
static void dirty_protect(struct kvr_memory *memory, unsigned long word, u64 gfn,
			  struct kvr_gstage_gather *gather)
{
	while (word) {
		unsigned int first = __ffs(word);
		unsigned long above = ~(word >> first);
		unsigned int end = above ? first + __ffs(above) : BITS_PER_LONG;

		kvr_gstage_protect(&memory->gstage, gfn + first, gfn + end - 1, gather);
		word = end < BITS_PER_LONG ? word & (~0UL << end) : 0;
	}
}

/* Moves the bitmap to its second half, which is returned. */
static unsigned long *dirty_collect(struct kvr_memory *memory, struct kvr_slot *slot)
{
	unsigned long words = dirty_words(&slot->region);
	unsigned long *copy = slot->dirty + words;
	struct kvr_gstage_gather gather;
	unsigned long i = 0, end;

	kvr_gstage_gather_init(&gather);
	while (i < words) {
		write_lock(&memory->mmu_lock);
		for (end = min(words, i + DIRTY_PORTION); i < end; i++) {
			copy[i] = slot->dirty[i];
			if (!copy[i])
				continue;
			slot->dirty[i] = 0;
			dirty_protect(memory, copy[i], slot->region.gfns.first + i * BITS_PER_LONG,
				      &gather);
		}
		write_unlock(&memory->mmu_lock);
		cond_resched();
	}
	/*
	 * Writes that a hart let through until here are in the pages before user space reads them.
	 */
	kvr_memory_finish(memory, &gather);
	return copy;
}

int kvr_memory_get_dirty_log(struct kvr_memory *memory, const struct kvm_dirty_log *log)
{
	struct kvr_slot *slot;
	unsigned long *copy;
	int ret = 0;

	if (log->slot >= KVR_SLOTS_MAX)
		return -EINVAL;
	mutex_lock(&memory->slots_lock);
	slot = xa_load(&memory->slots.by_id, log->slot);
	if (!slot || !slot->dirty) {
		ret = -ENOENT;
		goto out;
	}
	copy = dirty_collect(memory, slot);
	if (copy_to_user(log->dirty_bitmap, copy, dirty_words(&slot->region) * sizeof(long)))
		ret = -EFAULT;
out:
	mutex_unlock(&memory->slots_lock);
	return ret;
}
