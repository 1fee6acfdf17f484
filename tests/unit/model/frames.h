/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Physical memory of the model: page frames, each with an owner. A frame's physical address is its
 * address in this process, so that code under test may write to it.
 */
#ifndef KVR_MODEL_FRAMES_H
#define KVR_MODEL_FRAMES_H

#include <linux/types.h>

enum frame_owner {
	FRAME_FREE,
	FRAME_HOST,		/* the host's own, or taken back by it */
	FRAME_TABLE,		/* a page of a G-stage table */
	FRAME_GUEST,
};

struct frame {
	enum frame_owner owner;
	unsigned int vm;	/* whose, while owner is FRAME_GUEST */
	unsigned int generation;	/* how often it changed hands */
	u64 written;		/* model_time when the host last wrote to it */
};

/* frames_reset - all frames are free and zero; returns how many were not */
unsigned int frames_reset(void);

/* frames_get - 1 << @order frames, aligned to their size, zeroed, of @owner; NULL: none are left */
void *frames_get(unsigned int order, enum frame_owner owner, unsigned int vm);

/*
 * frames_put - they are free again. What is freed last is given out last, so that who still uses
 * it is found out.
 */
void frames_put(void *pages, unsigned int order);

/* frame_give - the frame at @page changes hands */
void frame_give(void *page, enum frame_owner owner, unsigned int vm);

/* frame_find - the frame that holds physical address @pa; NULL: not memory */
struct frame *frame_find(u64 pa);

#endif
