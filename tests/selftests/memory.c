// SPDX-License-Identifier: GPL-2.0-only
/* Memory slots: the rules for them, and the memory that the guest sees. */
#define _GNU_SOURCE
#include <string.h>

#include "lib.h"
#include "harness.h"

#define SLOT_PAGES 16
#define SLOT_SIZE (SLOT_PAGES * PAGE)

FIXTURE(memory)
{
	struct vm vm;
	struct vcpu vcpu;
	void *hva;	/* SLOT_SIZE * 2 of anonymous memory, in no slot yet */
};

FIXTURE_SETUP(memory)
{
	vm_open(&self->vm);
	vcpu_open(&self->vcpu, &self->vm, 0);
	self->hva = mmap(NULL, 2 * SLOT_SIZE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->hva);
}

FIXTURE_TEARDOWN(memory)
{
}

/* A guest load from @gpa must leave for user space as MMIO. */
static bool reads_as_mmio(struct vcpu *vcpu, uint64_t gpa)
{
	const uint64_t answer = 0x1122334455667788;
	struct kvm_run *run = vcpu->run;

	guest_set(vcpu, G_mem_read, gpa);
	if (guest_run(vcpu) != EV_MMIO || run->mmio.is_write ||
	    run->mmio.phys_addr != gpa || run->mmio.len != 8)
		return false;
	memcpy(run->mmio.data, &answer, 8);
	return guest_run(vcpu) == EV_DONE && done_value(vcpu) == answer;
}

TEST_F(memory, bad_alignment)
{
	struct vm *vm = &self->vm;
	char *hva = self->hva;

	EXPECT_EQ(-EINVAL, slot_set(vm, 1, 0, SLOT_BASE, PAGE / 2, hva));
	EXPECT_EQ(-EINVAL, slot_set(vm, 1, 0, SLOT_BASE, PAGE + 1, hva));
	EXPECT_EQ(-EINVAL, slot_set(vm, 1, 0, SLOT_BASE + 1, PAGE, hva));
	EXPECT_EQ(-EINVAL, slot_set(vm, 1, 0, SLOT_BASE + 0x800, PAGE, hva));
	EXPECT_EQ(-EINVAL, slot_set(vm, 1, 0, SLOT_BASE, PAGE, hva + 1));
	EXPECT_EQ(-EINVAL, slot_set(vm, 1, 0, SLOT_BASE, PAGE, hva + 0x800));
}

TEST_F(memory, bad_slot_ids)
{
	long slots = kvm_ioctl_n(self->vm.fd, KVM_CHECK_EXTENSION,
				 KVM_CAP_NR_MEMSLOTS);
	struct vm *vm = &self->vm;
	char *hva = self->hva;

	ASSERT_LT(1, slots);
	EXPECT_EQ(0, slot_set(vm, slots - 1, 0, SLOT_BASE, PAGE, hva));
	/* A few ids past the documented ones may be the module's own. */
	EXPECT_EQ(-EINVAL, slot_set(vm, slots + 16, 0, SLOT_BASE + PAGE, PAGE, hva));
	EXPECT_EQ(-EINVAL, slot_set(vm, 0x7fff + 16, 0, SLOT_BASE + PAGE, PAGE, hva));
	/* Bits 16…31: address space, of which RISC-V has one. */
	EXPECT_EQ(-EINVAL, slot_set(vm, 1 << 16, 0, SLOT_BASE + PAGE, PAGE, hva));
	EXPECT_EQ(-EINVAL, slot_set(vm, ~0U, 0, SLOT_BASE + PAGE, PAGE, hva));
}

TEST_F(memory, bad_flags)
{
	struct vm *vm = &self->vm;
	char *hva = self->hva;

	for (unsigned int bit = 2; bit < 32; bit++) {
		EXPECT_EQ(-EINVAL, slot_set(vm, 1, 1U << bit, SLOT_BASE, PAGE, hva))
			TH_LOG("flag bit %u", bit);
	}
}

