/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * News of changes to an address space, as linux/mmu_notifier.h has it since 7.2.
 *
 * Callbacks that ask about age are declared with kvr_mmu_young_t as their
 * return type and return true or false.
 *
 * Where the kernel was built without MMU notifiers the names are there, but
 * mmu_notifier_register() fails with -EOPNOTSUPP: guest memory is pinned then.
 */
#ifndef KVR_COMPAT_MMU_NOTIFIER_H
#define KVR_COMPAT_MMU_NOTIFIER_H

#include <linux/errno.h>
#include <linux/mmu_notifier.h>

#include "compat/generated/have.h"

#if defined(KVR_HAVE_MMU_YOUNG_BOOL) || !defined(CONFIG_MMU_NOTIFIER)
typedef bool kvr_mmu_young_t;
#else
/* Unnecessary since 7.2. */
typedef int kvr_mmu_young_t;
#endif

/* Necessary as long as kernels can be built without; 5.10 to 7.3 can. */
#ifndef CONFIG_MMU_NOTIFIER
struct mmu_notifier;

/* The callbacks that this module has, no more. */
struct mmu_notifier_ops {
	void (*release)(struct mmu_notifier *notifier, struct mm_struct *mm);
	kvr_mmu_young_t (*clear_flush_young)(struct mmu_notifier *notifier, struct mm_struct *mm,
					     unsigned long start, unsigned long end);
	kvr_mmu_young_t (*clear_young)(struct mmu_notifier *notifier, struct mm_struct *mm,
				       unsigned long start, unsigned long end);
	kvr_mmu_young_t (*test_young)(struct mmu_notifier *notifier, struct mm_struct *mm,
				      unsigned long address);
	int (*invalidate_range_start)(struct mmu_notifier *notifier,
				      const struct mmu_notifier_range *range);
	void (*invalidate_range_end)(struct mmu_notifier *notifier,
				     const struct mmu_notifier_range *range);
};

struct mmu_notifier {
	const struct mmu_notifier_ops *ops;
};

static inline int mmu_notifier_register(struct mmu_notifier *notifier, struct mm_struct *mm)
{
	return -EOPNOTSUPP;
}

static inline void mmu_notifier_unregister(struct mmu_notifier *notifier, struct mm_struct *mm)
{
}
#endif

#endif
