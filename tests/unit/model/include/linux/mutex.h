/* SPDX-License-Identifier: GPL-2.0-only */
/* Mutexes that threads of the model wait for; they may lose their hart meanwhile. */
#ifndef KVR_MODEL_LINUX_MUTEX_H
#define KVR_MODEL_LINUX_MUTEX_H

struct model_thread;

struct mutex {
	struct model_thread *holder;
};

#define mutex_init(m)		((void)((m)->holder = NULL))
#define mutex_destroy(m)	((void)(m))
#define mutex_is_locked(m)	((m)->holder != NULL)

void mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);

#endif
