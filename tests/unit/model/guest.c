// SPDX-License-Identifier: GPL-2.0-only
/* VMs and guests of the model: the run loop as exits/run.c has it, and what a guest does. */
#include <string.h>

#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/preempt.h>

#include "hart/enter.h"
#include "hart/fence.h"
#include "hart/switch.h"
#include "model/frames.h"
#include "model/guest.h"
#include "model/kernel.h"
#include "uapi/types.h"
#include "vcpu/request.h"

struct model_hart_config hart_like(unsigned int vmidlen)
{
	return (struct model_hart_config){
		.vmidlen = vmidlen,
		.gstage_modes = 7 << KVR_HGATP_MODE_SV39X4,
		.vsatp_modes = 7 << KVR_SATP_MODE_SV39,
		.sstc = true, .envcfg = true, .stateen = true, .aia = true,
	};
}

#define TRIES_MAX	32		/* faults of one access */

/* ---- The world ---- */

void world_begin(unsigned int count, const struct model_hart_config *configs)
{
	world_begin_mode(count, configs, false);
}

void world_begin_mode(unsigned int count, const struct model_hart_config *configs, bool shared)
{
	kernel_reset();
	module_reset();
	frames_reset();
	model_probes_reset();
	model_harts_reset(count, configs);
	/* Where vsatp points while harts are asked what they have. */
	model_probe_gpa(0);
	if (kvr_hart_record_init())
		model_violation("the module does not load");
	if (shared)
		kvr_hart_share();
	kvr_hart_init();
}

void world_end(void)
{
	kvr_hart_exit();
	kvr_hart_record_exit();
	kernel_reset();
	if (frames_reset() && !*model_report)
		model_violation("pages are left when the module is unloaded");
}

/* ---- VMs ---- */

int vm_set_slot(struct model_vm *vm, unsigned int pages, unsigned int flags)
{
	return kvr_memory_set_region(&vm->memory, &(struct kvm_userspace_memory_region2){
		.flags = flags,
		.guest_phys_addr = VM_GPA,
		.memory_size = pages * PAGE_SIZE,
		.userspace_addr = MM_HVA,
	});
}

/*
 * One page that is all three levels of an Sv39 table: entry 0 points to the page itself, the
 * others map the pages of the slot.
 */
static void vs_table_fill(u64 *table, unsigned int index)
{
	u64 ppn = (VM_GPA >> PAGE_SHIFT) + index;

	table[0] = ppn << KVR_PTE_PPN_SHIFT | KVR_PTE_V;
	for (unsigned int i = 1; i < MM_PAGES; i++)
		table[i] = ((VM_GPA >> PAGE_SHIFT) + i) << KVR_PTE_PPN_SHIFT | KVR_PTE_V |
			   KVR_PTE_LEAF | KVR_PTE_A | KVR_PTE_D;
}

void vm_open(struct model_vm *vm, unsigned int number, unsigned int guests, u64 probes)
{

	memset(vm, 0, sizeof(*vm));
	vm->number = number;
	mm_open(&vm->mm, number);
	if (kvr_memory_init(&vm->memory, &vm->mm))
		model_violation("a VM cannot be made");
	if (vm_set_slot(vm, VM_PAGES, 0))
		model_violation("a slot cannot be made");
	model_vm_root(number, (u64)vm->memory.gstage.root);
	for (unsigned int i = 0; i < guests; i++) {
		struct kvr_guest *guest = &vm->guests[i].vcpu.guest;

		/* VMs have their tables in different places, so that a value of vsatp is one guest's. */
		unsigned int page = (number - 1) * 2 + i;

		vs_table_fill(mm_populate(&vm->mm, page), page);
		kvr_guest_init(guest, vm->memory.space, vm);
		guest->csr.vsatp = KVR_SATP_MODE_SV39 << KVR_SATP_MODE_SHIFT |
				   ((VM_GPA >> PAGE_SHIFT) + page);
		guest->sstc = kvr_hart_common.sstc;
		vm->guests[i].vcpu.memory = &vm->memory;
		vm->guests[i].vcpu.siblings = &vm->vcpus;
		vm->guests[i].vcpu.in_guest_on = KVR_OUTSIDE;
		vm->vcpus.all[vm->vcpus.count++] = &vm->guests[i].vcpu;
		model_guest_root(number, VM_GPA + page * PAGE_SIZE);
	}
	for (unsigned int i = 0; i < MM_PAGES; i++)
		if (probes >> i & 1) {
			model_probe_gpa(VM_GPA + i * PAGE_SIZE);
			model_probe_gva(i * PAGE_SIZE);
		}
}

void vm_close(struct model_vm *vm)
{
	kvr_hart_forget(vm);
	kvr_memory_destroy(&vm->memory);
	model_vm_root(vm->number, 0);
	mm_close(&vm->mm);
}

/* ---- Guests ---- */

static unsigned int op_perm(enum guest_op_kind kind)
{
	return kind == GUEST_FETCH ? KVR_PTE_X : kind == GUEST_WRITE ? KVR_PTE_W : KVR_PTE_R;
}

