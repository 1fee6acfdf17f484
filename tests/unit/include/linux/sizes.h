/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UNIT_LINUX_SIZES_H
#define KVR_UNIT_LINUX_SIZES_H

#define SZ_4K (1U << 12)
#define SZ_16K (1U << 14)
#define SZ_64K (1U << 16)
#define SZ_2M (1U << 21)
#define SZ_1G (1U << 30)

#endif
