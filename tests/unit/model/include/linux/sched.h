/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_MODEL_LINUX_SCHED_H
#define KVR_MODEL_LINUX_SCHED_H

#include "model/sched.h"

#define current		model_thread()
#define cond_resched()	model_point()
#define need_resched()	0

#endif
