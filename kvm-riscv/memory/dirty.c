// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "memory/dirty.h"
#include "memory/revoke.h"
#include "memory/ring.h"
#include "uapi/types.h"
#include "vcpu/vcpu.h"

static unsigned long dirty_words(const struct kvr_slot_region *region)
{
	return BITS_TO_LONGS(kvr_range_pages(&region->gfns));
}

/* Rings begin empty, and so does what backs them. */
static bool dirty_initially(const struct kvr_memory *memory)
{
	return !memory->ring_size && memory->dirty_protocol & KVM_DIRTY_LOG_INITIALLY_SET;
}

/* Rings alone tell of writes. */
static bool dirty_without_bitmaps(const struct kvr_memory *memory)
{
	return memory->ring_size && !memory->ring_bitmap;
}

int kvr_dirty_alloc(const struct kvr_memory *memory, const struct kvr_slot_region *region,
		    unsigned long **bitmap)
{
	lockdep_assert_held(&memory->slots_lock);
	*bitmap = NULL;
	if (dirty_without_bitmaps(memory))
		return 0;
	*bitmap = kvcalloc(dirty_words(region), 2 * sizeof(long), GFP_KERNEL_ACCOUNT);
	if (!*bitmap)
		return -ENOMEM;
	if (dirty_initially(memory))
		bitmap_set(*bitmap, 0, kvr_range_pages(&region->gfns));
	return 0;
}

/* Returns the bitmap that @bitmap replaces. */
static unsigned long *dirty_switch(struct kvr_memory *memory, struct kvr_slot *slot, bool log,
				   unsigned long *bitmap)
{
	unsigned long *before;

	write_lock(&memory->mmu_lock);
	before = slot->dirty;
	kvr_slots_set_log(&memory->slots, slot, log, bitmap);
	write_unlock(&memory->mmu_lock);
	return before;
}

static void slot_revoke(struct kvr_memory *memory, const struct kvr_slot *slot, kvr_revoke_fn fn)
{
	struct kvr_revoke revoke;

	kvr_revoke_begin(&revoke, memory, true);
	kvr_revoke_range(&revoke, fn, slot->region.gfns.first, slot->region.gfns.last);
	kvr_revoke_end(&revoke);
}

int kvr_dirty_start(struct kvr_memory *memory, struct kvr_slot *slot)
{
	unsigned long *bitmap;
	int ret = kvr_dirty_alloc(memory, &slot->region, &bitmap);

	if (ret)
		return ret;
	dirty_switch(memory, slot, true, bitmap);
	/* All is dirty as it is: a page's writes matter once user space has cleared its bit. */
	if (dirty_initially(memory))
		return 0;
	slot_revoke(memory, slot, kvr_gstage_protect);
	return 0;
}

void kvr_dirty_stop(struct kvr_memory *memory, struct kvr_slot *slot)
{
	kvfree(dirty_switch(memory, slot, false, NULL));
	slot_revoke(memory, slot, kvr_gstage_unmap_tables);
}

void kvr_dirty_mark(struct kvr_vcpu *vcpu, const struct kvr_slot_view *view, u64 gfn)
{
	unsigned long page = gfn - view->region.gfns.first;

	if (!(view->region.flags & KVM_MEM_LOG_DIRTY_PAGES))
		return;
	if (vcpu->ring && kvr_ring_push(vcpu, view->region.id, page))
		return;
	if (view->slot->dirty && !test_bit_le(page, view->slot->dirty))
		set_bit_le(page, view->slot->dirty);
}

/* The second half of the bitmap, for what comes from or goes to user space. */
static unsigned long *dirty_copy(const struct kvr_slot *slot)
{
	return slot->dirty + dirty_words(&slot->region);
}

/*
 * Clears what is dirty in words @i … @end - 1 and has its bit set in the second half, and leaves
 * there what it cleared.
 */
