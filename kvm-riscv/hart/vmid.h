/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMIDs: which VM an entry of a hart's TLB belongs to.
 *
 * A TLB is a hart's own, so each hart numbers the VMs that enter it for itself: no lock, no
 * message to other harts, and as many VMs at once as there are VMIDs on each of them. VMIDs are
 * handed out in order, each with the hart's generation; when they run out the next generation
 * begins, and every VM takes a new VMID at its next entry to this hart. What an earlier owner
 * left under a VMID is fenced when it is given out anew. A hart without VMIDs has VMID 0 only,
 * and so a new generation whenever another VM enters.
 */
#ifndef KVR_HART_VMID_H
#define KVR_HART_VMID_H

#include <linux/types.h>

/* hgatp.VMID has up to 14 bits; a tag is generation << 14 | vmid, 0 is none */
#define KVR_VMID_BITS_MAX	14

/* One hart's; only that hart touches it, with interrupts off. All zeroes to begin with. */
struct kvr_vmids {
	u64 generation;
	unsigned int next;		/* VMID to hand out next, in this generation */
	unsigned int last;		/* highest VMID that was ever handed out */
};

static inline unsigned long kvr_vmid_of(u64 tag)
{
	return tag & ((1UL << KVR_VMID_BITS_MAX) - 1);
}

/* kvr_vmid_init - @hart_bits: VMID bits that every hart implements; the parameter may lower it */
void kvr_vmid_init(unsigned int hart_bits);

/* kvr_vmid_bits - VMID bits in use */
unsigned int kvr_vmid_bits(void);

/*
 * kvr_vmid_renew - make *@tag, a VM's on this hart, one of the hart's present generation
 *
 * True when it was not: then the new VMID is to be fenced before it is used.
 */
bool kvr_vmid_renew(struct kvr_vmids *vmids, u64 *tag);

/* kvr_vmid_retire - begin a new generation: what the hart's TLB holds is unknown */
void kvr_vmid_retire(struct kvr_vmids *vmids);

#endif
