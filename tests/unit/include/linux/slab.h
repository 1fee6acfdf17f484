/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UNIT_LINUX_SLAB_H
#define KVR_UNIT_LINUX_SLAB_H

#include <linux/types.h>
#include <stdlib.h>
#include <string.h>

#define GFP_KERNEL 0U
#define GFP_KERNEL_ACCOUNT 0U
#define GFP_ATOMIC 0U
#define __GFP_ZERO 0U
#define __GFP_NOWARN 0U

/* A test that wants allocations to fail defines this: how many more may succeed. */
extern long unit_allocs_left __attribute__((weak));

static inline void *unit_alloc(size_t n, size_t size, int fill)
{
	void *p;

	if (&unit_allocs_left != NULL && unit_allocs_left-- <= 0)
		return NULL;
	p = calloc(n, size);
	/* The kernel's kmalloc does not clear, so a core must not count on it. */
	return p && fill ? memset(p, fill, n * size) : p;
}

#define kmalloc(size, flags) ((void)(flags), unit_alloc(1, size, 0x5a))
#define kzalloc(size, flags) ((void)(flags), unit_alloc(1, size, 0))
#define kcalloc(n, size, flags) ((void)(flags), unit_alloc(n, size, 0))
#define kmalloc_array(n, size, flags) ((void)(flags), unit_alloc(n, size, 0x5a))
#define kvmalloc(size, flags) kmalloc(size, flags)
#define kvzalloc(size, flags) kzalloc(size, flags)
#define kvcalloc(n, size, flags) kcalloc(n, size, flags)
#define kfree(p) free((void *)(p))
#define kvfree(p) free((void *)(p))

#endif
