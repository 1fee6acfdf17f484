/* SPDX-License-Identifier: GPL-2.0-only */
/* The physical hart: how guests share it with its other users, and what it holds of guests now. */
#ifndef KVR_HART_HART_H
#define KVR_HART_HART_H

#include <linux/percpu.h>
#include <linux/types.h>

#include "hart/vmid.h"

struct kvr_guest;
struct kvr_vcpus;

/* How a guest shares its hart. Chosen at module init; only the end of the machine changes it. */
enum kvr_hart_mode {
	/*
	 * The kernel tells of task switches. A guest's registers stay in the hart until another
	 * guest needs it.
	 */
	KVR_HART_RESIDENT,
	/* The kernel does not tell: a guest is put before interrupts go on. */
	KVR_HART_PUT_EARLY,
	/*
	 * Another hypervisor may use the same harts. Whatever is in a register while interrupts
	 * are on is the other's: all are exchanged with interrupts off around the guest.
	 * Translations stay until the thread loses the hart, of which the kernel tells.
	 */
	KVR_HART_SHARED,
	/* The same where the kernel does not tell: translations go at each put. */
	KVR_HART_SHARED_UNTOLD,
	/* The machine goes down: a put leaves neither registers nor translations behind. */
	KVR_HART_ENDING,
};

/* Written at module init and by kvr_hart_end; READ_ONCE where a change would matter. */
extern enum kvr_hart_mode kvr_hart_mode;

/* kvr_hart_is_resident - may a loaded guest stay loaded when interrupts go on? */
static inline bool kvr_hart_is_resident(void)
{
	return likely(READ_ONCE(kvr_hart_mode) == KVR_HART_RESIDENT);
}

/* kvr_hart_is_shared - may another hypervisor use the harts? */
static inline bool kvr_hart_is_shared(void)
{
	return unlikely(kvr_hart_mode == KVR_HART_SHARED ||
			kvr_hart_mode == KVR_HART_SHARED_UNTOLD);
}

/* kvr_hart_is_tidy - must a thread that loses a hart take its guest's translations along? */
static inline bool kvr_hart_is_tidy(void)
{
	return unlikely(READ_ONCE(kvr_hart_mode) >= KVR_HART_SHARED);
}

/*
 * What this module keeps in one hart. Written by that hart alone, with interrupts off; the
 * pointers are compared, and followed only where the guest is known to exist.
 */
struct kvr_hart {
	/* Whose values the guest CSRs hold. NULL: nobody's. Always NULL where harts are shared. */
	struct kvr_guest *regs;
	/*
	 * Whose vsatp is in place, under the hgatp of its space. NULL: vsatp is 0, or, where harts
	 * are shared, the other hypervisor's.
	 */
	struct kvr_guest *live;
	/* What hgatp holds; on a shared hart only between a guest's load and put */
	unsigned long hgatp;
	struct kvr_vmids vmids;
};

DECLARE_PER_CPU(struct kvr_hart, kvr_harts);

/*
 * kvr_hart_share - another hypervisor may use the harts from now on; before kvr_hart_init
 */
void kvr_hart_share(void);

/*
 * kvr_hart_init/exit - choose the mode and follow task switches; module init and exit; sleeps.
 * kvr_hart_init: always 0.
 */
int kvr_hart_init(void);
void kvr_hart_exit(void);

/*
 * kvr_hart_regs_clear - leave nothing of a guest in this hart's registers, and trust none of them
 *
 * Interrupts off. On a shared hart there is nothing to do.
 */
void kvr_hart_regs_clear(void);

/*
 * kvr_hart_tlb_clear - leave no guest's translation in this hart's TLB; interrupts off, no guest
 * is loaded here, after kvr_hart_regs_clear
 */
void kvr_hart_tlb_clear(void);

/* kvr_hart_tlb_distrust - this hart's TLB has unknown contents; interrupts off, likewise */
void kvr_hart_tlb_distrust(void);

/*
 * kvr_hart_end - the machine goes down: no guest's registers, tables or translations stay in
 * a hart that does not run it
 *
 * Sleeps until the threads that were in KVM_RUN have put their guests (kvr_vcpus_end came before),
 * for a fifth of a second at most. There is no way back.
 */
void kvr_hart_end(void);

/*
 * kvr_hart_forget - no hart holds registers of a guest of @owner (kvr_guest.owner) any more
 *
 * Sleeps. None of them runs, nor will.
 */
void kvr_hart_forget(const void *owner);

#endif