static void dirty_clear(struct kvr_memory *memory, struct kvr_slot *slot, unsigned long i,
			unsigned long end)
{
	const struct kvr_gfn_range *gfns = &slot->region.gfns;
	unsigned long *copy = dirty_copy(slot);
	struct kvr_revoke revoke;

	/*
	 * A write between a bit's end and its page's protection is in the page before user space
	 * reads that, and the copy has the bit: so it does not matter where the lock is dropped.
	 */
	kvr_revoke_begin(&revoke, memory, true);
	for (; i < end; i++) {
		kvr_revoke_spend(&revoke, 1);
		copy[i] &= slot->dirty[i];
		if (!copy[i])
			continue;
		slot->dirty[i] &= ~copy[i];
		kvr_revoke_word(&revoke, kvr_gstage_protect, copy[i],
				gfns->first + i * BITS_PER_LONG, gfns->last);
	}
	kvr_revoke_end(&revoke);
}

/* The slot named @id, if it logs to a bitmap; or an error. */
static struct kvr_slot *dirty_slot(struct kvr_memory *memory, u32 id)
{
	struct kvr_slot *slot;

	lockdep_assert_held(&memory->slots_lock);
	if (dirty_without_bitmaps(memory))
		return ERR_PTR(-ENXIO);
	if (id >= KVR_SLOTS_MAX)
		return ERR_PTR(-EINVAL);
	slot = xa_load(&memory->slots.by_id, id);
	return slot && slot->dirty ? slot : ERR_PTR(-ENOENT);
}

int kvr_memory_get_dirty_log(struct kvr_memory *memory, const struct kvm_dirty_log *log)
{
	struct kvr_slot *slot;
	unsigned long words;
	int ret = 0;

	mutex_lock(&memory->slots_lock);
	slot = dirty_slot(memory, log->slot);
	if (IS_ERR(slot)) {
		ret = PTR_ERR(slot);
		goto out;
	}
	words = dirty_words(&slot->region);
	if (memory->dirty_protocol & KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE) {
		memcpy(dirty_copy(slot), slot->dirty, words * sizeof(long));
	} else {
		memset(dirty_copy(slot), 0xff, words * sizeof(long));
		dirty_clear(memory, slot, 0, words);
	}
	if (copy_to_user(log->dirty_bitmap, dirty_copy(slot), words * sizeof(long)))
		ret = -EFAULT;
out:
	mutex_unlock(&memory->slots_lock);
	return ret;
}

int kvr_memory_clear_dirty_log(struct kvr_memory *memory, const struct kvm_clear_dirty_log *log)
{
	unsigned long first = log->first_page / BITS_PER_LONG;
	unsigned long words = BITS_TO_LONGS((unsigned long)log->num_pages);
	struct kvr_slot *slot;
	u64 pages;
	int ret = 0;

	mutex_lock(&memory->slots_lock);
	slot = dirty_slot(memory, log->slot);
	if (IS_ERR(slot)) {
		ret = PTR_ERR(slot);
		goto out;
	}
	pages = kvr_range_pages(&slot->region.gfns);
	ret = -EINVAL;
	if (log->first_page % BITS_PER_LONG || log->first_page > pages ||
	    log->num_pages > pages - log->first_page)
		goto out;
	/* Whole words, but for the slot's last. */
	if (log->num_pages % BITS_PER_LONG && log->num_pages < pages - log->first_page)
		goto out;
	ret = -EFAULT;
	if (copy_from_user(dirty_copy(slot) + first, log->dirty_bitmap, words * sizeof(long)))
		goto out;
	dirty_clear(memory, slot, first, first + words);
	ret = 0;
out:
	mutex_unlock(&memory->slots_lock);
	return ret;
}

int kvr_memory_set_dirty_protocol(struct kvr_memory *memory, u64 protocol)
{
	if (protocol & ~(u64)KVR_DIRTY_PROTOCOLS)
		return -EINVAL;
	if (protocol == KVM_DIRTY_LOG_INITIALLY_SET)
		return -EINVAL;
	mutex_lock(&memory->slots_lock);
	memory->dirty_protocol = protocol;
	mutex_unlock(&memory->slots_lock);
	return 0;
}
