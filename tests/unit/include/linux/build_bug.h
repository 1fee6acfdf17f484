/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UNIT_LINUX_BUILD_BUG_H
#define KVR_UNIT_LINUX_BUILD_BUG_H

#define static_assert(cond, ...) _Static_assert(cond, #cond)
#define BUILD_BUG_ON(cond) _Static_assert(!(cond), "not allowed: " #cond)

#endif
