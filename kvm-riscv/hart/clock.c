// SPDX-License-Identifier: GPL-2.0-only
/* What the time CSR lost while the machine slept. */
#include <linux/cpumask.h>

#include "hart/clock.h"

u64 kvr_clock_lost;

static u64 slept_at;	/* as kvr_clock_lost */
static bool slept;

/*
 * System sleep takes all harts off-line but the one that falls asleep last. While others run, a
 * sleep is a hart's own, as in idle, and the clock is no less the others'.
 */
void kvr_clock_sleep(u64 now)
{
	slept = num_online_cpus() == 1;
	if (slept)
		slept_at = now;
}

void kvr_clock_wake(u64 now)
{
	if (!slept || num_online_cpus() != 1)
		return;
	slept = false;
	if (now < slept_at)
		kvr_clock_lost += slept_at - now;
}
