/* SPDX-License-Identifier: GPL-2.0-only */
/* A parameter is a plain variable; a test that sets one includes the source. */
#ifndef KVR_UNIT_LINUX_MODULEPARAM_H
#define KVR_UNIT_LINUX_MODULEPARAM_H

#define module_param_named(name, variable, type, perm) _Static_assert(sizeof(variable), #name)
#define MODULE_PARM_DESC(name, text) _Static_assert(sizeof(text), #name)

#endif
