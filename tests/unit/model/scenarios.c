// SPDX-License-Identifier: GPL-2.0-only
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/preempt.h>

#include "hart/guest_load.h"
#include "memory/memory.h"
#include "model/frames.h"
#include "model/guest.h"
#include "model/kernel.h"
#include "model/scenarios.h"
#include "uapi/types.h"

#define PROBES		(0x7UL << 8)

struct circumstances circumstances;

static struct model_vm a, b;

static const struct guest_op touch[] = {
	{ GUEST_READ, 8 }, { GUEST_WRITE, 9 }, { GUEST_FETCH, 10 }, { GUEST_END },
};

static const struct guest_op tour[] = {
	{ GUEST_READ, 8 }, { GUEST_MOVE, 1 }, { GUEST_READ, 8 }, { GUEST_MOVE, 0 },
	{ GUEST_READ, 8 }, { GUEST_END },
};

static const struct guest_op share[] = {
	{ GUEST_READ, 8 }, { GUEST_YIELD }, { GUEST_READ, 8 }, { GUEST_YIELD }, { GUEST_READ, 8 },
	{ GUEST_END },
};

static const struct guest_op write_twice[] = {
	{ GUEST_WRITE, 8 }, { GUEST_WRITE, 8 }, { GUEST_END },
};

static const struct guest_op fetch_twice[] = {
	{ GUEST_FETCH, 8 }, { GUEST_FETCH, 8 }, { GUEST_END },
};

static const struct guest_op busy[] = {
	{ GUEST_WRITE, 8 }, { GUEST_FETCH, 9 }, { GUEST_READ, 10 }, { GUEST_MOVE, 2 },
	{ GUEST_WRITE, 8 }, { GUEST_YIELD }, { GUEST_WRITE, 9 }, { GUEST_MOVE, 1 },
	{ GUEST_WRITE, 10 }, { GUEST_FETCH, 8 }, { GUEST_MOVE, 0 }, { GUEST_READ, 9 },
	{ GUEST_END },
};

static void world(unsigned int harts, unsigned int vms)
{
	struct model_hart_config configs[MODEL_HARTS];
	enum model_mutant mutant = model_mutant;

	for (unsigned int i = 0; i < harts; i++) {
		configs[i] = hart_like(circumstances.vmidlen);
		configs[i].incoherent = circumstances.incoherent;
	}
	model_tells = !circumstances.untold;
	model_fine = circumstances.fine;
	/* The load of the module is no part of what is tried. */
	model_mutant = MUTANT_NONE;
	world_begin_mode(harts, configs, circumstances.shared);
	model_mutant = mutant;
	vm_open(&a, 1, 2, PROBES);
	if (vms == 2)
		vm_open(&b, 2, 2, 0);
	else
		b.number = 0;
}

static void world_over(void)
{
	vm_close(&a);
	if (b.number)
		vm_close(&b);
	world_end();
	model_tells = true;
}

/* ---- Harts ---- */

void vms_in_turn(void)
{
	world(1, 2);
	for (unsigned int i = 0; i < 3; i++) {
		guest_run(&a.guests[0], touch);
		guest_run(&b.guests[0], touch);
		guest_run(&a.guests[1], touch);
	}
	world_over();
}

void guests_share_a_hart(void)
{
	world(1, 2);
	guest_spawn(&a, 0, 0, share);
	guest_spawn(&b, 0, 0, share);
	guest_spawn(&a, 1, 0, share);
	model_threads_run();
	world_over();
}

void guests_move(void)
{
	world(2, 2);
	guest_spawn(&a, 0, 0, tour);
	guest_spawn(&b, 0, 1, tour);
	guest_spawn(&a, 1, 1, share);
	model_threads_run();
	world_over();
}

static void guest_read(struct model_guest *guest)
{
	struct kvr_trap trap;
	unsigned long value;

	kvr_guest_load_u64(&guest->vcpu.guest, 8 * PAGE_SIZE, &value, &trap);
	preempt_disable();
	kvr_guest_leave(&guest->vcpu.guest);
	preempt_enable();
}

void guest_read_beside_another(void)
{
	world(1, 2);
	for (unsigned int i = 0; i < 3; i++) {
		guest_run(&a.guests[0], touch);
		guest_run(&b.guests[0], touch);
		guest_read(&a.guests[0]);
		guest_read(&a.guests[1]);
		guest_read(&b.guests[1]);
	}
	world_over();
}

static void discard_8_of_a(void *unused)
{
	mm_discard(&a.mm, 8, 8);
}

void discard_while_away(void)
{
	world(2, 2);
	guest_run(&a.guests[0], touch);
	guest_spawn(&a, 0, 0, tour);
	guest_spawn(&b, 0, 0, share);
	model_spawn("discarder", 1, discard_8_of_a, NULL);
	model_threads_run();
	world_over();
}

/* Guests' translations of any kind that a hart knows of */
static bool hart_knows_guests(const struct model_hart *hart)
{
	for (unsigned int i = 0; i < hart->tlb_count; i++)
		if (!hart->tlb[i].identity)
			return true;
	return hart->csr[KVR_CSR_HGATP] || hart->csr[KVR_CSR_VSATP];
}

void hart_goes_and_comes(void)
{
	world(1, 2);
	guest_run(&a.guests[0], touch);
	guest_run(&b.guests[0], touch);
	local_irq_disable();
	kvr_hart_regs_clear();
	kvr_hart_tlb_clear();
	if (hart_knows_guests(&model_harts[0]))
		model_violation("a hart goes off-line with something of a guest");
	kvr_hart_record_depart();
	if (!kvr_hart_record_arrive())
		model_violation("a hart cannot come back");
	kvr_hart_regs_clear();
	kvr_hart_tlb_distrust();
	local_irq_enable();
	guest_run(&b.guests[0], touch);
	guest_run(&a.guests[0], touch);
	world_over();
}

