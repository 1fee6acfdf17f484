// SPDX-License-Identifier: GPL-2.0-only
/* 6.13: hrtimer_setup() names the callback, hrtimer_init() is going */
#include <linux/hrtimer.h>

void kvr_probe(struct hrtimer *timer, enum hrtimer_restart (*fn)(struct hrtimer *));
void kvr_probe(struct hrtimer *timer, enum hrtimer_restart (*fn)(struct hrtimer *))
{
	hrtimer_setup(timer, fn, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
}
