/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A translation context: one G-stage table, what each hart knows of it, and how a guest comes to
 * translate by it. A VM has one for its memory; it could have more.
 */
#ifndef KVR_HART_SPACE_H
#define KVR_HART_SPACE_H

#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/percpu.h>
#include <linux/types.h>

#include "hart/guest_regs.h"
#include "hart/hart.h"

/* What one hart knows of one space. Only that hart touches it, with interrupts off. */
struct kvr_space_hart {
	/* that translated by this space here last; compared, never followed */
	struct kvr_guest *guest;
	/* VMID (hart/vmid.h) of the space's entries in the hart's TLB; 0: none */
	u64 tag;
	unsigned long hgatp;		/* under that VMID */
};

struct kvr_space {
	unsigned long table;	/* hgatp but for the VMID; fixed before the first guest runs */
	struct kvr_space_hart __percpu *harts;
	/* Harts whose TLB may hold entries: set before entry, cleared by a fence; atomic. */
	cpumask_var_t entered;
	atomic64_t fences;		/* remote fences sent */
};

/* kvr_space_init/destroy - sleeps. 0 or -ENOMEM. No guest translates by it when it goes. */
int kvr_space_init(struct kvr_space *space);
void kvr_space_destroy(struct kvr_space *space);

/*
 * kvr_space_close - no hart has the space's table in hgatp any more, nor looks ahead by it
 *
 * Sleeps. No guest translates by the space, nor will. Before the table goes.
 */
void kvr_space_close(struct kvr_space *space);

/*
 * kvr_space_set_table - the table is at physical address @root, of hgatp.MODE @mode; before the
 * first guest runs
 */
void kvr_space_set_table(struct kvr_space *space, unsigned long mode, phys_addr_t root);

/* kvr_hart_translate_slow - kvr_hart_translate where something has to be done */
void kvr_hart_translate_slow(struct kvr_guest *guest);

/*
 * kvr_hart_translate - have this hart translate by the guest's vsatp and the table of its space
 *
 * Interrupts off, guest loaded; this hart can run guests. The one place where vsatp and hgatp
 * come together: vsatp 0, hgatp, the fences that this hart owes the space and the guest (a new
 * VMID; another guest of the space ran here last; the guest came from another hart: fence.i too),
 * vsatp.
 */
static inline void kvr_hart_translate(struct kvr_guest *guest)
{
	if (unlikely(this_cpu_read(kvr_harts.live) != guest ||
		     guest->last_cpu != smp_processor_id()))
		kvr_hart_translate_slow(guest);
}

/*
 * kvr_space_fence - no hart uses a translation of frames @first to @last that was in the table
 * before this call
 *
 * Interrupts on; returns when it is done. The table has been changed by the caller.
 */
void kvr_space_fence(struct kvr_space *space, u64 first, u64 last);

/*
 * kvr_space_fence_here - this hart alone forgets its translation of frame @gfn, or with @all those
 * of the whole space; preemption off. Nothing to do where no guests run.
 */
void kvr_space_fence_here(struct kvr_space *space, u64 gfn, bool all);

/*
 * kvr_space_leave - leave nothing behind in this hart of what it translated for @guest
 *
 * Preemption off, vsatp not the guest's. Its next entry takes a new VMID here.
 */
void kvr_space_leave(struct kvr_guest *guest);

#endif
