// SPDX-License-Identifier: GPL-2.0-only
/* by 6.1 (5.10 has not): separate functions account for guest entry */
#include <linux/context_tracking.h>
#include <linux/vtime.h>

bool kvr_probe(void);
bool kvr_probe(void)
{
	vtime_account_guest_enter();
	return context_tracking_guest_enter();
}