/* ---- Memory ---- */

static void slot_delete(void *unused)
{
	vm_set_slot(&a, 0, 0);
}

static void log_stop(void *unused)
{
	vm_set_slot(&a, VM_PAGES, 0);
}

static void migrate_8(void *unused)
{
	mm_migrate(&a.mm, 8);
}

/* One guest that writes to page 8, and two removers; NULL: one of them is not there. */
static void remove_beside_writes(const char *name, void (*remove)(void *unused), unsigned int flags)
{
	world(3, 1);
	if (flags)
		vm_set_slot(&a, VM_PAGES, flags);
	guest_run(&a.guests[0], write_twice);
	guest_spawn(&a, 0, 0, write_twice);
	model_spawn(name, 1, remove, NULL);
	model_spawn("discarder", 2, discard_8_of_a, NULL);
	model_threads_run();
	world_over();
}

void discard_beside_fault(void)
{
	world(2, 1);
	guest_spawn(&a, 0, 0, write_twice);
	model_spawn("discarder", 1, discard_8_of_a, NULL);
	model_threads_run();
	world_over();
}

void discard_beside_faults(void)
{
	world(3, 1);
	guest_spawn(&a, 0, 0, write_twice);
	guest_spawn(&a, 1, 1, write_twice);
	model_spawn("discarder", 2, discard_8_of_a, NULL);
	model_threads_run();
	world_over();
}

void migrate_beside_discard(void)
{
	remove_beside_writes("migrator", migrate_8, 0);
}

void delete_beside_discard(void)
{
	remove_beside_writes("deleter", slot_delete, 0);
}

void log_stop_beside_discard(void)
{
	remove_beside_writes("log stopper", log_stop, KVM_MEM_LOG_DIRTY_PAGES);
}

static void slot_move(void *unused)
{
	kvr_memory_set_region(&a.memory, &(struct kvm_userspace_memory_region2){
		.guest_phys_addr = VM_GPA + (1UL << 30),
		.memory_size = VM_PAGES * PAGE_SIZE,
		.userspace_addr = MM_HVA,
	});
}

void move_slot_beside_discard(void)
{
	remove_beside_writes("mover", slot_move, 0);
}

/* Set while user space may count on being told of writes to page 8. */
static bool log_is_on;

static const char *log_rule(unsigned int vm, u64 gpa, u64 pa, unsigned int perms)
{
	const struct kvr_slot *slot = xa_load(&a.memory.slots.by_id, 0);

	/* Between the leaf and the bit nobody can read the bits. */
	if (a.memory.mmu_lock.readers)
		return NULL;
	if (vm != 1 || gpa != VM_GPA + 8 * PAGE_SIZE || !(perms & KVR_PTE_W) || !log_is_on)
		return NULL;
	return slot->dirty && test_bit(8, slot->dirty) ? NULL : "a write goes unseen";
}

static void log_start_and_read(void *unused)
{
	unsigned long bits[BITS_TO_LONGS(VM_PAGES)];
	const struct kvm_dirty_log log = { .dirty_bitmap = bits };

	vm_set_slot(&a, VM_PAGES, KVM_MEM_LOG_DIRTY_PAGES);
	log_is_on = true;
	model_memory_changed();
	model_point();
	log_is_on = false;		/* bits are on their way */
	kvr_memory_get_dirty_log(&a.memory, &log);
	log_is_on = true;
	model_memory_changed();
	model_point();
	log_is_on = false;
}

void log_beside_writes(void)
{
	world(3, 1);
	log_is_on = false;
	model_rule = log_rule;
	guest_run(&a.guests[0], write_twice);
	guest_spawn(&a, 0, 0, write_twice);
	guest_spawn(&a, 1, 1, write_twice);
	model_spawn("logger", 2, log_start_and_read, NULL);
	model_threads_run();
	world_over();
}

void code_moves(void)
{
	world(3, 1);
	guest_run(&a.guests[0], fetch_twice);
	guest_spawn(&a, 0, 0, fetch_twice);
	guest_spawn(&a, 1, 1, fetch_twice);
	model_spawn("migrator", 2, migrate_8, NULL);
	model_threads_run();
	world_over();
}

static void busy_host_of_a(void *unused)
{
	mm_migrate(&a.mm, 8);
	mm_discard(&a.mm, 9, 10);
	mm_migrate(&a.mm, 8);
	mm_discard(&a.mm, 8, 8);
}

static void busy_host_of_b(void *unused)
{
	mm_discard(&b.mm, 8, 10);
	mm_migrate(&b.mm, 9);
	mm_discard(&b.mm, 9, 9);
}

static void busy_vmm_of_a(void *unused)
{
	unsigned long bits[BITS_TO_LONGS(VM_PAGES)];
	const struct kvm_dirty_log log = { .dirty_bitmap = bits };

	vm_set_slot(&a, VM_PAGES, KVM_MEM_LOG_DIRTY_PAGES);
	kvr_memory_get_dirty_log(&a.memory, &log);
	vm_set_slot(&a, VM_PAGES, 0);
	vm_set_slot(&a, 0, 0);
	vm_set_slot(&a, VM_PAGES, 0);
}

void everything_at_once(void)
{
	world(3, 2);
	guest_spawn(&a, 0, 0, busy);
	guest_spawn(&a, 1, 1, busy);
	guest_spawn(&b, 0, 2, busy);
	model_spawn("host of a", 0, busy_host_of_a, NULL);
	model_spawn("host of b", 1, busy_host_of_b, NULL);
	model_spawn("VMM of a", 2, busy_vmm_of_a, NULL);
	model_threads_run();
	world_over();
}
