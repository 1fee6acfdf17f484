/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What guests, hosts and removers do at the same time, for model/sched.h to run in many orders.
 * Each
 * begins with a new world and ends with an empty one.
 */
#ifndef KVR_MODEL_SCENARIOS_H
#define KVR_MODEL_SCENARIOS_H

#include <linux/types.h>

/* What the harts and the kernel of the next world are like. */
struct circumstances {
	unsigned int vmidlen;
	bool untold;			/* the kernel tells nothing of task switches */
	bool shared;			/* another hypervisor may use the harts */
	bool incoherent;		/* instruction caches are */
	bool fine;			/* model_fine */
};

extern struct circumstances circumstances;

/* ---- Harts ---- */

/* Two VMs, three guests, one after another on one hart. */
void vms_in_turn(void);

/* Their threads at once on one hart. */
void guests_share_a_hart(void);

/* Their threads go from one hart to another and back. */
void guests_move(void);

/* Memory of one guest is read while another's registers are in the hart. */
void guest_read_beside_another(void);

/* A page goes while its VM has no thread in KVM_RUN, or one on another hart. */
void discard_while_away(void);

/* A hart goes off-line when two VMs have run there, and comes back. */
void hart_goes_and_comes(void);

/* ---- Memory ---- */

void discard_beside_fault(void);
void discard_beside_faults(void);	/* of two guests */
void migrate_beside_discard(void);
void delete_beside_discard(void);
void log_stop_beside_discard(void);
void move_slot_beside_discard(void);

/* The log is started and read while a guest writes: no write goes unseen. */
void log_beside_writes(void);

/* A page of code goes to another frame while two guests execute it. */
void code_moves(void);

/* Two VMs with two guests each on three harts, and three removers; for random orders. */
void everything_at_once(void);

#endif
