// SPDX-License-Identifier: GPL-2.0-only
/* since 6.4: a task that is to be throttled knows the disk; it knew the disk's queue before */
#include <linux/sched.h>

void *kvr_probe(void);
void *kvr_probe(void)
{
#ifdef CONFIG_BLK_CGROUP
	return current->throttle_disk;
#else
	return NULL;
#endif
}
