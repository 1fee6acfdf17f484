// SPDX-License-Identifier: GPL-2.0-only
/* Guests of this module and of the kernel's own KVM, before and after each other and at once. */
#define _GNU_SOURCE

#include "hosts.h"
#include "parties.h"
#include "harness.h"

#define OURS	"kvm-riscv"
#define THEIRS	"kvm"
#define SECONDS	8

/* One guest of each kind of both, on @ours and @theirs (harts, -1 any), for a while. */
static unsigned int both_for_a_while(int ours, int theirs)
{
	struct party p[2][PARTY_KINDS];
	unsigned int bad = 0;

	for (int kind = 0; kind < PARTY_KINDS; kind++) {
		party_start(&p[0][kind], OURS, kind, ours);
		party_start(&p[1][kind], THEIRS, kind, theirs);
	}
	sleep_ms(SECONDS * 1000);
	for (int kind = 0; kind < PARTY_KINDS; kind++) {
		for (int which = 0; which < 2; which++) {
			struct party *one = &p[which][kind];
			bool runs = party_proceeds(one, 1);
			uint64_t found = runs ? party_stop(one) : 1;

			note("%s guest %d: %lu rounds, %lu wrong%s", which ? THEIRS : OURS, kind,
			     (unsigned long)one->rounds, (unsigned long)found,
			     runs ? "" : ", stuck");
			bad += found != 0;
		}
	}
	return bad;
}

TEST(at_once_on_one_hart)
{
	EXPECT_EQ(0, both_for_a_while(0, 0));
}

TEST(at_once_on_two_harts)
{
	EXPECT_EQ(0, both_for_a_while(0, 1));
}

TEST(at_once_wherever)
{
	EXPECT_EQ(0, both_for_a_while(-1, -1));
}

/* A guest of theirs rests, with whatever its KVM keeps in the hart; ours run there in between. */
TEST(theirs_before_and_after)
{
	struct party theirs, ours;

	pin(0);
	party_start(&theirs, THEIRS, PARTY_CSRS, 0);
	EXPECT_TRUE(party_proceeds(&theirs, 2));
	theirs.stop = true;
	pthread_join(theirs.thread, NULL);
	for (int kind = 0; kind < PARTY_KINDS; kind++) {
		char *before = hart_state(), *after;

		party_start(&ours, OURS, kind, 0);
		EXPECT_TRUE(party_proceeds(&ours, 2));
		EXPECT_EQ(0, party_stop(&ours));
		after = hart_state();
		EXPECT_EQ(0, hart_state_differs(before, after));
		free(before);
		free(after);
		EXPECT_EQ(0, party_round(&theirs));
	}
	EXPECT_EQ(0, theirs.bad);
}

/* Their first VM has the harts set up for them, their last one takes that away again. */
TEST(their_vms_come_and_go)
{
	struct party p[PARTY_KINDS];

	for (int kind = 0; kind < PARTY_KINDS; kind++)
		party_start(&p[kind], OURS, kind, kind & 1);
	setenv("KVM_DEVICE", "/dev/" THEIRS, 1);
	for (int i = 0; i < 100; i++)
		EXPECT_EQ(0, vm_life());
	for (int kind = 0; kind < PARTY_KINDS; kind++) {
		EXPECT_TRUE(party_proceeds(&p[kind], 1));
		EXPECT_EQ(0, party_stop(&p[kind]));
	}
}

TEST(our_vms_come_and_go)
{
	struct party p[PARTY_KINDS];

	for (int kind = 0; kind < PARTY_KINDS; kind++)
		party_start(&p[kind], THEIRS, kind, kind & 1);
	setenv("KVM_DEVICE", "/dev/" OURS, 1);
	for (int i = 0; i < 100; i++)
		EXPECT_EQ(0, vm_life());
	for (int kind = 0; kind < PARTY_KINDS; kind++) {
		EXPECT_TRUE(party_proceeds(&p[kind], 1));
		EXPECT_EQ(0, party_stop(&p[kind]));
	}
}

TEST(hart_goes_and_comes_back)
{
	struct party ours, theirs;

	if (!harts_come_and_go())
		SKIP(return, "this kernel was built without CPU hotplug");
	party_start(&ours, OURS, PARTY_CSRS, -1);
	party_start(&theirs, THEIRS, PARTY_CSRS, -1);
	for (int i = 0; i < 10; i++) {
		ASSERT_EQ(0, hart_online(1, false));
		EXPECT_TRUE(party_proceeds(&ours, 1));
		ASSERT_EQ(0, hart_online(1, true));
		EXPECT_TRUE(party_proceeds(&theirs, 1));
	}
	EXPECT_EQ(0, party_stop(&ours));
	EXPECT_EQ(0, party_stop(&theirs));
}

TEST_HARNESS_MAIN
