/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fences that other harts of a guest asked of one of them, and that it has not made yet.
 *
 * What is in the queue names at least what was added since it was last emptied. It keeps ranges and
 * address spaces apart as long as there is room and as long as this is cheaper than a fence of
 * everything; then it holds that one fence.
 */
#ifndef KVR_VCPU_FENCE_QUEUE_H
#define KVR_VCPU_FENCE_QUEUE_H

#include <linux/spinlock.h>

#include "hart/guest_fence.h"

#define KVR_FENCE_QUEUE_MAX	16

struct kvr_fence_queue {
	raw_spinlock_t lock;		/* all below; innermost */
	unsigned int count;		/* of fences */
	/* fences of a page that they take, at most KVR_GUEST_FENCE_PAGES_MAX */
	unsigned int cost;
	struct kvr_guest_fence fences[KVR_FENCE_QUEUE_MAX];
};

/* kvr_fence_queue_init - empty; nothing has to be undone */
void kvr_fence_queue_init(struct kvr_fence_queue *queue);

/* kvr_fence_queue_add - one more; never fails; any context, any thread */
void kvr_fence_queue_add(struct kvr_fence_queue *queue, struct kvr_guest_fence fence);

/*
 * kvr_fence_queue_take - move what is queued to @fences, of KVR_FENCE_QUEUE_MAX, and say how many
 *
 * Any context. All of them together cost no more than KVR_GUEST_FENCE_PAGES_MAX fences of a page.
 */
unsigned int kvr_fence_queue_take(struct kvr_fence_queue *queue, struct kvr_guest_fence *fences);

#endif
