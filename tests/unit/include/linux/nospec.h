/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UNIT_LINUX_NOSPEC_H
#define KVR_UNIT_LINUX_NOSPEC_H

#define array_index_nospec(index, size) (index)

#endif
