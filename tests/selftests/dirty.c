// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dirty rings; and no way of logging misses a write: a guest's memory is copied while the guest
 * runs, as in a migration, and the copy must equal the memory in the end.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "lib.h"
#include "harness.h"

#define SLOT_PAGES	1024
#define SLOT_SIZE	(SLOT_PAGES * PAGE)
#define HUGE_PAGES	(SLOT_SIZE / (2 * MIB))
#define RING_OFFSET	(KVM_DIRTY_LOG_PAGE_OFFSET * PAGE)
/* The least that a ring can have, and after how many a vCPU leaves for user space. */
#define RING_SIZE	(PAGE / sizeof(struct kvm_dirty_gfn))
#define RING_ROOM	(RING_SIZE - 64)
#define STOP		GUEST_SCRATCH

#define CAP_RING	KVM_CAP_DIRTY_LOG_RING_ACQ_REL
#define CAP_BITMAP	KVM_CAP_DIRTY_LOG_RING_WITH_BITMAP

static void *aligned_map(size_t size)
{
	uint8_t *p = mmap(NULL, size + 2 * MIB, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap: %s", strerror(errno));
	return (void *)(((uintptr_t)p + 2 * MIB - 1) & ~(2 * MIB - 1));
}

static long dirty_log(struct vm *vm, uint32_t slot, void *bitmap)
{
	struct kvm_dirty_log log = { .slot = slot, .dirty_bitmap = bitmap };

	return kvm_ioctl(vm->fd, KVM_GET_DIRTY_LOG, &log);
}

static long dirty_clear(struct vm *vm, uint32_t slot, void *bitmap)
{
	struct kvm_clear_dirty_log log = {
		.slot = slot, .num_pages = SLOT_PAGES, .dirty_bitmap = bitmap,
	};

	return kvm_ioctl(vm->fd, KVM_CLEAR_DIRTY_LOG, &log);
}

static long rings_reset(struct vm *vm)
{
	return kvm_ioctl_n(vm->fd, KVM_RESET_DIRTY_RINGS, 0);
}

static bool has_rings(void)
{
	int kvm = kvm_open();
	long max = kvm_ioctl_n(kvm, KVM_CHECK_EXTENSION, CAP_RING);

	close(kvm);
	return max > 0;
}

/* ---- What rings are asked for with, and how they are mapped ---- */

FIXTURE(ring)
{
	struct vm vm;
	struct vcpu vcpu;
	struct kvm_dirty_gfn *ring;
	uint8_t *hva;
};

FIXTURE_SETUP(ring)
{
	if (in_tree() && !has_rings())
		SKIP(return, "this kernel's own KVM has no dirty rings");
	vm_open(&self->vm);
	ASSERT_EQ(0, cap_enable(&self->vm, CAP_RING, PAGE));
	vcpu_open(&self->vcpu, &self->vm, 0);
	self->ring = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, self->vcpu.fd,
			  RING_OFFSET);
	ASSERT_NE(MAP_FAILED, self->ring);
	self->hva = slot_add(&self->vm, 1, KVM_MEM_LOG_DIRTY_PAGES, SLOT_BASE, SLOT_SIZE);
}

FIXTURE_TEARDOWN(ring)
{
}

