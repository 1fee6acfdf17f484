/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UNIT_LINUX_SLAB_H
#define KVR_UNIT_LINUX_SLAB_H

#include <linux/types.h>
#include <stdlib.h>

#define GFP_KERNEL 0U
#define GFP_KERNEL_ACCOUNT 0U
#define GFP_ATOMIC 0U
#define __GFP_ZERO 0U

/* A test that wants allocations to fail sets this to the number that may still succeed. */
extern long unit_allocs_left __attribute__((weak));

static inline void *unit_alloc(size_t n, size_t size)
{
	if (&unit_allocs_left && unit_allocs_left-- <= 0)
		return NULL;
	return calloc(n, size);
}

#define kmalloc(size, flags) ((void)(flags), unit_alloc(1, size))
#define kzalloc(size, flags) ((void)(flags), unit_alloc(1, size))
#define kcalloc(n, size, flags) ((void)(flags), unit_alloc(n, size))
#define kmalloc_array(n, size, flags) ((void)(flags), unit_alloc(n, size))
#define kvcalloc(n, size, flags) ((void)(flags), unit_alloc(n, size))
#define kfree(p) free((void *)(p))
#define kvfree(p) free((void *)(p))

#endif
