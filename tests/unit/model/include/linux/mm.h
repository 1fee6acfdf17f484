/* SPDX-License-Identifier: GPL-2.0-only */
/* An address space of the model's host: model/mm.c */
#include_next <linux/mm.h>

#ifndef KVR_MODEL_LINUX_MM_H
#define KVR_MODEL_LINUX_MM_H

#include <linux/irqflags.h>
#include <linux/types.h>

#define FAULT_FLAG_WRITE	1
#define FOLL_WRITE		1
#define FOLL_HWPOISON		2
#define FOLL_INTERRUPTIBLE	4
#define TASK_SIZE		(1UL << 38)

struct mm_struct;

#define mmap_read_lock(mm)	((void)(mm))
#define mmap_read_unlock(mm)	((void)(mm))
#define mmgrab(mm)		((void)(mm))
#define mmdrop(mm)		((void)(mm))

struct page;

long get_user_pages_unlocked(unsigned long address, unsigned long count, struct page **pages,
			     unsigned int flags);
int fixup_user_fault(struct mm_struct *mm, unsigned long address, unsigned int flags,
		     bool *unlocked);


#endif
