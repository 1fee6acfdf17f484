// SPDX-License-Identifier: GPL-2.0-only
/* Guests with paging enabled: two stages of translation, and the faults of each. */
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>

#include "lib.h"
#include "harness.h"

#define TABLES		(GUEST_SCRATCH + 0x10000)
#define VA		0x40000000UL	/* where tests map pages of their own */
#define DATA		(GUEST_SCRATCH + 0x20000)
#define BOX		GUEST_SCRATCH

#define PTE_V		1UL
#define PTE_R		2UL
#define PTE_W		4UL
#define PTE_X		8UL
#define PTE_U		16UL
#define PTE_A		64UL
#define PTE_D		128UL
#define PTE_RW		(PTE_V | PTE_R | PTE_W | PTE_A | PTE_D)
#define PTE_RWX		(PTE_RW | PTE_X)

#define CAUSE_FETCH_PAGE	12
#define CAUSE_LOAD_PAGE		13
#define CAUSE_STORE_PAGE	15

FIXTURE(mmu)
{
	struct vm vm;
	struct vcpu vcpu;
	uint64_t root;		/* guest physical address of the root table */
	uint64_t next;		/* of the next free table */
	int levels;
};

FIXTURE_VARIANT(mmu)
{
	int levels;
	uint64_t mode;		/* satp.MODE */
};

FIXTURE_VARIANT_ADD(mmu, sv39) { .levels = 3, .mode = 8 };
FIXTURE_VARIANT_ADD(mmu, sv48) { .levels = 4, .mode = 9 };
FIXTURE_VARIANT_ADD(mmu, sv57) { .levels = 5, .mode = 10 };

/* Where the entry for @va at @level (0: leaf) is; makes the tables above it. */
static uint64_t pte_at(struct _test_data_mmu *self, uint64_t va, int level)
{
	uint64_t table = self->root;

	for (int l = self->levels - 1; ; l--) {
		uint64_t at = table + (va >> (12 + 9 * l) & 511) * 8;

		if (l == level)
			return at;
		if (!ram64(&self->vm, at)) {
			ram64(&self->vm, at) = self->next >> 12 << 10 | PTE_V;
			self->next += PAGE;
		}
		table = ram64(&self->vm, at) >> 10 << 12;
	}
}

static void map_page(struct _test_data_mmu *self, uint64_t va, uint64_t gpa,
		     uint64_t flags)
{
	ram64(&self->vm, pte_at(self, va, 0)) = gpa >> 12 << 10 | flags;
}

FIXTURE_SETUP(mmu)
{
	uint64_t max;

	vm_open(&self->vm);
	vcpu_open(&self->vcpu, &self->vm, 0);
	max = reg_get(&self->vcpu, REG_CONFIG(satp_mode));
	if (variant->mode > max)
		SKIP(return, "this hart's satp goes to mode %lu", max);
	self->levels = variant->levels;
	self->root = TABLES;
	self->next = TABLES + PAGE;
	/* The guests' own GiB, one to one. */
	ram64(&self->vm, pte_at(self, GUEST_BASE, 2)) = (uint64_t)GUEST_BASE >> 2 | PTE_RWX;
	reg_set(&self->vcpu, REG_CSR(satp), variant->mode << 60 | self->root >> 12);
}

FIXTURE_TEARDOWN(mmu)
{
}

/* Run guest function @fn on @addr; true when it trapped with @cause there. */
static bool faults(struct vcpu *vcpu, uint64_t fn, uint64_t addr, uint64_t cause)
{
	guest_set(vcpu, fn, addr, 0);
	return guest_run(vcpu) == EV_TRAP && trap_cause(vcpu) == cause &&
	       trap_value(vcpu) == addr;
}

TEST_F(mmu, translates)
{
	struct vcpu *vcpu = &self->vcpu;

	map_page(self, VA, DATA, PTE_RW);
	map_page(self, VA + 3 * PAGE, DATA + PAGE, PTE_RW);
	ram64(&self->vm, DATA) = 0x1234;
	EXPECT_EQ(0x1234, guest_call(vcpu, G_mem_read, VA));
	EXPECT_EQ(0x77, guest_call(vcpu, G_mem_write, VA + 3 * PAGE + 8, 0x77));
	EXPECT_EQ(0x77, ram64(&self->vm, DATA + PAGE + 8));
	EXPECT_EQ(reg_get(vcpu, REG_CSR(satp)) & 0xfffffffffff, self->root >> 12);
}

