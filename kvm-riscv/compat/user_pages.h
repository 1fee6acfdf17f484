/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages that user space maps: the one place where they are allocated.
 *
 * They are charged to the memory cgroup of the process that causes them, as all other memory is,
 * where the kernel can do that. Until 5.10 a charged page of the kernel's is marked in the same
 * field in which the mappings of a user page are counted: mapping such a page corrupts both, and
 * the page allocator with them. So there these pages are not charged.
 */
#ifndef KVR_COMPAT_USER_PAGES_H
#define KVR_COMPAT_USER_PAGES_H

#include <linux/gfp.h>
#include <linux/page-flags.h>
#include <linux/vmalloc.h>

/* Unnecessary since 5.11, where the mark moved to a field of its own. */
#ifdef PG_kmemcg
#define KVR_GFP_USER_PAGES	(GFP_KERNEL | __GFP_ZERO)
#else
#define KVR_GFP_USER_PAGES	(GFP_KERNEL_ACCOUNT | __GFP_ZERO)
#endif

/* kvr_user_page_alloc - one page of zeroes, or NULL; sleeps; pair with kvr_user_page_free */
static inline void *kvr_user_page_alloc(void)
{
	return (void *)__get_free_page(KVR_GFP_USER_PAGES);
}

/* kvr_user_page_free - @page may be NULL; no mapping of it is left, or each holds a reference */
static inline void kvr_user_page_free(void *page)
{
	free_page((unsigned long)page);
}

/*
 * kvr_user_pages_alloc - @size bytes of zeroes, contiguous only in kernel addresses, or NULL
 *
 * Sleeps. vmalloc_to_page() says which page is where. Pair with kvr_user_pages_free.
 */
static inline void *kvr_user_pages_alloc(unsigned long size)
{
	return __vmalloc(size, KVR_GFP_USER_PAGES);
}

static inline void kvr_user_pages_free(void *pages)
{
	vfree(pages);
}

#endif
