// SPDX-License-Identifier: GPL-2.0-only
/*
 * On a shared hart, every hypervisor register has the value that another KVM wrote, whenever none
 * of this module's guests runs. The test takes the part of the other KVM.
 */
#define _GNU_SOURCE

#include "hosts.h"
#include "parties.h"
#include "harness.h"

#define DEVICE	"kvm-riscv"

TEST(registers_are_as_found)
{
	char *before, *after;

	ASSERT_EQ(0, file_say(HART_STATE, "set"));
	before = hart_state();
	/* A hart that takes no value would prove nothing. */
	ASSERT_LE(15, hart_state_traces(0));
	for (int kind = 0; kind < PARTY_KINDS; kind++) {
		struct party p[2];

		party_start(&p[0], DEVICE, kind, 0);
		party_start(&p[1], DEVICE, kind, 1);
		for (int i = 0; i < 10; i++) {
			EXPECT_TRUE(party_proceeds(&p[i % 2], 1));
			/* Read from an interrupt, wherever the guests are at that moment. */
			after = hart_state();
			EXPECT_EQ(0, hart_state_differs(before, after));
			free(after);
		}
		EXPECT_EQ(0, party_stop(&p[0]));
		EXPECT_EQ(0, party_stop(&p[1]));
	}
	after = hart_state();
	EXPECT_EQ(0, hart_state_differs(before, after));
}

/* Somebody else's interrupt handler changes them all, again and again. */
TEST(registers_may_change_meanwhile)
{
	struct party p[PARTY_KINDS];

	for (int kind = 0; kind < PARTY_KINDS; kind++)
		party_start(&p[kind], DEVICE, kind, kind & 1);
	for (int i = 0; i < 500; i++)
		ASSERT_EQ(0, file_say(HART_STATE, "set"));
	for (int kind = 0; kind < PARTY_KINDS; kind++) {
		EXPECT_TRUE(party_proceeds(&p[kind], 1));
		EXPECT_EQ(0, party_stop(&p[kind]));
	}
}

TEST(hart_goes_and_comes_back)
{
	struct party p[PARTY_KINDS];
	int idle;

	if (!harts_come_and_go())
		SKIP(return, "this kernel was built without CPU hotplug");
	for (int kind = 0; kind < PARTY_KINDS; kind++)
		party_start(&p[kind], DEVICE, kind, -1);
	for (int i = 0; i < 10; i++) {
		ASSERT_EQ(0, hart_online(1, false));
		EXPECT_TRUE(party_proceeds(&p[i % PARTY_KINDS], 1));
		ASSERT_EQ(0, hart_online(1, true));
		idle = file_say(HART_STATE, "sleep");
		EXPECT_TRUE(!idle || idle == -EOPNOTSUPP);
		EXPECT_TRUE(party_proceeds(&p[i % PARTY_KINDS], 1));
	}
	for (int kind = 0; kind < PARTY_KINDS; kind++)
		EXPECT_EQ(0, party_stop(&p[kind]));
}

TEST_HARNESS_MAIN