/* First-stage faults are the guest's own. */
TEST_F(mmu, faults_of_the_guest)
{
	struct vcpu *vcpu = &self->vcpu;

	EXPECT_TRUE(faults(vcpu, G_mem_read, VA, CAUSE_LOAD_PAGE));
	EXPECT_TRUE(faults(vcpu, G_mem_write, VA, CAUSE_STORE_PAGE));
	EXPECT_TRUE(faults(vcpu, G_mmio_jump, VA, CAUSE_FETCH_PAGE));
	map_page(self, VA, DATA, PTE_V | PTE_R | PTE_A);
	EXPECT_EQ(0, guest_call(vcpu, G_mem_read, VA));
	EXPECT_TRUE(faults(vcpu, G_mem_write, VA, CAUSE_STORE_PAGE));
	EXPECT_TRUE(faults(vcpu, G_mmio_jump, VA, CAUSE_FETCH_PAGE));
	/* A user page is closed to the guest's kernel while SUM is clear. */
	map_page(self, VA + PAGE, DATA, PTE_RW | PTE_U);
	EXPECT_TRUE(faults(vcpu, G_mem_read, VA + PAGE, CAUSE_LOAD_PAGE));
}

/*
 * A guest page table entry that points at nothing: MMIO, through paging.
 * in-tree: 6.12 fails here, as it does not extend the sign of lw.
 */
TEST_F(mmu, mmio_through_paging)
{
	struct vcpu *vcpu = &self->vcpu;
	struct kvm_run *run = vcpu->run;
	const uint64_t forms[] = { G_mmio_lw, G_mmio_c_lw, G_mmio_c_lwsp };
	uint32_t value = 0x87654321;

	map_page(self, VA, MMIO_BASE, PTE_RW);
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		guest_set(vcpu, forms[i], VA + 0x24);
		guest_expect(vcpu, EV_MMIO);
		EXPECT_EQ(MMIO_BASE + 0x24, run->mmio.phys_addr);
		EXPECT_EQ(4, run->mmio.len);
		memcpy(run->mmio.data, &value, 4);
		guest_expect(vcpu, EV_DONE);
		EXPECT_EQ(0xffffffff87654321, done_value(vcpu));
	}
}

/* The address of which a hart says the same as of none. */
TEST_F(mmu, device_at_address_zero)
{
	struct vcpu *vcpu = &self->vcpu;
	uint64_t value = 0x1122334455667788;

	map_page(self, VA, 0, PTE_RW);
	guest_set(vcpu, G_mem_read, VA);
	guest_expect(vcpu, EV_MMIO);
	EXPECT_EQ(0, vcpu->run->mmio.phys_addr);
	EXPECT_EQ(8, vcpu->run->mmio.len);
	memcpy(vcpu->run->mmio.data, &value, 8);
	guest_expect(vcpu, EV_DONE);
	EXPECT_EQ(value, done_value(vcpu));
}

/* Pages of every size, of memory that user space has not touched and of a device. */
TEST_F(mmu, pages_of_every_size)
{
	struct vcpu *vcpu = &self->vcpu;
	uint64_t *memory = slot_add(&self->vm, 1, 0, 1UL << 31 | 1UL << 30, 4 * MIB);

	ram64(&self->vm, pte_at(self, VA, 1)) = (1UL << 31 | 1UL << 30) >> 2 | PTE_RW;
	ram64(&self->vm, pte_at(self, 2 * VA + (4UL << 30), 2)) = (1UL << 31 | 1UL << 30) >> 2 | PTE_RW;
	EXPECT_EQ(0x5a, guest_call(vcpu, G_mem_write, VA + 0x123458, 0x5a));
	EXPECT_EQ(0x5a, memory[0x123458 / 8]);
	EXPECT_EQ(0x5b, guest_call(vcpu, G_mem_write, 2 * VA + (4UL << 30) + 0x323458, 0x5b));
	EXPECT_EQ(0x5b, memory[0x323458 / 8]);
	guest_set(vcpu, G_mem_read, 2 * VA + (4UL << 30) + 4 * MIB + 0x18);
	guest_expect(vcpu, EV_MMIO);
	EXPECT_EQ((1UL << 31 | 1UL << 30) + 4 * MIB + 0x18, vcpu->run->mmio.phys_addr);
	guest_expect(vcpu, EV_DONE);
}

