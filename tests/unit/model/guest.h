/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMs of the model with all that the module has of them, and the program that a guest's hart runs:
 * a list of accesses.
 */
#ifndef KVR_MODEL_GUEST_H
#define KVR_MODEL_GUEST_H

#include "hart/space.h"
#include "memory/memory.h"
#include "model/hart.h"
#include "model/host_mm.h"
#include "model/sched.h"
#include "vcpu/vcpu.h"

#define VM_GPA		0x80000000UL	/* guest-physical address of slot 0 */
#define VM_PAGES	512U		/* in slot 0: a whole table */
#define VM_GUESTS	MODEL_VCPUS

enum guest_op_kind {
	GUEST_END,
	GUEST_READ,			/* of page @at of the guest's memory */
	GUEST_WRITE,
	GUEST_FETCH,
	GUEST_MOVE,			/* the thread moves to hart @at */
	GUEST_YIELD,			/* the thread gives up its hart for a moment */
};

struct guest_op {
	enum guest_op_kind kind;
	unsigned int at;
};

struct model_guest {
	struct kvr_vcpu vcpu;		/* first */
	const struct guest_op *program;
	unsigned int next;		/* operation of the program */
	unsigned int faults;
	const struct guest_op *faulted;	/* the last to fault, and how often in a row */
	unsigned int tries;
};

struct model_vm {
	unsigned int number;		/* 1 to 3 */
	struct mm_struct mm;
	struct kvr_memory memory;
	struct kvr_vcpus vcpus;
	struct model_guest guests[VM_GUESTS];
};

/*
 * world_begin - @count harts, the module loaded; world_end - unloaded, and nothing is left
 *
 * A violation in between is in model_report after world_end too.
 */
void world_begin(unsigned int count, const struct model_hart_config *configs);
void world_begin_mode(unsigned int count, const struct model_hart_config *configs, bool shared);
void world_end(void);

/*
 * vm_open - VM @number with @guests guests and slot 0, VM_PAGES pages long
 *
 * Page 0 of slot 0 is the VS-stage table of VM 1's first guest, and so on, two for each VM; a table
 * maps guest-virtual page n to page n of the slot. Pages from 8 on are free for use, and those in
 * @probes (a bit per page) are looked ahead at.
 */
void vm_open(struct model_vm *vm, unsigned int number, unsigned int guests, u64 probes);
void vm_close(struct model_vm *vm);

/* vm_set_slot - slot 0 has @pages pages (0: none) and @flags */
int vm_set_slot(struct model_vm *vm, unsigned int pages, unsigned int flags);

/* guest_spawn - a thread on @hart runs @program as guest @index of @vm */
void guest_spawn(struct model_vm *vm, unsigned int index, unsigned int hart,
		 const struct guest_op *program);

/* guest_run - the same at once, by the thread that calls */
void guest_run(struct model_guest *guest, const struct guest_op *program);

/* hart_like - a hart with everything, and VMIDLEN @vmidlen */
struct model_hart_config hart_like(unsigned int vmidlen);

#endif
