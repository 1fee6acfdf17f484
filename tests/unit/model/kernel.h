/* SPDX-License-Identifier: GPL-2.0-only */
/* What the model has of the kernel beside threads: per-CPU memory, locks, memory freed later. */
#ifndef KVR_MODEL_KERNEL_H
#define KVR_MODEL_KERNEL_H

#include <linux/spinlock.h>

/* kernel_reset - per-CPU variables are zero, what was to be freed later is freed */
void kernel_reset(void);

/* module_reset - variables of the module's own that outlive an unload are as at its load */
void module_reset(void);

/* module_vmid_limit - the module's parameter vmid_bits */
void module_vmid_limit(unsigned int bits);

#endif