/* In place of the assembly: the program goes on until something stops it. */
void kvr_switch(struct kvr_guest *guest)
{
	struct model_guest *self = container_of(guest, struct model_guest, vcpu.guest);
	struct kvr_trap *trap = &guest->frame.trap;

	*trap = (struct kvr_trap){ .scause = KVR_CAUSE_IRQ | KVR_IRQ_SS };
	model_hart()->v = true;
	model_memory_changed();
	model_point();
	while (!model_message_pending()) {
		const struct guest_op *op = &self->program[self->next];

		if (op->kind == GUEST_END || op->kind >= GUEST_MOVE) {
			trap->scause = KVR_EXC_ECALL_VS;
			break;
		}
		if (!model_access(op->at * PAGE_SIZE, op_perm(op->kind), trap))
			break;
		self->next++;
		model_point();
	}
	model_hart()->v = false;
}

unsigned long kvr_hlv_d(unsigned long address, struct kvr_trap *trap)
{
	model_hart()->v = true;
	model_memory_changed();
	model_step();
	model_access(address, KVR_PTE_R, trap);
	model_hart()->v = false;
	return 0;
}

unsigned long kvr_hlvx_hu(unsigned long address, struct kvr_trap *trap)
{
	return kvr_hlv_d(address, trap);
}

static void guest_exit(struct model_guest *self)
{
	const struct guest_op *op = &self->program[self->next];
	const struct kvr_trap *trap = &self->vcpu.guest.frame.trap;
	enum kvr_access access = trap->scause == KVR_EXC_STORE_GUEST_PAGE ? KVR_ACCESS_WRITE :
				 trap->scause == KVR_EXC_INST_GUEST_PAGE ? KVR_ACCESS_EXEC :
				 KVR_ACCESS_READ;

	if (trap->scause & KVR_CAUSE_IRQ)
		return;
	if (trap->scause == KVR_EXC_ECALL_VS) {
		if (op->kind == GUEST_MOVE)
			model_move(op->at);
		else if (op->kind == GUEST_YIELD)
			model_yield();
		self->next += op->kind != GUEST_END;
		return;
	}
	self->faults++;
	if (self->faulted != op) {
		self->faulted = op;
		self->tries = 0;
	}
	if (++self->tries > TRIES_MAX)
		model_violation("a guest faults without end");
	/* Memory that is no longer there is a device's: the guest's access is dropped. */
	if (self->tries > TRIES_MAX ||
	    kvr_memory_fault(&self->vcpu, trap->htval << 2, access) != KVR_FAULT_MAPPED)
		self->next++;
	/* A fault for the VS-stage table and one for the page: more are for another thread to end. */
	if (self->tries > 2)
		model_yield();
}

static bool guest_is_done(const struct model_guest *self)
{
	return self->program[self->next].kind == GUEST_END;
}

static void nothing(void *unused)
{
}

int kvr_vcpus_request_wait(struct kvr_vcpus *vcpus, unsigned long mask, unsigned long base,
			   enum kvr_request request)
{
	u64 harts = 0;

	for (unsigned int i = 0; i < vcpus->count; i++) {
		set_bit(request, &vcpus->all[i]->requests);
		if (vcpus->all[i]->in_guest_on != KVR_OUTSIDE)
			harts |= BIT(vcpus->all[i]->in_guest_on);
	}
	model_on_each_cpu(harts, nothing, NULL);
	return 0;
}

static void entry_requests(struct kvr_vcpu *vcpu)
{
	if (test_bit(KVR_REQ_FENCE_I, &vcpu->requests))
		kvr_fence_insn();
	if (test_bit(KVR_REQ_FENCE_VVMA, &vcpu->requests))
		kvr_fence_vvma_all();
	if (test_bit(KVR_REQ_FENCE_GVMA, &vcpu->requests))
		kvr_fence_gvma_all();
	vcpu->requests = 0;
}

static void guest_loop(struct model_guest *self)
{
	struct kvr_guest *guest = &self->vcpu.guest;

	while (!guest_is_done(self)) {
		local_irq_disable();
		self->vcpu.in_guest_on = model_cpu();
		kvr_guest_load(guest);
		kvr_hart_translate(guest);
		entry_requests(&self->vcpu);
		kvr_guest_enter(guest);
		kvr_switch(guest);
		kvr_guest_exit(guest);
		self->vcpu.in_guest_on = KVR_OUTSIDE;
		if (!kvr_hart_is_resident())
			kvr_guest_put(guest);
		local_irq_enable();
		guest_exit(self);
	}
}

void guest_run(struct model_guest *self, const struct guest_op *program)
{
	struct kvr_guest *guest = &self->vcpu.guest;

	self->program = program;
	self->next = 0;
	model_thread()->mm = self->vcpu.memory->mm;
	preempt_disable();
	kvr_preempt_notifier_register(&guest->preempt);
	preempt_enable();
	guest_loop(self);
	preempt_disable();
	kvr_preempt_notifier_unregister(&guest->preempt);
	kvr_guest_leave(guest);
	preempt_enable();
}

static void guest_thread(void *arg)
{
	struct model_guest *self = arg;

	guest_run(self, self->program);
}

void guest_spawn(struct model_vm *vm, unsigned int index, unsigned int hart,
		 const struct guest_op *program)
{
	static const char *const names[] = { "guest 0", "guest 1", "guest 2" };

	vm->guests[index].program = program;
	model_spawn(names[index], hart, guest_thread, &vm->guests[index]);
}
