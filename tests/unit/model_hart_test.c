// SPDX-License-Identifier: GPL-2.0-only
/* model */
/* Guests come to harts and leave them, and no hart translates for one what is another's. */
#include "hart/record.h"
#include "model/guest.h"
#include "model/scenarios.h"
#include "tap.h"

#define ORDERS_MAX	400

static void under_all_circumstances(void (*scenario)(void), unsigned int preemptions)
{
	static const unsigned char vmidlens[] = { 0, 1, 2, 14 };
	unsigned long runs = 0;

	for (unsigned int i = 0; i < 4 * ARRAY_SIZE(vmidlens); i++) {
		circumstances = (struct circumstances){
			.vmidlen = vmidlens[i / 4], .untold = i & 1, .shared = i & 2,
		};
		NOTE("VMIDLEN %u%s%s", circumstances.vmidlen,
		     circumstances.untold ? ", untold" : "", circumstances.shared ? ", shared" : "");
		runs += model_explore(scenario, preemptions, ORDERS_MAX).runs;
		EXPECT_STREQ(model_report, "");
	}
	printf("# %lu orders\n", runs);
}

TEST(vms_run_in_turn_on_one_hart)
{
	under_all_circumstances(vms_in_turn, 0);
}

TEST(threads_share_one_hart)
{
	under_all_circumstances(guests_share_a_hart, 1);
}

TEST(threads_move_between_harts)
{
	under_all_circumstances(guests_move, 1);
}

TEST(a_guest_is_read_beside_another)
{
	under_all_circumstances(guest_read_beside_another, 0);
}

TEST(a_page_is_discarded_while_its_vm_is_away)
{
	under_all_circumstances(discard_while_away, 1);
}

TEST(every_vmidlen_will_do)
{
	circumstances = (struct circumstances){};
	for (; circumstances.vmidlen <= 14; circumstances.vmidlen++) {
		NOTE("VMIDLEN %u", circumstances.vmidlen);
		vms_in_turn();
		EXPECT_STREQ(model_report, "");
	}
}

TEST(a_hart_that_goes_keeps_nothing)
{
	circumstances = (struct circumstances){};
	for (; circumstances.vmidlen <= 2; circumstances.vmidlen++) {
		NOTE("VMIDLEN %u", circumstances.vmidlen);
		hart_goes_and_comes();
		EXPECT_STREQ(model_report, "");
	}
}

/* A hart like another but for its G-stage modes, and for what it does with others. */
TEST(harts_are_asked_with_nothing_to_find)
{
	for (unsigned int i = 0; i < 7 * 8; i++) {
		struct model_hart_config config = hart_like(i & 1 ? 7 : 0);

		config.gstage_modes = (i / 8 + 1) << KVR_HGATP_MODE_SV39X4;
		config.hgatp_keeps = i & 2;
		config.vsatp_warl = i & 4;
		NOTE("modes 0x%x, case %u", config.gstage_modes, i & 7);
		world_begin(1, &config);
		EXPECT_EQ(kvr_hart_common.gstage_modes, config.gstage_modes);
		EXPECT_EQ(kvr_hart_common.vmid_bits, config.vmidlen);
		EXPECT_EQ(kvr_hart_common.satp_mode, KVR_SATP_MODE_SV57);
		world_end();
		EXPECT_STREQ(model_report, "");
	}
}
