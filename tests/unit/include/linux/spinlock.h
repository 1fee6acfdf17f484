/* SPDX-License-Identifier: GPL-2.0-only */
/* One thread: a lock only has to be taken and given back in turn. */
#ifndef KVR_UNIT_LINUX_SPINLOCK_H
#define KVR_UNIT_LINUX_SPINLOCK_H

#include <linux/bug.h>

typedef struct {
	int held;
} raw_spinlock_t;

#define DEFINE_RAW_SPINLOCK(name) raw_spinlock_t name
#define raw_spin_lock_init(lock) ((void)((lock)->held = 0))
#define raw_spin_lock_irqsave(lock, flags)				\
	do {								\
		(flags) = 1;						\
		WARN_ON((lock)->held++);				\
	} while (0)
#define raw_spin_unlock_irqrestore(lock, flags)				\
	do {								\
		WARN_ON(!(flags));					\
		WARN_ON(--(lock)->held);				\
	} while (0)

#endif
