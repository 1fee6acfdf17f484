/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UNIT_LINUX_RANDOM_H
#define KVR_UNIT_LINUX_RANDOM_H

#include <linux/types.h>

static inline u64 get_random_u64(void)
{
	static u64 state = 0x853c49e6748fea9bULL;

	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return state ^ state >> 29;
}

#endif
