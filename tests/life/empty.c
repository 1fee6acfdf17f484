// SPDX-License-Identifier: GPL-2.0-only
/*
 * What another kernel finds that comes after one with guests, by kexec or by a restart: empty harts.
 * A restart proves as much because QEMU's reset leaves all of the hypervisor's registers alone.
 */
#define _GNU_SOURCE

#include "hosts.h"
#include "harness.h"

TEST(harts_are_empty)
{
	EXPECT_EQ(0, hart_state_traces(-1));
}

TEST_HARNESS_MAIN
