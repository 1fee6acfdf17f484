/* SPDX-License-Identifier: GPL-2.0-only */
/* One thread: a mutex only notices that it is taken twice, or let go untaken. */
#ifndef KVR_UNIT_LINUX_MUTEX_H
#define KVR_UNIT_LINUX_MUTEX_H

#include <linux/bug.h>
#include <stdbool.h>

struct mutex {
	bool held;
};

#define mutex_init(m) ((void)((m)->held = false))
#define mutex_destroy(m) ((void)WARN_ON((m)->held))
#define mutex_is_locked(m) ((m)->held)

static inline void mutex_lock(struct mutex *m)
{
	WARN_ON(m->held);
	m->held = true;
}

static inline void mutex_unlock(struct mutex *m)
{
	WARN_ON(!m->held);
	m->held = false;
}

#endif
