/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fences of a guest's own translations, as the guest asks for them: VS-stage, by address range and
 * address space.
 *
 * hfence.vvma acts on the VMID that hgatp holds at that moment. So a fence names the guest, and
 * comes when that guest is live on this hart (kvr_hart_translate): never another time.
 */
#ifndef KVR_HART_GUEST_FENCE_H
#define KVR_HART_GUEST_FENCE_H

#include <linux/bits.h>
#include <linux/mm.h>
#include <linux/types.h>

struct kvr_guest;

/* A guest's fence of more pages than this is one of all addresses. */
#define KVR_GUEST_FENCE_PAGES_MAX	64

/* Every address space, and the global translations, which a fence of one space leaves alone */
#define KVR_GUEST_FENCE_EVERY_ASID	(-1)

struct kvr_guest_fence {
	unsigned long gva;	/* of the first page */
	u32 pages;		/* at most KVR_GUEST_FENCE_PAGES_MAX; 0: all addresses */
	s32 asid;		/* 16 bits, or KVR_GUEST_FENCE_EVERY_ASID */
};

/*
 * kvr_guest_fence_asid - @asid of a guest as struct kvr_guest_fence has it
 *
 * The bits above those that a hart can have mean nothing (Supervisor, SFENCE.VMA).
 */
static inline s32 kvr_guest_fence_asid(unsigned long asid)
{
	return asid & GENMASK(15, 0);
}

/*
 * kvr_guest_fence_range - a fence of [@gva, @gva + @size) in address space @asid
 *
 * One of all addresses when @size is 0, when the range has more than KVR_GUEST_FENCE_PAGES_MAX
 * pages, or when it goes beyond the last address. Any arguments will do.
 */
static inline struct kvr_guest_fence kvr_guest_fence_range(unsigned long gva, unsigned long size,
							    s32 asid)
{
	struct kvr_guest_fence fence = { .asid = asid };
	unsigned long last = gva + size - 1, pages;

	if (!size || last < gva)
		return fence;
	pages = (last >> PAGE_SHIFT) - (gva >> PAGE_SHIFT) + 1;
	if (pages > KVR_GUEST_FENCE_PAGES_MAX)
		return fence;
	fence.gva = gva & PAGE_MASK;
	fence.pages = pages;
	return fence;
}

/* kvr_guest_fence_fields - kvr_guest_fence with its fence in registers */
void kvr_guest_fence_fields(struct kvr_guest *guest, unsigned long gva, u32 pages, s32 asid);

/*
 * kvr_guest_fence - this hart forgets the translations of @guest that @fence names
 *
 * @guest is live here; preemption off. What the guest stored before is seen by later walks. Costs
 * no more than KVR_GUEST_FENCE_PAGES_MAX fences of a page. Called inside the world switch as well.
 */
static inline void kvr_guest_fence(struct kvr_guest *guest, struct kvr_guest_fence fence)
{
	kvr_guest_fence_fields(guest, fence.gva, fence.pages, fence.asid);
}

#endif
