// SPDX-License-Identifier: GPL-2.0-only
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat/mmu_notifier.h"
#include "memory/memory.h"
#include "memory/pinned.h"
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

static unsigned long **chunk_of(const struct kvr_slot *slot, u64 gfn)
{
	return &slot->pins.chunks[(gfn >> CHUNK_ORDER) -
				  (slot->region.gfns.first >> CHUNK_ORDER)];
}

int kvr_pins_init(struct kvr_pins *pins, const struct kvr_slot_region *region)
{
	if (!kvr_memory_pins())
		return 0;
	pins->chunks = kvcalloc(chunk_count(region), sizeof(*pins->chunks),
				GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	return pins->chunks ? 0 : -ENOMEM;
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

void kvr_pins_release(struct kvr_memory *memory, struct kvr_slot *slot)
{
	unsigned long i, count = 0;

	if (!slot->pins.chunks)
		return;
	for (i = 0; i < chunk_count(&slot->region); i++) {
		if (slot->pins.chunks[i])
			count += chunk_release(slot->pins.chunks[i]);
		cond_resched();
	}
	account_locked_vm(memory->mm, count, false);
	kvfree(slot->pins.chunks);
	slot->pins.chunks = NULL;
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
	chunk = READ_ONCE(*chunk_of(view->slot, gfn));
	if (chunk)
		entry = READ_ONCE(chunk[gfn & (CHUNK_PAGES - 1)]);
	if (!entry)
		goto out;
	ret = -EFAULT;
	if (write && !(entry & PIN_WRITE))
		goto out;
	block_fill(chunk, gfn, kvr_slot_hva(&view->region, gfn), block);
	ret = 0;
out:
	read_unlock(&memory->mmu_lock);
	return ret;
}

/* All @count pages from user address @hva on, or none; 0 or a negative errno. */
static int pages_pin(unsigned long hva, unsigned int count, unsigned int flags,
		     struct page **pages)
{
	int got = pin_user_pages_fast(hva, count, flags | FOLL_LONGTERM, pages);

	if (got == (int)count)
		return 0;
	if (got > 0)
		unpin_user_pages(pages, got);
	return got < 0 ? got : -EFAULT;
}

/*
 * Enters @pages, from frame @first on, as pinned. NULL takes the place of each that is in;
 * the others stay the caller's, since another thread was faster or the slots have changed.
 * Returns how many are in. *@chunk becomes NULL when it was put to use.
 */
static unsigned int pages_enter(struct kvr_memory *memory, const struct kvr_slot_view *view,
				u64 first, unsigned int count, struct page **pages,
				unsigned long flags, unsigned long **chunk)
{
	unsigned int i, entered = 0;
	unsigned long **place, *there;

	kvr_memory_read_lock(memory);
	if (view->generation != memory->slots.generation)
		goto out;
	place = chunk_of(view->slot, first);
	there = cmpxchg(place, NULL, *chunk);
	if (!there) {
		there = *chunk;
		*chunk = NULL;
	}
	there += first & (CHUNK_PAGES - 1);
	for (i = 0; i < count; i++) {
		unsigned long entry = page_to_pfn(pages[i]) << PIN_PFN_SHIFT | flags;

		if (cmpxchg(&there[i], 0, entry))
			continue;
		pages[i] = NULL;
		entered++;
	}
out:
	read_unlock(&memory->mmu_lock);
	return entered;
}

/* Pins @count pages from frame @first on, which lie in one chunk. */
static int block_pin(struct kvr_memory *memory, const struct kvr_slot_view *view, u64 first,
		     unsigned int count, struct page **pages)
{
	unsigned long *chunk = (unsigned long *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	unsigned long hva = kvr_slot_hva(&view->region, first);
	unsigned long flags = PIN_PRESENT | PIN_WRITE;
	unsigned int i, entered;
	int ret;

	if (!chunk)
		return -ENOMEM;
	ret = account_locked_vm(memory->mm, count, true);
	if (ret)
		goto out;
	/* Writable from the start, or a private page would be replaced by the first write. */
	ret = pages_pin(hva, count, FOLL_WRITE, pages);
	if (ret == -EFAULT) {
		flags = PIN_PRESENT;
		ret = pages_pin(hva, count, 0, pages);
	}
	if (ret) {
		account_locked_vm(memory->mm, count, false);
		goto out;
	}
	entered = pages_enter(memory, view, first, count, pages, flags, &chunk);
	for (i = 0; i < count && entered < count; i++)
		if (pages[i])
			unpin_user_page(pages[i]);
	account_locked_vm(memory->mm, count - entered, false);
	ret = -EAGAIN;
out:
	free_page((unsigned long)chunk);
	return ret;
}

int kvr_pins_add(struct kvr_memory *memory, const struct kvr_slot_view *view, u64 gfn, bool huge)
{
	struct page *page, **pages;
	int ret;

	if (huge && kvr_slot_block_ok(&view->region, gfn, CHUNK_ORDER)) {
		pages = kmalloc_array(CHUNK_PAGES, sizeof(*pages), GFP_KERNEL_ACCOUNT);
		if (!pages)
			return -ENOMEM;
		ret = block_pin(memory, view, gfn & ~(CHUNK_PAGES - 1), CHUNK_PAGES, pages);
		kfree(pages);
		if (ret == -EAGAIN)
			return ret;
	}
	return block_pin(memory, view, gfn, 1, &page);
}
