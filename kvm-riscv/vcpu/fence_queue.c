// SPDX-License-Identifier: GPL-2.0-only
#include <linux/minmax.h>
#include <linux/string.h>

#include "vcpu/fence_queue.h"

static const struct kvr_guest_fence fence_everything = { .asid = KVR_GUEST_FENCE_EVERY_ASID };

/* Is all that @small names named by @large as well? */
static bool fence_covers(const struct kvr_guest_fence *large, const struct kvr_guest_fence *small)
{
	if (large->asid != KVR_GUEST_FENCE_EVERY_ASID && large->asid != small->asid)
		return false;
	if (!large->pages || !small->pages)
		return !large->pages;
	/* Pages, not addresses: the last range ends where addresses begin anew. */
	return small->gva >= large->gva &&
	       ((small->gva - large->gva) >> PAGE_SHIFT) + small->pages <= large->pages;
}

static unsigned int fence_cost(const struct kvr_guest_fence *fence)
{
	return max(fence->pages, 1U);
}

/* Under the lock: drop what @fence makes superfluous. */
static void queue_drop_covered(struct kvr_fence_queue *queue, const struct kvr_guest_fence *fence)
{
	unsigned int i, kept = 0;

	for (i = 0; i < queue->count; i++) {
		if (fence_covers(fence, &queue->fences[i]))
			queue->cost -= fence_cost(&queue->fences[i]);
		else
			queue->fences[kept++] = queue->fences[i];
	}
	queue->count = kept;
}

static void queue_append(struct kvr_fence_queue *queue, const struct kvr_guest_fence *fence)
{
	queue->fences[queue->count++] = *fence;
	queue->cost += fence_cost(fence);
}

/* Under the lock. */
static void queue_add(struct kvr_fence_queue *queue, const struct kvr_guest_fence *fence)
{
	unsigned int i;

	for (i = 0; i < queue->count; i++)
		if (fence_covers(&queue->fences[i], fence))
			return;
	queue_drop_covered(queue, fence);
	if (queue->count == KVR_FENCE_QUEUE_MAX ||
	    queue->cost + fence_cost(fence) > KVR_GUEST_FENCE_PAGES_MAX) {
		fence = &fence_everything;
		queue_drop_covered(queue, fence);
	}
	queue_append(queue, fence);
}

void kvr_fence_queue_init(struct kvr_fence_queue *queue)
{
	raw_spin_lock_init(&queue->lock);
	queue->count = 0;
	queue->cost = 0;
}

void kvr_fence_queue_add(struct kvr_fence_queue *queue, struct kvr_guest_fence fence)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&queue->lock, flags);
	queue_add(queue, &fence);
	raw_spin_unlock_irqrestore(&queue->lock, flags);
}

unsigned int kvr_fence_queue_take(struct kvr_fence_queue *queue, struct kvr_guest_fence *fences)
{
	unsigned long flags;
	unsigned int count;

	raw_spin_lock_irqsave(&queue->lock, flags);
	count = queue->count;
	memcpy(fences, queue->fences, count * sizeof(*fences));
	queue->count = 0;
	queue->cost = 0;
	raw_spin_unlock_irqrestore(&queue->lock, flags);
	return count;
}
