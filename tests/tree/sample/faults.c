// SPDX-License-Identifier: GPL-2.0-only
/* Faults on purpose: see the names. */
#include <linux/module.h>
#include <linux/uaccess.h>

int kvr_symbol_that_no_kernel_exports(void);

/* global, and without the project's prefix */
int sample_without_prefix;

/* W=1: no prototype */
int kvr_sample_without_prototype(void)
{
	return kvr_symbol_that_no_kernel_exports();
}

/* sparse: user memory read as if it were the kernel's */
static int sample_of_user_memory(int __user *word)
{
	return *word;
}

static int __init sample_init(void)
{
	return sample_of_user_memory(NULL) + kvr_sample_without_prototype();
}
module_init(sample_init);

MODULE_DESCRIPTION("Faults on purpose");
MODULE_LICENSE("GPL");
