/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_MODEL_LINUX_ATOMIC_H
#define KVR_MODEL_LINUX_ATOMIC_H

#include <linux/compiler.h>
#include <linux/types.h>

typedef struct {
	s64 counter;
} atomic64_t, atomic_long_t;

/* Functions, as callers pass pointers to void. */
static inline void atomic_set(atomic_t *a, int v)
{
	a->counter = v;
}

static inline int atomic_read(const atomic_t *a)
{
	return a->counter;
}

#define atomic_inc(a)		((void)(a)->counter++)
#define atomic_dec_and_test(a)	(!--(a)->counter)

#define atomic64_set(a, v)	((void)((a)->counter = (v)))
#define atomic64_read(a)	((a)->counter)
#define atomic64_add(v, a)	((void)((a)->counter += (v)))
#define atomic64_sub(v, a)	((void)((a)->counter -= (v)))
#define atomic64_inc(a)		((void)(a)->counter++)

#define cmpxchg(p, old, want) ({					\
	__typeof__(*(p)) cmpxchg_found;					\
									\
	model_memory_exchange(p);					\
	cmpxchg_found = *(p);						\
	if (cmpxchg_found == (old)) {					\
		*(p) = (want);						\
		model_memory_written(p);				\
	}								\
	cmpxchg_found;							\
})
#define cmpxchg_relaxed cmpxchg

#endif