TEST_F(memory, bad_ranges)
{
	long bits = kvm_ioctl_n(self->vm.fd, KVM_CHECK_EXTENSION,
				KVM_CAP_VM_GPA_BITS);
	struct vm *vm = &self->vm;
	char *hva = self->hva;

	/* Guest addresses that wrap around. */
	EXPECT_EQ(-EINVAL, slot_set(vm, 1, 0, ~0UL << 12, 2 * PAGE, hva));
	EXPECT_EQ(-EINVAL, slot_set(vm, 1, 0, PAGE, ~0UL << 12, hva));
	/* User addresses that are not user space's. */
	EXPECT_EQ(-EINVAL, slot_set(vm, 1, 0, SLOT_BASE, PAGE, (void *)(~0UL << 12)));
	EXPECT_EQ(-EINVAL, slot_set(vm, 1, 0, SLOT_BASE, 1UL << 62, hva));
	/* Beyond what a G-stage table can reach. */
	EXPECT_EQ(-EFAULT, slot_set(vm, 1, 0, 1UL << bits, PAGE, hva));
	EXPECT_EQ(-EFAULT, slot_set(vm, 1, 0, 1UL << 60, PAGE, hva));
	EXPECT_EQ(-EFAULT, slot_set(vm, 1, 0, (1UL << bits) - PAGE, 2 * PAGE, hva));
	/* The last but one page of it is fine. */
	EXPECT_EQ(0, slot_set(vm, 1, 0, (1UL << bits) - 2 * PAGE, PAGE, hva));
	EXPECT_EQ(0x55, guest_call(&self->vcpu, G_mem_write,
				   (1UL << bits) - 2 * PAGE, 0x55));
	EXPECT_EQ(0x55, *(uint64_t *)hva);
}

TEST_F(memory, overlaps)
{
	struct vm *vm = &self->vm;
	char *hva = self->hva;

	ASSERT_EQ(0, slot_set(vm, 1, 0, SLOT_BASE, 4 * PAGE, hva));
	EXPECT_EQ(-EEXIST, slot_set(vm, 2, 0, SLOT_BASE, 4 * PAGE, hva));
	EXPECT_EQ(-EEXIST, slot_set(vm, 2, 0, SLOT_BASE + PAGE, PAGE, hva));
	EXPECT_EQ(-EEXIST, slot_set(vm, 2, 0, SLOT_BASE - PAGE, 2 * PAGE, hva));
	EXPECT_EQ(-EEXIST, slot_set(vm, 2, 0, SLOT_BASE + 3 * PAGE, 2 * PAGE, hva));
	EXPECT_EQ(-EEXIST, slot_set(vm, 2, 0, SLOT_BASE - PAGE, 8 * PAGE, hva));
	/* Neighbours are no overlap; the same memory twice is allowed. */
	EXPECT_EQ(0, slot_set(vm, 2, 0, SLOT_BASE - PAGE, PAGE, hva));
	EXPECT_EQ(0, slot_set(vm, 3, 0, SLOT_BASE + 4 * PAGE, PAGE, hva));
	/* Moving into another's place. */
	EXPECT_EQ(-EEXIST, slot_set(vm, 3, 0, SLOT_BASE + 3 * PAGE, PAGE, hva));
	EXPECT_EQ(0x77, guest_call(&self->vcpu, G_mem_write, SLOT_BASE, 0x77));
	EXPECT_EQ(0x77, guest_call(&self->vcpu, G_mem_read, SLOT_BASE - PAGE));
	EXPECT_EQ(0x77, guest_call(&self->vcpu, G_mem_read, SLOT_BASE + 4 * PAGE));
}

