// SPDX-License-Identifier: GPL-2.0-only
#include "vcpu/visit.h"

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

/* A visit takes less than a microsecond, unless its thread has lost the hart. */
#define VISIT_SPINS	200
#define SLEEP_MIN_US	50U
#define SLEEP_MAX_US	10000U

static int visit_wait(const struct kvr_vcpu *vcpu, unsigned long visits)
{
	unsigned int spins = 0, us = SLEEP_MIN_US;

	while (smp_load_acquire(&vcpu->visits) == visits) { /* pairs with kvr_visit_end */
		if (spins++ < VISIT_SPINS) {
			cpu_relax();
			continue;
		}
		if (fatal_signal_pending(current))
			return -EINTR;
		usleep_range(us, 2 * us);
		us = min(2 * us, SLEEP_MAX_US);
	}
	return 0;
}

int kvr_visits_wait(struct kvr_vcpus *vcpus)
{
	struct kvr_vcpu *vcpu;
	unsigned long id, visits;
	int ret;

	smp_mb(); /* pairs with kvr_visit_begin: what the caller has changed comes first */
	kvr_vcpus_for_each(vcpus, id, vcpu) {
		visits = smp_load_acquire(&vcpu->visits); /* pairs with kvr_visit_end */
		ret = visits & 1 ? visit_wait(vcpu, visits) : 0;
		if (ret)
			return ret;
	}
	return 0;
}
