/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UNIT_LINUX_MM_H
#define KVR_UNIT_LINUX_MM_H

#include <linux/slab.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_ALIGNED(x) (((unsigned long)(x) & ~PAGE_MASK) == 0)

/* Physical addresses are the host's virtual ones: below 2^47, so they fit wherever one goes. */
#define __pa(x) ((unsigned long)(x))
#define __va(x) ((void *)(unsigned long)(x))

#endif