TEST_F(memory, change_refused)
{
	struct vm *vm = &self->vm;
	char *hva = self->hva;

	/* Deleting what is not there. */
	EXPECT_EQ(-EINVAL, slot_set(vm, 1, 0, SLOT_BASE, 0, hva));
	ASSERT_EQ(0, slot_set(vm, 1, 0, SLOT_BASE, 4 * PAGE, hva));
	/* Size, user address and read-only-ness of a slot are for life. */
	EXPECT_EQ(-EINVAL, slot_set(vm, 1, 0, SLOT_BASE, 2 * PAGE, hva));
	EXPECT_EQ(-EINVAL, slot_set(vm, 1, 0, SLOT_BASE, 8 * PAGE, hva));
	EXPECT_EQ(-EINVAL, slot_set(vm, 1, 0, SLOT_BASE, 4 * PAGE, hva + PAGE));
	EXPECT_EQ(-EINVAL, slot_set(vm, 1, KVM_MEM_READONLY, SLOT_BASE, 4 * PAGE, hva));
	/* The same again changes nothing and is fine. */
	EXPECT_EQ(0, slot_set(vm, 1, 0, SLOT_BASE, 4 * PAGE, hva));
	EXPECT_EQ(0, slot_set(vm, 1, 0, SLOT_BASE, 0, hva));
	EXPECT_EQ(-EINVAL, slot_set(vm, 1, 0, SLOT_BASE, 0, hva));
	/* The id is free again, for anything. */
	EXPECT_EQ(0, slot_set(vm, 1, 0, SLOT_BASE + PAGE, 8 * PAGE, hva));
}

TEST_F(memory, read_write)
{
	uint64_t *hva = self->hva;

	ASSERT_EQ(0, slot_set(&self->vm, 1, 0, SLOT_BASE, SLOT_SIZE, hva));
	hva[0] = 0x1234;
	EXPECT_EQ(0x1234, guest_call(&self->vcpu, G_mem_read, SLOT_BASE));
	EXPECT_EQ(SLOT_PAGES, guest_call(&self->vcpu, G_mem_fill, SLOT_BASE,
					 SLOT_PAGES, 0xa000));
	for (int i = 0; i < SLOT_PAGES; i++) {
		EXPECT_EQ(0xa000 + i, hva[i * PAGE / 8]);
	}
	hva[5 * PAGE / 8] = 0;
	EXPECT_EQ(1, guest_call(&self->vcpu, G_mem_check, SLOT_BASE, SLOT_PAGES,
				0xa000));
	EXPECT_TRUE(reads_as_mmio(&self->vcpu, SLOT_BASE + SLOT_SIZE));
	EXPECT_TRUE(reads_as_mmio(&self->vcpu, SLOT_BASE - 8));
}

TEST_F(memory, delete)
{
	uint64_t *hva = self->hva;

	ASSERT_EQ(0, slot_set(&self->vm, 1, 0, SLOT_BASE, SLOT_SIZE, hva));
	EXPECT_EQ(0x99, guest_call(&self->vcpu, G_mem_write, SLOT_BASE, 0x99));
	ASSERT_EQ(0, slot_set(&self->vm, 1, 0, SLOT_BASE, 0, hva));
	EXPECT_TRUE(reads_as_mmio(&self->vcpu, SLOT_BASE));
	EXPECT_EQ(0x99, hva[0]);
	/* Other memory in the same place is what the guest then sees. */
	hva[SLOT_SIZE / 8] = 0x42;
	ASSERT_EQ(0, slot_set(&self->vm, 2, 0, SLOT_BASE, SLOT_SIZE,
			      hva + SLOT_SIZE / 8));
	EXPECT_EQ(0x42, guest_call(&self->vcpu, G_mem_read, SLOT_BASE));
}

TEST_F(memory, move)
{
	const uint64_t to = SLOT_BASE + 64 * MIB;
	uint64_t *hva = self->hva;

	ASSERT_EQ(0, slot_set(&self->vm, 1, 0, SLOT_BASE, SLOT_SIZE, hva));
	guest_call(&self->vcpu, G_mem_fill, SLOT_BASE, SLOT_PAGES, 0xb000);
	ASSERT_EQ(0, slot_set(&self->vm, 1, 0, to, SLOT_SIZE, hva));
	EXPECT_EQ(0, guest_call(&self->vcpu, G_mem_check, to, SLOT_PAGES, 0xb000));
	EXPECT_TRUE(reads_as_mmio(&self->vcpu, SLOT_BASE));
	/* By less than its own size: old and new places overlap. */
	ASSERT_EQ(0, slot_set(&self->vm, 1, 0, to + PAGE, SLOT_SIZE, hva));
	EXPECT_EQ(0, guest_call(&self->vcpu, G_mem_check, to + PAGE, SLOT_PAGES,
				0xb000));
	EXPECT_TRUE(reads_as_mmio(&self->vcpu, to));
}

