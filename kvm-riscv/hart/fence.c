// SPDX-License-Identifier: GPL-2.0-only
/* Fences of ranges of guest-virtual addresses. */
#include <linux/mm.h>

#include "hart/fence.h"

/*
 * Is [@start, @start + @size) too large for a fence of each page, or "everything" in SBI's words?
 */
static bool range_is_all(unsigned long start, unsigned long size)
{
	return !size || size > KVR_FENCE_PAGES_MAX * PAGE_SIZE || start + size < start;
}

void kvr_fence_vvma_range(unsigned long gva, unsigned long size)
{
	unsigned long at;

	if (range_is_all(gva, size)) {
		kvr_fence_vvma_all();
		return;
	}
	for (at = gva & PAGE_MASK; at < gva + size; at += PAGE_SIZE)
		kvr_fence_vvma_addr(at);
}

void kvr_fence_vvma_range_asid(unsigned long gva, unsigned long size, unsigned long asid)
{
	unsigned long at;

	if (range_is_all(gva, size)) {
		kvr_fence_vvma_asid(asid);
		return;
	}
	for (at = gva & PAGE_MASK; at < gva + size; at += PAGE_SIZE)
		kvr_fence_vvma_addr_asid(at, asid);
}
