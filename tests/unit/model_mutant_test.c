// SPDX-License-Identifier: GPL-2.0-only
/* model */
/* The model itself: what breaks one rule on purpose does not get past it. */
#include "model/hart.h"
#include "model/scenarios.h"
#include "model/sched.h"
#include "tap.h"

#define ORDERS_MAX	30000

/* With @mutant @scenario fails in some order, and without it in none of as many. */
static void mutant_is_seen(enum model_mutant mutant, void (*scenario)(void),
			   unsigned int preemptions, const char *words)
{
	unsigned long orders;

	model_mutant = mutant;
	orders = model_explore(scenario, preemptions, ORDERS_MAX).runs;
	model_mutant = MUTANT_NONE;
	printf("# in order %lu: %s\n", orders, model_report);
	if (!strstr(model_report, words))
		EXPECT_STREQ(model_report, words);
	model_explore(scenario, preemptions, orders);
	EXPECT_STREQ(model_report, "");
}

static void start(unsigned int vmidlen)
{
	circumstances = (struct circumstances){ .vmidlen = vmidlen };
}

TEST(vsatp_stays_while_hgatp_changes)
{
	start(14);
	mutant_is_seen(MUTANT_VSATP_STAYS, vms_in_turn, 0, "under hgatp of VM");
}

TEST(a_new_vmid_is_not_fenced)
{
	start(0);
	mutant_is_seen(MUTANT_NO_GVMA_VMID, vms_in_turn, 0, "another VM's");
}

TEST(a_guest_finds_what_another_of_its_vm_left)
{
	start(14);
	mutant_is_seen(MUTANT_NO_VVMA_ALL, vms_in_turn, 0, "another guest's VS-stage");
}

TEST(a_hart_goes_without_a_fence)
{
	start(14);
	mutant_is_seen(MUTANT_NO_GVMA_ALL, hart_goes_and_comes, 0, "goes off-line with");
}

TEST(a_page_is_not_fenced)
{
	start(14);
	mutant_is_seen(MUTANT_NO_GVMA_ADDR, discard_beside_fault, 2, "the host's");
}

TEST(other_harts_are_not_told)
{
	start(14);
	mutant_is_seen(MUTANT_NO_IPI, discard_beside_fault, 2, "the host's");
}

TEST(a_hart_is_not_known_to_have_entries)
{
	start(14);
	mutant_is_seen(MUTANT_ENTERED_LOST, discard_beside_fault, 2, "the host's");
}

TEST(a_fault_maps_what_a_notifier_takes_away)
{
	start(14);
	circumstances.fine = true;
	mutant_is_seen(MUTANT_NO_EXCLUSION, discard_beside_fault, 2, "the host's");
}

TEST(a_table_goes_by_a_fence_of_an_address)
{
	start(14);
	mutant_is_seen(MUTANT_GVMA_ADDR_FOR_VMID, delete_beside_discard, 1, "table that was freed");
}

TEST(a_lock_goes_before_the_fence)
{
	start(14);
	mutant_is_seen(MUTANT_UNLOCK_AROUND_FENCE, delete_beside_discard, 2, "the host's");
}

TEST(instructions_are_not_fenced)
{
	start(14);
	circumstances.incoherent = true;
	mutant_is_seen(MUTANT_NO_FENCE_I, code_moves, 1, "stale code");
}
