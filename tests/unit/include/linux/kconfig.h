/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UNIT_LINUX_KCONFIG_H
#define KVR_UNIT_LINUX_KCONFIG_H

/* The stand-ins are of a kernel that has all. */
#define CONFIG_EVENTFD 1

#define IS_ENABLED(CONFIG_option) 1

#endif
