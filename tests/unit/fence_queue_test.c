// SPDX-License-Identifier: GPL-2.0-only
/* sources: vcpu/fence_queue.c */
#include <linux/kernel.h>

#include "vcpu/fence_queue.h"
#include "tap.h"

#define EVERY	KVR_GUEST_FENCE_EVERY_ASID
#define VA	0x40000000UL
#define TOP	(-PAGE_SIZE)

static struct kvr_fence_queue queue;
static struct kvr_guest_fence taken[KVR_FENCE_QUEUE_MAX];

static void add(unsigned long gva, unsigned long size, s32 asid)
{
	kvr_fence_queue_add(&queue, kvr_guest_fence_range(gva, size, asid));
}

static bool is(struct kvr_guest_fence fence, unsigned long gva, u32 pages, s32 asid)
{
	return fence.gva == gva && fence.pages == pages && fence.asid == asid;
}

static bool is_everything(unsigned int count)
{
	return count == 1 && is(taken[0], 0, 0, EVERY);
}

TEST(a_range_is_the_pages_that_it_touches)
{
	static const struct {
		unsigned long gva, size, first;
		u32 pages;
	} ranges[] = {
		{ VA, 1, VA, 1 },
		{ VA, PAGE_SIZE, VA, 1 },
		{ VA + 1, PAGE_SIZE, VA, 2 },
		{ VA + PAGE_SIZE - 1, 1, VA, 1 },
		{ VA + PAGE_SIZE - 1, 2, VA, 2 },
		{ 0, PAGE_SIZE, 0, 1 },
		{ VA, 64 * PAGE_SIZE, VA, 64 },
		{ VA + 1, 63 * PAGE_SIZE, VA, 64 },
		/* the last page of all */
		{ TOP, PAGE_SIZE, TOP, 1 },
		{ TOP - PAGE_SIZE, 2 * PAGE_SIZE, TOP - PAGE_SIZE, 2 },
		/* everything */
		{ VA, 0, 0, 0 }, { 0, 0, 0, 0 }, { 0, -1UL, 0, 0 }, { VA, -1UL, 0, 0 },
		{ VA + 1, 64 * PAGE_SIZE, 0, 0 }, { VA, 65 * PAGE_SIZE, 0, 0 },
		{ TOP, PAGE_SIZE + 1, 0, 0 }, { -1UL, 2, 0, 0 }, { 1, -1UL, 0, 0 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(ranges); i++) {
		NOTE("%#lx size %#lx", ranges[i].gva, ranges[i].size);
		EXPECT(is(kvr_guest_fence_range(ranges[i].gva, ranges[i].size, EVERY),
			  ranges[i].first, ranges[i].pages, EVERY));
		EXPECT(is(kvr_guest_fence_range(ranges[i].gva, ranges[i].size, 7),
			  ranges[i].first, ranges[i].pages, 7));
	}
	EXPECT_EQ(kvr_guest_fence_asid(0xffff), 0xffff);
	EXPECT_EQ(kvr_guest_fence_asid(-1UL), 0xffff);
	EXPECT_EQ(kvr_guest_fence_asid(0x10007), 7);
}

TEST(what_is_added_is_taken_once)
{
	kvr_fence_queue_init(&queue);
	EXPECT_EQ(kvr_fence_queue_take(&queue, taken), 0);
	add(VA, PAGE_SIZE, EVERY);
	add(VA, 3 * PAGE_SIZE, 7);
	add(VA, 0, 8);
	EXPECT_EQ(kvr_fence_queue_take(&queue, taken), 3);
	EXPECT(is(taken[0], VA, 1, EVERY));
	EXPECT(is(taken[1], VA, 3, 7));
	EXPECT(is(taken[2], 0, 0, 8));
	EXPECT_EQ(kvr_fence_queue_take(&queue, taken), 0);
	add(VA, PAGE_SIZE, 7);
	EXPECT_EQ(kvr_fence_queue_take(&queue, taken), 1);
}

TEST(a_full_queue_becomes_a_fence_of_everything)
{
	for (unsigned int n = 1; n <= KVR_FENCE_QUEUE_MAX + 3; n++) {
		kvr_fence_queue_init(&queue);
		for (unsigned int i = 0; i < n; i++)
			add(VA + 2 * i * PAGE_SIZE, PAGE_SIZE, 7);
		NOTE("%u fences", n);
		if (n > KVR_FENCE_QUEUE_MAX)
			EXPECT(is_everything(kvr_fence_queue_take(&queue, taken)));
		else
			EXPECT_EQ(kvr_fence_queue_take(&queue, taken), n);
		/* It has room again. */
		add(VA, PAGE_SIZE, 7);
		EXPECT_EQ(kvr_fence_queue_take(&queue, taken), 1);
		EXPECT(is(taken[0], VA, 1, 7));
	}
}

TEST(many_pages_become_a_fence_of_everything)
{
	kvr_fence_queue_init(&queue);
	add(VA, 60 * PAGE_SIZE, EVERY);
	add(VA + 100 * PAGE_SIZE, 3 * PAGE_SIZE, EVERY);
	add(VA, 0, 7);
	EXPECT_EQ(kvr_fence_queue_take(&queue, taken), 3);
	add(VA, 60 * PAGE_SIZE, EVERY);
	add(VA + 100 * PAGE_SIZE, 3 * PAGE_SIZE, EVERY);
	add(VA, 0, 7);
	add(VA + 200 * PAGE_SIZE, PAGE_SIZE, EVERY);
	EXPECT(is_everything(kvr_fence_queue_take(&queue, taken)));
}

TEST(what_another_fence_names_as_well_takes_no_room)
{
	kvr_fence_queue_init(&queue);
	for (unsigned int i = 0; i < 100; i++)
		add(VA + i % 4 * PAGE_SIZE, PAGE_SIZE, 7);
	EXPECT_EQ(kvr_fence_queue_take(&queue, taken), 4);

	/* The larger one in place of those that it names. */
	add(VA, PAGE_SIZE, 7);
	add(VA + 3 * PAGE_SIZE, PAGE_SIZE, EVERY);
	add(VA + PAGE_SIZE, PAGE_SIZE, 8);
	add(VA, 4 * PAGE_SIZE, 7);
	EXPECT_EQ(kvr_fence_queue_take(&queue, taken), 3);
	EXPECT(is(taken[0], VA + 3 * PAGE_SIZE, 1, EVERY));
	EXPECT(is(taken[1], VA + PAGE_SIZE, 1, 8));
	EXPECT(is(taken[2], VA, 4, 7));

	add(VA, 4 * PAGE_SIZE, EVERY);
	add(VA + PAGE_SIZE, 3 * PAGE_SIZE, 7);
	EXPECT_EQ(kvr_fence_queue_take(&queue, taken), 1);
	/* One page more, and one page before. */
	add(VA, 4 * PAGE_SIZE, 7);
	add(VA + PAGE_SIZE, 4 * PAGE_SIZE, 7);
	add(VA - PAGE_SIZE, PAGE_SIZE, 7);
	EXPECT_EQ(kvr_fence_queue_take(&queue, taken), 3);
	/* An address space does not have the global translations; all of them have. */
	add(0, 0, 7);
	add(VA, PAGE_SIZE, EVERY);
	EXPECT_EQ(kvr_fence_queue_take(&queue, taken), 2);
	add(0, 0, EVERY);
	add(VA, PAGE_SIZE, 7);
	add(0, 0, 7);
	EXPECT(is_everything(kvr_fence_queue_take(&queue, taken)));
	add(VA, PAGE_SIZE, 7);
	add(0, 0, 7);
	add(0, 0, EVERY);
	EXPECT(is_everything(kvr_fence_queue_take(&queue, taken)));
	/* The last page of all, within the last two. */
	add(TOP, PAGE_SIZE, 7);
	add(TOP - PAGE_SIZE, 2 * PAGE_SIZE, 7);
	EXPECT_EQ(kvr_fence_queue_take(&queue, taken), 1);
	EXPECT(is(taken[0], TOP - PAGE_SIZE, 2, 7));
}

/*
 * Whatever threads add and take at the same time comes out as some sequence, as each does so under
 * the lock. Many of them, against a list of what was asked for.
 */

#define PAGES	80
#define ASIDS	3

/* Does one of the @count fences that were taken name page @page in space @asid? */
static bool names(unsigned int count, unsigned int page, s32 asid)
{
	for (unsigned int i = 0; i < count; i++) {
		unsigned long at = VA + page * PAGE_SIZE;

		if (taken[i].asid != EVERY && taken[i].asid != asid)
			continue;
		if (!taken[i].pages || (at >= taken[i].gva &&
					(at - taken[i].gva) >> PAGE_SHIFT < taken[i].pages))
			return true;
	}
	return false;
}

/* stale[page][asid]: asked for, and not yet fenced; the last "space" stands for the global ones */
static bool stale[PAGES][ASIDS + 1];

static void ask(unsigned int seed)
{
	unsigned int first = seed % PAGES, pages = seed / 7 % 5 ? seed / 7 % 5 : seed / 11 % 70;
	s32 asid = seed / 3 % (ASIDS + 1) == ASIDS ? EVERY : (s32)(seed / 3 % (ASIDS + 1));

	add(VA + first * PAGE_SIZE, pages * PAGE_SIZE, asid);
	for (unsigned int page = 0; page < PAGES; page++)
		for (unsigned int i = 0; i <= ASIDS; i++)
			if ((!pages || (page >= first && page < first + pages)) &&
			    (asid == EVERY || asid == (s32)i))
				stale[page][i] = true;
}

static void meet(void)
{
	unsigned int count = kvr_fence_queue_take(&queue, taken), cost = 0;

	for (unsigned int i = 0; i < count; i++)
		cost += taken[i].pages ? taken[i].pages : 1;
	EXPECT(cost <= KVR_GUEST_FENCE_PAGES_MAX);
	for (unsigned int page = 0; page < PAGES; page++)
		for (unsigned int i = 0; i <= ASIDS; i++) {
			/* No ASID is that of the global translations: fences of all reach them. */
			if (stale[page][i])
				EXPECT(names(count, page, i == ASIDS ? 0x7fff : (s32)i));
			stale[page][i] = false;
		}
}

TEST(nothing_that_was_asked_for_is_lost)
{
	unsigned int seed = 12345;

	kvr_fence_queue_init(&queue);
	for (unsigned int round = 0; round < 20000; round++) {
		seed = seed * 1103515245 + 12345;
		NOTE("round %u", round);
		if (seed >> 16 & 7)
			ask(seed >> 8 & 0xffff);
		else
			meet();
	}
	meet();
	EXPECT_EQ(queue.lock.held, 0);
}
