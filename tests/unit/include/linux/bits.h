/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UNIT_LINUX_BITS_H
#define KVR_UNIT_LINUX_BITS_H

#define BITS_PER_LONG 64
#define BITS_PER_LONG_LONG 64
#define BITS_PER_BYTE 8
#define BIT(n) (1UL << (n))
#define BIT_ULL(n) (1ULL << (n))
#define GENMASK(high, low) (((2UL << (high)) - 1) & ~(BIT(low) - 1))
#define GENMASK_ULL(high, low) (((2ULL << (high)) - 1) & ~(BIT_ULL(low) - 1))
#define BIT_WORD(n) ((n) / BITS_PER_LONG)
#define BIT_MASK(n) BIT((n) % BITS_PER_LONG)

#endif
