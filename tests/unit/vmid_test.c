// SPDX-License-Identifier: GPL-2.0-only
/* sources: */
/* The source itself is included, for the parameter to be set. */
#include <linux/kernel.h>

#include "hart/vmid.c"
#include "tap.h"

static void start(unsigned int hart_bits, unsigned int limit)
{
	vmid_limit = limit;
	kvr_vmid_init(hart_bits);
}

static u64 generation_of(u64 tag)
{
	return tag >> KVR_VMID_BITS_MAX;
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
	struct kvr_vmids hart = {};
	u64 tags[127] = {};

	start(7, KVR_VMID_BITS_MAX);
	for (unsigned int i = 0; i < ARRAY_SIZE(tags); i++) {
		EXPECT(kvr_vmid_renew(&hart, &tags[i]));
		EXPECT_EQ(generation_of(tags[i]), generation_of(tags[0]));
		EXPECT_EQ(kvr_vmid_of(tags[i]), i + 1);		/* 0 is the host's */
	}
	/* All of them fit: nobody has to change. */
	for (unsigned int i = 0; i < ARRAY_SIZE(tags); i++) {
		u64 before = tags[i];

		EXPECT(!kvr_vmid_renew(&hart, &tags[i]));
		EXPECT_EQ(tags[i], before);
	}
}

TEST(running_out_begins_a_generation)
{
	struct kvr_vmids hart = {};
	u64 tags[4] = {};

	start(14, 2);
	for (unsigned int i = 0; i < 4; i++)
		EXPECT(kvr_vmid_renew(&hart, &tags[i]));
	EXPECT_EQ(kvr_vmid_of(tags[3]), 1);
	EXPECT_EQ(generation_of(tags[3]), generation_of(tags[2]) + 1);
	/* The first VM has the same VMID from before: it must get another one, to be fenced. */
	EXPECT(kvr_vmid_renew(&hart, &tags[0]));
	EXPECT_EQ(kvr_vmid_of(tags[0]), 2);
	EXPECT(!kvr_vmid_renew(&hart, &tags[3]));
}

/* Two VMs in turn, on a hart with room for one: each entry is a new one, with no two tags alike. */
static void alternate(unsigned int bits, unsigned long vmid)
{
	struct kvr_vmids hart = {};
	u64 tags[2] = {}, last = 0;

	start(14, bits);
	for (unsigned int i = 0; i < 100; i++) {
		EXPECT(kvr_vmid_renew(&hart, &tags[i & 1]));
		EXPECT(tags[i & 1] > last);
		EXPECT_EQ(kvr_vmid_of(tags[i & 1]), vmid);
		last = tags[i & 1];
		EXPECT(!kvr_vmid_renew(&hart, &tags[i & 1]));
	}
}

TEST(one_bit_is_room_for_one_vm)
{
	alternate(1, 1);
}

TEST(without_vmids_there_is_room_for_one_vm)
{
	alternate(0, 0);
}

TEST(harts_number_vms_for_themselves)
{
	struct kvr_vmids harts[2] = {};
	u64 a[2] = {}, b[2] = {};

	start(14, 1);
	/* One VM on each hart, at the same time: neither disturbs the other. */
	EXPECT(kvr_vmid_renew(&harts[0], &a[0]));
	EXPECT(kvr_vmid_renew(&harts[1], &b[1]));
	EXPECT(!kvr_vmid_renew(&harts[0], &a[0]));
	EXPECT(!kvr_vmid_renew(&harts[1], &b[1]));
}

TEST(retiring_makes_every_tag_old)
{
	struct kvr_vmids hart = {};
	u64 a = 0, b = 0;

	start(14, KVR_VMID_BITS_MAX);
	kvr_vmid_renew(&hart, &a);
	kvr_vmid_renew(&hart, &b);
	kvr_vmid_retire(&hart);
	EXPECT(kvr_vmid_renew(&hart, &a));
	EXPECT(kvr_vmid_renew(&hart, &b));
	EXPECT(kvr_vmid_of(a) != kvr_vmid_of(b));
	/* A VM that forgets its tag gets a new one though the generation goes on. */
	a = 0;
	EXPECT(kvr_vmid_renew(&hart, &a));
	EXPECT(kvr_vmid_of(a) != kvr_vmid_of(b));
}
