/* SPDX-License-Identifier: GPL-2.0-only */
#include_next <linux/moduleparam.h>

#ifndef KVR_MODEL_LINUX_MODULEPARAM_H
#define KVR_MODEL_LINUX_MODULEPARAM_H

#define module_param(name, kind, perm)	_Static_assert(sizeof(name), #name)

#endif
