/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A vCPU's memory of its last guest page fault, by which faults that lead nowhere end. Pure.
 *
 * A fault that nothing was wanting for may be a translation that the hart holds still, or another
 * vCPU was quicker: the guest tries again. If it comes over and over, the hart may have told a
 * write of an A or D bit in the guest's tables as a read, as some do. If that was not it either,
 * the guest cannot go on.
 */
#ifndef KVR_TRANSLATE_FAULT_RECORD_H
#define KVR_TRANSLATE_FAULT_RECORD_H

#include <linux/types.h>

/* After so many in a row: take it for a write; give up. */
#define KVR_FAULT_VAIN_WRITE	16
#define KVR_FAULT_VAIN_MAX	32

struct kvr_fault_record {
	unsigned long pc;
	u64 gpa;
	/* how often in a row that fault came although there was nothing to be done for it */
	unsigned int in_vain;
};

enum kvr_fault_try {
	KVR_FAULT_AS_TOLD,
	KVR_FAULT_AS_WRITE,
	KVR_FAULT_GIVE_UP,
};

/* kvr_fault_again - is a fault at @pc and @gpa the one that was noted last? */
static inline bool kvr_fault_again(const struct kvr_fault_record *record, unsigned long pc, u64 gpa)
{
	return record->pc == pc && record->gpa == gpa;
}

/*
 * kvr_fault_note - a fault at @pc and @gpa, and how to go about it
 * @wanting: there is something to be done for it; asked for only where kvr_fault_again
 */
static inline enum kvr_fault_try kvr_fault_note(struct kvr_fault_record *record, unsigned long pc,
						u64 gpa, bool wanting)
{
	if (!kvr_fault_again(record, pc, gpa) || wanting) {
		*record = (struct kvr_fault_record){ .pc = pc, .gpa = gpa };
		return KVR_FAULT_AS_TOLD;
	}
	if (++record->in_vain < KVR_FAULT_VAIN_WRITE)
		return KVR_FAULT_AS_TOLD;
	if (record->in_vain < KVR_FAULT_VAIN_MAX)
		return KVR_FAULT_AS_WRITE;
	/* Who lets the guest run once more has changed something. */
	record->in_vain = 0;
	return KVR_FAULT_GIVE_UP;
}

#endif
