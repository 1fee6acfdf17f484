/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_MODEL_LINUX_LOCKDEP_H
#define KVR_MODEL_LINUX_LOCKDEP_H

#include <linux/bug.h>
#include <linux/spinlock.h>

#include "model/sched.h"

#define lockdep_is_held(l)		((l)->holder == model_thread())
#define lockdep_assert_held(l)		((void)(l))
#define lockdep_assert_held_write(l)	((void)WARN_ON((l)->writer != model_thread()))
#define lockdep_assert_held_read(l)	((void)WARN_ON(!(l)->readers))
#define lockdep_assert_irqs_enabled()	((void)WARN_ON(model_thread()->irqs_off))

#endif
