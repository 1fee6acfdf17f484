// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "compat/mmu_notifier.h"
#include "memory/memory.h"
#include "memory/pinned.h"
#include "memory/revoke.h"
#include "translate/host_walk.h"

/* An entry: the page's frame number, and whether the guest may write to it. */
#define PIN_PRESENT	1UL
#define PIN_WRITE	2UL
#define PIN_PFN_SHIFT	2

#define CHUNK_ORDER	KVR_TABLE_SHIFT
#define CHUNK_PAGES	(1UL << CHUNK_ORDER)

static bool pin_memory;
module_param(pin_memory, bool, 0444);
MODULE_PARM_DESC(pin_memory, "pin guest memory although the kernel has MMU notifiers (for tests)");

bool kvr_memory_pins(void)
{
	return pin_memory || !KVR_MMU_NOTIFIED;
}

static unsigned long chunk_count(const struct kvr_slot_region *region)
{
	return (region->gfns.last >> CHUNK_ORDER) - (region->gfns.first >> CHUNK_ORDER) + 1;
}

/* Where the chunk of @gfn is kept, or NULL when the slot has no table; under mmu_lock. */
static unsigned long **chunk_of(const struct kvr_slot *slot, u64 gfn)
{
	struct kvr_pin_table *table = READ_ONCE(slot->pins.table);
	u64 first = slot->region.gfns.first >> CHUNK_ORDER;

	return table ? &table->chunks[(gfn >> CHUNK_ORDER) - first] : NULL;
}

/* The entries of the chunk of @gfn, or NULL when it has none; under mmu_lock. */
static unsigned long *entries_of(const struct kvr_slot *slot, u64 gfn)
{
	unsigned long **place = chunk_of(slot, gfn);

	return place ? READ_ONCE(*place) : NULL;
}

int kvr_pinning_init(struct kvr_pinning *pinning, struct mm_struct *mm)
{
	return kvr_memory_pins() ? kvr_charge_init(&pinning->charge, mm) : 0;
}

void kvr_pinning_destroy(struct kvr_pinning *pinning)
{
	kvr_charge_destroy(&pinning->charge);
}

static void entry_unpin(unsigned long entry)
{
	struct page *page = pfn_to_page(entry >> PIN_PFN_SHIFT);

	/* The guest's writes left no trace in the host's tables. */
	if (entry & PIN_WRITE)
		unpin_user_pages_dirty_lock(&page, 1, true);
	else
		unpin_user_page(page);
}

static unsigned long chunk_release(unsigned long *chunk)
{
	unsigned long i, count = 0;

	for (i = 0; i < CHUNK_PAGES; i++) {
		if (!chunk[i])
			continue;
		entry_unpin(chunk[i]);
		count++;
	}
	free_page((unsigned long)chunk);
	return count;
}

static void table_release(struct kvr_memory *memory, struct kvr_pin_table *table)
{
	unsigned long i, count = 0;

	for (i = 0; i < table->chunk_count; i++) {
		if (table->chunks[i])
			count += chunk_release(table->chunks[i]);
		cond_resched();
	}
	kvr_charge_sub(&memory->pinning.charge, count);
	kvfree(table);
}

void kvr_pins_release(struct kvr_memory *memory, struct kvr_slot *slot)
{
	if (slot->pins.table)
		table_release(memory, slot->pins.table);
	slot->pins.table = NULL;
}

/* Takes the tables of all slots, hidden ones too, and makes a list of them. */
static struct kvr_pin_table *tables_detach(struct kvr_memory *memory)
{
	struct kvr_slot *slot = kvr_slots_first_hva(&memory->slots, 0, ULONG_MAX);
	struct kvr_pin_table *list = NULL;

	lockdep_assert_held_write(&memory->mmu_lock);
	for (; slot; slot = kvr_slots_next_hva(slot, 0, ULONG_MAX)) {
		struct kvr_pin_table *table = slot->pins.table;

		if (!table)
			continue;
		slot->pins.table = NULL;
		table->next = list;
		list = table;
	}
	return list;
}

