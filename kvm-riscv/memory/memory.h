/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VM's guest-physical memory: slots, the G-stage tables over them, and their upkeep.
 *
 * Lock order: slots_lock, the mm's mmap_lock, mmu_lock. mmu_lock is never taken with interrupts or
 * preemption off (on PREEMPT_RT it sleeps).
 */
#ifndef KVR_MEMORY_MEMORY_H
#define KVR_MEMORY_MEMORY_H

#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "memory/notifier.h"
#include "memory/slots.h"
#include "translate/gstage.h"

struct kvm_clear_dirty_log;
struct kvm_dirty_log;
struct kvm_userspace_memory_region2;
struct kvr_space;
struct kvr_vcpu;
struct mm_struct;

struct kvr_memory {
	struct mm_struct *mm;		/* whose user addresses the slots speak of; grabbed */

	struct mutex slots_lock;	/* one change of slots at a time */
	u64 dirty_protocol;		/* KVM_DIRTY_LOG_*, under slots_lock */
	u32 ring_size;			/* entries of dirty rings, or 0; fixed by the first vCPU */
	bool ring_bitmap;		/* bitmaps beside the rings; under slots_lock */
	/*
	 * Shared: install leaves (faults). Exclusive: take leaves or permissions away, show or hide
	 * slots, the notifier's counters.
	 */
	rwlock_t mmu_lock;
	struct kvr_slots slots;
	/* entries: see translate/gstage.h; root is fixed, levels from the first slot or vCPU on */
	struct kvr_gstage gstage;
	struct kvr_notifier notifier;
	struct kvr_pinning pinning;	/* memory/pinned.h */

	struct kvr_space *space;	/* what guests translate by: gstage, hart by hart */

	atomic64_t leaves[KVR_LEAF_LEVELS];	/* mapped now, by level */
	atomic64_t tables;		/* pages of the G-stage's tables, the root's among them */
	atomic64_t waits;		/* faults that found mmu_lock taken */
};

/* kvr_memory_read_wait - the way of kvr_memory_read_lock where the lock is not free */
void kvr_memory_read_wait(struct kvr_memory *memory) __acquires(&memory->mmu_lock);

/* kvr_memory_read_lock - mmu_lock for reading, as a fault takes it: having to wait is counted */
static inline void kvr_memory_read_lock(struct kvr_memory *memory) __acquires(&memory->mmu_lock)
{
	if (unlikely(!read_trylock(&memory->mmu_lock)))
		kvr_memory_read_wait(memory);
}

/* A racy copy of the counters, for the statistics file descriptor. */
struct kvr_memory_stats {
	u64 pages_4k, pages_2m, pages_1g;	/* leaves mapped now */
	u64 remote_tlb_flush;			/* remote fences so far */
	u64 table_pages, fault_waits;		/* see tables and waits above */
	u64 remote_tlb_flush_requests;		/* the same: none is asked for in vain */
};

enum kvr_access {
	KVR_ACCESS_READ,
	KVR_ACCESS_WRITE,
	KVR_ACCESS_EXEC,
};

enum kvr_fault_result {
	KVR_FAULT_MAPPED,	/* resume the guest at the same instruction */
	KVR_FAULT_MMIO,		/* no slot there, or a write to a read-only slot */
};

/* ---- VM ---- */

/*
 * kvr_memory_init - an empty guest-physical memory for user memory of @mm, which is current->mm
 *
 * Sleeps. 0, -ENOMEM or -EINTR. On success pair with kvr_memory_destroy.
 */
int kvr_memory_init(struct kvr_memory *memory, struct mm_struct *mm);

/* kvr_memory_gpa_bits - width of this VM's guest-physical addresses */
static inline unsigned int kvr_memory_gpa_bits(const struct kvr_memory *memory)
{
	return kvr_gstage_gpa_bits(memory->gstage.levels);
}

/*
 * kvr_memory_set_gpa_bits - have tables that need not be larger than for addresses of @bits
 *
 * Under vcpus->lock, no vCPU is there; sleeps. 0, -EINVAL (more than the harts have), -EBUSY (there
 * are slots).
 */
int kvr_memory_set_gpa_bits(struct kvr_memory *memory, u64 bits);

/* kvr_memory_destroy - free everything; no vCPU runs nor will. Sleeps; any mm. */
void kvr_memory_destroy(struct kvr_memory *memory);

/*
 * kvr_memory_set_region - KVM_SET_USER_MEMORY_REGION and ...REGION2
 *
 * Sleeps; current->mm is memory->mm. For the older ioctl the caller zeroes what its structure
 * lacks. 0, -EINVAL, -EEXIST (overlap), -EFAULT (beyond the G-stage's reach), -ENOMEM.
 */
int kvr_memory_set_region(struct kvr_memory *memory,
			  const struct kvm_userspace_memory_region2 *region);

/*
 * kvr_memory_get_dirty_log - KVM_GET_DIRTY_LOG: copy the bitmap to log->dirty_bitmap; unless
 * clearing is manual, clear it and catch the next write to each page that was dirty
 *
 * Sleeps. 0, -EINVAL (slot id), -ENOENT (no such slot, or it logs nothing), -EFAULT, -ENXIO (rings
 * tell of dirty pages, and no bitmaps).
 */
int kvr_memory_get_dirty_log(struct kvr_memory *memory, const struct kvm_dirty_log *log);

/*
 * kvr_memory_clear_dirty_log - KVM_CLEAR_DIRTY_LOG: clear the bits that log->dirty_bitmap names,
 * and catch the next write to each of these pages
 *
 * Sleeps. 0, -EINVAL (slot id, pages outside of the slot or not in whole words), -ENOENT,
 * -EFAULT, -ENXIO.
 */
int kvr_memory_clear_dirty_log(struct kvr_memory *memory, const struct kvm_clear_dirty_log *log);

/* How logging may work: what KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2 answers and takes. */
#define KVR_DIRTY_PROTOCOLS	(KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE | KVM_DIRTY_LOG_INITIALLY_SET)

/*
 * kvr_memory_set_dirty_protocol - choose some of KVR_DIRTY_PROTOCOLS for slots that log from now
 * on, and for how the log is read; sleeps; 0 or -EINVAL
 */
int kvr_memory_set_dirty_protocol(struct kvr_memory *memory, u64 protocol);

/* kvr_memory_stats_read - any context */
void kvr_memory_stats_read(const struct kvr_memory *memory, struct kvr_memory_stats *stats);

/*
 * kvr_memory_stats_clear - begin to count anew what is @at bytes into struct kvr_memory_stats and
 * counts; any context
 */
void kvr_memory_stats_clear(struct kvr_memory *memory, size_t at);

/* ---- vCPU ---- */

/*
 * kvr_memory_fault - make @gpa accessible to the guest of @vcpu, whose own thread this is
 * @gpa: guest-physical byte address, any alignment
 *
 * Kernel speed: interrupts on, may sleep, called from the thread in KVM_RUN. Several vCPUs
 * fault in parallel. Maps the largest leaf that slot, alignment and the host's own mapping
 * allow, and neighbours that the host has present already.
 *
 * Returns an enum kvr_fault_result, or -EFAULT (the slot's user memory refuses the access),
 * -EINTR (a fatal signal), -ENOMEM, -EHWPOISON, -ENXIO (memory is pinned here, and the process has
 * no kvm_run mapped).
 */
int kvr_memory_fault(struct kvr_vcpu *vcpu, u64 gpa, enum kvr_access access);

#endif
