/* SPDX-License-Identifier: GPL-2.0-only */
/* Harts may look at memory between any two writes that other harts can see. */
#include_next <linux/compiler.h>

#ifndef KVR_MODEL_LINUX_COMPILER_H
#define KVR_MODEL_LINUX_COMPILER_H

void model_memory_written(const volatile void *at);
void model_memory_exchange(const volatile void *at);

#undef WRITE_ONCE
#define WRITE_ONCE(x, v)						\
	do {								\
		*(volatile __typeof__(x) *)&(x) = (v);			\
		model_memory_written(&(x));				\
	} while (0)

#define smp_mb()	barrier()
#define smp_rmb()	barrier()
#define smp_wmb()	barrier()

#define notrace
#define __section(name)

#endif
