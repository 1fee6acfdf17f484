/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Per-CPU variables: one section holds their addresses, and each hart of the model has a copy of
 * that section. model/kernel.c
 */
#ifndef KVR_MODEL_LINUX_PERCPU_H
#define KVR_MODEL_LINUX_PERCPU_H

#include <linux/types.h>

#define DECLARE_PER_CPU(type, name)	extern __typeof__(type) name
#define DEFINE_PER_CPU(type, name) \
	__attribute__((section("model_percpu"))) __typeof__(type) name

void *model_percpu_at(const void *variable, unsigned int cpu);
void *model_percpu_alloc(size_t size);
unsigned int model_cpu(void);

#define per_cpu_ptr(p, cpu)	((__typeof__(p))model_percpu_at(p, cpu))
#define per_cpu(x, cpu)		(*per_cpu_ptr(&(x), cpu))
#define this_cpu_ptr(p)		per_cpu_ptr(p, model_cpu())
#define this_cpu_read(x)	(*this_cpu_ptr(&(x)))
#define this_cpu_write(x, v)	(*this_cpu_ptr(&(x)) = (v))
#define __this_cpu_read(x)	this_cpu_read(x)
#define __this_cpu_write(x, v)	this_cpu_write(x, v)

#define alloc_percpu_gfp(type, flags)	((void)(flags), (type *)model_percpu_alloc(sizeof(type)))
#define free_percpu(p)			((void)(p))

#endif