TEST(ring_rules)
{
	const uint64_t bad[] = { 0, 1, 16, 1024, 2048, PAGE + 2048, 3 * PAGE, PAGE - 1, 1UL << 32 };
	struct vcpu vcpu;
	struct vm vm;

	if (in_tree() && !has_rings())
		SKIP(return, "this kernel's own KVM has no dirty rings");
	vm_create(&vm);
	/* RISC-V is weakly ordered: user space has to know that it must acquire and release. */
	EXPECT_EQ(0, kvm_ioctl_n(vm.kvm, KVM_CHECK_EXTENSION, KVM_CAP_DIRTY_LOG_RING));
	EXPECT_EQ(1 << 20, kvm_ioctl_n(vm.kvm, KVM_CHECK_EXTENSION, CAP_RING));
	EXPECT_EQ(1 << 20, kvm_ioctl_n(vm.fd, KVM_CHECK_EXTENSION, CAP_RING));
	EXPECT_EQ(-EINVAL, cap_enable(&vm, KVM_CAP_DIRTY_LOG_RING, PAGE));
	EXPECT_EQ(-EINVAL, rings_reset(&vm));
	EXPECT_EQ(-EINVAL, cap_enable(&vm, CAP_BITMAP, 0));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		EXPECT_EQ(-EINVAL, cap_enable(&vm, CAP_RING, bad[i]))
			TH_LOG("%#lx bytes", (unsigned long)bad[i]);
	}
	EXPECT_EQ(-E2BIG, cap_enable(&vm, CAP_RING, 2 << 20));
	EXPECT_EQ(0, cap_enable(&vm, CAP_RING, 1 << 20));
	EXPECT_EQ(-EINVAL, cap_enable(&vm, CAP_RING, 1 << 20));
	EXPECT_EQ(0, rings_reset(&vm));
	close(vm.fd);
	/* Not once there are vCPUs: they would be without. */
	vm_create(&vm);
	vcpu_open(&vcpu, &vm, 0);
	EXPECT_EQ(-EINVAL, cap_enable(&vm, CAP_RING, PAGE));
}

TEST(ring_bitmap_rules)
{
	struct vm vm;

	if (in_tree())
		SKIP(return, "RISC-V's own KVM has no bitmaps beside rings");
	vm_create(&vm);
	EXPECT_EQ(1, kvm_ioctl_n(vm.fd, KVM_CHECK_EXTENSION, CAP_BITMAP));
	ASSERT_EQ(0, cap_enable(&vm, CAP_RING, PAGE));
	EXPECT_EQ(-EINVAL, cap_enable(&vm, CAP_BITMAP, 1));
	EXPECT_EQ(0, cap_enable(&vm, CAP_BITMAP, 0));
	close(vm.fd);
	vm_open(&vm);
	ASSERT_EQ(0, cap_enable(&vm, CAP_RING, PAGE));
	EXPECT_EQ(-EINVAL, cap_enable(&vm, CAP_BITMAP, 0));
}

static long map_try(int fd, int prot, int flags, size_t size, off_t at)
{
	void *p = mmap(NULL, size, prot, flags, fd, at);

	if (p == MAP_FAILED)
		return -errno;
	munmap(p, size);
	return 0;
}

TEST_F(ring, mapping)
{
	const int rw = PROT_READ | PROT_WRITE;
	int fd = self->vcpu.fd;

	EXPECT_EQ(0, map_try(fd, PROT_READ, MAP_SHARED, PAGE, RING_OFFSET));
	EXPECT_EQ(-EINVAL, map_try(fd, PROT_READ, MAP_PRIVATE, PAGE, RING_OFFSET));
	EXPECT_EQ(-EINVAL, map_try(fd, rw, MAP_PRIVATE, PAGE, RING_OFFSET));
	EXPECT_EQ(-EINVAL, map_try(fd, rw, MAP_PRIVATE, 2 * PAGE, RING_OFFSET - PAGE));
	EXPECT_NE(0, map_try(fd, PROT_READ | PROT_EXEC, MAP_SHARED, PAGE, RING_OFFSET));
	EXPECT_EQ(0, map_try(fd, rw, MAP_PRIVATE, PAGE, RING_OFFSET + PAGE));
	EXPECT_EQ(0, map_try(fd, rw, MAP_PRIVATE, PAGE, RING_OFFSET - PAGE));
}

/* Rings alone: there is no bitmap to be read. */
TEST_F(ring, no_bitmap)
{
	uint64_t map[SLOT_PAGES / 64] = {};

	EXPECT_EQ(-ENXIO, dirty_log(&self->vm, 1, map));
	EXPECT_EQ(-ENXIO, dirty_clear(&self->vm, 1, map));
	EXPECT_EQ(-ENXIO, dirty_log(&self->vm, 0, map));
	EXPECT_EQ(-ENXIO, dirty_log(&self->vm, 0xffff, map));
}

/* ---- The protocol ---- */

static unsigned int flagged(const struct kvm_dirty_gfn *ring, uint32_t flags)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < RING_SIZE; i++)
		count += __atomic_load_n(&ring[i].flags, __ATOMIC_ACQUIRE) == flags;
	return count;
}

