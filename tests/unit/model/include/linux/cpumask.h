/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_MODEL_LINUX_CPUMASK_H
#define KVR_MODEL_LINUX_CPUMASK_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include "model/hart.h"
#include "model/sched.h"

struct cpumask {
	unsigned long bits[MODEL_HARTS / 4];	/* one word */
};

typedef struct cpumask cpumask_var_t[1];

#define zalloc_cpumask_var(mask, flags)	((*(mask))->bits[0] = 0, (void)(flags), true)
#define free_cpumask_var(mask)		((void)(mask))

static inline void cpumask_set_cpu(unsigned int cpu, struct cpumask *mask)
{
	if (model_mutant != MUTANT_ENTERED_LOST)
		mask->bits[0] |= BIT(cpu);
}

static inline void cpumask_clear_cpu(unsigned int cpu, struct cpumask *mask)
{
	mask->bits[0] &= ~BIT(cpu);
}

#define num_online_cpus()		(model_hart_count)
#define for_each_online_cpu(cpu)	for ((cpu) = 0; (cpu) < model_hart_count; (cpu)++)
#define cpu_online_mask			(&(struct cpumask){ { BIT(model_hart_count) - 1 } })
#define cpumask_clear(mask)		((void)((mask)->bits[0] = 0))
#define cpumask_equal(a, b)		((a)->bits[0] == (b)->bits[0])
#define cpumask_or(to, a, b)		((void)((to)->bits[0] = (a)->bits[0] | (b)->bits[0]))
#define cpumask_pr_args(mask)		MODEL_HARTS, (const void *)(mask)->bits

static inline bool cpumask_test_cpu(unsigned int cpu, const struct cpumask *mask)
{
	return mask->bits[0] & BIT(cpu);
}

#endif
