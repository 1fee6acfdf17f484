/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_MODEL_LINUX_SMP_H
#define KVR_MODEL_LINUX_SMP_H

#include <linux/cpumask.h>

#define smp_processor_id()	((int)model_cpu())

void model_on_each_cpu(u64 mask, void (*fn)(void *data), void *data);

#define smp_call_function_any(mask, fn, data, wait)	((void)(mask), (fn)(data))

/* The module always waits. */
#define on_each_cpu(fn, data, wait)		model_on_each_cpu(~0ULL, fn, data)
#define on_each_cpu_mask(mask, fn, data, wait)	model_on_each_cpu(*(mask)->bits, fn, data)

#endif