/* A fault that has looked at pins already has to look again; mmu_lock for writing. */
static void looks_expire(struct kvr_memory *memory)
{
	lockdep_assert_held_write(&memory->mmu_lock);
	WRITE_ONCE(memory->notifier.sequence, memory->notifier.sequence + 1);
}

void kvr_pinning_hold(struct kvr_memory *memory)
{
	if (!kvr_memory_pins())
		return;
	write_lock(&memory->mmu_lock);
	memory->pinning.holders++;
	write_unlock(&memory->mmu_lock);
}

void kvr_pinning_unhold(struct kvr_memory *memory)
{
	struct kvr_pin_table *list = NULL;
	struct kvr_revoke revoke;

	if (!kvr_memory_pins())
		return;
	kvr_revoke_begin(&revoke, memory, true);
	if (!--memory->pinning.holders)
		list = tables_detach(memory);
	if (list) {
		looks_expire(memory);
		kvr_revoke_range(&revoke, kvr_gstage_unmap, 0, ~0ULL);
	}
	kvr_revoke_end(&revoke);

	while (list) {
		struct kvr_pin_table *table = list;

		list = table->next;
		table_release(memory, table);
	}
}

/* Do the pages of a whole chunk follow one another, aligned, as those of a huge page do? */
static bool chunk_is_block(const unsigned long *chunk)
{
	unsigned long first = READ_ONCE(chunk[0]);
	unsigned long i;

	if (!first || (first >> PIN_PFN_SHIFT) & (CHUNK_PAGES - 1))
		return false;
	for (i = 1; i < CHUNK_PAGES; i++)
		if (READ_ONCE(chunk[i]) != first + (i << PIN_PFN_SHIFT))
			return false;
	return true;
}

/* The host's entry for the page, as a walk of its tables might have found it. */
static u64 entry_to_pte(unsigned long entry)
{
	if (!entry)
		return 0;
	return (u64)(entry >> PIN_PFN_SHIFT) << KVR_PTE_PPN_SHIFT | KVR_PTE_V | KVR_PTE_R |
	       KVR_PTE_U | KVR_PTE_A | (entry & PIN_WRITE ? KVR_PTE_W | KVR_PTE_D : 0);
}

static void block_fill(const unsigned long *chunk, u64 gfn, unsigned long hva,
		       struct kvr_host_block *block)
{
	long at = gfn & (CHUNK_PAGES - 1);
	long i;

	block->at = hva >> PAGE_SHIFT & (KVR_AROUND_PAGES - 1);
	block->level = chunk_is_block(chunk) ? KVR_LEVEL_2M : KVR_LEVEL_4K;
	for (i = 0; i < KVR_AROUND_PAGES; i++) {
		long n = at - block->at + i;

		block->ptes[i] = n < 0 || n >= (long)CHUNK_PAGES ? 0 :
				 entry_to_pte(READ_ONCE(chunk[n]));
	}
}

int kvr_pins_find(struct kvr_memory *memory, const struct kvr_slot_view *view, u64 gfn,
		  bool write, struct kvr_host_block *block)
{
	const unsigned long *chunk;
	unsigned long entry = 0;
	int ret = -ENOENT;

	kvr_memory_read_lock(memory);
	if (view->generation != memory->slots.generation) {
		ret = -EAGAIN;
		goto out;
	}
	chunk = entries_of(view->slot, gfn);
	if (chunk)
		entry = READ_ONCE(chunk[gfn & (CHUNK_PAGES - 1)]);
	/* What could only be read when it was pinned is pinned anew for the write. */
	if (!entry || (write && !(entry & PIN_WRITE)))
		goto out;
	block_fill(chunk, gfn, kvr_slot_hva(&view->region, gfn), block);
	ret = 0;
out:
	read_unlock(&memory->mmu_lock);
	return ret;
}

/* What KVM_RUN says about @error of pin_user_pages_fast(). */
static int pin_error(int error)
{
	switch (error) {
	case 0:
	case -EBUSY:
		return -EAGAIN;
	case -ERESTARTSYS:
		return -EINTR;
	case -EOPNOTSUPP:
	case -EINVAL:
		/* Memory of a kind that cannot be pinned for long. */
		return -EFAULT;
	default:
		return error;
	}
}

