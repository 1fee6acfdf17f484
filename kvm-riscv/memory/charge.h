/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pinned pages of a VM, charged to the user who made it.
 *
 * As for the buffers of io_uring: all VMs of a user, in all of the user's processes, stay within
 * RLIMIT_MEMLOCK together, and a VM that was made with CAP_IPC_LOCK is not limited. What is
 * pinned for a process is shown as VmPin in /proc/PID/status.
 */
#ifndef KVR_MEMORY_CHARGE_H
#define KVR_MEMORY_CHARGE_H

#include <linux/atomic.h>

struct cred;
struct mm_struct;

/* All fixed by kvr_charge_init. */
struct kvr_charge {
	struct mm_struct *mm;
	const struct cred *cred;	/* of the maker, keeps its user; NULL when not limited */
	atomic_long_t *locked;		/* pages of that user; NULL when not limited */
};

/*
 * kvr_charge_init - charge the current user, and @mm, for what is pinned; 0 or -ENOMEM
 *
 * Sleeps. The caller keeps @mm until after kvr_charge_destroy.
 */
int kvr_charge_init(struct kvr_charge *charge, struct mm_struct *mm);

/* kvr_charge_destroy - everything has been taken off again; sleeps; also after a failed init */
void kvr_charge_destroy(struct kvr_charge *charge);

/*
 * kvr_charge_add - account for @pages more; any context
 *
 * 0, or -ENOMEM when they would exceed the current process's RLIMIT_MEMLOCK.
 */
int kvr_charge_add(struct kvr_charge *charge, unsigned long pages);

/* kvr_charge_sub - account for @pages fewer; any context, any process */
void kvr_charge_sub(struct kvr_charge *charge, unsigned long pages);

#endif
