/* SPDX-License-Identifier: GPL-2.0-only */
/* A world is made thousands of times: what the module says at its load is not printed. */
#ifndef KVR_MODEL_LINUX_PRINTK_H
#define KVR_MODEL_LINUX_PRINTK_H

#include <stdio.h>

#define no_printk(...)					\
	do {						\
		if (0)					\
			printf(__VA_ARGS__);		\
	} while (0)
#define pr_err(...)	no_printk(__VA_ARGS__)
#define pr_warn(...)	no_printk(__VA_ARGS__)
#define pr_info(...)	no_printk(__VA_ARGS__)
#define pr_debug(...)	no_printk(__VA_ARGS__)

#endif
