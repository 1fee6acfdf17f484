// SPDX-License-Identifier: GPL-2.0-only
/* since 5.14: tick_nohz_user_enter_prepare(), inline, and what it calls is exported */
#include <linux/tick.h>

void kvr_probe(void);
void kvr_probe(void)
{
	tick_nohz_user_enter_prepare();
}
