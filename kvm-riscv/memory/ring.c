// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "compat/user_pages.h"
#include "memory/revoke.h"
#include "memory/ring.h"
#include "uapi/types.h"
#include "vcpu/request.h"
#include "vcpu/vcpu.h"

/* As many pages of one slot as a word has bits, protected together. */
struct ring_batch {
	u32 slot;
	u64 base;			/* offset that bit 0 stands for, a multiple of 64 */
	unsigned long pages;
};

int kvr_memory_set_ring(struct kvr_memory *memory, u64 bytes)
{
	int ret = 0;

	if (bytes < KVR_RING_BYTES_MIN || bytes > U32_MAX || !is_power_of_2(bytes))
		return -EINVAL;
	if (bytes > KVR_RING_BYTES_MAX)
		return -E2BIG;
	mutex_lock(&memory->slots_lock);
	if (memory->ring_size)
		ret = -EINVAL;
	else
		WRITE_ONCE(memory->ring_size, bytes / sizeof(struct kvm_dirty_gfn));
	mutex_unlock(&memory->slots_lock);
	return ret;
}

int kvr_memory_set_ring_bitmap(struct kvr_memory *memory)
{
	int ret = -EINVAL;

	mutex_lock(&memory->slots_lock);
	if (memory->ring_size && xa_empty(&memory->slots.by_id)) {
		memory->ring_bitmap = true;
		ret = 0;
	}
	mutex_unlock(&memory->slots_lock);
	return ret;
}

struct kvr_ring *kvr_ring_create(const struct kvr_memory *memory)
{
	struct kvr_ring *ring;

	if (!memory->ring_size)
		return NULL;
	ring = kzalloc(sizeof(*ring), GFP_KERNEL_ACCOUNT);
	if (!ring)
		return ERR_PTR(-ENOMEM);
	ring->size = memory->ring_size;
	ring->entries = kvr_user_pages_alloc(ring->size * sizeof(*ring->entries));
	if (!ring->entries) {
		kfree(ring);
		return ERR_PTR(-ENOMEM);
	}
	return ring;
}

void kvr_ring_free(struct kvr_ring *ring)
{
	if (!ring)
		return;
	kvr_user_pages_free(ring->entries);
	kfree(ring);
}

unsigned long kvr_ring_pages(const struct kvr_ring *ring)
{
	return ring ? ring->size * sizeof(*ring->entries) >> PAGE_SHIFT : 0;
}

struct page *kvr_ring_page(const struct kvr_ring *ring, unsigned long index)
{
	unsigned long pages = kvr_ring_pages(ring);

	if (index >= pages)
		return NULL;
	index = array_index_nospec(index, pages);
	return vmalloc_to_page((void *)ring->entries + (index << PAGE_SHIFT));
}

static struct kvm_dirty_gfn *ring_entry(const struct kvr_ring *ring, u32 count)
{
	return &ring->entries[count & (ring->size - 1)];
}

/* What is filled and not yet given back; never more than the ring has. */
static u32 ring_used(const struct kvr_ring *ring)
{
	/* Entries are filled anew after their reset; pairs with ring_reset. */
	return ring->filled - smp_load_acquire(&ring->reset);
}

bool kvr_ring_full(const struct kvr_ring *ring)
{
	return ring_used(ring) >= ring->size - KVR_RING_SPARE;
}

bool kvr_ring_push(struct kvr_vcpu *vcpu, u32 slot, u64 offset)
{
	struct kvr_ring *ring = vcpu->ring;
	struct kvm_dirty_gfn *entry = ring_entry(ring, ring->filled);

	if (unlikely(ring_used(ring) >= ring->size))
		return false;
	WRITE_ONCE(entry->slot, slot);
	WRITE_ONCE(entry->offset, offset);
	/* Before user space can see the entry, and so ask for its reset. */
	WRITE_ONCE(ring->filled, ring->filled + 1);
	smp_store_release(&entry->flags, KVM_DIRTY_GFN_F_DIRTY); /* pairs with user space */
	if (unlikely(kvr_ring_full(ring)))
		set_bit(KVR_REQ_RING_FULL, &vcpu->requests);
	return true;
}

/* Catches the next write to each page of @batch, as far as there is such a slot and page. */
static void batch_protect(struct kvr_revoke *revoke, const struct ring_batch *batch)
{
	struct kvr_memory *memory = revoke->memory;
	struct kvr_slot *slot;
	u64 pages;

	lockdep_assert_held(&memory->slots_lock);
	if (!batch->pages || batch->slot >= KVR_SLOTS_MAX)
		return;
	slot = xa_load(&memory->slots.by_id, batch->slot);
	if (!slot)
		return;
	pages = kvr_range_pages(&slot->region.gfns);
	if (batch->base >= pages)
		return;
	kvr_revoke_word(revoke, kvr_gstage_protect, batch->pages,
			slot->region.gfns.first + batch->base, slot->region.gfns.last);
}

/* Adds an entry to @batch, which goes first when the entry does not belong to it. */
static void batch_add(struct kvr_revoke *revoke, struct ring_batch *batch, u32 slot, u64 offset)
{
	u64 base = offset & ~(u64)(BITS_PER_LONG - 1);

	if (slot != batch->slot || base != batch->base) {
		batch_protect(revoke, batch);
		*batch = (struct ring_batch){ .slot = slot, .base = base };
	}
	batch->pages |= BIT(offset % BITS_PER_LONG);
}

/*
 * Takes back the entries that user space has collected: a ring's worth at most, as the vCPU may
 * fill it as fast as it is emptied. Returns how many.
 */
static u32 ring_reset(struct kvr_revoke *revoke, struct kvr_ring *ring)
{
	struct ring_batch batch = {};
	u32 count;

	for (count = 0; count < ring->size; count++) {
		struct kvm_dirty_gfn *entry = ring_entry(ring, ring->reset);

		/* Pairs with user space's release, which comes after our own of the entry. */
		if (!(smp_load_acquire(&entry->flags) & KVM_DIRTY_GFN_F_RESET) ||
		    ring->reset == READ_ONCE(ring->filled))
			break;
		batch_add(revoke, &batch, READ_ONCE(entry->slot), READ_ONCE(entry->offset));
		WRITE_ONCE(entry->flags, 0);
		/* The vCPU's from here on; pairs with ring_used. */
		smp_store_release(&ring->reset, ring->reset + 1);
		kvr_revoke_spend(revoke, 1);
	}
	batch_protect(revoke, &batch);
	return count;
}

long kvr_memory_reset_rings(struct kvr_memory *memory, struct kvr_vcpus *vcpus)
{
	struct kvr_revoke revoke;
	struct kvr_vcpu *vcpu;
	unsigned long id;
	long total = 0;

	if (!READ_ONCE(memory->ring_size))
		return -EINVAL;
	mutex_lock(&memory->slots_lock);
	kvr_revoke_begin(&revoke, memory, true);
	kvr_vcpus_for_each(vcpus, id, vcpu) {
		if (vcpu->ring)
			total += ring_reset(&revoke, vcpu->ring);
		kvr_revoke_spend(&revoke, 1);
	}
	/* Writes that a hart lets through until here are in the pages that user space reads. */
	kvr_revoke_end(&revoke);
	mutex_unlock(&memory->slots_lock);
	return total;
}
