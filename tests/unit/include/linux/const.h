/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UNIT_LINUX_CONST_H
#define KVR_UNIT_LINUX_CONST_H

#include_next <linux/const.h>

#define UL(x) _UL(x)
#define ULL(x) _ULL(x)

#endif