TEST_F(memory, read_only)
{
	struct vcpu *vcpu = &self->vcpu;
	struct kvm_run *run = vcpu->run;
	uint64_t *hva = self->hva;
	uint64_t data;

	hva[0] = 0x4711;
	ASSERT_EQ(0, slot_set(&self->vm, 1, KVM_MEM_READONLY, SLOT_BASE,
			      SLOT_SIZE, hva));
	EXPECT_EQ(0x4711, guest_call(vcpu, G_mem_read, SLOT_BASE));
	/* Touched or not, a page of it cannot be written. */
	for (uint64_t gpa = SLOT_BASE; gpa < SLOT_BASE + 2 * PAGE; gpa += PAGE) {
		guest_set(vcpu, G_mmio_sd, gpa, 0xfeed);
		guest_expect(vcpu, EV_MMIO);
		EXPECT_EQ(1, run->mmio.is_write);
		EXPECT_EQ(gpa, run->mmio.phys_addr);
		EXPECT_EQ(8, run->mmio.len);
		memcpy(&data, run->mmio.data, 8);
		EXPECT_EQ(0xfeed, data);
		guest_expect(vcpu, EV_DONE);
	}
	EXPECT_EQ(0x4711, hva[0]);
	EXPECT_EQ(0, hva[PAGE / 8]);
	/* User space may write it still, and the guest sees that. */
	hva[0] = 0x4712;
	EXPECT_EQ(0x4712, guest_call(vcpu, G_mem_read, SLOT_BASE));
	/* Writable again under another id. */
	ASSERT_EQ(0, slot_set(&self->vm, 1, KVM_MEM_READONLY, SLOT_BASE, 0, hva));
	ASSERT_EQ(0, slot_set(&self->vm, 2, 0, SLOT_BASE, SLOT_SIZE, hva));
	EXPECT_EQ(0xfeed, guest_call(vcpu, G_mem_write, SLOT_BASE, 0xfeed));
	EXPECT_EQ(0xfeed, hva[0]);
}

