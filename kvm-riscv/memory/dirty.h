/* SPDX-License-Identifier: GPL-2.0-only */
/* Dirty logging: which pages of a slot were written since user space asked last. */
#ifndef KVR_MEMORY_DIRTY_H
#define KVR_MEMORY_DIRTY_H

#include "memory/memory.h"

/*
 * kvr_dirty_alloc - a bitmap as logging starts with (and the room for its copy) for a slot; NULL
 * where dirty rings do without
 *
 * Under slots_lock; sleeps. 0 or -ENOMEM; kvfree it.
 */
int kvr_dirty_alloc(const struct kvr_memory *memory, const struct kvr_slot_region *region,
		    unsigned long **bitmap);

/*
 * kvr_dirty_start - log writes to @slot from now on: on return every write that follows is seen,
 * or all pages count as written already (KVM_DIRTY_LOG_INITIALLY_SET)
 *
 * Under slots_lock; sleeps. 0 or -ENOMEM.
 */
int kvr_dirty_start(struct kvr_memory *memory, struct kvr_slot *slot);

/* kvr_dirty_stop - log no more, and let huge leaves come back; under slots_lock; sleeps */
void kvr_dirty_stop(struct kvr_memory *memory, struct kvr_slot *slot);

/*
 * kvr_dirty_mark - note a write to frame @gfn of the slot in @view by @vcpu: in its ring if that
 * has room, in the slot's bitmap otherwise
 *
 * Under mmu_lock, @view's generation checked, and under the vCPU's mutex. Does nothing when the
 * slot logs nothing.
 */
void kvr_dirty_mark(struct kvr_vcpu *vcpu, const struct kvr_slot_view *view, u64 gfn);

#endif
