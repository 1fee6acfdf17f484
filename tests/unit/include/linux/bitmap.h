/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UNIT_LINUX_BITMAP_H
#define KVR_UNIT_LINUX_BITMAP_H

#include <linux/bitops.h>
#include <string.h>

static inline void bitmap_zero(unsigned long *map, unsigned int bits)
{
	memset(map, 0, BITS_TO_LONGS(bits) * sizeof(*map));
}

static inline void bitmap_copy(unsigned long *to, const unsigned long *from, unsigned int bits)
{
	memcpy(to, from, BITS_TO_LONGS(bits) * sizeof(*to));
}

static inline bool bitmap_empty(const unsigned long *map, unsigned int bits)
{
	for (unsigned int bit = 0; bit < bits; bit++)
		if (test_bit(bit, map))
			return false;
	return true;
}

#endif
