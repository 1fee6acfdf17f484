/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls to other CPUs. */
#ifndef KVR_COMPAT_SMP_H
#define KVR_COMPAT_SMP_H

#include <linux/smp.h>
#include <linux/string.h>

/* kvr_csd_init - make @csd ready for smp_call_function_single_async(); INIT_CSD() since 5.12 */
static inline void kvr_csd_init(call_single_data_t *csd, smp_call_func_t function, void *info)
{
	memset(csd, 0, sizeof(*csd));
	csd->func = function;
	csd->info = info;
}

#endif
