// SPDX-License-Identifier: GPL-2.0-only
/* Pages of a process, how they come and how they go. */
#include <string.h>

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>

#include "model/frames.h"
#include "model/hart.h"
#include "model/host_mm.h"
#include "model/sched.h"
#include "translate/host_walk.h"

int mmu_notifier_register(struct mmu_notifier *mn, struct mm_struct *mm)
{
	mn->next = mm->notifiers;
	mm->notifiers = mn;
	return 0;
}

void mmu_notifier_unregister(struct mmu_notifier *mn, struct mm_struct *mm)
{
	struct mmu_notifier **link = &mm->notifiers;

	while (*link != mn)
		link = &(*link)->next;
	*link = mn->next;
	mn->ops->release(mn, mm);
}

void mm_open(struct mm_struct *mm, unsigned int vm)
{
	*mm = (struct mm_struct){ .vm = vm };
}

void mm_close(struct mm_struct *mm)
{
	for (unsigned int i = 0; i < MM_PAGES; i++)
		if (mm->pages[i].memory)
			frames_put(mm->pages[i].memory, 0);
}

void *mm_populate(struct mm_struct *mm, unsigned int index)
{
	struct mm_page *page = &mm->pages[index];

	if (!page->memory)
		page->memory = frames_get(0, FRAME_GUEST, mm->vm);
	page->read_only = false;
	return page->memory;
}

/*
 * Between start and end the host changes its tables, and from then on the frames are its own: it
 * may give them to anybody.
 */
static void pages_change(struct mm_struct *mm, unsigned int first, unsigned int last,
			 void (*change)(struct mm_struct *mm, struct mm_page *page))
{
	const struct mmu_notifier_range range = {
		.start = MM_HVA + first * PAGE_SIZE,
		.end = MM_HVA + (last + 1) * PAGE_SIZE,
		.blockable = true,
	};
	struct mmu_notifier *mn;

	for (mn = mm->notifiers; mn; mn = mn->next)
		mn->ops->invalidate_range_start(mn, &range);
	model_point();
	for (unsigned int i = first; i <= last; i++)
		if (mm->pages[i].memory)
			change(mm, &mm->pages[i]);
	model_point();
	for (mn = mm->notifiers; mn; mn = mn->next)
		mn->ops->invalidate_range_end(mn, &range);
}

static void page_discard(struct mm_struct *mm, struct mm_page *page)
{
	void *memory = page->memory;

	page->memory = NULL;
	frame_give(memory, FRAME_HOST, 0);
}

void mm_discard(struct mm_struct *mm, unsigned int first, unsigned int last)
{
	pages_change(mm, first, last, page_discard);
}

static void page_migrate(struct mm_struct *mm, struct mm_page *page)
{
	void *old = page->memory;

	page->memory = frames_get(0, FRAME_GUEST, mm->vm);
	memcpy(page->memory, old, PAGE_SIZE);
	frame_give(old, FRAME_HOST, 0);
}

void mm_migrate(struct mm_struct *mm, unsigned int index)
{
	pages_change(mm, index, index, page_migrate);
}

/* ---- What the module asks ---- */

static u64 host_pte(const struct mm_page *page)
{
	return (u64)page->memory >> PAGE_SHIFT << KVR_PTE_PPN_SHIFT | KVR_PTE_V | KVR_PTE_R |
	       KVR_PTE_U | KVR_PTE_A | (page->read_only ? 0 : KVR_PTE_W | KVR_PTE_D);
}

bool kvr_host_walk(struct mm_struct *mm, unsigned long hva, struct kvr_host_block *block)
{
	unsigned int index = (hva - MM_HVA) / PAGE_SIZE;
	unsigned int first = index & ~(KVR_AROUND_PAGES - 1);

	block->level = KVR_LEVEL_4K;
	block->at = index - first;
	for (unsigned int i = 0; i < KVR_AROUND_PAGES; i++) {
		const struct mm_page *page = first + i < MM_PAGES ? &mm->pages[first + i] : NULL;

		block->ptes[i] = page && page->memory ?
				 host_pte(page) : 0;
	}
	/* What was read may be old by the time that it is used. */
	model_point();
	return block->ptes[block->at];
}

int fixup_user_fault(struct mm_struct *mm, unsigned long address, unsigned int flags,
		     bool *unlocked)
{
	unsigned int index = (address - MM_HVA) / PAGE_SIZE;

	if (index >= MM_PAGES)
		return -EFAULT;
	model_point();
	mm_populate(mm, index);
	model_point();
	return 0;
}

long get_user_pages_unlocked(unsigned long address, unsigned long count, struct page **pages,
			     unsigned int flags)
{
	return fixup_user_fault(model_thread()->mm, address, flags, NULL) ?: 1;
}
