/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UNIT_LINUX_PRINTK_H
#define KVR_UNIT_LINUX_PRINTK_H

#include <stdio.h>

#define pr_err(...) fprintf(stderr, __VA_ARGS__)
#define pr_warn(...) fprintf(stderr, __VA_ARGS__)
#define pr_info(...) fprintf(stderr, __VA_ARGS__)
#define pr_debug(...) do { } while (0)

#endif
