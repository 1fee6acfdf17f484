// SPDX-License-Identifier: GPL-2.0-only
/* sources: memory/slot_plan.c */
#include <linux/kernel.h>

#include "memory/slot_plan.h"
#include "tap.h"
#include "uapi/types.h"

#define USER_TOP	(1UL << 38)
#define GPA_BITS	41
#define MIB		(1UL << 20)
#define LOG		KVM_MEM_LOG_DIRTY_PAGES
#define RO		KVM_MEM_READONLY

static struct kvr_gfn_range range(u64 first, u64 last)
{
	return (struct kvr_gfn_range){ first, last };
}

TEST(ranges_are_below_above_or_overlap)
{
	struct kvr_gfn_range a = range(10, 19), top = range(~0ULL, ~0ULL);
	static const struct {
		u64 first, last;
		int order;
	} cases[] = {
		{ 0, 9, 1 }, { 9, 9, 1 }, { 0, 10, 0 }, { 10, 10, 0 }, { 12, 13, 0 }, { 0, 99, 0 },
		{ 19, 30, 0 }, { 20, 20, -1 }, { 20, ~0ULL, -1 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct kvr_gfn_range b = range(cases[i].first, cases[i].last);

		NOTE("case %u", i);
		EXPECT_EQ(kvr_range_compare(&a, &b), cases[i].order);
		EXPECT_EQ(kvr_range_compare(&b, &a), -cases[i].order);
	}
	EXPECT_EQ(kvr_range_compare(&top, &top), 0);
	EXPECT_EQ(kvr_range_compare(&a, &top), -1);
}

/* All pairs of ranges in a universe of few frames, against sets of bits. */
static u64 bits_of(const struct kvr_gfn_range *r)
{
	return ((2UL << r->last) - 1) & ~((1UL << r->first) - 1);
}

static void subtract_check(const struct kvr_gfn_range *from, const struct kvr_gfn_range *take)
{
	struct kvr_gfn_range rest[2];
	unsigned int count = kvr_range_subtract(from, take, rest);
	u64 left = 0;

	EXPECT(count <= 2);
	for (unsigned int i = 0; i < count; i++) {
		EXPECT(rest[i].first <= rest[i].last);
		EXPECT(!i || rest[i].first > rest[i - 1].last);
		left |= bits_of(&rest[i]);
	}
	EXPECT_EQ(left, bits_of(from) & ~bits_of(take));
}

TEST(subtraction_leaves_what_is_outside)
{
	for (u64 a = 0; a < 7; a++)
		for (u64 b = a; b < 7; b++)
			for (u64 c = 0; c < 7; c++)
				for (u64 d = c; d < 7; d++) {
					struct kvr_gfn_range from = range(a, b), take = range(c, d);

					NOTE("%llu-%llu less %llu-%llu", (unsigned long long)a,
					     (unsigned long long)b, (unsigned long long)c,
					     (unsigned long long)d);
					subtract_check(&from, &take);
				}
}

TEST(subtraction_works_at_the_ends_of_the_address_space)
{
	struct kvr_gfn_range all = range(0, ~0ULL), low = range(0, 5), high = range(9, ~0ULL);
	struct kvr_gfn_range rest[2];

	EXPECT_EQ(kvr_range_subtract(&all, &low, rest), 1);
	EXPECT_EQ(rest[0].first, 6);
	EXPECT_EQ(rest[0].last, ~0ULL);
	EXPECT_EQ(kvr_range_subtract(&all, &high, rest), 1);
	EXPECT_EQ(rest[0].last, 8);
	EXPECT_EQ(kvr_range_subtract(&low, &all, rest), 0);
}

TEST(blocks_need_congruence_and_room)
{
	/* 4 MiB from gpa 1 MiB on. */
	struct kvr_slot_region region = { .gfns = range(256, 256 + 1023) };

	/* User address congruent to the guest's modulo 2 MiB. */
	region.hva = 513 * MIB;
	EXPECT(!kvr_slot_block_ok(&region, 300, 9));	/* block 0 begins before the slot */
	EXPECT(kvr_slot_block_ok(&region, 512, 9));
	EXPECT(kvr_slot_block_ok(&region, 1023, 9));
	EXPECT(!kvr_slot_block_ok(&region, 1024, 9));	/* block 2 ends after the slot */
	EXPECT(!kvr_slot_block_ok(&region, 512, 18));
	EXPECT(kvr_slot_block_ok(&region, 256, 0));
	EXPECT(kvr_slot_block_ok(&region, 1279, 0));

	/* Not congruent. */
	region.hva = 512 * MIB;
	EXPECT(!kvr_slot_block_ok(&region, 512, 9));
	EXPECT(kvr_slot_block_ok(&region, 512, 8));

	/* Congruent modulo 2 MiB, not modulo 1 GiB. */
	region = (struct kvr_slot_region){ .gfns = range(0, (2UL << 18) - 1), .hva = 2 * MIB };
	EXPECT(kvr_slot_block_ok(&region, 5, 9));
	EXPECT(!kvr_slot_block_ok(&region, 5, 18));
	region.hva = 1UL << 30;
	EXPECT(kvr_slot_block_ok(&region, 5, 18));
}

TEST(frames_have_user_addresses)
{
	struct kvr_slot_region region = { .gfns = range(256, 511), .hva = 0x70000000 };

	EXPECT_EQ(kvr_slot_hva(&region, 256), 0x70000000);
	EXPECT_EQ(kvr_slot_hva(&region, 511), 0x700ff000);
}

#define GOOD { .slot = 7, .gpa = 0x80000000, .size = 2 * MIB, .hva = 0x70000000 }

TEST(good_requests_pass)
{
	static const struct kvr_slot_request cases[] = {
		GOOD,
		{ .slot = 0, .size = 4096, .hva = USER_TOP - 4096 },
		{ .slot = 32766, .flags = LOG | RO, .gpa = 1UL << 40, .size = 4096, .hva = 0 },
		{ .slot = 1, .size = 0, .hva = 4096 },
		{ .slot = 1, .size = 0x7fffffffUL << 12, .hva = 0 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned long top = i == 4 ? 1UL << 56 : USER_TOP;

		NOTE("case %u", i);
		EXPECT_EQ(kvr_slot_request_check(&cases[i], top), 0);
	}
}

TEST(bad_requests_are_invalid)
{
	static const struct {
		const char *what;
		struct kvr_slot_request request;
	} cases[] = {
		{ "unknown flag", { .slot = 7, .flags = 1U << 3, .size = 4096 } },
		{ "guest memfd", { .slot = 7, .flags = KVM_MEM_GUEST_MEMFD, .size = 4096 } },
		{ "highest flag", { .slot = 7, .flags = 1U << 31, .size = 4096 } },
		{ "id one too large", { .slot = 32767, .size = 4096 } },
		{ "second address space", { .slot = 1 << 16, .size = 4096 } },
		{ "largest id", { .slot = ~0U, .size = 4096 } },
		{ "size in part of a page", { .slot = 7, .size = 4097 } },
		{ "gpa in a page", { .slot = 7, .gpa = 1, .size = 4096 } },
		{ "hva in a page", { .slot = 7, .hva = 2048, .size = 4096 } },
		{ "hva in a page, to delete", { .slot = 7, .hva = 2048 } },
		{ "too many pages", { .slot = 7, .size = 1UL << 43 } },
		{ "gpa wraps", { .slot = 7, .gpa = ~0xfffULL, .size = 8192 } },
		{ "hva wraps", { .slot = 7, .hva = ~0xfffULL, .size = 8192 } },
		{ "hva ends too high", { .slot = 7, .hva = USER_TOP - 4096, .size = 8192 } },
		{ "hva is the kernel's", { .slot = 7, .hva = 0xff00000000000000, .size = 4096 } },
		{ "size beyond user space", { .slot = 7, .size = USER_TOP + 4096 } },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		NOTE("%s", cases[i].what);
		EXPECT_EQ(kvr_slot_request_check(&cases[i].request, USER_TOP), -EINVAL);
	}
}

/* An existing slot: GOOD, logging or not, read-only or not. */
static struct kvr_slot_region old_slot(u32 flags)
{
	return (struct kvr_slot_region){
		.gfns = range(0x80000, 0x801ff), .hva = 0x70000000, .flags = flags, .id = 7,
	};
}

TEST(changes_of_an_existing_slot)
{
	static const struct {
		const char *what;
		u32 old_flags;
		struct kvr_slot_request request;
		int want;
	} cases[] = {
		{ "same again", 0, GOOD, KVR_SLOT_NOTHING },
		{ "same again, read-only", RO,
		  { 7, RO, 0x80000000, 2 * MIB, 0x70000000 }, KVR_SLOT_NOTHING },
		{ "log", 0, { 7, LOG, 0x80000000, 2 * MIB, 0x70000000 }, KVR_SLOT_FLAGS },
		{ "log no more", LOG, GOOD, KVR_SLOT_FLAGS },
		{ "elsewhere", 0, { 7, 0, 0x80001000, 2 * MIB, 0x70000000 }, KVR_SLOT_MOVE },
		{ "elsewhere, and log", 0, { 7, LOG, 0, 2 * MIB, 0x70000000 }, KVR_SLOT_MOVE },
		{ "delete", 0, { 7, 0, 0, 0, 0 }, KVR_SLOT_DELETE },
		{ "delete, other words ignored", LOG, { 7, RO, 0x1000, 0, 0x1000 }, KVR_SLOT_DELETE },
		{ "grow", 0, { 7, 0, 0x80000000, 4 * MIB, 0x70000000 }, -EINVAL },
		{ "shrink", 0, { 7, 0, 0x80000000, 1 * MIB, 0x70000000 }, -EINVAL },
		{ "other user memory", 0, { 7, 0, 0x80000000, 2 * MIB, 0x70001000 }, -EINVAL },
		{ "become read-only", 0, { 7, RO, 0x80000000, 2 * MIB, 0x70000000 }, -EINVAL },
		{ "become writable", RO, GOOD, -EINVAL },
		{ "move and become read-only", 0, { 7, RO, 0, 2 * MIB, 0x70000000 }, -EINVAL },
		{ "move out of reach", 0, { 7, 0, 1UL << 41, 2 * MIB, 0x70000000 }, -EFAULT },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct kvr_slot_region old = old_slot(cases[i].old_flags), region;

		NOTE("%s", cases[i].what);
		EXPECT_EQ(kvr_slot_plan(&cases[i].request, &old, GPA_BITS, &region), cases[i].want);
		if (cases[i].want <= KVR_SLOT_DELETE)
			continue;
		EXPECT_EQ(region.gfns.first, cases[i].request.gpa >> 12);
		EXPECT_EQ(kvr_range_pages(&region.gfns), 512);
		EXPECT_EQ(region.flags, cases[i].request.flags);
		EXPECT_EQ(region.hva, 0x70000000);
	}
}

TEST(new_slots)
{
	static const struct kvr_slot_request good = GOOD;
	static const struct kvr_slot_request none = { .slot = 7 };
	static const struct kvr_slot_request last = { .slot = 7, .gpa = (1UL << 41) - 4096, .size = 4096 };
	static const struct kvr_slot_request over = { .slot = 7, .gpa = (1UL << 41) - 4096, .size = 8192 };
	struct kvr_slot_region region;

	EXPECT_EQ(kvr_slot_plan(&good, NULL, GPA_BITS, &region), KVR_SLOT_CREATE);
	EXPECT_EQ(region.id, 7);
	EXPECT_EQ(region.gfns.first, 0x80000);
	EXPECT_EQ(region.gfns.last, 0x801ff);
	EXPECT_EQ(kvr_slot_plan(&none, NULL, GPA_BITS, &region), -EINVAL);
	EXPECT_EQ(kvr_slot_plan(&last, NULL, GPA_BITS, &region), KVR_SLOT_CREATE);
	EXPECT_EQ(kvr_slot_plan(&over, NULL, GPA_BITS, &region), -EFAULT);
	EXPECT_EQ(kvr_slot_plan(&over, NULL, 50, &region), KVR_SLOT_CREATE);
}
