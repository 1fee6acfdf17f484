// SPDX-License-Identifier: GPL-2.0-only
/* 5.11: guest entry has context_tracking_guest_enter() and vtime_account_guest_enter() */
#include <linux/context_tracking.h>
#include <linux/vtime.h>

bool kvr_probe(void);
bool kvr_probe(void)
{
	vtime_account_guest_enter();
	return context_tracking_guest_enter();
}
