/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMIDs: which VM a TLB entry belongs to.
 *
 * VMIDs are handed out in order, each together with a generation; when they run out the next
 * generation begins and every VM takes a new one at its next entry. There is no global flush:
 * a hart fences a VMID whenever a VM enters it under a VMID (and generation) that it had not
 * used there before, so whatever an earlier owner left behind is gone by then.
 */
#ifndef KVR_MEMORY_VMID_H
#define KVR_MEMORY_VMID_H

#include <linux/types.h>

/* hgatp.VMID has up to 14 bits; a tag is generation << 14 | vmid, 0 is none */
#define KVR_VMID_BITS_MAX	14

/* The generation of VMIDs in use; read anywhere. Starts at 1. */
extern u64 kvr_vmid_generation;

static inline u64 kvr_vmid_tag_generation(u64 tag)
{
	return tag >> KVR_VMID_BITS_MAX;
}

static inline unsigned long kvr_vmid_tag_vmid(u64 tag)
{
	return tag & ((1UL << KVR_VMID_BITS_MAX) - 1);
}

/* kvr_vmid_init - @hart_bits: VMID bits that every hart implements; the parameter may lower it */
void kvr_vmid_init(unsigned int hart_bits);

/* kvr_vmid_bits - VMID bits in use; 0: all VMs share VMID 0, and harts fence between VMs */
unsigned int kvr_vmid_bits(void);

/*
 * kvr_vmid_renew - the tag in *@tag, made one of the present generation
 *
 * Any context, interrupts off included. Several harts may renew the same tag at once: all get the
 * same answer.
 */
u64 kvr_vmid_renew(u64 *tag);

/* kvr_vmid_retire - begin a new generation: all harts fence everything at their next entry */
void kvr_vmid_retire(void);

#endif
