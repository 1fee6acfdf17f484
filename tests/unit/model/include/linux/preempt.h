/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_MODEL_LINUX_PREEMPT_H
#define KVR_MODEL_LINUX_PREEMPT_H

#include "model/sched.h"

#define preempt_disable()	((void)model_thread()->preempt_off++)
#define preempt_enable()					\
	do {							\
		model_thread()->preempt_off--;			\
		model_point();					\
	} while (0)

#endif
