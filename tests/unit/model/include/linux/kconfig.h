/* SPDX-License-Identifier: GPL-2.0-only */
#include_next <linux/kconfig.h>

#ifndef KVR_MODEL_LINUX_KCONFIG_H
#define KVR_MODEL_LINUX_KCONFIG_H

#define CONFIG_MMU_NOTIFIER 1
#define CONFIG_MMU_GATHER_RCU_TABLE_FREE 1
#define CONFIG_SMP 1

#endif
