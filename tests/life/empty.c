// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kernel that follows one with guests, by kexec or by a restart, finds the harts in their initial
 * state. The test by restart is meaningful because QEMU's reset does not change hypervisor CSRs.
 */
#define _GNU_SOURCE

#include "hosts.h"
#include "harness.h"

TEST(harts_are_empty)
{
	EXPECT_EQ(0, hart_state_traces(-1));
}

TEST_HARNESS_MAIN
