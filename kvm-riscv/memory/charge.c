// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/mm_types.h>
#include <linux/sched/signal.h>

#include "compat/user_locked.h"
#include "memory/charge.h"

int kvr_charge_init(struct kvr_charge *charge, struct mm_struct *mm)
{
	charge->mm = mm;
	charge->cred = NULL;
	charge->locked = NULL;
	if (capable(CAP_IPC_LOCK))
		return 0;
	charge->cred = get_current_cred();
	charge->locked = kvr_user_locked_get(charge->cred->user);
	if (charge->locked)
		return 0;
	kvr_charge_destroy(charge);
	return -ENOMEM;
}

void kvr_charge_destroy(struct kvr_charge *charge)
{
	if (charge->locked)
		kvr_user_locked_put(charge->locked);
	put_cred(charge->cred);
	charge->locked = NULL;
	charge->cred = NULL;
}

int kvr_charge_add(struct kvr_charge *charge, unsigned long pages)
{
	unsigned long limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
	long locked;

	if (charge->locked) {
		locked = atomic_long_read(charge->locked);
		do {
			/* Nothing to add is no excess, even where the limit was lowered since. */
			if (pages && locked + pages > limit)
				return -ENOMEM;
		} while (!atomic_long_try_cmpxchg(charge->locked, &locked, locked + pages));
	}
	atomic64_add(pages, &charge->mm->pinned_vm);
	return 0;
}

void kvr_charge_sub(struct kvr_charge *charge, unsigned long pages)
{
	if (charge->locked)
		atomic_long_sub(pages, charge->locked);
	atomic64_sub(pages, &charge->mm->pinned_vm);
}