static void collect_all(struct kvm_dirty_gfn *ring)
{
	for (unsigned int i = 0; i < RING_SIZE; i++)
		if (__atomic_load_n(&ring[i].flags, __ATOMIC_ACQUIRE) == KVM_DIRTY_GFN_F_DIRTY)
			__atomic_store_n(&ring[i].flags, KVM_DIRTY_GFN_F_RESET, __ATOMIC_RELEASE);
}

static bool stops_full(struct vcpu *vcpu)
{
	return guest_run(vcpu) == EV_OTHER && vcpu->run->exit_reason == KVM_EXIT_DIRTY_RING_FULL;
}

/* Each page once, in order, and only when it is written. */
TEST_F(ring, entries)
{
	guest_call(&self->vcpu, G_mem_check, SLOT_BASE, 16, 0);
	EXPECT_EQ(0, flagged(self->ring, KVM_DIRTY_GFN_F_DIRTY));
	guest_call(&self->vcpu, G_mem_fill, SLOT_BASE + 3 * PAGE, 5, 0x40);
	guest_call(&self->vcpu, G_mem_fill, SLOT_BASE + 2 * PAGE, 5, 0x40);
	ASSERT_EQ(6, flagged(self->ring, KVM_DIRTY_GFN_F_DIRTY));
	for (int i = 0; i < 6; i++) {
		EXPECT_EQ(1, self->ring[i].slot);
		EXPECT_EQ(i < 5 ? 3 + i : 2, self->ring[i].offset);
	}
	/* Not a page of a slot that does not log. */
	guest_call(&self->vcpu, G_mem_write, STOP, 0);
	EXPECT_EQ(6, flagged(self->ring, KVM_DIRTY_GFN_F_DIRTY));
	EXPECT_EQ(0, rings_reset(&self->vm));
	collect_all(self->ring);
	EXPECT_EQ(6, rings_reset(&self->vm));
	EXPECT_EQ(RING_SIZE, flagged(self->ring, 0));
	/* The next write counts again, and comes behind. */
	guest_call(&self->vcpu, G_mem_fill, SLOT_BASE + 4 * PAGE, 1, 0x41);
	EXPECT_EQ(KVM_DIRTY_GFN_F_DIRTY, self->ring[6].flags);
	EXPECT_EQ(4, self->ring[6].offset);
	EXPECT_EQ(1, flagged(self->ring, KVM_DIRTY_GFN_F_DIRTY));
}

TEST_F(ring, full)
{
	struct vcpu *vcpu = &self->vcpu;
	unsigned int entries, stops = 0;

	guest_set(vcpu, G_mem_fill, SLOT_BASE, SLOT_PAGES, 0x100);
	ASSERT_TRUE(stops_full(vcpu));
	EXPECT_EQ(RING_ROOM, flagged(self->ring, KVM_DIRTY_GFN_F_DIRTY));
	/* There is no way on. */
	EXPECT_TRUE(stops_full(vcpu));
	EXPECT_TRUE(stops_full(vcpu));
	EXPECT_EQ(RING_ROOM, flagged(self->ring, KVM_DIRTY_GFN_F_DIRTY));
	/* A gap in what is collected ends what is reset; bit 0 does not matter. */
	self->ring[0].flags = KVM_DIRTY_GFN_F_RESET;
	self->ring[1].flags = KVM_DIRTY_GFN_F_RESET | KVM_DIRTY_GFN_F_DIRTY;
	self->ring[3].flags = KVM_DIRTY_GFN_F_RESET;
	EXPECT_EQ(2, rings_reset(&self->vm));
	EXPECT_EQ(0, self->ring[0].flags);
	EXPECT_EQ(KVM_DIRTY_GFN_F_DIRTY, self->ring[2].flags);
	EXPECT_EQ(KVM_DIRTY_GFN_F_RESET, self->ring[3].flags);
	/* Room for two. */
	ASSERT_TRUE(stops_full(vcpu));
	EXPECT_EQ(RING_ROOM - 1, flagged(self->ring, KVM_DIRTY_GFN_F_DIRTY));
	entries = 2;
	do {
		collect_all(self->ring);
		entries += rings_reset(&self->vm);
		stops++;
	} while (stops_full(vcpu));
	EXPECT_EQ(SLOT_PAGES, done_value(vcpu));
	collect_all(self->ring);
	entries += rings_reset(&self->vm);
	/* The last page before each stop is noted before it is written, and so again after it. */
	EXPECT_LE(SLOT_PAGES, entries);
	EXPECT_GE(SLOT_PAGES + stops, entries);
}

