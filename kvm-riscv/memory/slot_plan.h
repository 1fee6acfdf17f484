/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Slot arithmetic: ranges of guest frames, and what a KVM_SET_USER_MEMORY_REGION asks for.
 * Pure: no allocation, no lock, no kernel service; compiled into the unit tests as it is.
 */
#ifndef KVR_MEMORY_SLOT_PLAN_H
#define KVR_MEMORY_SLOT_PLAN_H

#include <linux/types.h>

/* Slot ids 0 … 32766; one address space */
#define KVR_SLOTS_MAX		32767
#define KVR_SLOT_PAGES_MAX	((1UL << 31) - 1)

/* Frames first … last, both included, so that the range may end at the top of the address space. */
struct kvr_gfn_range {
	u64 first;
	u64 last;
};

/* What user space said about one slot. */
struct kvr_slot_region {
	struct kvr_gfn_range gfns;
	unsigned long hva;		/* user address of the first byte */
	u32 flags;			/* KVM_MEM_* */
	u32 id;
};

/* What a request amounts to. */
enum kvr_slot_change {
	KVR_SLOT_NOTHING,
	KVR_SLOT_CREATE,
	KVR_SLOT_DELETE,
	KVR_SLOT_MOVE,
	KVR_SLOT_FLAGS,
};

/* A request as it came, before any check. Units: bytes. */
struct kvr_slot_request {
	u32 slot;			/* id in bits 15:0, address space in bits 31:16 */
	u32 flags;
	u64 gpa;
	u64 size;
	u64 hva;
};

/* kvr_range_pages - how many frames @range has */
static inline u64 kvr_range_pages(const struct kvr_gfn_range *range)
{
	return range->last - range->first + 1;
}

/*
 * kvr_range_compare - where @a lies in relation to @b: -1 wholly below, 1 wholly above, 0 when
 * they share a frame
 *
 * An ordering only among ranges that do not overlap, as the slots of one map.
 */
static inline int kvr_range_compare(const struct kvr_gfn_range *a, const struct kvr_gfn_range *b)
{
	if (a->last < b->first)
		return -1;
	return a->first > b->last;
}

/*
 * kvr_range_subtract - the frames of @from that are not in @take
 * @rest: room for the 0 … 2 ranges that remain, in ascending order
 *
 * Returns how many.
 */
unsigned int kvr_range_subtract(const struct kvr_gfn_range *from,
				const struct kvr_gfn_range *take, struct kvr_gfn_range rest[2]);

/*
 * kvr_slot_hva - the user address of frame @gfn, which lies in @region
 */
static inline unsigned long kvr_slot_hva(const struct kvr_slot_region *region, u64 gfn)
{
	return region->hva + ((gfn - region->gfns.first) << 12);
}

/*
 * kvr_slot_block_ok - may one leaf of 1 << @order pages hold @gfn?
 *
 * Guest-physical and user address must be congruent modulo the leaf's size, and all of the leaf
 * must lie in the slot.
 */
bool kvr_slot_block_ok(const struct kvr_slot_region *region, u64 gfn, unsigned int order);

/*
 * kvr_slot_request_check - the checks that need no knowledge of other slots
 * @user_top: one past the last user address
 *
 * Returns 0 or -EINVAL (KVM API, KVM_SET_USER_MEMORY_REGION).
 */
int kvr_slot_request_check(const struct kvr_slot_request *request, u64 user_top);

/*
 * kvr_slot_plan - what @request, which passed kvr_slot_request_check, does
 * @old: the slot with that id, NULL when there is none
 * @gpa_bits: width of a guest-physical address
 * @region: filled with what the slot is to be (create, move, flags)
 *
 * Returns an enum kvr_slot_change, -EINVAL for a change that the API forbids, -EFAULT for
 * memory beyond what the G-stage can address.
 */
int kvr_slot_plan(const struct kvr_slot_request *request, const struct kvr_slot_region *old,
		  unsigned int gpa_bits, struct kvr_slot_region *region);

#endif