/* A slot over nothing is fine until the guest goes there. */
TEST_F(memory, no_memory_behind)
{
	void *hva = self->hva;

	if (!memory_follows(&self->vm))
		SKIP(return, "guest memory is pinned here");
	ASSERT_EQ(0, slot_set(&self->vm, 1, 0, SLOT_BASE, SLOT_SIZE, hva));
	EXPECT_EQ(7, guest_call(&self->vcpu, G_mem_write, SLOT_BASE, 7));
	ASSERT_EQ(0, munmap(hva, SLOT_SIZE));
	guest_set(&self->vcpu, G_mem_read, SLOT_BASE);
	EXPECT_TRUE(memory_faults(&self->vcpu, SLOT_BASE));
	/* Code comes from there no more than data does. */
	guest_set(&self->vcpu, SLOT_BASE + PAGE + 4);
	EXPECT_TRUE(memory_faults(&self->vcpu, SLOT_BASE + PAGE));
	/* Memory that comes back is found by running again. */
	guest_set(&self->vcpu, G_mem_read, SLOT_BASE);
	EXPECT_TRUE(memory_faults(&self->vcpu, SLOT_BASE));
	ASSERT_EQ(hva, mmap(hva, SLOT_SIZE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	*(uint64_t *)hva = 0x31;
	guest_expect(&self->vcpu, EV_DONE);
	EXPECT_EQ(0x31, done_value(&self->vcpu));
}

TEST_F(memory, protections)
{
	struct vcpu *vcpu = &self->vcpu;
	uint64_t *hva = self->hva;

	if (!memory_follows(&self->vm))
		SKIP(return, "guest memory is pinned here");
	ASSERT_EQ(0, slot_set(&self->vm, 1, 0, SLOT_BASE, SLOT_SIZE, hva));
	EXPECT_EQ(7, guest_call(vcpu, G_mem_write, SLOT_BASE, 7));

	ASSERT_EQ(0, mprotect(hva, SLOT_SIZE, PROT_NONE));
	guest_set(vcpu, G_mem_read, SLOT_BASE + 3 * PAGE + 24);
	EXPECT_TRUE(memory_faults(vcpu, SLOT_BASE + 3 * PAGE));

	ASSERT_EQ(0, mprotect(hva, SLOT_SIZE, PROT_READ));
	EXPECT_EQ(7, guest_call(vcpu, G_mem_read, SLOT_BASE));
	guest_set(vcpu, G_mem_write, SLOT_BASE, 8);
	EXPECT_TRUE(memory_faults(vcpu, SLOT_BASE));
	EXPECT_EQ(7, hva[0]);

	ASSERT_EQ(0, mprotect(hva, SLOT_SIZE, PROT_READ | PROT_WRITE));
	guest_expect(vcpu, EV_DONE);
	EXPECT_EQ(8, hva[0]);
}

/*
 * A page that loads and stores have mapped is no code before it is fetched from: the fetch faults
 * once, so that instruction caches are made new before, and the leaf then serves both.
 */
TEST_F(memory, code_is_mapped_by_a_fetch)
{
	const uint32_t li_ret[] = { 0x00700513, 0x00008067 };	/* li a0, 7; ret */
	struct vcpu *vcpu = &self->vcpu;
	uint64_t faults;

	ASSERT_EQ(0, slot_set(&self->vm, 1, 0, SLOT_BASE, SLOT_SIZE, self->hva));
	memset(self->hva, 0, SLOT_SIZE);
	memcpy((char *)self->hva + PAGE, li_ret, sizeof(li_ret));
	EXPECT_EQ(5, guest_call(vcpu, G_mem_write, SLOT_BASE + PAGE + 8, 5));
	faults = stat_read(vcpu->fd, "gstage_fault");
	EXPECT_EQ(7, guest_call(vcpu, SLOT_BASE + PAGE));
	EXPECT_EQ(faults + 1, stat_read(vcpu->fd, "gstage_fault"));
	EXPECT_EQ(6, guest_call(vcpu, G_mem_write, SLOT_BASE + PAGE + 8, 6));
	EXPECT_EQ(7, guest_call(vcpu, SLOT_BASE + PAGE));
	EXPECT_EQ(faults + 1, stat_read(vcpu->fd, "gstage_fault"));
}

static long dirty_log(struct vm *vm, uint32_t slot, void *bitmap)
{
	struct kvm_dirty_log log = { .slot = slot, .dirty_bitmap = bitmap };

	return kvm_ioctl(vm->fd, KVM_GET_DIRTY_LOG, &log);
}

TEST_F(memory, dirty_log)
{
	struct vcpu *vcpu = &self->vcpu;
	struct vm *vm = &self->vm;
	void *hva = self->hva;
	uint64_t map = ~0UL;

	EXPECT_EQ(-ENOENT, dirty_log(vm, 1, &map));
	EXPECT_EQ(-EINVAL, dirty_log(vm, 0xffff, &map));
	ASSERT_EQ(0, slot_set(vm, 1, 0, SLOT_BASE, SLOT_SIZE, hva));
	/* A slot that does not log has no bitmap. */
	EXPECT_EQ(-ENOENT, dirty_log(vm, 1, &map));
	guest_call(vcpu, G_mem_fill, SLOT_BASE, SLOT_PAGES, 1);

	ASSERT_EQ(0, slot_set(vm, 1, KVM_MEM_LOG_DIRTY_PAGES, SLOT_BASE,
			      SLOT_SIZE, hva));
	ASSERT_EQ(0, dirty_log(vm, 1, &map));
	EXPECT_EQ(0, map);
	guest_call(vcpu, G_mem_read, SLOT_BASE + PAGE);
	guest_call(vcpu, G_mem_write, SLOT_BASE + 3 * PAGE, 2);
	guest_call(vcpu, G_mem_write, SLOT_BASE + 3 * PAGE, 3);
	guest_call(vcpu, G_mem_write, SLOT_BASE + 15 * PAGE, 4);
	ASSERT_EQ(0, dirty_log(vm, 1, &map));
	EXPECT_EQ(1UL << 3 | 1UL << 15, map);
	/* Reading the log starts it anew, and the next write is seen again. */
	ASSERT_EQ(0, dirty_log(vm, 1, &map));
	EXPECT_EQ(0, map);
	guest_call(vcpu, G_mem_write, SLOT_BASE + 3 * PAGE, 5);
	ASSERT_EQ(0, dirty_log(vm, 1, &map));
	EXPECT_EQ(1UL << 3, map);
	EXPECT_EQ(-EFAULT, dirty_log(vm, 1, (void *)(~0UL << 16)));

	ASSERT_EQ(0, slot_set(vm, 1, 0, SLOT_BASE, SLOT_SIZE, hva));
	EXPECT_EQ(-ENOENT, dirty_log(vm, 1, &map));
	guest_call(vcpu, G_mem_write, SLOT_BASE + 4 * PAGE, 6);
	EXPECT_EQ(6, ((uint64_t *)hva)[4 * PAGE / 8]);
}

/* The page that faults is mapped together with those around it, which are not written for that. */
TEST_F(memory, dirty_log_of_neighbours)
{
	struct vcpu *vcpu = &self->vcpu;
	struct vm *vm = &self->vm;
	uint64_t map = 0;

	/* The host has them all, and may write to them. */
	memset(self->hva, 1, SLOT_SIZE);
	ASSERT_EQ(0, slot_set(vm, 1, KVM_MEM_LOG_DIRTY_PAGES, SLOT_BASE, SLOT_SIZE, self->hva));
	guest_call(vcpu, G_mem_write, SLOT_BASE + 3 * PAGE, 2);
	guest_call(vcpu, G_mem_read, SLOT_BASE + 5 * PAGE);
	ASSERT_EQ(0, dirty_log(vm, 1, &map));
	EXPECT_EQ(1UL << 3, map);
	guest_call(vcpu, G_mem_write, SLOT_BASE + 2 * PAGE, 3);
	guest_call(vcpu, G_mem_write, SLOT_BASE + 5 * PAGE, 3);
	ASSERT_EQ(0, dirty_log(vm, 1, &map));
	EXPECT_EQ(1UL << 2 | 1UL << 5, map);
}

static long dirty_clear(struct vm *vm, uint32_t slot, uint64_t first, uint32_t pages,
			const void *bitmap)
{
	struct kvm_clear_dirty_log log = {
		.slot = slot, .first_page = first, .num_pages = pages,
		.dirty_bitmap = (void *)bitmap,
	};

	return kvm_ioctl(vm->fd, KVM_CLEAR_DIRTY_LOG, &log);
}

static long dirty_protocol(struct vm *vm, uint64_t protocol)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, .args = { protocol },
	};

	return kvm_ioctl(vm->fd, KVM_ENABLE_CAP, &cap);
}

