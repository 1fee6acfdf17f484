// SPDX-License-Identifier: GPL-2.0-only
/* model */
/* Memory is taken away from guests that use it, by several threads at once, in every order. */
#include "model/hart.h"
#include "model/scenarios.h"
#include "model/sched.h"
#include "tap.h"

#define ORDERS_MAX	100000

static void in_every_order(void (*scenario)(void), unsigned int preemptions)
{
	struct model_explored explored = model_explore(scenario, preemptions, ORDERS_MAX);

	printf("# %lu orders\n", explored.runs);
	EXPECT_STREQ(model_report, "");
	EXPECT(*model_report || explored.complete);
}

static void start(unsigned int vmidlen)
{
	circumstances = (struct circumstances){ .vmidlen = vmidlen };
}

TEST(a_page_is_discarded_beside_a_fault)
{
	start(14);
	in_every_order(discard_beside_fault, 2);
}

TEST(a_page_is_discarded_while_two_guests_fault)
{
	start(14);
	circumstances.fine = true;
	in_every_order(discard_beside_faults, 1);
}

TEST(a_page_is_migrated_while_it_is_discarded)
{
	start(14);
	in_every_order(migrate_beside_discard, 2);
}

TEST(a_slot_is_deleted_while_a_page_is_discarded)
{
	start(14);
	in_every_order(delete_beside_discard, 2);
}

TEST(a_slot_is_moved_while_a_page_is_discarded)
{
	start(0);
	in_every_order(move_slot_beside_discard, 2);
}

TEST(logging_stops_while_a_page_is_discarded)
{
	start(14);
	in_every_order(log_stop_beside_discard, 2);
}

TEST(logging_starts_while_guests_write)
{
	start(14);
	in_every_order(log_beside_writes, 1);
}

TEST(code_moves_while_guests_execute_it)
{
	start(14);
	circumstances.incoherent = true;
	in_every_order(code_moves, 1);
}

TEST(everything_happens_at_once)
{
	static const unsigned char vmidlens[] = { 0, 1, 14 };

	for (unsigned int i = 0; i < 3; i++) {
		start(vmidlens[i]);
		NOTE("VMIDLEN %u", vmidlens[i]);
		model_random(everything_at_once, 1000 * i, 300);
		EXPECT_STREQ(model_report, "");
	}
}

TEST(everything_happens_at_once_where_nobody_tells)
{
	start(2);
	circumstances.untold = true;
	model_random(everything_at_once, 5000, 300);
	EXPECT_STREQ(model_report, "");
}
