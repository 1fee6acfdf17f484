/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages are frames of the model, as harts walk them. */
#ifndef KVR_MODEL_LINUX_GFP_H
#define KVR_MODEL_LINUX_GFP_H

#include <linux/mm.h>

#include "model/frames.h"

#define __get_free_pages(flags, order) \
	((void)(flags), (unsigned long)frames_get(order, FRAME_TABLE, 0))
#define get_zeroed_page(flags)		__get_free_pages(flags, 0)
#define free_pages(pages, order)	frames_put((void *)(pages), order)
#define free_page(page)			free_pages(page, 0)

#endif
