// SPDX-License-Identifier: GPL-2.0-only
#include "host/csr.h"
#include "translate/gstage.h"
#include "translate/guest_walk.h"

#define PAGE_OFFSET_BITS	12

/* Svnapot knows one size: 64 KiB, told by these low bits of the page number. */
#define NAPOT_PAGES		16
#define NAPOT_MARK		8

/* Levels of vsatp's mode; 0 for Bare. vsatp is WARL: it holds no mode that the hart lacks. */
static unsigned int walk_levels(unsigned long vsatp)
{
	unsigned long mode = vsatp >> KVR_SATP_MODE_SHIFT;

	return mode < KVR_SATP_MODE_SV39 ? 0 : mode - KVR_SATP_MODE_SV39 + 3;
}

/* Are all bits above those that are translated equal to the highest of these? */
static bool address_valid(u64 address, unsigned int levels)
{
	unsigned int unused = 64 - PAGE_OFFSET_BITS - levels * KVR_TABLE_SHIFT;

	return (u64)((s64)(address << unused) >> unused) == address;
}

/* @gpa: on entry where the leaf @pte is */
static enum kvr_guest_walk_end walk_leaf(const struct kvr_guest_walk *walk, u64 address,
					 unsigned int level, u64 pte, u64 *gpa)
{
	u64 need = KVR_PTE_A | (walk->write ? KVR_PTE_D : 0);
	u64 pages = kvr_level_pages(level);
	u64 pfn = kvr_pte_pfn(pte);

	if (pte & KVR_PTE_N) {
		if (level || pfn % NAPOT_PAGES != NAPOT_MARK)
			return KVR_WALK_FAULT;
		pages = NAPOT_PAGES;
		pfn -= NAPOT_MARK;
	}
	if (pfn & (pages - 1) || (walk->write && !(pte & KVR_PTE_W)))
		return KVR_WALK_FAULT;
	if ((pte & need) != need) {
		if (!walk->sets_ad)
			return KVR_WALK_FAULT;
		if (!walk->reach(walk->context, *gpa, true, &pte))
			return KVR_WALK_WRITE;
	}
	pfn |= address >> PAGE_OFFSET_BITS & (pages - 1);
	*gpa = pfn << PAGE_OFFSET_BITS | (address & ((1UL << PAGE_OFFSET_BITS) - 1));
	return KVR_WALK_PAGE;
}

enum kvr_guest_walk_end kvr_guest_walk(const struct kvr_guest_walk *walk, u64 address, u64 *gpa)
{
	unsigned int levels = walk_levels(walk->vsatp), level = levels, index;
	u64 table = (walk->vsatp & KVR_SATP_PPN) << PAGE_OFFSET_BITS;
	u64 pte;

	*gpa = address;
	if (!levels)
		return KVR_WALK_PAGE;
	if (!address_valid(address, levels))
		return KVR_WALK_FAULT;
	while (level--) {
		index = address >> (PAGE_OFFSET_BITS + kvr_level_order(level)) &
			(KVR_TABLE_ENTRIES - 1);
		*gpa = table + index * sizeof(pte);
		if (!walk->reach(walk->context, *gpa, false, &pte))
			return KVR_WALK_READ;
		if (kvr_pte_is_leaf(pte))
			return walk_leaf(walk, address, level, pte, gpa);
		if (!kvr_pte_is_table(pte))
			return KVR_WALK_FAULT;
		table = kvr_pte_pfn(pte) << PAGE_OFFSET_BITS;
	}
	return KVR_WALK_FAULT;
}