/* What user space writes into the ring is its own loss. */
TEST_F(ring, garbage)
{
	const struct kvm_dirty_gfn bad[] = {
		{ .slot = 1, .offset = SLOT_PAGES },
		{ .slot = 1, .offset = ~0ULL },
		{ .slot = 1, .offset = 1ULL << 52 },
		{ .slot = 2, .offset = 0 },
		{ .slot = 0x7fff, .offset = 0 },
		{ .slot = ~0U, .offset = ~0ULL },
		{ .slot = 1 << 16 | 1, .offset = 0 },
		{ .slot = 0, .offset = 0 },
	};

	guest_call(&self->vcpu, G_mem_fill, SLOT_BASE, ARRAY_LEN(bad), 0x100);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		self->ring[i].slot = bad[i].slot;
		self->ring[i].offset = bad[i].offset;
		self->ring[i].flags = KVM_DIRTY_GFN_F_RESET;
	}
	EXPECT_EQ(ARRAY_LEN(bad), rings_reset(&self->vm));
	if (in_tree())
		return;
	/* All entries marked, though none was filled. */
	for (unsigned int i = 0; i < RING_SIZE; i++)
		self->ring[i].flags = ~0U;
	EXPECT_EQ(0, rings_reset(&self->vm));
	memset(self->ring, 0, PAGE);
	guest_set(&self->vcpu, G_mem_fill, SLOT_BASE + 16 * PAGE, SLOT_PAGES - 16, 0x100);
	EXPECT_TRUE(stops_full(&self->vcpu));
	/* Entries outlive their slot. */
	ASSERT_EQ(0, slot_set(&self->vm, 1, 0, SLOT_BASE, 0, NULL));
	collect_all(self->ring);
	EXPECT_EQ(RING_ROOM, rings_reset(&self->vm));
}

/* ---- Copying a guest that runs ---- */

enum protocol { BITMAP, MANUAL, INITIAL, RING, RING_BITMAP };
#define HARTS 3

struct writer {
	struct vcpu vcpu;
	pthread_t thread;
	struct kvm_dirty_gfn *ring;
	uint32_t next;			/* entry to collect next */
	uint64_t written, full;
	enum event event;
};

FIXTURE(copy)
{
	struct vm vm;
	struct writer writers[HARTS];
	uint8_t *hva, *copy;
	uint64_t map[SLOT_PAGES / 64];
	unsigned long collected;
};

FIXTURE_VARIANT(copy)
{
	enum protocol protocol;
	bool huge;
};

FIXTURE_VARIANT_ADD(copy, bitmap) { .protocol = BITMAP };
FIXTURE_VARIANT_ADD(copy, bitmap_huge) { .protocol = BITMAP, .huge = true };
FIXTURE_VARIANT_ADD(copy, manual) { .protocol = MANUAL };
FIXTURE_VARIANT_ADD(copy, initial_huge) { .protocol = INITIAL, .huge = true };
FIXTURE_VARIANT_ADD(copy, ring) { .protocol = RING };
FIXTURE_VARIANT_ADD(copy, ring_huge) { .protocol = RING, .huge = true };
FIXTURE_VARIANT_ADD(copy, ring_bitmap) { .protocol = RING_BITMAP };

static bool by_ring(enum protocol protocol)
{
	return protocol == RING || protocol == RING_BITMAP;
}

