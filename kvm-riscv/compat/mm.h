/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Address spaces as linux/mm.h has them since 5.14.
 *
 * The same on every kernel from 5.10 on, and exported to modules:
 * get_user_pages_fast(), get_user_pages_fast_only(), get_user_pages_unlocked(),
 * pin_user_pages_fast(), pin_user_pages_unlocked(), unpin_user_page(),
 * fixup_user_fault(), find_vma(), the mmap_read_lock() family.
 *
 * Not to be used: get_user_pages() and pin_user_pages() (lost an argument in
 * 6.5), p4d_offset() and pud_offset() (functions, and not exported, in 6.12).
 */
#ifndef KVR_COMPAT_MM_H
#define KVR_COMPAT_MM_H

#include <linux/mm.h>

#include "compat/generated/have.h"

/* Unnecessary since 5.14. */
#ifndef KVR_HAVE_VMA_LOOKUP
static inline struct vm_area_struct *vma_lookup(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	return vma && vma->vm_start <= addr ? vma : NULL;
}
#endif

/*
 * Unnecessary since 6.2. Before, only a deadly signal ends a fault that waits for user space
 * (userfaultfd).
 */
#ifndef KVR_HAVE_FOLL_INTERRUPTIBLE
#define FOLL_INTERRUPTIBLE	0
#endif

/*
 * kvr_mm_tables_lock - keep the page tables around @addr in place for a walk with interrupts off
 *
 * Since 6.10 page tables are freed after an RCU grace period, which interrupts off hold up (and
 * without SMP nothing else runs meanwhile): no lock is needed. Before, TLB flushes are firmware
 * calls that do not wait for a hart with interrupts off, so the tables stay only while the area is
 * known to stay. False when there is no memory at @addr; then nothing is locked.
 */
#if defined(CONFIG_MMU_GATHER_RCU_TABLE_FREE) || !defined(CONFIG_SMP)
static inline bool kvr_mm_tables_lock(struct mm_struct *mm, unsigned long addr)
{
	return true;
}

static inline void kvr_mm_tables_unlock(struct mm_struct *mm)
{
}
#else
static inline bool kvr_mm_tables_lock(struct mm_struct *mm, unsigned long addr)
{
	mmap_read_lock(mm);
	if (vma_lookup(mm, addr))
		return true;
	mmap_read_unlock(mm);
	return false;
}

static inline void kvr_mm_tables_unlock(struct mm_struct *mm)
{
	mmap_read_unlock(mm);
}
#endif

#endif
