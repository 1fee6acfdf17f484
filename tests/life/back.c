// SPDX-License-Identifier: GPL-2.0-only
/* After a restart while guests ran, new guests run and leave the harts in their initial state. */
#define _GNU_SOURCE

#include "hosts.h"
#include "parties.h"
#include "harness.h"

#define DEVICE	"kvm"

TEST(guests_run_again)
{
	struct party p[2 * PARTY_KINDS];

	for (int i = 0; i < 2 * PARTY_KINDS; i++)
		party_start(&p[i], DEVICE, i % PARTY_KINDS, i & 1);
	for (int i = 0; i < 2 * PARTY_KINDS; i++) {
		EXPECT_TRUE(party_proceeds(&p[i], 2));
		EXPECT_EQ(0, party_stop(&p[i]));
	}
	EXPECT_EQ(0, hart_state_traces(-1));
}

TEST_HARNESS_MAIN