FIXTURE_SETUP(copy)
{
	struct vm *vm = &self->vm;

	vm_create(vm);
	if (by_ring(variant->protocol)) {
		if (in_tree() && (!has_rings() || variant->protocol == RING_BITMAP))
			SKIP(return, "this kernel's own KVM has no such rings");
		ASSERT_EQ(0, cap_enable(vm, CAP_RING, PAGE));
	}
	if (variant->protocol == RING_BITMAP) {
		ASSERT_EQ(0, cap_enable(vm, CAP_BITMAP, 0));
	}
	if (variant->protocol == MANUAL || variant->protocol == INITIAL) {
		ASSERT_EQ(0, cap_enable(vm, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2,
					variant->protocol == MANUAL ? 1 : 3));
	}
	vm_load(vm);
	for (int i = 0; i < HARTS; i++) {
		struct writer *w = &self->writers[i];

		vcpu_open(&w->vcpu, vm, i);
		if (!by_ring(variant->protocol))
			continue;
		w->ring = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, w->vcpu.fd,
			       RING_OFFSET);
		ASSERT_NE(MAP_FAILED, w->ring);
	}
	self->hva = aligned_map(SLOT_SIZE);
	self->copy = aligned_map(SLOT_SIZE);
	madvise(self->hva, SLOT_SIZE, variant->huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	memset(self->hva, 0, SLOT_SIZE);
	ASSERT_EQ(0, slot_set(vm, 1, 0, SLOT_BASE, SLOT_SIZE, self->hva));
}

FIXTURE_TEARDOWN(copy)
{
}

/* All harts write to all pages, each to a word of its own in them. */
static void *writer_main(void *arg)
{
	struct kvm_mp_state state = { KVM_MP_STATE_RUNNABLE };
	struct writer *w = arg;

	if (kvm_ioctl(w->vcpu.fd, KVM_SET_MP_STATE, &state))
		die("KVM_SET_MP_STATE failed");
	guest_set(&w->vcpu, G_mem_scatter, SLOT_BASE + 8 * w->vcpu.id, SLOT_PAGES, STOP,
		  w->vcpu.id);
	while ((w->event = guest_run(&w->vcpu)) == EV_OTHER &&
	       w->vcpu.run->exit_reason == KVM_EXIT_DIRTY_RING_FULL) {
		w->full++;
		sched_yield();
	}
	w->written = w->event == EV_DONE ? done_value(&w->vcpu) : 0;
	return NULL;
}

/* Notes the pages of what @w has filled; how many entries. */
static long ring_collect(struct _test_data_copy *self, struct writer *w)
{
	long count = 0;

	for (;; count++) {
		struct kvm_dirty_gfn *entry = &w->ring[w->next % RING_SIZE];

		if (__atomic_load_n(&entry->flags, __ATOMIC_ACQUIRE) != KVM_DIRTY_GFN_F_DIRTY)
			return count;
		if (entry->slot != 1 || entry->offset >= SLOT_PAGES)
			die("entry for page %llu of slot %u", entry->offset, entry->slot);
		self->map[entry->offset / 64] |= 1UL << entry->offset % 64;
		__atomic_store_n(&entry->flags, KVM_DIRTY_GFN_F_RESET, __ATOMIC_RELEASE);
		w->next++;
	}
}

/* What was written since the last time comes into the map. */
static void collect(struct _test_data_copy *self, enum protocol protocol)
{
	long reset, count = 0;

	memset(self->map, 0, sizeof(self->map));
	if (!by_ring(protocol)) {
		if (dirty_log(&self->vm, 1, self->map))
			die("KVM_GET_DIRTY_LOG failed");
		if (protocol != BITMAP && dirty_clear(&self->vm, 1, self->map))
			die("KVM_CLEAR_DIRTY_LOG failed");
		return;
	}
	for (int i = 0; i < HARTS; i++)
		count += ring_collect(self, &self->writers[i]);
	reset = rings_reset(&self->vm);
	if (reset != count)
		die("%ld entries collected, %ld reset", count, reset);
}

static void pages_copy(struct _test_data_copy *self)
{
	for (unsigned int page = 0; page < SLOT_PAGES; page++) {
		if (!(self->map[page / 64] >> page % 64 & 1))
			continue;
		memcpy(self->copy + page * PAGE, self->hva + page * PAGE, PAGE);
		self->collected++;
	}
}

static uint64_t words_sum(const uint8_t *memory, int word)
{
	uint64_t sum = 0;

	for (unsigned int page = 0; page < SLOT_PAGES; page++)
		sum += ((const uint64_t *)(memory + page * PAGE))[word];
	return sum;
}

static void rounds(struct _test_data_copy *self, enum protocol protocol)
{
	uint64_t end = now_ms() + 600;

	for (int i = 0; i < 10 || now_ms() < end; i++) {
		collect(self, protocol);
		pages_copy(self);
	}
}

