/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * News of changes to an address space, as linux/mmu_notifier.h has it by 7.2.
 *
 * Callbacks that ask about age are declared with kvr_mmu_young_t as their
 * return type and return true or false.
 *
 * Where the kernel was built without MMU notifiers KVR_MMU_NOTIFIED is 0 and the names are
 * there, but mmu_notifier_register() fails with -EOPNOTSUPP: guest memory is pinned then.
 */
#ifndef KVR_COMPAT_MMU_NOTIFIER_H
#define KVR_COMPAT_MMU_NOTIFIER_H

#include <linux/errno.h>
#include <linux/kconfig.h>
#include <linux/mmu_notifier.h>

#include "compat/generated/have.h"

#ifdef KVR_HAVE_MMU_YOUNG_BOOL
#define kvr_mmu_young_t bool
#else
/* Unnecessary by 7.2. */
#define kvr_mmu_young_t int
#endif

/* Whether notifiers can be had at all. */
#define KVR_MMU_NOTIFIED	IS_ENABLED(CONFIG_MMU_NOTIFIER)

/* Necessary as long as kernels can be built without; 5.10 to 7.3 can. */
#ifndef CONFIG_MMU_NOTIFIER
static inline int mmu_notifier_register(struct mmu_notifier *notifier, struct mm_struct *mm)
{
	return -EOPNOTSUPP;
}

static inline void mmu_notifier_unregister(struct mmu_notifier *notifier, struct mm_struct *mm)
{
}
#endif

#endif
