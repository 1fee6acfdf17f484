/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UNIT_LINUX_MINMAX_H
#define KVR_UNIT_LINUX_MINMAX_H

#define min(a, b) ({							\
	__typeof__(a) min_a = (a);					\
	__typeof__(b) min_b = (b);					\
									\
	min_a < min_b ? min_a : min_b;					\
})
#define max(a, b) ({							\
	__typeof__(a) max_a = (a);					\
	__typeof__(b) max_b = (b);					\
									\
	max_a > max_b ? max_a : max_b;					\
})
#define min3(a, b, c) min(min(a, b), c)
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
#define clamp(v, low, high) min(max(v, low), high)

#define swap(a, b)							\
	do {								\
		__typeof__(a) swap_tmp = (a);				\
									\
		(a) = (b);						\
		(b) = swap_tmp;						\
	} while (0)

#endif
