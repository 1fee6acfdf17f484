/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_CPUMASK_H
#define UNIT_LINUX_CPUMASK_H

/* A test says how many are on-line. */
extern unsigned int unit_online_cpus;

static inline unsigned int num_online_cpus(void)
{
	return unit_online_cpus;
}

#endif
