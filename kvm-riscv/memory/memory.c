// SPDX-License-Identifier: GPL-2.0-only
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "hart/space.h"
#include "memory/memory.h"
#include "memory/pinned.h"
#include "memory/revoke.h"
#include "translate/gstage_modes.h"
#include "uapi/types.h"

static int gstage_alloc(struct kvr_gstage *gstage)
{
	/* Naturally aligned, as hgatp.PPN wants it. */
	gstage->root = (u64 *)__get_free_pages(GFP_KERNEL_ACCOUNT | __GFP_ZERO, KVR_ROOT_ORDER);
	return gstage->root ? 0 : -ENOMEM;
}

/* Has tables of @levels levels; no vCPU ran. */
static void gstage_apply(struct kvr_memory *memory, unsigned int levels)
{
	memory->gstage.levels = levels;
	kvr_space_set_table(memory->space, kvr_gstage_mode_of(levels), __pa(memory->gstage.root));
}

static void gstage_free(struct kvr_gstage *gstage)
{
	free_pages((unsigned long)gstage->root, KVR_ROOT_ORDER);
}

int kvr_memory_init(struct kvr_memory *memory, struct mm_struct *mm)
{
	int ret;

	memset(memory, 0, sizeof(*memory));
	mutex_init(&memory->slots_lock);
	rwlock_init(&memory->mmu_lock);
	kvr_slots_init(&memory->slots, &memory->mmu_lock);

	ret = -ENOMEM;
	memory->space = kzalloc(sizeof(*memory->space), GFP_KERNEL_ACCOUNT);
	if (!memory->space)
		return ret;
	ret = kvr_space_init(memory->space);
	if (ret)
		goto err_free;
	ret = gstage_alloc(&memory->gstage);
	if (ret)
		goto err_space;
	gstage_apply(memory, kvr_gstage_levels_for(kvr_gpa_bits()));

	atomic64_set(&memory->tables, 1 << KVR_ROOT_ORDER);
	mmgrab(mm);
	memory->mm = mm;
	ret = kvr_pinning_init(&memory->pinning, mm);
	if (ret)
		goto err_mm;
	/* Last: its callbacks use all the rest. */
	ret = kvr_notifier_init(memory);
	if (ret)
		goto err_pinning;
	return 0;

err_pinning:
	kvr_pinning_destroy(&memory->pinning);
err_mm:
	mmdrop(mm);
	gstage_free(&memory->gstage);
err_space:
	kvr_space_destroy(memory->space);
err_free:
	kfree(memory->space);
	return ret;
}

int kvr_memory_set_gpa_bits(struct kvr_memory *memory, u64 bits)
{
	unsigned int levels = kvr_gstage_levels_for(bits);
	int ret = -EBUSY;

	if (!levels)
		return -EINVAL;
	mutex_lock(&memory->slots_lock);
	if (xa_empty(&memory->slots.by_id)) {
		/* The root is empty: without a vCPU nothing was ever mapped. */
		write_lock(&memory->mmu_lock);
		gstage_apply(memory, levels);
		write_unlock(&memory->mmu_lock);
		ret = 0;
	}
	mutex_unlock(&memory->slots_lock);
	return ret;
}

void kvr_memory_destroy(struct kvr_memory *memory)
{
	kvr_notifier_exit(memory);
	/* A hart may look ahead by the table until it has another one, and hold what it found. */
	kvr_space_close(memory->space);
	kvr_revoke_all(memory);
	gstage_free(&memory->gstage);
	/* Nothing is pinned: each mapping of a kvm_run held this VM. */
	kvr_pinning_destroy(&memory->pinning);
	kvr_slots_destroy(&memory->slots);
	kvr_space_destroy(memory->space);
	kfree(memory->space);
	mmdrop(memory->mm);
}

void kvr_memory_read_wait(struct kvr_memory *memory) __acquires(&memory->mmu_lock)
{
	atomic64_inc(&memory->waits);
	read_lock(&memory->mmu_lock);
}

void kvr_memory_stats_read(const struct kvr_memory *memory, struct kvr_memory_stats *stats)
{
	stats->pages_4k = atomic64_read(&memory->leaves[KVR_LEVEL_4K]);
	stats->pages_2m = atomic64_read(&memory->leaves[KVR_LEVEL_2M]);
	stats->pages_1g = atomic64_read(&memory->leaves[KVR_LEVEL_1G]);
	stats->table_pages = atomic64_read(&memory->tables);
	stats->fault_waits = atomic64_read(&memory->waits);
	stats->remote_tlb_flush = atomic64_read(&memory->space->fences);
	stats->remote_tlb_flush_requests = stats->remote_tlb_flush;
}

void kvr_memory_stats_clear(struct kvr_memory *memory, size_t at)
{
	bool waits = at == offsetof(struct kvr_memory_stats, fault_waits);

	atomic64_set(waits ? &memory->waits : &memory->space->fences, 0);
}
