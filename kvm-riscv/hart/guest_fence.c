// SPDX-License-Identifier: GPL-2.0-only
#include "hart/fence.h"
#include "hart/guest_fence.h"
#include "hart/switch.h"

/* Svinval: the hart may overlap what is between the two, and waits once. */
static KVR_FAST noinline void fence_pages_batched(unsigned long gva, u32 pages, s32 asid)
{
	kvr_inval_begin();
	for (; pages; pages--, gva += PAGE_SIZE) {
		if (asid == KVR_GUEST_FENCE_EVERY_ASID)
			kvr_inval_vvma_addr(gva);
		else
			kvr_inval_vvma_addr_asid(gva, asid);
	}
	kvr_inval_end();
}

void KVR_FAST kvr_guest_fence_fields(struct kvr_guest *guest, unsigned long gva, u32 pages,
				     s32 asid)
{
	if (!pages) {
		if (asid == KVR_GUEST_FENCE_EVERY_ASID)
			kvr_fence_vvma_all();
		else
			kvr_fence_vvma_asid(asid);
		return;
	}
	if (pages > 1 && kvr_inval_usable()) {
		fence_pages_batched(gva, pages, asid);
		return;
	}
	for (; pages; pages--, gva += PAGE_SIZE) {
		if (asid == KVR_GUEST_FENCE_EVERY_ASID)
			kvr_fence_vvma_addr(gva);
		else
			kvr_fence_vvma_addr_asid(gva, asid);
	}
}