TEST_F(copy, complete)
{
	enum protocol protocol = variant->protocol;
	uint64_t backup[SLOT_PAGES / 64] = {}, written = 0, full = 0;
	struct vm *vm = &self->vm;

	for (int i = 0; i < HARTS; i++) {
		ASSERT_EQ(0, pthread_create(&self->writers[i].thread, NULL, writer_main,
					    &self->writers[i]));
	}
	/* Logging begins, ends and begins again under the writers. */
	for (int pass = 0; pass < 2; pass++) {
		if (pass) {
			ASSERT_EQ(0, slot_set(vm, 1, 0, SLOT_BASE, SLOT_SIZE, self->hva));
			sleep_ms(50);
		}
		ASSERT_EQ(0, slot_set(vm, 1, KVM_MEM_LOG_DIRTY_PAGES, SLOT_BASE, SLOT_SIZE,
				      self->hva));
		memset(self->map, 0xff, sizeof(self->map));
		if (protocol != INITIAL)
			pages_copy(self);
		rounds(self, protocol);
	}
	ram64(vm, STOP) = 1;
	for (int i = 0; i < HARTS; i++) {
		/* A ring that is full just now must be emptied for its vCPU to go on. */
		while (pthread_tryjoin_np(self->writers[i].thread, NULL)) {
			collect(self, protocol);
			pages_copy(self);
			sched_yield();
		}
		ASSERT_EQ(EV_DONE, self->writers[i].event);
	}
	collect(self, protocol);
	pages_copy(self);
	if (protocol == RING_BITMAP) {
		ASSERT_EQ(0, dirty_log(vm, 1, backup));
		for (size_t i = 0; i < ARRAY_LEN(backup); i++) {
			EXPECT_EQ(0, backup[i]);
		}
	}
	EXPECT_EQ(0, memcmp(self->copy, self->hva, SLOT_SIZE));
	for (int i = 0; i < HARTS; i++) {
		EXPECT_EQ(self->writers[i].written, words_sum(self->copy, i));
		written += self->writers[i].written;
		full += self->writers[i].full;
	}
	EXPECT_LT(SLOT_PAGES, written);
	note("%lu writes, %lu pages copied, rings full %lu times", (unsigned long)written,
	     self->collected, (unsigned long)full);
	/* Nothing is left. */
	collect(self, protocol);
	for (size_t i = 0; i < ARRAY_LEN(self->map); i++) {
		EXPECT_EQ(0, self->map[i]);
	}
}

/* ---- What was written after the answer is in the next one ---- */

FIXTURE(answer)
{
	struct vm vm;
	struct vcpu vcpu;
	struct kvm_dirty_gfn *ring;
	volatile uint64_t *word;
};

FIXTURE_VARIANT(answer)
{
	enum protocol protocol;
};

FIXTURE_VARIANT_ADD(answer, bitmap) { .protocol = BITMAP };
FIXTURE_VARIANT_ADD(answer, manual) { .protocol = MANUAL };
FIXTURE_VARIANT_ADD(answer, ring) { .protocol = RING };

FIXTURE_SETUP(answer)
{
	if (in_tree() && variant->protocol == RING && !has_rings())
		SKIP(return, "this kernel's own KVM has no dirty rings");
	vm_create(&self->vm);
	if (variant->protocol == RING) {
		ASSERT_EQ(0, cap_enable(&self->vm, CAP_RING, PAGE));
	}
	if (variant->protocol == MANUAL) {
		ASSERT_EQ(0, cap_enable(&self->vm, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 1));
	}
	vm_load(&self->vm);
	vcpu_open(&self->vcpu, &self->vm, 0);
	if (variant->protocol == RING) {
		self->ring = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, self->vcpu.fd,
				  RING_OFFSET);
		ASSERT_NE(MAP_FAILED, self->ring);
	}
	self->word = slot_add(&self->vm, 1, KVM_MEM_LOG_DIRTY_PAGES, SLOT_BASE, SLOT_SIZE);
}

FIXTURE_TEARDOWN(answer)
{
}

