/* SPDX-License-Identifier: GPL-2.0-only */
/* High-resolution timers as linux/hrtimer.h has them since 6.13. */
#ifndef KVR_COMPAT_HRTIMER_H
#define KVR_COMPAT_HRTIMER_H

#include <linux/hrtimer.h>

#include "compat/generated/have.h"

/* Unnecessary since 6.13. */
#ifndef KVR_HAVE_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

#endif
