/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The count of pages that a user has locked in memory, in all of the user's processes together.
 *
 * The kernel keeps it in struct user_struct if it was configured with anything that uses it
 * (networking, io_uring and others, from 5.10 to 7.3). Otherwise nothing but this module counts
 * there, and the module keeps a count of its own.
 */
#ifndef KVR_COMPAT_USER_LOCKED_H
#define KVR_COMPAT_USER_LOCKED_H

#include <linux/atomic.h>
#include <linux/sched/user.h>

#include "compat/generated/have.h"

/*
 * kvr_user_locked_get - the count of @user, in pages, or NULL when there is no memory for it
 *
 * Sleeps. The caller keeps a reference to @user until after kvr_user_locked_put.
 */
#ifdef KVR_HAVE_USER_LOCKED_VM
#define KVR_USER_LOCKED_OWN	0

static inline atomic_long_t *kvr_user_locked_get(struct user_struct *user)
{
	return &user->locked_vm;
}

static inline void kvr_user_locked_put(atomic_long_t *locked)
{
}
#else
/* user_locked.c keeps the counts. */
#define KVR_USER_LOCKED_OWN	1

atomic_long_t *kvr_user_locked_get(struct user_struct *user);

/* kvr_user_locked_put - the caller, which has taken off all that it added, is done; sleeps */
void kvr_user_locked_put(atomic_long_t *locked);
#endif

#endif
