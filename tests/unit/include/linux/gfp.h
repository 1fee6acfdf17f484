/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages from the host's heap, so that ASan sees what is used late, leaked or freed twice. */
#ifndef KVR_UNIT_LINUX_GFP_H
#define KVR_UNIT_LINUX_GFP_H

#include <linux/mm.h>
#include <stdlib.h>
#include <string.h>

extern long unit_pages;		/* handed out and not given back; defined by tests that use pages */

static inline unsigned long unit_pages_get(unsigned int order)
{
	size_t size = PAGE_SIZE << order;
	void *pages = aligned_alloc(size, size);

	if (pages)
		memset(pages, 0, size);
	__atomic_add_fetch(&unit_pages, 1L << order, __ATOMIC_RELAXED);
	return (unsigned long)pages;
}

static inline void free_pages(unsigned long pages, unsigned int order)
{
	__atomic_sub_fetch(&unit_pages, 1L << order, __ATOMIC_RELAXED);
	free((void *)pages);
}

#define get_zeroed_page(flags) unit_pages_get(0)
#define free_page(page) free_pages(page, 0)

#endif