/*
 * All @count pages from user address @hva on, or none; 0 or a negative errno. Where fewer were
 * pinned, only another attempt from there on tells why: the page may be absent, or memory short.
 */
static int pages_pin(unsigned long hva, unsigned int count, unsigned int flags,
		     struct page **pages)
{
	unsigned int done = 0;

	while (done < count) {
		int got = pin_user_pages_fast(hva + ((unsigned long)done << PAGE_SHIFT),
					      count - done, flags | FOLL_LONGTERM, pages + done);

		if (got <= 0) {
			unpin_user_pages(pages, done);
			return pin_error(got);
		}
		done += got;
	}
	return 0;
}

/* Has the slot of @view a table to keep pins in? 0, -ENOMEM or -EAGAIN; sleeps. */
static int table_provide(struct kvr_memory *memory, const struct kvr_slot_view *view)
{
	unsigned long count = chunk_count(&view->region);
	struct kvr_pin_table *table = NULL;
	bool good, there = false;

	for (;;) {
		kvr_memory_read_lock(memory);
		good = view->generation == memory->slots.generation;
		if (good)
			there = !cmpxchg(&view->slot->pins.table, NULL, table) && table;
		if (there)
			table = NULL;
		else if (good)
			there = view->slot->pins.table;
		read_unlock(&memory->mmu_lock);
		if (!good || there)
			break;
		table = kvzalloc(struct_size(table, chunks, count),
				 GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
		if (!table)
			return -ENOMEM;
		table->chunk_count = count;
	}
	kvfree(table);
	return good ? 0 : -EAGAIN;
}

/* How many of the @count pages from frame @first on are not pinned, and will be charged. */
static unsigned int pages_missing(struct kvr_memory *memory, const struct kvr_slot_view *view,
				  u64 first, unsigned int count)
{
	const unsigned long *there = NULL;
	unsigned int i, missing = count;

	kvr_memory_read_lock(memory);
	if (view->generation == memory->slots.generation)
		there = entries_of(view->slot, first);
	for (i = 0; there && i < count; i++)
		missing -= !!READ_ONCE(there[(first & (CHUNK_PAGES - 1)) + i]);
	read_unlock(&memory->mmu_lock);
	return missing;
}

/* Pages on their way to be entered as pinned, from frame @first on, all in one chunk. */
struct batch {
	const struct kvr_slot_view *view;
	u64 first;
	unsigned int count;
	unsigned int charged;		/* as many may be entered where nothing was pinned */
	struct page **pages;		/* NULL in place of each that was entered */
	unsigned long flags;		/* PIN_* of all */
	unsigned long *chunk;		/* to be used if there is none; NULL once it is */
};

static unsigned long batch_entry(const struct batch *batch, unsigned int i)
{
	return page_to_pfn(batch->pages[i]) << PIN_PFN_SHIFT | batch->flags;
}

/*
 * Enters the pages where nothing is pinned yet. The others stay the caller's, since another thread
 * was faster, the slots have changed or the process goes. Says whether there are some that
 * could be read only.
 */
static bool batch_enter(struct kvr_memory *memory, struct batch *batch)
{
	const struct kvr_slot_view *view = batch->view;
	unsigned long **place, *there, old;
	bool upgrades = false;
	unsigned int i;

	kvr_memory_read_lock(memory);
	if (view->generation != memory->slots.generation || !memory->pinning.holders)
		goto out;
	place = chunk_of(view->slot, batch->first);
	if (!place)
		goto out;
	there = cmpxchg(place, NULL, batch->chunk);
	if (!there) {
		there = batch->chunk;
		batch->chunk = NULL;
	}
	there += batch->first & (CHUNK_PAGES - 1);
	for (i = 0; i < batch->count; i++) {
		old = READ_ONCE(there[i]);
		if (!old && batch->charged)
			old = cmpxchg(&there[i], 0, batch_entry(batch, i));
		else if (!old)
			continue;
		if (old) {
			upgrades |= !(old & PIN_WRITE);
			continue;
		}
		batch->pages[i] = NULL;
		batch->charged--;
	}
out:
	read_unlock(&memory->mmu_lock);
	return upgrades;
}

/*
 * Lets pages that the guest may write to take the place of those that it could only read, perhaps
 * the same. The former are the caller's in return, and nothing maps them any more.
 */
static void batch_upgrade(struct kvr_memory *memory, struct batch *batch)
{
	unsigned long *there = NULL;
	struct kvr_revoke revoke;
	bool any = false;
	unsigned int i;

	kvr_revoke_begin(&revoke, memory, false);
	if (batch->view->generation == memory->slots.generation)
		there = entries_of(batch->view->slot, batch->first);
	for (i = 0; there && i < batch->count; i++) {
		unsigned long *entry = &there[(batch->first & (CHUNK_PAGES - 1)) + i];
		unsigned long old = *entry;

		if (!batch->pages[i] || !old || old & PIN_WRITE)
			continue;
		WRITE_ONCE(*entry, batch_entry(batch, i));
		batch->pages[i] = pfn_to_page(old >> PIN_PFN_SHIFT);
		any = true;
	}
	if (any) {
		looks_expire(memory);
		kvr_revoke_range(&revoke, kvr_gstage_unmap, batch->first,
				 batch->first + batch->count - 1);
	}
	kvr_revoke_end(&revoke);
}

/* Pins the pages of @batch and charges for @batch->charged of them. */
static int batch_pin(struct kvr_memory *memory, struct batch *batch, bool write)
{
	unsigned long hva = kvr_slot_hva(&batch->view->region, batch->first);
	int ret = kvr_charge_add(&memory->pinning.charge, batch->charged);

	if (ret)
		return ret;
	/* Writable from the start, or a private page would be replaced by the first write. */
	batch->flags = PIN_PRESENT | PIN_WRITE;
	ret = pages_pin(hva, batch->count, FOLL_WRITE, batch->pages);
	if (ret == -EFAULT && !write) {
		batch->flags = PIN_PRESENT;
		ret = pages_pin(hva, batch->count, 0, batch->pages);
	}
	if (ret)
		kvr_charge_sub(&memory->pinning.charge, batch->charged);
	return ret;
}

/* Pins @count pages from frame @first on, which lie in one chunk; 0 or a negative errno. */
static int block_pin(struct kvr_memory *memory, const struct kvr_slot_view *view, u64 first,
		     unsigned int count, struct page **pages, bool write)
{
	struct batch batch = {
		.view = view,
		.first = first,
		.count = count,
		.pages = pages,
		.charged = pages_missing(memory, view, first, count),
		.chunk = (unsigned long *)get_zeroed_page(GFP_KERNEL_ACCOUNT),
	};
	unsigned int i;
	int ret = -ENOMEM;

	if (!batch.chunk)
		return ret;
	ret = batch_pin(memory, &batch, write);
	if (ret)
		goto out;
	if (batch_enter(memory, &batch) && batch.flags & PIN_WRITE)
		batch_upgrade(memory, &batch);
	for (i = 0; i < count; i++)
		if (pages[i])
			unpin_user_page(pages[i]);
	kvr_charge_sub(&memory->pinning.charge, batch.charged);
out:
	free_page((unsigned long)batch.chunk);
	return ret;
}

int kvr_pins_add(struct kvr_memory *memory, const struct kvr_slot_view *view, u64 gfn,
		 bool write, bool huge)
{
	struct page *page, **pages;
	int ret;

	if (!READ_ONCE(memory->pinning.holders))
		return -ENXIO;
	ret = table_provide(memory, view);
	if (ret)
		return ret;
	if (huge && kvr_slot_block_ok(&view->region, gfn, CHUNK_ORDER)) {
		pages = kmalloc_array(CHUNK_PAGES, sizeof(*pages), GFP_KERNEL_ACCOUNT);
		if (!pages)
			return -ENOMEM;
		ret = block_pin(memory, view, gfn & ~(CHUNK_PAGES - 1), CHUNK_PAGES, pages, write);
		kfree(pages);
		if (!ret)
			return -EAGAIN;
	}
	ret = block_pin(memory, view, gfn, 1, &page, write);
	return ret ?: -EAGAIN;
}