TEST_F(memory, dirty_log_cleared_by_hand)
{
	struct vcpu *vcpu = &self->vcpu;
	struct vm *vm = &self->vm;
	uint64_t map = 0, clear;

	EXPECT_EQ(3, kvm_ioctl_n(vm->fd, KVM_CHECK_EXTENSION, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2));
	EXPECT_EQ(-EINVAL, dirty_protocol(vm, 4));
	EXPECT_EQ(-EINVAL, dirty_protocol(vm, KVM_DIRTY_LOG_INITIALLY_SET));
	ASSERT_EQ(0, dirty_protocol(vm, KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE));
	ASSERT_EQ(0, slot_set(vm, 1, KVM_MEM_LOG_DIRTY_PAGES, SLOT_BASE, SLOT_SIZE, self->hva));
	guest_call(vcpu, G_mem_write, SLOT_BASE + 3 * PAGE, 2);
	guest_call(vcpu, G_mem_write, SLOT_BASE + 7 * PAGE, 2);
	/* Reading changes nothing. */
	for (int i = 0; i < 2; i++) {
		ASSERT_EQ(0, dirty_log(vm, 1, &map));
		EXPECT_EQ(1UL << 3 | 1UL << 7, map);
	}
	clear = 1UL << 3 | 1UL << 5;
	ASSERT_EQ(0, dirty_clear(vm, 1, 0, SLOT_PAGES, &clear));
	ASSERT_EQ(0, dirty_log(vm, 1, &map));
	EXPECT_EQ(1UL << 7, map);
	guest_call(vcpu, G_mem_write, SLOT_BASE + 3 * PAGE, 3);
	ASSERT_EQ(0, dirty_log(vm, 1, &map));
	EXPECT_EQ(1UL << 3 | 1UL << 7, map);

	EXPECT_EQ(-EINVAL, dirty_clear(vm, 0xffff, 0, SLOT_PAGES, &clear));
	EXPECT_EQ(-ENOENT, dirty_clear(vm, 2, 0, SLOT_PAGES, &clear));
	EXPECT_EQ(-EINVAL, dirty_clear(vm, 1, 0, SLOT_PAGES - 1, &clear));
	EXPECT_EQ(-EINVAL, dirty_clear(vm, 1, 0, SLOT_PAGES + 1, &clear));
	EXPECT_EQ(-EINVAL, dirty_clear(vm, 1, 1, SLOT_PAGES - 1, &clear));
	EXPECT_EQ(-EINVAL, dirty_clear(vm, 1, 64, 64, &clear));
	EXPECT_EQ(-EFAULT, dirty_clear(vm, 1, 0, SLOT_PAGES, (void *)(~0UL << 16)));
	ASSERT_EQ(0, dirty_log(vm, 1, &map));
	EXPECT_EQ(1UL << 3 | 1UL << 7, map);
}

