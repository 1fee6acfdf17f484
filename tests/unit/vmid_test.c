// SPDX-License-Identifier: GPL-2.0-only
/* sources: */
/* The source itself is included, for its counters to start anew in each test. */
#include <linux/kernel.h>

#include "memory/vmid.c"
#include "tap.h"

static void start(unsigned int hart_bits, unsigned int limit)
{
	kvr_vmid_generation = 1;
	vmid_next = 1;
	vmid_serial = 0;
	vmid_limit = limit;
	kvr_vmid_init(hart_bits);
}

TEST(width_is_the_least_of_hart_and_parameter)
{
	start(14, KVR_VMID_BITS_MAX);
	EXPECT_EQ(kvr_vmid_bits(), 14);
	start(7, KVR_VMID_BITS_MAX);
	EXPECT_EQ(kvr_vmid_bits(), 7);
	start(14, 2);
	EXPECT_EQ(kvr_vmid_bits(), 2);
	start(0, 2);
	EXPECT_EQ(kvr_vmid_bits(), 0);
	start(14, 99);
	EXPECT_EQ(kvr_vmid_bits(), 14);
}

TEST(vms_of_one_generation_have_vmids_of_their_own)
{
	u64 tags[127] = {};

	start(7, KVR_VMID_BITS_MAX);
	for (unsigned int i = 0; i < ARRAY_SIZE(tags); i++) {
		kvr_vmid_renew(&tags[i]);
		EXPECT_EQ(kvr_vmid_tag_generation(tags[i]), 1);
		EXPECT_EQ(kvr_vmid_tag_vmid(tags[i]), i + 1);	/* 0 is the host's */
	}
	EXPECT_EQ(kvr_vmid_generation, 1);
	/* A good tag stays. */
	EXPECT_EQ(kvr_vmid_renew(&tags[3]), 1UL << KVR_VMID_BITS_MAX | 4);
}

TEST(roll_over_begins_a_generation)
{
	u64 tags[4] = {};

	start(14, 2);
	for (unsigned int i = 0; i < 3; i++)
		kvr_vmid_renew(&tags[i]);
	EXPECT_EQ(kvr_vmid_generation, 1);
	kvr_vmid_renew(&tags[3]);
	EXPECT_EQ(kvr_vmid_generation, 2);
	EXPECT_EQ(kvr_vmid_tag_vmid(tags[3]), 1);
	/*
	 * The first VM had the same VMID before: it must take another one, of the new generation.
	 */
	kvr_vmid_renew(&tags[0]);
	EXPECT_EQ(kvr_vmid_tag_generation(tags[0]), 2);
	EXPECT_EQ(kvr_vmid_tag_vmid(tags[0]), 2);
}

TEST(one_bit_is_enough_to_go_round)
{
	u64 tags[2] = {};

	start(14, 1);
	for (unsigned int i = 1; i < 100; i++) {
		kvr_vmid_renew(&tags[i & 1]);
		EXPECT_EQ(kvr_vmid_generation, i);
		EXPECT_EQ(tags[i & 1], (u64)i << KVR_VMID_BITS_MAX | 1);
	}
}

TEST(without_vmids_tags_tell_vms_apart)
{
	u64 a = 0, b = 0, first;

	start(0, KVR_VMID_BITS_MAX);
	first = kvr_vmid_renew(&a);
	kvr_vmid_renew(&b);
	EXPECT(a && b && a != b);
	EXPECT_EQ(kvr_vmid_tag_vmid(a), 0);
	EXPECT_EQ(kvr_vmid_tag_vmid(b), 0);
	EXPECT_EQ(kvr_vmid_renew(&a), first);
}

TEST(retiring_makes_every_tag_old)
{
	u64 a = 0, before;

	start(14, KVR_VMID_BITS_MAX);
	before = kvr_vmid_renew(&a);
	kvr_vmid_retire();
	EXPECT(kvr_vmid_renew(&a) != before);
	EXPECT_EQ(kvr_vmid_tag_generation(a), kvr_vmid_generation);
}
