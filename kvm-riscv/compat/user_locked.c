// SPDX-License-Identifier: GPL-2.0-only
#include "compat/user_locked.h"

#if KVR_USER_LOCKED_OWN
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>

/* One user's count, as long as anything holds it. */
struct user_count {
	struct list_head link;			/* in user_counts, under user_counts_lock */
	const struct user_struct *user;		/* only compared */
	unsigned int holders;			/* under user_counts_lock */
	atomic_long_t locked;
};

static LIST_HEAD(user_counts);
static DEFINE_MUTEX(user_counts_lock);

static struct user_count *user_count_find(const struct user_struct *user)
{
	struct user_count *count;

	list_for_each_entry(count, &user_counts, link)
		if (count->user == user)
			return count;
	count = kzalloc(sizeof(*count), GFP_KERNEL_ACCOUNT);
	if (!count)
		return NULL;
	count->user = user;
	list_add(&count->link, &user_counts);
	return count;
}

atomic_long_t *kvr_user_locked_get(struct user_struct *user)
{
	struct user_count *count;

	mutex_lock(&user_counts_lock);
	count = user_count_find(user);
	if (count)
		count->holders++;
	mutex_unlock(&user_counts_lock);
	return count ? &count->locked : NULL;
}

void kvr_user_locked_put(atomic_long_t *locked)
{
	struct user_count *count = container_of(locked, struct user_count, locked);

	mutex_lock(&user_counts_lock);
	if (!--count->holders) {
		list_del(&count->link);
		kfree(count);
	}
	mutex_unlock(&user_counts_lock);
}
#endif
