/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_MODEL_LINUX_UACCESS_H
#define KVR_MODEL_LINUX_UACCESS_H

#include <string.h>

#define copy_to_user(to, from, n)	(memcpy((void *)(to), from, n), 0)
#define copy_from_user(to, from, n)	(memcpy(to, (const void *)(from), n), 0)

#endif