/* The instruction itself lies in a page that is mapped execute-only. */
TEST_F(mmu, mmio_from_execute_only_page)
{
	struct vcpu *vcpu = &self->vcpu;

	map_page(self, VA, MMIO_BASE, PTE_RW);
	map_page(self, VA + PAGE, DATA, PTE_V | PTE_X | PTE_A);
	/* lw a0, 0(a0); ret; the first across the end of a word. */
	memcpy(ram(&self->vm, DATA + 2), (uint32_t[]){ 0x00052503, 0x00008067 }, 8);
	guest_set(vcpu, VA + PAGE + 2, VA);
	guest_expect(vcpu, EV_MMIO);
	EXPECT_EQ(MMIO_BASE, vcpu->run->mmio.phys_addr);
	guest_expect(vcpu, EV_DONE);
}

/* An instruction that crosses into another page, physically elsewhere. */
TEST_F(mmu, mmio_instruction_across_pages)
{
	struct vcpu *vcpu = &self->vcpu;
	const uint32_t insn = 0x00052503, ret = 0x00008067;

	map_page(self, VA, MMIO_BASE, PTE_RW);
	map_page(self, VA + PAGE, DATA + 2 * PAGE, PTE_V | PTE_X | PTE_R | PTE_A);
	map_page(self, VA + 2 * PAGE, DATA, PTE_V | PTE_X | PTE_R | PTE_A);
	memcpy(ram(&self->vm, DATA + 3 * PAGE - 2), &insn, 2);
	memcpy(ram(&self->vm, DATA), (const char *)&insn + 2, 2);
	memcpy(ram(&self->vm, DATA + 2), &ret, 4);
	guest_set(vcpu, VA + 2 * PAGE - 2, VA);
	guest_expect(vcpu, EV_MMIO);
	EXPECT_EQ(4, vcpu->run->mmio.len);
	guest_expect(vcpu, EV_DONE);
}

/* The guest's tables themselves are found through the G-stage: MMIO there. */
TEST_F(mmu, page_table_at_nothing)
{
	struct vcpu *vcpu = &self->vcpu;
	enum event ev;

	ram64(&self->vm, pte_at(self, VA, 1)) = MMIO_BASE >> 2 | PTE_V;
	guest_set(vcpu, G_mem_read, VA);
	ev = guest_run(vcpu);
	/* An access fault, as with a table that no bus answers for. */
	if (ev == EV_TRAP) {
		EXPECT_EQ(5, trap_cause(vcpu));
		EXPECT_EQ(VA, trap_value(vcpu));
	} else if (ev == EV_ERROR || ev == EV_MMIO) {
		/* in-tree: takes the table walk for the load itself. */
		EXPECT_TRUE(in_tree()) TH_LOG("%s", event_name(ev));
	} else {
		EXPECT_EQ(EV_OTHER, ev);
		EXPECT_EQ(KVM_EXIT_INTERNAL_ERROR, vcpu->run->exit_reason);
	}
}

TEST_F(mmu, user_mode)
{
	struct vcpu *vcpu = &self->vcpu;
	const uint32_t ecall = 0x00000073;

	map_page(self, VA, DATA, PTE_V | PTE_R | PTE_X | PTE_A | PTE_U);
	memcpy(ram(&self->vm, DATA), &ecall, 4);
	guest_set(vcpu, VA, 0);
	reg_set(vcpu, REG_CORE(mode), 0);
	guest_expect(vcpu, EV_TRAP);
	EXPECT_EQ(8, trap_cause(vcpu));
	/* The kernel's pages are closed to it. */
	guest_set(vcpu, G_mem_read, 0);
	reg_set(vcpu, REG_CORE(mode), 0);
	guest_expect(vcpu, EV_TRAP);
	EXPECT_EQ(CAUSE_FETCH_PAGE, trap_cause(vcpu));
}

/* Legacy SBI calls read their mask through the guest's page tables. */
TEST_F(mmu, sbi_mask_through_paging)
{
	struct vcpu *vcpu = &self->vcpu;

	if (in_tree())
		SKIP(return, "in-tree: built without legacy SBI calls");
	map_page(self, VA, DATA, PTE_RW);
	ram64(&self->vm, DATA + 0x10) = 1;
	EXPECT_EQ(0, guest_call(vcpu, G_sbi_raw, 4, 0, VA + 0x10));
	EXPECT_EQ(2, guest_call(vcpu, G_irq_pending, 0) & 2);
	guest_set(vcpu, G_sbi_raw, 4, 0, VA + PAGE);
	guest_expect(vcpu, EV_TRAP);
	EXPECT_EQ(CAUSE_LOAD_PAGE, trap_cause(vcpu));
	EXPECT_EQ(VA + PAGE, trap_value(vcpu));
}

