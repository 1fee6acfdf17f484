/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_VCPU_HART_MASK_H
#define KVR_VCPU_HART_MASK_H

#define KVR_HART_MASK_ALL	(-1UL)

#endif
