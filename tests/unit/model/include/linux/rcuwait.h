/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_MODEL_LINUX_RCUWAIT_H
#define KVR_MODEL_LINUX_RCUWAIT_H

#include "model/hart.h"
#include "model/sched.h"

#define TASK_UNINTERRUPTIBLE	2
#define MODEL_LOOKS_MAX		1000

struct rcuwait {
	bool unused;
};

#define rcuwait_init(wait)	((void)(wait))
#define rcuwait_wake_up(wait)	((void)(wait))

/* Looks again after each step of another thread, as long as there is hope. */
#define rcuwait_wait_event(wait, condition, state)			\
	do {								\
		unsigned int looks = 0;					\
									\
		(void)(wait);						\
		while (!(condition) && looks++ < MODEL_LOOKS_MAX)	\
			model_yield();					\
		if (looks > MODEL_LOOKS_MAX)				\
			model_violation("a thread waits for ever");	\
	} while (0)

#endif
