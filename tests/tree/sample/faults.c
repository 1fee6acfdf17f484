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

/* said to be fast, and in a section like any other; the second is as it should be */
#define KVR_FAST	noinline
bool KVR_FAST kvr_sample_fast(int *count);
bool KVR_FAST kvr_sample_fast(int *count)
{
	return ++*count;
}

#undef KVR_FAST
#define KVR_FAST	noinline __section(".noinstr.text")
bool KVR_FAST kvr_sample_fast_too(int *count);
bool KVR_FAST kvr_sample_fast_too(int *count)
{
	return --*count;
}

static int __init sample_init(void)
{
	return sample_of_user_memory(NULL) + kvr_sample_without_prototype();
}
module_init(sample_init);

MODULE_DESCRIPTION("Faults on purpose");
MODULE_LICENSE("GPL");