/* Is the slot's first page noted, and what is noted given up? */
static bool noted(struct _test_data_answer *self, enum protocol protocol)
{
	uint64_t map[SLOT_PAGES / 64] = {};

	if (protocol == RING) {
		if (!flagged(self->ring, KVM_DIRTY_GFN_F_DIRTY))
			return false;
		collect_all(self->ring);
		/* Twice, when the host has moved the page meanwhile, as for a huge one. */
		return rings_reset(&self->vm) > 0;
	}
	if (dirty_log(&self->vm, 1, map))
		die("KVM_GET_DIRTY_LOG failed");
	if (protocol == MANUAL && dirty_clear(&self->vm, 1, map))
		die("KVM_CLEAR_DIRTY_LOG failed");
	return map[0] & 1;
}

/*
 * The guest writes to one page for ever, and leaves the hart for nothing else: where the hart may go
 * on by a translation that it had, a write is seen that was not noted.
 */
TEST_F(answer, is_final)
{
	struct vcpu_thread t;
	uint64_t before, end;
	int missed = 0;

	guest_set(&self->vcpu, G_mem_scatter, SLOT_BASE, 1, STOP, 0);
	thread_start(&t, &self->vcpu, -1);
	ASSERT_TRUE(wait_for(self->word, 10000));
	for (int i = 0; i < 500; i++) {
		missed += !noted(self, variant->protocol);
		before = *self->word;
		end = now_ms() + 10000;
		while (*self->word == before && now_ms() < end)
			;
		ASSERT_NE(before, *self->word);
	}
	ram64(&self->vm, STOP) = 1;
	thread_join(&t);
	EXPECT_EQ(0, missed);
}

/* ---- Huge pages ---- */

/* Huge leaves are split where the guest writes while logging, and come back when it ends. */
TEST(huge_pages_split_and_back)
{
	uint8_t *hva = aligned_map(SLOT_SIZE);
	uint64_t huge, small;
	struct vcpu vcpu;
	struct vm vm;

	if (in_tree())
		SKIP(return, "RISC-V's own KVM does not count pages by size");
	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	if (madvise(hva, SLOT_SIZE, MADV_HUGEPAGE))
		SKIP(return, "this kernel has no transparent huge pages");
	memset(hva, 0, SLOT_SIZE);
	ASSERT_EQ(0, slot_set(&vm, 1, 0, SLOT_BASE, SLOT_SIZE, hva));
	/* The guest's own RAM is mapped from here on. */
	guest_call(&vcpu, G_mem_write, STOP, 0);
	huge = stat_read(vm.fd, "pages_2m");
	guest_call(&vcpu, G_mem_fill, SLOT_BASE, SLOT_PAGES, 1);
	if (stat_read(vm.fd, "pages_2m") != huge + HUGE_PAGES)
		SKIP(return, "the host has no huge pages to spare");
	huge += HUGE_PAGES;
	small = stat_read(vm.fd, "pages_4k");

	ASSERT_EQ(0, slot_set(&vm, 1, KVM_MEM_LOG_DIRTY_PAGES, SLOT_BASE, SLOT_SIZE, hva));
	EXPECT_EQ(0, guest_call(&vcpu, G_mem_check, SLOT_BASE, SLOT_PAGES, 1));
	EXPECT_EQ(huge, stat_read(vm.fd, "pages_2m"));
	guest_call(&vcpu, G_mem_write, SLOT_BASE + 5 * PAGE, 2);
	EXPECT_EQ(huge - 1, stat_read(vm.fd, "pages_2m"));
	EXPECT_EQ(small + 512, stat_read(vm.fd, "pages_4k"));
	guest_call(&vcpu, G_mem_fill, SLOT_BASE, SLOT_PAGES, 1);
	EXPECT_EQ(huge - HUGE_PAGES, stat_read(vm.fd, "pages_2m"));
	EXPECT_EQ(small + SLOT_PAGES, stat_read(vm.fd, "pages_4k"));

	ASSERT_EQ(0, slot_set(&vm, 1, 0, SLOT_BASE, SLOT_SIZE, hva));
	guest_call(&vcpu, G_mem_fill, SLOT_BASE, SLOT_PAGES, 3);
	EXPECT_EQ(huge, stat_read(vm.fd, "pages_2m"));
	EXPECT_EQ(small, stat_read(vm.fd, "pages_4k"));
}

TEST_HARNESS_MAIN
