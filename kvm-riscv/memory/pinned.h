/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest memory that stays where it is: the way of kernels that do not tell of changes to an
 * address space (no MMU notifiers).
 *
 * What a guest touches is pinned, and charged to the user (memory/charge.h), for as long as its
 * slot is there and the process that made the VM maps a kvm_run. So a translation never becomes
 * stale; but memory that user space gives back or maps anew under the slot stays the guest's.
 *
 * The mapping of kvm_run stands for the process: such kernels tell a module of the end of an
 * address space only as the end of the module's own mappings in it. Pins that outlived it, in a VM
 * whose descriptors another process holds, would be memory that no limit counts.
 */
#ifndef KVR_MEMORY_PINNED_H
#define KVR_MEMORY_PINNED_H

#include <linux/types.h>

#include "memory/charge.h"

struct kvr_host_block;
struct kvr_memory;
struct kvr_slot;
struct kvr_slot_view;
struct mm_struct;

/*
 * The pins of one slot: a chunk per 2 MiB block of guest-physical memory that the slot meets, NULL
 * until something in it is pinned; in a chunk an entry per page, 0 until it is.
 *
 * Chunks and entries are set with compare-and-swap under mmu_lock held for reading. An entry that
 * can only be read changes once more, to one that can be written, under it held for writing.
 */
struct kvr_pin_table {
	struct kvr_pin_table *next;	/* when no slot has it any more; its owner's */
	unsigned long chunk_count;	/* fixed */
	unsigned long *chunks[];
};

struct kvr_pins {
	/* NULL until something is pinned; set as chunks are, taken away as entries change */
	struct kvr_pin_table *table;
};

/* What the pins of a VM have in common. */
struct kvr_pinning {
	struct kvr_charge charge;
	unsigned int holders;		/* mappings of kvm_run in memory->mm; under mmu_lock */
};

/* kvr_memory_pins - is guest memory pinned here? Fixed at module load. */
bool kvr_memory_pins(void);

/* kvr_pinning_init - charge pins to the current user and @mm; sleeps; 0 or -ENOMEM */
int kvr_pinning_init(struct kvr_pinning *pinning, struct mm_struct *mm);

/* kvr_pinning_destroy - nothing is pinned any more, nor will be; sleeps */
void kvr_pinning_destroy(struct kvr_pinning *pinning);

/*
 * kvr_pinning_hold - there is one more mapping of a vCPU's kvm_run in memory->mm
 *
 * Under that mm's mmap_lock or not; sleeps.
 */
void kvr_pinning_hold(struct kvr_memory *memory);

/*
 * kvr_pinning_unhold - there is one fewer; with the last, all pins and their charge go
 *
 * As kvr_pinning_hold. The guest's memory is unmapped and fenced before it is unpinned. In a
 * process that goes on, what is mapped behind the slots is pinned anew when the guest touches it,
 * once a kvm_run is mapped again.
 */
void kvr_pinning_unhold(struct kvr_memory *memory);

/*
 * kvr_pins_release - unpin all that was pinned for @slot, and take it off the account
 *
 * No look-up finds the slot any more, and no hart its pages. Sleeps; any mm.
 */
void kvr_pins_release(struct kvr_memory *memory, struct kvr_slot *slot);

/*
 * kvr_pins_find - fill @block with what is pinned behind frame @gfn of the slot in @view
 *
 * Takes mmu_lock for reading. 0; -ENOENT when the page is not pinned, or only to be read and @write
 * is set; -EAGAIN when the slots have changed.
 */
int kvr_pins_find(struct kvr_memory *memory, const struct kvr_slot_view *view, u64 gfn,
		  bool write, struct kvr_host_block *block);

/*
 * kvr_pins_add - pin the page behind @gfn, writable if it can be; with @huge the 2 MiB block around
 * it, if that can be
 *
 * Kernel speed, in the VM's mm. -EAGAIN when that was done or is to be tried again (kvr_pins_find
 * tells), -ENOMEM when RLIMIT_MEMLOCK or memory is exhausted at the moment, -EFAULT when there
 * is no memory, none that @write may change or none that can be pinned, -ENXIO when the process has
 * no kvm_run mapped, -EINTR (a fatal signal), -EHWPOISON.
 */
int kvr_pins_add(struct kvr_memory *memory, const struct kvr_slot_view *view, u64 gfn,
		 bool write, bool huge);

#endif
