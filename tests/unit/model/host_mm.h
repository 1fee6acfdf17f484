/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's side of guest memory: the address space of a process that has a VM. */
#ifndef KVR_MODEL_HOST_MM_H
#define KVR_MODEL_HOST_MM_H

#include <linux/types.h>

#include "compat/mmu_notifier.h"

#define MM_HVA		0x40000000UL	/* the first user address with memory behind it */
#define MM_PAGES	16U

struct mm_page {
	void *memory;			/* NULL: the host has nothing present */
	bool read_only;			/* the next write has to come as a fault */
};

struct mm_struct {
	unsigned int vm;		/* whose memory it all is */
	struct mm_page pages[MM_PAGES];
	struct mmu_notifier *notifiers;
	bool busy;			/* somebody holds the page tables' lock */
};

/* mm_open/close - of VM @vm; the frames of an mm that closes are the host's again */
void mm_open(struct mm_struct *mm, unsigned int vm);
void mm_close(struct mm_struct *mm);

/* mm_populate - page @index is present, with what user space wrote */
void *mm_populate(struct mm_struct *mm, unsigned int index);

/* mm_discard - pages @first to @last are given back to the host, as by MADV_DONTNEED */
void mm_discard(struct mm_struct *mm, unsigned int first, unsigned int last);

/* mm_migrate - page @index gets another frame, with the same contents */
void mm_migrate(struct mm_struct *mm, unsigned int index);

#endif