TEST_F(memory, dirty_log_set_initially)
{
	struct vcpu *vcpu = &self->vcpu;
	struct vm *vm = &self->vm;
	uint64_t map = 0, clear = 1UL << 4;

	ASSERT_EQ(0, slot_set(vm, 1, 0, SLOT_BASE, SLOT_SIZE, self->hva));
	guest_call(vcpu, G_mem_fill, SLOT_BASE, SLOT_PAGES, 1);
	ASSERT_EQ(0, dirty_protocol(vm, KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE |
				    KVM_DIRTY_LOG_INITIALLY_SET));
	ASSERT_EQ(0, slot_set(vm, 1, KVM_MEM_LOG_DIRTY_PAGES, SLOT_BASE, SLOT_SIZE, self->hva));
	ASSERT_EQ(0, dirty_log(vm, 1, &map));
	EXPECT_EQ((1UL << SLOT_PAGES) - 1, map);
	/* From here on writes to this page count again. */
	ASSERT_EQ(0, dirty_clear(vm, 1, 0, SLOT_PAGES, &clear));
	ASSERT_EQ(0, dirty_log(vm, 1, &map));
	EXPECT_EQ(((1UL << SLOT_PAGES) - 1) & ~clear, map);
	guest_call(vcpu, G_mem_write, SLOT_BASE + 4 * PAGE, 3);
	ASSERT_EQ(0, dirty_log(vm, 1, &map));
	EXPECT_EQ((1UL << SLOT_PAGES) - 1, map);
}

/* Slots come and go while a guest runs in another one. */
TEST_F(memory, slots_under_running_guest)
{
	const uint64_t stop = GUEST_SCRATCH;
	char *hva = self->hva;
	struct vcpu_thread t;

	ASSERT_EQ(0, slot_set(&self->vm, 1, 0, SLOT_BASE, SLOT_SIZE, hva));
	guest_set(&self->vcpu, G_mem_churn, SLOT_BASE, SLOT_PAGES, stop);
	thread_start(&t, &self->vcpu, -1);
	ASSERT_TRUE(wait_for(&ram64(&self->vm, stop + 8), 60000));
	for (int i = 0; i < 100; i++) {
		ASSERT_EQ(0, slot_set(&self->vm, 2, 0, SLOT_BASE + 4 * SLOT_SIZE,
				      SLOT_SIZE, hva + SLOT_SIZE));
		ASSERT_EQ(0, slot_set(&self->vm, 2, 0, SLOT_BASE + 5 * SLOT_SIZE,
				      SLOT_SIZE, hva + SLOT_SIZE));
		ASSERT_EQ(0, slot_set(&self->vm, 2, 0, SLOT_BASE + 5 * SLOT_SIZE,
				      0, hva + SLOT_SIZE));
	}
	ram64(&self->vm, stop) = 1;
	EXPECT_EQ(0, thread_join(&t));
}

/* Runs the guest on, answering what it reads where there is no memory; how often that was. */
static void *mmio_answer(void *arg)
{
	struct _test_data_memory *self = arg;
	uint64_t count = 0;

	while (guest_run(&self->vcpu) == EV_MMIO) {
		memset(self->vcpu.run->mmio.data, 0, sizeof(self->vcpu.run->mmio.data));
		count++;
	}
	return (void *)count;
}

