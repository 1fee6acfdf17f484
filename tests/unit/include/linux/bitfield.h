/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UNIT_LINUX_BITFIELD_H
#define KVR_UNIT_LINUX_BITFIELD_H

#include <linux/bits.h>

#define FIELD_SHIFT_OF(mask) __builtin_ctzll(mask)
#define FIELD_GET(mask, value) \
	((__typeof__(mask))(((value) & (mask)) >> FIELD_SHIFT_OF(mask)))
#define FIELD_PREP(mask, value) \
	(((__typeof__(mask))(value) << FIELD_SHIFT_OF(mask)) & (mask))
#define FIELD_FIT(mask, value) \
	(!((((__typeof__(mask))(value)) << FIELD_SHIFT_OF(mask)) & ~(mask)))

#endif
