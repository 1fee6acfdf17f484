/* SPDX-License-Identifier: GPL-2.0-only */
/* Taking mappings away: what slots, dirty logging, faults and the MMU notifier share. */
#ifndef KVR_MEMORY_UPKEEP_H
#define KVR_MEMORY_UPKEEP_H

#include "memory/memory.h"

/* An exclusive operation on a range of the table, as in translate/gstage.h. */
typedef void (*kvr_sweep_fn)(struct kvr_gstage *gstage, u64 first, u64 last,
			     struct kvr_gstage_gather *gather);

/*
 * kvr_memory_sweep - apply @fn to frames @first … @last, in portions with mmu_lock held for each
 *
 * Sleeps. Others may map in between: what must not come back is ruled out before.
 */
void kvr_memory_sweep(struct kvr_memory *memory, const struct kvr_gfn_range *range,
		      kvr_sweep_fn fn, struct kvr_gstage_gather *gather);

/*
 * kvr_memory_finish - fence what @gather says, then free the tables in it
 *
 * mmu_lock may be held or not; interrupts on. On return no hart uses what was taken away.
 */
void kvr_memory_finish(struct kvr_memory *memory, struct kvr_gstage_gather *gather);

/*
 * kvr_memory_mark_dirty - note a write to frame @gfn of the slot in @view by @vcpu: in its ring if
 * that has room, in the slot's bitmap otherwise
 *
 * Under mmu_lock, @view's generation checked, and under the vCPU's mutex. Does nothing when the
 * slot logs nothing.
 */
void kvr_memory_mark_dirty(struct kvr_vcpu *vcpu, const struct kvr_slot_view *view, u64 gfn);

/*
 * kvr_memory_protect_word - catch the next write to each frame up to @last that has a bit in
 * @word, of which bit 0 is that of @gfn
 *
 * mmu_lock for writing.
 */
void kvr_memory_protect_word(struct kvr_memory *memory, unsigned long word, u64 gfn, u64 last,
			     struct kvr_gstage_gather *gather);

#endif
