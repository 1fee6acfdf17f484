/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one hart has, and what guests are promised of many: pure.
 *
 * Guests may move between all harts that can run them, so they are promised what all of these
 * have. A promise never shrinks: a hart that comes later and has less runs no guests.
 *
 * Vector registers have one length or guests get none: a guest's state cannot follow it to a hart
 * where the registers are shorter, and to prefer some harts to others would be a guess at what the
 * machine is for. To have vectors there, take the other harts off-line before loading.
 */
#ifndef KVR_HART_PROMISE_H
#define KVR_HART_PROMISE_H

#include <linux/types.h>

/* Room for kvr_record_text */
#define KVR_RECORD_TEXT_MAX	128

struct kvr_hart_record {
	bool h;				/* the hypervisor extension: CSRs and firmware say so */
	bool h_unnamed;			/* the CSRs say so, the device tree or ACPI does not */
	bool envcfg;			/* henvcfg and senvcfg (privileged 1.12) */
	bool stateen;			/* Smstateen and Ssstateen */
	bool sstc;			/* vstimecmp */
	bool aia;			/* Ssaia */
	unsigned int gstage_modes;	/* bit n: hgatp.MODE n */
	unsigned int vmid_bits;		/* implemented bits of hgatp.VMID */
	unsigned long gstage_mode;	/* the largest of gstage_modes */
	unsigned long satp_mode;	/* the widest vsatp.MODE */
	unsigned long vlenb;		/* bytes in a vector register; 0: no vector unit */
};

/*
 * kvr_promise_reduce - leave in @promise what @record has as well. The first hart's record is the
 * promise to begin with. Neither is of a hart without H.
 */
void kvr_promise_reduce(struct kvr_hart_record *promise, const struct kvr_hart_record *record);

/*
 * kvr_promise_kept - can a hart with @record run guests that were promised @promise and find VMIDs
 * of @vmid_bits bits in use?
 */
bool kvr_promise_kept(const struct kvr_hart_record *promise, const struct kvr_hart_record *record,
		      unsigned int vmid_bits);

/*
 * kvr_record_text - @record in words for the log, in KVR_RECORD_TEXT_MAX bytes. Records that differ
 * read differently.
 */
void kvr_record_text(const struct kvr_hart_record *record, char *text);

#endif
