// SPDX-License-Identifier: GPL-2.0-only
/* Page frames of the model, with their owners. */
#include <stdlib.h>
#include <string.h>

#include <linux/mm.h>

#include "model/frames.h"
#include "model/hart.h"

#define FRAMES	1024U

static struct frame frames[FRAMES];
static u8 *memory;
static unsigned int next_fit;

static void memory_make(void)
{
	if (!memory)
		memory = aligned_alloc(1 << 20, FRAMES * PAGE_SIZE);
	if (!memory)
		abort();
}

unsigned int frames_reset(void)
{
	unsigned int used = 0;

	memory_make();
	for (unsigned int i = 0; i < FRAMES; i++) {
		used += frames[i].owner == FRAME_TABLE || frames[i].owner == FRAME_GUEST;
		if (frames[i].generation)
			memset(memory + i * PAGE_SIZE, 0, PAGE_SIZE);
		frames[i] = (struct frame){};
	}
	next_fit = 0;
	return used;
}

static bool frames_free(unsigned int first, unsigned int count)
{
	for (unsigned int i = first; i < first + count; i++)
		if (frames[i].owner != FRAME_FREE)
			return false;
	return true;
}

void *frames_get(unsigned int order, enum frame_owner owner, unsigned int vm)
{
	unsigned int count = 1U << order;
	unsigned int first = (next_fit + count - 1) & ~(count - 1);

	memory_make();
	for (unsigned int tries = 0; tries < 2 * FRAMES / count; tries++, first += count) {
		if (first + count > FRAMES)
			first = 0;
		if (!frames_free(first, count))
			continue;
		next_fit = first + count;
		memset(memory + first * PAGE_SIZE, 0, count * PAGE_SIZE);
		for (unsigned int i = first; i < first + count; i++)
			frame_give(memory + i * PAGE_SIZE, owner, vm);
		return memory + first * PAGE_SIZE;
	}
	return NULL;
}

void frames_put(void *pages, unsigned int order)
{
	for (unsigned int i = 0; i < 1U << order; i++) {
		struct frame *frame = frame_find((u64)pages + i * PAGE_SIZE);

		if (!frame || frame->owner == FRAME_FREE)
			model_violation("a page at %p is freed that is not in use", pages);
		else
			frame_give((u8 *)pages + i * PAGE_SIZE, FRAME_FREE, 0);
	}
}

void frame_give(void *page, enum frame_owner owner, unsigned int vm)
{
	struct frame *frame = frame_find((u64)page);

	frame->owner = owner;
	frame->vm = vm;
	frame->generation++;
	frame->written = model_time;
	model_memory_changed();
}

struct frame *frame_find(u64 pa)
{
	u64 index = (pa - (u64)memory) / PAGE_SIZE;

	return pa >= (u64)memory && index < FRAMES ? &frames[index] : NULL;
}
