// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/types.h>

#include "memory/slot_plan.h"
#include "uapi/types.h"

#define PAGE_BITS	12
#define PAGE_OFFSET_MASK	((1UL << PAGE_BITS) - 1)
#define SLOT_FLAGS	(KVM_MEM_LOG_DIRTY_PAGES | KVM_MEM_READONLY)

unsigned int kvr_range_subtract(const struct kvr_gfn_range *from,
				const struct kvr_gfn_range *take, struct kvr_gfn_range rest[2])
{
	unsigned int count = 0;

	if (kvr_range_compare(from, take)) {
		rest[0] = *from;
		return 1;
	}
	if (from->first < take->first)
		rest[count++] = (struct kvr_gfn_range){ from->first, take->first - 1 };
	if (from->last > take->last)
		rest[count++] = (struct kvr_gfn_range){ take->last + 1, from->last };
	return count;
}

bool kvr_slot_block_ok(const struct kvr_slot_region *region, u64 gfn, unsigned int order)
{
	u64 mask = (1UL << order) - 1;
	u64 first = gfn & ~mask;

	if ((region->gfns.first ^ (region->hva >> PAGE_BITS)) & mask)
		return false;
	return first >= region->gfns.first && (first | mask) <= region->gfns.last;
}

int kvr_slot_request_check(const struct kvr_slot_request *request, u64 user_top)
{
	if (request->flags & ~SLOT_FLAGS)
		return -EINVAL;
	/* One address space: bits 31:16 are zero, and so the whole word is the id. */
	if (request->slot >= KVR_SLOTS_MAX)
		return -EINVAL;
	if ((request->size | request->gpa | request->hva) & PAGE_OFFSET_MASK)
		return -EINVAL;
	if (request->size >> PAGE_BITS > KVR_SLOT_PAGES_MAX)
		return -EINVAL;
	if (request->gpa + request->size < request->gpa)
		return -EINVAL;
	if (request->size > user_top || request->hva > user_top - request->size)
		return -EINVAL;
	return 0;
}

int kvr_slot_plan(const struct kvr_slot_request *request, const struct kvr_slot_region *old,
		  unsigned int gpa_bits, struct kvr_slot_region *region)
{
	u64 pages = request->size >> PAGE_BITS;
	u64 first = request->gpa >> PAGE_BITS;

	if (!pages)
		return old ? KVR_SLOT_DELETE : -EINVAL;
	if (old) {
		if (pages != kvr_range_pages(&old->gfns) || request->hva != old->hva)
			return -EINVAL;
		if ((request->flags ^ old->flags) & KVM_MEM_READONLY)
			return -EINVAL;
	}
	if (first + pages > 1UL << (gpa_bits - PAGE_BITS))
		return -EFAULT;

	*region = (struct kvr_slot_region){
		.gfns = { first, first + pages - 1 },
		.hva = request->hva,
		.flags = request->flags,
		.id = request->slot,
	};
	if (!old)
		return KVR_SLOT_CREATE;
	if (first != old->gfns.first)
		return KVR_SLOT_MOVE;
	return request->flags != old->flags ? KVR_SLOT_FLAGS : KVR_SLOT_NOTHING;
}
