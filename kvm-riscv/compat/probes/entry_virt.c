// SPDX-License-Identifier: GPL-2.0-only
/* by 7.2 (6.12 has not): linux/entry-virt.h, and no vCPU is passed */
#include <linux/entry-virt.h>

int kvr_probe(void);
int kvr_probe(void)
{
	return xfer_to_guest_mode_handle_work();
}
