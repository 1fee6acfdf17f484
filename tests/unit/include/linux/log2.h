/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UNIT_LINUX_LOG2_H
#define KVR_UNIT_LINUX_LOG2_H

#include <linux/bitops.h>

#define ilog2(n) (fls64(n) - 1)

static inline bool is_power_of_2(unsigned long n)
{
	return __builtin_popcountl(n) == 1;
}

#endif
