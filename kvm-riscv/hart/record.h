/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each hart has. Every hart is asked when it comes, and keeps its own record. Guests
 * are promised what all harts have that can run guests; a hart that comes later and has less
 * runs none.
 */
#ifndef KVR_HART_RECORD_H
#define KVR_HART_RECORD_H

#include <linux/percpu.h>
#include <linux/types.h>

struct kvr_hart_record {
	bool h;				/* the hypervisor extension */
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

/* What guests are promised: fixed from kvr_hart_record_init on. */
extern struct kvr_hart_record kvr_hart_common;

/* This hart can run guests; written on the hart itself with interrupts off. */
DECLARE_PER_CPU(bool, kvr_hart_can_run);

/* kvr_hart_usable - can this hart run guests? Preemption off. */
static inline bool kvr_hart_usable(void)
{
	return __this_cpu_read(kvr_hart_can_run);
}

/*
 * kvr_hart_record_init/exit - ask all harts that are on-line; module init and exit; sleeps
 *
 * 0; -ENOMEM; -ENODEV, said in the log, when no hart has H or those that have share no G-stage
 * mode.
 */
int kvr_hart_record_init(void);
void kvr_hart_record_exit(void);

/*
 * kvr_hart_record_arrive - this hart has come on-line, interrupts off: ask it. False when it cannot
 * run the guests there are.
 */
bool kvr_hart_record_arrive(void);

/* kvr_hart_record_depart - no guest runs on this hart from now on; interrupts off */
void kvr_hart_record_depart(void);

/* kvr_hart_empty_ppn - page number of a G-stage root without entries; from init on */
unsigned long kvr_hart_empty_ppn(void);

#endif
