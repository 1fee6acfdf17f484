/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading a guest's own page tables, as the hart's walker does for it: Sv39, Sv48 and Sv57
 * (Privileged Architecture, Supervisor, "Virtual Address Translation Process"), Svnapot, Svadu.
 *
 * For a guest page fault of which the hart does not tell the guest-physical address. The hart has
 * done the same walk and met no fault of the guest's, so permissions are not looked at again, but
 * for what decides where the walk ends. Pure; compiled into the unit tests as it is.
 */
#ifndef KVR_TRANSLATE_GUEST_WALK_H
#define KVR_TRANSLATE_GUEST_WALK_H

#include <linux/types.h>

struct kvr_guest_walk {
	unsigned long vsatp;		/* the guest's satp */
	bool sets_ad;			/* the hart sets A and D bits (Svadu, henvcfg.ADUE) */
	bool write;			/* the access that is translated for */
	/*
	 * May the walker read the entry at @gpa, or with @write change it? False when the G-stage
	 * does not let it; else *@pte is the entry.
	 */
	bool (*reach)(void *context, u64 gpa, bool write, u64 *pte);
	void *context;
};

/* What a walk ended at, and where that is. */
enum kvr_guest_walk_end {
	KVR_WALK_PAGE,		/* what the address translates to */
	KVR_WALK_READ,		/* an entry that cannot be read */
	KVR_WALK_WRITE,		/* the leaf, whose A or D bit cannot be set */
	KVR_WALK_FAULT,		/* nowhere: the tables do not translate the address for the guest */
};

/*
 * kvr_guest_walk - the guest-physical address at which a walk for guest-virtual @address ends
 * @gpa: set unless KVR_WALK_FAULT
 *
 * Whatever context @walk->reach is good for.
 */
enum kvr_guest_walk_end kvr_guest_walk(const struct kvr_guest_walk *walk, u64 address, u64 *gpa);

#endif
