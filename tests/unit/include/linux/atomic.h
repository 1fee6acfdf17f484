/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UNIT_LINUX_ATOMIC_H
#define KVR_UNIT_LINUX_ATOMIC_H

#include <linux/compiler.h>
#include <linux/types.h>

#define cmpxchg(p, old, want) ({					\
	__typeof__(*(p)) cmpxchg_found = (old);				\
									\
	__atomic_compare_exchange_n(p, &cmpxchg_found, want, 0,		\
				    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);	\
	cmpxchg_found;							\
})
#define cmpxchg_relaxed cmpxchg

#endif
