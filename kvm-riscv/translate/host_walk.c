// SPDX-License-Identifier: GPL-2.0-only
#include <linux/irqflags.h>
#include <linux/mm.h>

#include "compat/mm.h"
#include "hart/guest_csr.h"
#include "translate/host_walk.h"

/* Svnapot has one size, 64 KiB: sixteen equal entries whose low four PPN bits say so. */
#define NAPOT_PAGES	16UL

static u64 pte_of_page(u64 pte, unsigned long page, unsigned int level)
{
	u64 mask = kvr_level_pages(level) - 1;

	if (pte & KVR_PTE_N)
		mask |= NAPOT_PAGES - 1;
	pte &= ~(mask << KVR_PTE_PPN_SHIFT | KVR_PTE_N);
	return pte | (page & mask) << KVR_PTE_PPN_SHIFT;
}

/* The neighbours of @entry in its own table. */
static void block_fill_pages(struct kvr_host_block *block, const u64 *entry, unsigned long page)
{
	unsigned int i;

	entry -= block->at;
	page -= block->at;
	for (i = 0; i < KVR_AROUND_PAGES; i++) {
		u64 pte = READ_ONCE(entry[i]);

		block->ptes[i] = unlikely(pte & KVR_PTE_N) ? pte_of_page(pte, page + i, 0) : pte;
	}
}

/* The neighbours of @page inside a huge leaf. */
static void block_fill_huge(struct kvr_host_block *block, u64 pte, unsigned long page)
{
	unsigned int i;

	for (i = 0; i < KVR_AROUND_PAGES; i++)
		block->ptes[i] = pte_of_page(pte, page - block->at + i, block->level);
}

/*
 * Sv39, Sv48 and Sv57 differ in where the walk starts, which satp tells; so this needs nothing of
 * the kernel's own helpers, which are not all exported.
 */
static bool walk(struct mm_struct *mm, unsigned long hva, struct kvr_host_block *block)
{
	unsigned int level = kvr_host_levels() - 1;
	unsigned long page = hva >> PAGE_SHIFT;
	const u64 *table = (const u64 *)mm->pgd;

	block->at = page & (KVR_AROUND_PAGES - 1);
	for (;; level--) {
		const u64 *entry = &table[page >> kvr_level_order(level) & (KVR_TABLE_ENTRIES - 1)];
		u64 pte = READ_ONCE(*entry);

		if (!(pte & KVR_PTE_V))
			return false;
		if (kvr_pte_is_leaf(pte)) {
			block->level = level;
			if (level)
				block_fill_huge(block, pte, page);
			else
				block_fill_pages(block, entry, page);
			return true;
		}
		if (!level)
			return false;
		table = __va(kvr_pte_pfn(pte) << PAGE_SHIFT);
	}
}

bool kvr_host_walk(struct mm_struct *mm, unsigned long hva, struct kvr_host_block *block)
{
	unsigned long flags;
	bool found;

	if (!kvr_mm_tables_lock(mm, hva))
		return false;
	local_irq_save(flags);
	found = walk(mm, hva, block);
	local_irq_restore(flags);
	kvr_mm_tables_unlock(mm);
	return found;
}
