/* SPDX-License-Identifier: GPL-2.0-only */
/* Locks that threads of the model wait for, with preemption off from the wait to the unlock. */
#ifndef KVR_MODEL_LINUX_SPINLOCK_H
#define KVR_MODEL_LINUX_SPINLOCK_H

#include <linux/preempt.h>
#include <linux/types.h>

typedef struct {
	bool held;
} raw_spinlock_t;

#define DEFINE_RAW_SPINLOCK(name)	raw_spinlock_t name
#define raw_spin_lock(lock)		((void)((lock)->held = true))
#define raw_spin_unlock(lock)		((void)((lock)->held = false))

typedef struct {
	unsigned int readers;
	struct model_thread *writer;
} rwlock_t;

#define rwlock_init(lock)	((void)(*(lock) = (rwlock_t){}))
#define __acquires(lock)
#define __releases(lock)

void write_lock(rwlock_t *lock);
void write_unlock(rwlock_t *lock);
void read_lock(rwlock_t *lock);
int read_trylock(rwlock_t *lock);
void read_unlock(rwlock_t *lock);

#define rwlock_is_contended(lock)	0
#define rwlock_needbreak(lock)		0
#define spin_needbreak(lock)		0

#endif
