/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Address spaces as linux/mm.h has them since 5.14.
 *
 * The same on every kernel from 5.10 on, and exported to modules:
 * get_user_pages_fast(), get_user_pages_fast_only(), get_user_pages_unlocked(),
 * pin_user_pages_fast(), pin_user_pages_unlocked(), unpin_user_page(),
 * fixup_user_fault(), find_vma(), account_locked_vm(), the mmap_read_lock() family.
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

#endif
