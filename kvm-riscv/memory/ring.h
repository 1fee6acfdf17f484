/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dirty rings: each vCPU tells user space which pages it wrote, in a ring that both have mapped
 * (KVM API, KVM_CAP_DIRTY_LOG_RING_ACQ_REL).
 *
 * The vCPU fills entries, user space marks those that it has collected, and a reset catches the
 * next write to these pages and gives the entries back to the vCPU. What the entries hold is
 * user space's to spoil: only the two counters here say which are whose.
 */
#ifndef KVR_MEMORY_RING_H
#define KVR_MEMORY_RING_H

#include "memory/memory.h"

struct kvm_dirty_gfn;
struct kvr_vcpus;
struct page;

struct kvr_ring {
	struct kvm_dirty_gfn *entries;	/* mapped by user space: hostile */
	u32 size;			/* entries, a power of two; fixed */
	u32 filled;			/* entries ever filled; written under vcpu->mutex */
	u32 reset;			/* entries ever given back; written under slots_lock */
};

/* Bytes of a ring: what KVM_CAP_DIRTY_LOG_RING_ACQ_REL answers, and the least that it takes */
#define KVR_RING_BYTES_MAX	(1UL << 20)
#define KVR_RING_BYTES_MIN	PAGE_SIZE

/* Entries that are left when a vCPU leaves for user space: what it may yet write on its way */
#define KVR_RING_SPARE		64

/*
 * kvr_memory_set_ring - let vCPUs that are made from now on have rings of @bytes
 *
 * Under vcpus->lock, no vCPU is there; sleeps. 0, -EINVAL (no power of two, too small, or there
 * are rings already), -E2BIG.
 */
int kvr_memory_set_ring(struct kvr_memory *memory, u64 bytes);

/*
 * kvr_memory_set_ring_bitmap - note what no vCPU writes in bitmaps beside the rings
 *
 * Sleeps. 0, -EINVAL when there are no rings, or slots already.
 */
int kvr_memory_set_ring_bitmap(struct kvr_memory *memory);

/*
 * kvr_ring_create - the ring of a new vCPU; under vcpus->lock; sleeps
 *
 * NULL where the VM has none, or -ENOMEM as a pointer. Pair with kvr_ring_free.
 */
struct kvr_ring *kvr_ring_create(const struct kvr_memory *memory);

/* kvr_ring_free - nobody uses @ring any more, nor has it mapped; it may be NULL */
void kvr_ring_free(struct kvr_ring *ring);

/* kvr_ring_pages - how many pages user space may map; @ring may be NULL */
unsigned long kvr_ring_pages(const struct kvr_ring *ring);

/* kvr_ring_page - page @index of them, which may be out of range: then NULL */
struct page *kvr_ring_page(const struct kvr_ring *ring, unsigned long index);

/* kvr_ring_full - must the vCPU leave for user space, so that its ring is emptied? */
bool kvr_ring_full(const struct kvr_ring *ring);

/*
 * kvr_ring_push - enter page @offset of slot @slot into the ring of @vcpu, which has one
 *
 * Under vcpu->mutex and mmu_lock. When the ring becomes full, KVR_REQ_RING_FULL stays with the
 * vCPU. False when there is no entry left at all.
 */
bool kvr_ring_push(struct kvr_vcpu *vcpu, u32 slot, u64 offset);

/*
 * kvr_memory_reset_rings - KVM_RESET_DIRTY_RINGS: take back what user space has collected of the
 * rings of all @vcpus, the memory's own, and catch the next write to these pages
 *
 * Sleeps. How many entries, or -EINVAL where there are no rings.
 */
long kvr_memory_reset_rings(struct kvr_memory *memory, struct kvr_vcpus *vcpus);

#endif
