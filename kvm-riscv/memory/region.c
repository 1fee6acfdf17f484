// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "memory/dirty.h"
#include "memory/memory.h"
#include "memory/pinned.h"
#include "memory/revoke.h"
#include "uapi/types.h"

typedef int (*change_fn)(struct kvr_memory *memory, struct kvr_slot *old,
			 const struct kvr_slot_region *region);

static int slot_overlaps(struct kvr_memory *memory, const struct kvr_slot *old,
			 const struct kvr_gfn_range *gfns)
{
	struct kvr_gfn_range rest[2] = { *gfns };
	unsigned int i, count = 1;

	/* A slot that moves may overlap the place that it leaves. */
	if (old)
		count = kvr_range_subtract(gfns, &old->region.gfns, rest);
	for (i = 0; i < count; i++)
		if (kvr_slots_overlap(&memory->slots, &rest[i]))
			return -EEXIST;
	return 0;
}

static struct kvr_slot *slot_alloc(const struct kvr_slot_region *region)
{
	struct kvr_slot *slot = kzalloc(sizeof(*slot), GFP_KERNEL_ACCOUNT);

	if (slot)
		slot->region = *region;
	return slot;
}

static int slot_nothing(struct kvr_memory *memory, struct kvr_slot *old,
			const struct kvr_slot_region *region)
{
	return 0;
}

static int slot_create(struct kvr_memory *memory, struct kvr_slot *old,
		       const struct kvr_slot_region *region)
{
	struct kvr_slot *slot;
	int ret = slot_overlaps(memory, NULL, &region->gfns);

	if (ret)
		return ret;
	slot = slot_alloc(region);
	if (!slot)
		return -ENOMEM;
	if (region->flags & KVM_MEM_LOG_DIRTY_PAGES) {
		ret = kvr_dirty_alloc(memory, region, &slot->dirty);
		if (ret)
			goto err_slot;
	}
	ret = xa_err(xa_store(&memory->slots.by_id, region->id, slot, GFP_KERNEL_ACCOUNT));
	if (ret)
		goto err_dirty;
	kvr_notifier_lock_idle(memory);
	kvr_slots_show(&memory->slots, slot);
	write_unlock(&memory->mmu_lock);
	return 0;

err_dirty:
	kvfree(slot->dirty);
err_slot:
	kfree(slot);
	return ret;
}

/*
 * Takes away what @old, hidden by now, had mapped, and lets go of it. The dirty bitmap is the
 * caller's.
 */
static void slot_retire(struct kvr_memory *memory, struct kvr_slot *old)
{
	const struct kvr_gfn_range *gfns = &old->region.gfns;
	struct kvr_revoke revoke;

	kvr_revoke_begin(&revoke, memory, true);
	kvr_revoke_range(&revoke, kvr_gstage_unmap, gfns->first, gfns->last);
	kvr_revoke_end(&revoke);

	/* Only now: until the last leaf was gone the MMU notifier had to find them. */
	kvr_notifier_lock_idle(memory);
	kvr_slots_forget(&memory->slots, old);
	write_unlock(&memory->mmu_lock);
	kvr_pins_release(memory, old);
	kfree_rcu(old, rcu);
}

static int slot_delete(struct kvr_memory *memory, struct kvr_slot *old,
		       const struct kvr_slot_region *region)
{
	write_lock(&memory->mmu_lock);
	kvr_slots_hide(&memory->slots, old);
	write_unlock(&memory->mmu_lock);
	xa_erase(&memory->slots.by_id, old->region.id);
	kvfree(old->dirty);
	slot_retire(memory, old);
	return 0;
}

static int slot_move(struct kvr_memory *memory, struct kvr_slot *old,
		     const struct kvr_slot_region *region)
{
	unsigned long *dirty = NULL, *unused = NULL;
	struct kvr_slot *slot;
	int ret = slot_overlaps(memory, old, &region->gfns);

	if (ret)
		return ret;
	slot = slot_alloc(region);
	if (!slot)
		return -ENOMEM;
	if (region->flags & ~old->region.flags & KVM_MEM_LOG_DIRTY_PAGES) {
		ret = kvr_dirty_alloc(memory, region, &dirty);
		if (ret) {
			kfree(slot);
			return ret;
		}
	}
	/* Replaces an entry: needs no memory, cannot fail. */
	xa_store(&memory->slots.by_id, region->id, slot, GFP_KERNEL_ACCOUNT);

	kvr_notifier_lock_idle(memory);
	if (!(region->flags & KVM_MEM_LOG_DIRTY_PAGES))
		unused = old->dirty;
	else
		slot->dirty = dirty ?: old->dirty;
	kvr_slots_replace(&memory->slots, old, slot);
	write_unlock(&memory->mmu_lock);
	kvfree(unused);
	slot_retire(memory, old);
	return 0;
}

static int slot_flags(struct kvr_memory *memory, struct kvr_slot *old,
		      const struct kvr_slot_region *region)
{
	/* Of the flags that exist only this one may change. */
	if (region->flags & KVM_MEM_LOG_DIRTY_PAGES)
		return kvr_dirty_start(memory, old);
	kvr_dirty_stop(memory, old);
	return 0;
}

static const change_fn change_fns[] = {
	[KVR_SLOT_NOTHING] = slot_nothing,
	[KVR_SLOT_CREATE] = slot_create,
	[KVR_SLOT_DELETE] = slot_delete,
	[KVR_SLOT_MOVE] = slot_move,
	[KVR_SLOT_FLAGS] = slot_flags,
};

int kvr_memory_set_region(struct kvr_memory *memory,
			  const struct kvm_userspace_memory_region2 *region)
{
	const struct kvr_slot_request request = {
		.slot = region->slot,
		.flags = region->flags,
		.gpa = region->guest_phys_addr,
		.size = region->memory_size,
		.hva = region->userspace_addr,
	};
	struct kvr_slot_region wanted = {};
	struct kvr_slot *old;
	int ret = kvr_slot_request_check(&request, TASK_SIZE);

	if (ret)
		return ret;
	mutex_lock(&memory->slots_lock);
	old = xa_load(&memory->slots.by_id, request.slot);
	ret = kvr_slot_plan(&request, old ? &old->region : NULL, kvr_memory_gpa_bits(memory),
			    &wanted);
	if (ret >= 0)
		ret = change_fns[ret](memory, old, &wanted);
	mutex_unlock(&memory->slots_lock);
	return ret;
}