/* One hart changes a mapping and fences; the other must see the new page. */
static void fence_round(struct __test_metadata *_metadata,
			struct _test_data_mmu *self, struct vcpu *second,
			uint64_t fid, uint64_t to, uint64_t want)
{
	struct vcpu_thread t;

	memset(ram(&self->vm, BOX), 0, 16);
	guest_set(second, G_smp_fence_reader, VA, BOX);
	thread_start(&t, second, -1);
	ASSERT_EQ(0, guest_call(&self->vcpu, G_smp_fence_writer,
				pte_at(self, VA, 0), to >> 12 << 10 | PTE_RW, VA,
				BOX, fid));
	ASSERT_EQ(want, thread_join(&t));
}

TEST_F(mmu, remote_fence)
{
	struct kvm_mp_state state = { .mp_state = KVM_MP_STATE_RUNNABLE };
	struct vcpu second;

	vcpu_open(&second, &self->vm, 1);
	ASSERT_EQ(0, kvm_ioctl(second.fd, KVM_SET_MP_STATE, &state));
	reg_set(&second, REG_CSR(satp), reg_get(&self->vcpu, REG_CSR(satp)));
	ram64(&self->vm, DATA) = 0xaaa;
	ram64(&self->vm, DATA + PAGE) = 0xbbb;
	map_page(self, VA, DATA, PTE_RW);
	for (int i = 0; i < 20; i++) {
		uint64_t fid = 1 + i % 2;

		fence_round(_metadata, self, &second, fid, DATA + PAGE, 0xbbb);
		fence_round(_metadata, self, &second, fid, DATA, 0xaaa);
	}
}

/* The same with more harts than the host has, each of which has the page in use. */
TEST_F(mmu, remote_fences)
{
	enum { HARTS = 4, ROUNDS = 50 };
	struct kvm_mp_state state = { .mp_state = KVM_MP_STATE_RUNNABLE };
	struct vcpu_thread threads[HARTS];
	struct vcpu vcpus[HARTS];

	map_page(self, VA, DATA, PTE_RW);
	ram64(&self->vm, DATA) = 0;
	ram64(&self->vm, DATA + PAGE) = 1;
	memset(ram(&self->vm, BOX), 0, HARTS * 8);
	for (int i = 1; i < HARTS; i++) {
		vcpu_open(&vcpus[i], &self->vm, i);
		ASSERT_EQ(0, kvm_ioctl(vcpus[i].fd, KVM_SET_MP_STATE, &state));
		reg_set(&vcpus[i], REG_CSR(satp), reg_get(&self->vcpu, REG_CSR(satp)));
		guest_set(&vcpus[i], G_smp_fences_reader, VA, BOX, ROUNDS);
		thread_start(&threads[i], &vcpus[i], -1);
	}
	EXPECT_EQ(0, guest_call(&self->vcpu, G_smp_fences_writer, pte_at(self, VA, 0), PAGE >> 2,
				VA, BOX, ROUNDS, HARTS));
	for (int i = 1; i < HARTS; i++)
		EXPECT_EQ(0, thread_join(&threads[i]));
}

/* A slot that goes away under a translation the guest has used. */
TEST_F(mmu, slot_deleted_under_translation)
{
	struct vcpu *vcpu = &self->vcpu;
	uint64_t *hva = slot_add(&self->vm, 1, 0, SLOT_BASE, 2 * PAGE);

	hva[0] = 0x99;
	map_page(self, VA, SLOT_BASE, PTE_RW);
	EXPECT_EQ(0x99, guest_call(vcpu, G_mem_read, VA));
	ASSERT_EQ(0, slot_set(&self->vm, 1, 0, SLOT_BASE, 0, hva));
	guest_set(vcpu, G_mem_read, VA);
	guest_expect(vcpu, EV_MMIO);
	EXPECT_EQ(SLOT_BASE, vcpu->run->mmio.phys_addr);
	guest_expect(vcpu, EV_DONE);
}

/* Code, data and tables in memory that the host takes away again and again. */
TEST_F(mmu, host_drops_everything)
{
	struct vcpu *vcpu = &self->vcpu;

	map_page(self, VA, DATA, PTE_RW);
	for (int i = 0; i < 30; i++) {
		EXPECT_EQ(i, guest_call(vcpu, G_mem_write, VA, i));
		/* No content is lost: pages are only unmapped and come back. */
		madvise(self->vm.ram, GUEST_RAM_SIZE, 21 /* MADV_PAGEOUT */);
		EXPECT_EQ(i, guest_call(vcpu, G_mem_read, VA));
	}
}

TEST_HARNESS_MAIN