/* The page that the guest reads is in the slot before and after each move: never is it MMIO. */
TEST_F(memory, move_under_running_guest)
{
	char *hva = self->hva;
	pthread_t thread;
	void *count;

	ASSERT_EQ(0, slot_set(&self->vm, 1, 0, SLOT_BASE, SLOT_SIZE, hva));
	guest_set(&self->vcpu, G_mem_watch, SLOT_BASE + 8 * PAGE, GUEST_SCRATCH);
	ASSERT_EQ(0, pthread_create(&thread, NULL, mmio_answer, self));
	for (int i = 1; i <= 2000; i++)
		ASSERT_EQ(0, slot_set(&self->vm, 1, 0, SLOT_BASE + i % 2 * PAGE, SLOT_SIZE, hva));
	ram64(&self->vm, GUEST_SCRATCH + 8) = 1;
	ASSERT_EQ(0, pthread_join(thread, &count));
	EXPECT_EQ(KVM_EXIT_RISCV_SBI, self->vcpu.run->exit_reason);
	EXPECT_EQ(0, (uint64_t)count);
}

/* The slot that the guest is using goes and comes back. */
TEST_F(memory, delete_under_running_guest)
{
	volatile uint64_t *seen = &ram64(&self->vm, GUEST_SCRATCH);
	uint64_t *hva = self->hva;
	pthread_t thread;
	void *count;

	guest_set(&self->vcpu, G_mem_watch, SLOT_BASE, GUEST_SCRATCH);
	ASSERT_EQ(0, pthread_create(&thread, NULL, mmio_answer, self));
	for (int i = 1; i <= 50; i++) {
		uint64_t end = now_ms() + 60000;

		hva[0] = i;
		ASSERT_EQ(0, slot_set(&self->vm, 1, 0, SLOT_BASE, SLOT_SIZE, hva));
		while (*seen != i && now_ms() < end)
			;
		ASSERT_EQ(i, *seen);
		ASSERT_EQ(0, slot_set(&self->vm, 1, 0, SLOT_BASE, 0, NULL));
		/* From here on the guest reads nothing of it. */
		hva[0] = ~0UL;
		while (*seen && now_ms() < end) {
			ASSERT_NE(~0UL, *seen);
		}
		ASSERT_EQ(0, *seen);
	}
	ram64(&self->vm, GUEST_SCRATCH + 8) = 1;
	ASSERT_EQ(0, pthread_join(thread, &count));
	EXPECT_EQ(KVM_EXIT_RISCV_SBI, self->vcpu.run->exit_reason);
	EXPECT_LT(50, (uint64_t)count);
}

/* Many small slots, made in one order, used in another, deleted in a third. */
TEST_F(memory, many_slots)
{
	enum { SLOTS = 200 };
	uint64_t *hva = self->hva;

	for (int i = 0; i < SLOTS; i++) {
		ASSERT_EQ(0, slot_set(&self->vm, 1 + i, 0,
				      SLOT_BASE + (i * 37 % SLOTS) * 2 * PAGE, PAGE,
				      hva + (i % SLOT_PAGES) * PAGE / 8));
	}
	for (int i = 0; i < SLOT_PAGES; i++)
		hva[i * PAGE / 8] = 0x600 + i;
	for (int i = SLOTS - 1; i >= 0; i -= 7) {
		EXPECT_EQ(0x600 + i % SLOT_PAGES,
			  guest_call(&self->vcpu, G_mem_read,
				     SLOT_BASE + (i * 37 % SLOTS) * 2 * PAGE));
	}
	EXPECT_TRUE(reads_as_mmio(&self->vcpu, SLOT_BASE + PAGE));
	for (int i = 0; i < SLOTS; i++) {
		ASSERT_EQ(0, slot_set(&self->vm, 1 + i * 73 % SLOTS, 0, 0, 0, NULL));
	}
	EXPECT_TRUE(reads_as_mmio(&self->vcpu, SLOT_BASE));
}

TEST_HARNESS_MAIN
