// SPDX-License-Identifier: GPL-2.0-only
/* Actions of the host's memory management while a guest runs. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "lib.h"
#include "harness.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#ifndef MFD_HUGETLB
#define MFD_HUGETLB 4
#endif

#define SLOT_SIZE (8 * MIB)
#define SLOT_PAGES (SLOT_SIZE / PAGE)
/* The guest's mailbox for mem_churn() and mem_watch(). */
#define BOX GUEST_SCRATCH

FIXTURE(host)
{
	struct vm vm;
	struct vcpu vcpu;
	uint8_t *hva;		/* SLOT_SIZE bytes, 2 MiB aligned, slot 1 */
	struct vcpu_thread t;
};

static void *aligned_map(int flags, int fd)
{
	uint8_t *p = mmap(NULL, SLOT_SIZE + 2 * MIB, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	p = (uint8_t *)(((uintptr_t)p + 2 * MIB - 1) & ~(2 * MIB - 1));
	return mmap(p, SLOT_SIZE, PROT_READ | PROT_WRITE, flags | MAP_FIXED, fd, 0);
}

FIXTURE_SETUP(host)
{
	vm_open(&self->vm);
	vcpu_open(&self->vcpu, &self->vm, 0);
	self->hva = aligned_map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
	ASSERT_NE(MAP_FAILED, self->hva);
	ASSERT_EQ(0, slot_set(&self->vm, 1, 0, SLOT_BASE, SLOT_SIZE, self->hva));
}

FIXTURE_TEARDOWN(host)
{
}

/* Let the guest count up in every page of @pages until churn_stop(). */
static void churn_start(struct _test_data_host *self, uint64_t pages)
{
	guest_set(&self->vcpu, G_mem_churn, SLOT_BASE, pages, BOX);
	thread_start(&self->t, &self->vcpu, -1);
}

/* Wait for @rounds more of the guest's rounds; false when it stands still. */
static bool churn_rounds(struct _test_data_host *self, uint64_t rounds)
{
	volatile uint64_t *seen = &ram64(&self->vm, BOX + 8);
	uint64_t end = *seen + rounds, deadline = now_ms() + 60000;

	while (*seen < end) {
		if (self->t.done || now_ms() > deadline) {
			note("after %lu rounds: vCPU thread %s, %s, errno %d",
			     (unsigned long)*seen, self->t.done ? "ended" : "runs",
			     event_name(self->t.event), self->vcpu.err);
			return false;
		}
		sleep_ms(1);
	}
	return true;
}

/* Stop the guest; the number of wrong words it met. */
static uint64_t churn_stop(struct _test_data_host *self)
{
	ram64(&self->vm, BOX) = 1;
	return thread_join(&self->t);
}

static long write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	long ret = fd < 0 ? -errno : write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return ret;
}

/* Dropped pages read as zero at once, in a guest that is in the middle of them. */
TEST_F(host, dontneed)
{
	volatile uint64_t *first = (volatile uint64_t *)self->hva;
	uint64_t deadline;

	if (!memory_follows(&self->vm))
		SKIP(return, "guest memory is pinned here");
	for (int round = 0; round < 20; round++) {
		*first = 0x1000 + round;
		ram64(&self->vm, BOX + 8) = 0;
		guest_set(&self->vcpu, G_mem_watch, SLOT_BASE, BOX);
		thread_start(&self->t, &self->vcpu, -1);
		deadline = now_ms() + 60000;
		while (ram64(&self->vm, BOX) != 0x1000 + round) {
			ASSERT_GT(deadline, now_ms());
		}
		ASSERT_EQ(0, madvise(self->hva, 2 * MIB, MADV_DONTNEED));
		/* Once madvise() is back, the old page must not be seen again. */
		*first = 0x2000 + round;
		ram64(&self->vm, BOX + 8) = 1;
		ASSERT_EQ(0x2000 + round, thread_join(&self->t));
	}
	EXPECT_EQ(0, guest_call(&self->vcpu, G_mem_read, SLOT_BASE + PAGE));
}

TEST_F(host, write_protect_and_back)
{
	sigset_t child;

	/* A child that dies during fork() may signal any thread that lets it. */
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	pthread_sigmask(SIG_BLOCK, &child, NULL);
	churn_start(self, 16);
	ASSERT_TRUE(churn_rounds(self, 10));
	/* fork() write-protects everything; both sides copy on write. */
	for (int i = 0; i < 6; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		ASSERT_TRUE(churn_rounds(self, 3));
		waitpid(pid, NULL, 0);
	}
	EXPECT_EQ(0, churn_stop(self));
}

TEST_F(host, swap_out)
{
	if (!file_has("/proc/swaps", "/dev/"))
		SKIP(return, "no swap on this machine");
	churn_start(self, 16);
	for (int i = 0; i < 8; i++) {
		ASSERT_TRUE(churn_rounds(self, 1));
		ASSERT_EQ(0, madvise(self->hva, 16 * PAGE, MADV_PAGEOUT));
	}
	EXPECT_EQ(0, churn_stop(self));
}

/* How many of the first @pages pages of @hva are not in memory. */
static int pages_out(void *hva, unsigned int pages)
{
	unsigned char in_core[SLOT_PAGES];
	int out = 0;

	if (mincore(hva, pages * PAGE, in_core))
		die("mincore: %s", strerror(errno));
	for (unsigned int i = 0; i < pages; i++)
		out += !(in_core[i] & 1);
	return out;
}

/* Swapped-out pages come back with their content when only the guest asks. */
TEST_F(host, swap_in)
{
	int out = 0;

	if (!file_has("/proc/swaps", "/dev/"))
		SKIP(return, "no swap on this machine");
	if (!memory_follows(&self->vm))
		SKIP(return, "guest memory is pinned here");
	guest_call(&self->vcpu, G_mem_fill, SLOT_BASE, 256, 0x900);
	/* 5.10 keeps pages that were used lately, and asks once whether they were. */
	for (int i = 0; i < 2 && out <= 100; i++) {
		ASSERT_EQ(0, madvise(self->hva, 256 * PAGE, MADV_PAGEOUT));
		out = pages_out(self->hva, 256);
	}
	EXPECT_LT(100, out) TH_LOG("pages that stayed in: %d", 256 - out);
	EXPECT_EQ(0, guest_call(&self->vcpu, G_mem_check, SLOT_BASE, 256, 0x900));
}

TEST_F(host, remap)
{
	uint64_t *other = mmap(NULL, 2 * MIB, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t *away = mmap(NULL, 2 * MIB, PROT_NONE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (!memory_follows(&self->vm))
		SKIP(return, "guest memory is pinned here");
	ASSERT_NE(MAP_FAILED, other);
	ASSERT_NE(MAP_FAILED, away);
	guest_call(&self->vcpu, G_mem_fill, SLOT_BASE, 512, 0x100);
	other[0] = 0xabc;
	/* The guest's pages go elsewhere; what stays is a hole … */
	ASSERT_EQ(away, mremap(self->hva, 2 * MIB, 2 * MIB,
			       MREMAP_MAYMOVE | MREMAP_FIXED, away));
	guest_set(&self->vcpu, G_mem_read, SLOT_BASE);
	EXPECT_TRUE(memory_faults(&self->vcpu, SLOT_BASE));
	/* … other pages come into their place … */
	ASSERT_EQ(self->hva, mremap(other, 2 * MIB, 2 * MIB,
				    MREMAP_MAYMOVE | MREMAP_FIXED, self->hva));
	guest_expect(&self->vcpu, EV_DONE);
	EXPECT_EQ(0xabc, done_value(&self->vcpu));
	EXPECT_EQ(0x100, away[0]);
	/* … and the old ones again. */
	ASSERT_EQ(self->hva, mremap(away, 2 * MIB, 2 * MIB,
				    MREMAP_MAYMOVE | MREMAP_FIXED, self->hva));
	EXPECT_EQ(0, guest_call(&self->vcpu, G_mem_check, SLOT_BASE, 512, 0x100));
}

TEST_F(host, protect_under_running_guest)
{
	churn_start(self, 64);
	for (int i = 0; i < 20; i++) {
		ASSERT_TRUE(churn_rounds(self, 2));
		/* What the guest does not use may come and go. */
		ASSERT_EQ(0, mprotect(self->hva + 64 * PAGE, 64 * PAGE, PROT_NONE));
		ASSERT_EQ(0, mprotect(self->hva + 64 * PAGE, 64 * PAGE,
				      PROT_READ | PROT_WRITE));
	}
	EXPECT_EQ(0, churn_stop(self));
}

/* Huge pages made and split while the guest writes all over them. */
TEST_F(host, transparent_huge_pages)
{
	int collapsed = 0;

	if (madvise(self->hva, SLOT_SIZE, MADV_HUGEPAGE))
		SKIP(return, "this kernel has no transparent huge pages");
	churn_start(self, 512);
	for (int i = 0; i < 8; i++) {
		ASSERT_TRUE(churn_rounds(self, 1));
		collapsed += !madvise(self->hva, 2 * MIB, MADV_COLLAPSE);
		ASSERT_TRUE(churn_rounds(self, 1));
		/* Splits the mapping in the middle of the huge page. */
		ASSERT_EQ(0, mprotect(self->hva + 512 * PAGE, PAGE, PROT_READ));
		ASSERT_EQ(0, madvise(self->hva, PAGE, MADV_NOHUGEPAGE));
		ASSERT_EQ(0, madvise(self->hva, PAGE, MADV_HUGEPAGE));
		ASSERT_EQ(0, mprotect(self->hva + 512 * PAGE, PAGE,
				      PROT_READ | PROT_WRITE));
		madvise(self->hva + 100 * PAGE, PAGE, MADV_PAGEOUT);
	}
	EXPECT_EQ(0, churn_stop(self));
	note("huge pages collapsed under the guest: %d", collapsed);
}

/* A huge page that loses a part must lose it in the guest too. */
TEST_F(host, huge_page_partly_dropped)
{
	if (!memory_follows(&self->vm))
		SKIP(return, "guest memory is pinned here");
	if (madvise(self->hva, SLOT_SIZE, MADV_HUGEPAGE))
		SKIP(return, "this kernel has no transparent huge pages");
	memset(self->hva, 0x5a, 4 * MIB);
	EXPECT_EQ(1024, guest_call(&self->vcpu, G_mem_fill, SLOT_BASE, 1024, 0x40));
	ASSERT_EQ(0, madvise(self->hva + 16 * PAGE, PAGE, MADV_DONTNEED));
	EXPECT_EQ(0, guest_call(&self->vcpu, G_mem_read, SLOT_BASE + 16 * PAGE));
	EXPECT_EQ(0x40 + 15, guest_call(&self->vcpu, G_mem_read, SLOT_BASE + 15 * PAGE));
	EXPECT_EQ(0x40 + 17, guest_call(&self->vcpu, G_mem_read, SLOT_BASE + 17 * PAGE));
	EXPECT_EQ(1, guest_call(&self->vcpu, G_mem_check, SLOT_BASE, 1024, 0x40));
}

TEST_F(host, compaction)
{
	if (access("/proc/sys/vm/compact_memory", W_OK))
		SKIP(return, "this kernel has no memory compaction");
	churn_start(self, 512);
	for (int i = 0; i < 5; i++) {
		ASSERT_TRUE(churn_rounds(self, 2));
		ASSERT_EQ(1, write_file("/proc/sys/vm/compact_memory", "1"));
	}
	EXPECT_EQ(0, churn_stop(self));
}

/* Same pages are merged while the guest reads, and come apart when it writes. */
TEST_F(host, same_page_merging)
{
	if (write_file("/sys/kernel/mm/ksm/run", "1") != 1)
		SKIP(return, "this kernel has no KSM");
	write_file("/sys/kernel/mm/ksm/sleep_millisecs", "1");
	write_file("/sys/kernel/mm/ksm/pages_to_scan", "2000");
	for (int i = 0; i < 128; i++)
		guest_call(&self->vcpu, G_mem_write, SLOT_BASE + i * PAGE, 0x77);
	ASSERT_EQ(0, madvise(self->hva, 128 * PAGE, MADV_MERGEABLE));
	sleep_ms(500);
	for (int i = 0; i < 128; i += 2) {
		ASSERT_EQ(0x77, guest_call(&self->vcpu, G_mem_read,
					   SLOT_BASE + i * PAGE));
		ASSERT_EQ(i, guest_call(&self->vcpu, G_mem_write,
					SLOT_BASE + i * PAGE, i));
	}
	for (int i = 0; i < 128; i++) {
		EXPECT_EQ(i % 2 ? 0x77 : i, *(uint64_t *)(self->hva + i * PAGE));
	}
	write_file("/sys/kernel/mm/ksm/run", "2");
}

/* The two sides of a shared file see each other's writes. */
TEST_F(host, shared_file)
{
	int fd = memfd_create("guest", 0);
	uint64_t *here, *there;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ftruncate(fd, SLOT_SIZE));
	here = aligned_map(MAP_SHARED, fd);
	there = mmap(NULL, SLOT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, here);
	ASSERT_NE(MAP_FAILED, there);
	ASSERT_EQ(0, slot_set(&self->vm, 2, 0, SLOT_BASE + SLOT_SIZE, SLOT_SIZE, here));
	there[0] = 0x11;
	EXPECT_EQ(0x11, guest_call(&self->vcpu, G_mem_read, SLOT_BASE + SLOT_SIZE));
	EXPECT_EQ(0x22, guest_call(&self->vcpu, G_mem_write, SLOT_BASE + SLOT_SIZE, 0x22));
	EXPECT_EQ(0x22, there[0]);
	if (!memory_follows(&self->vm))
		return;
	/* A hole punched through the file, not through the mapping. */
	ASSERT_EQ(0, fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PAGE));
	EXPECT_EQ(0, guest_call(&self->vcpu, G_mem_read, SLOT_BASE + SLOT_SIZE));
	/* Beyond the end of the file there is nothing. */
	ASSERT_EQ(0, ftruncate(fd, PAGE));
	guest_set(&self->vcpu, G_mem_read, SLOT_BASE + SLOT_SIZE + PAGE);
	EXPECT_TRUE(memory_faults(&self->vcpu, SLOT_BASE + SLOT_SIZE + PAGE));
}

/* A private file mapping: reads see the file, writes stay private. */
TEST_F(host, private_file)
{
	int fd = memfd_create("guest", 0);
	uint64_t *here, word = 0x33;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ftruncate(fd, SLOT_SIZE));
	ASSERT_EQ(8, pwrite(fd, &word, 8, 0));
	here = aligned_map(MAP_PRIVATE, fd);
	ASSERT_EQ(0, slot_set(&self->vm, 2, 0, SLOT_BASE + SLOT_SIZE, SLOT_SIZE, here));
	EXPECT_EQ(0x33, guest_call(&self->vcpu, G_mem_read, SLOT_BASE + SLOT_SIZE));
	EXPECT_EQ(0x44, guest_call(&self->vcpu, G_mem_write, SLOT_BASE + SLOT_SIZE, 0x44));
	EXPECT_EQ(0x44, here[0]);
	ASSERT_EQ(8, pread(fd, &word, 8, 0));
	EXPECT_EQ(0x33, word);
}

TEST_F(host, hugetlb)
{
	uint8_t *p;
	int fd;

	write_file("/proc/sys/vm/nr_hugepages", "8");
	fd = memfd_create("guest", MFD_HUGETLB);
	if (fd < 0)
		SKIP(return, "this kernel has no hugetlb");
	ASSERT_EQ(0, ftruncate(fd, SLOT_SIZE));
	p = aligned_map(MAP_SHARED, fd);
	if (p == MAP_FAILED)
		SKIP(return, "no huge pages to be had");
	ASSERT_EQ(0, slot_set(&self->vm, 2, 0, SLOT_BASE + SLOT_SIZE, SLOT_SIZE, p));
	EXPECT_EQ(SLOT_PAGES, guest_call(&self->vcpu, G_mem_fill,
					 SLOT_BASE + SLOT_SIZE, SLOT_PAGES, 0x70));
	for (uint64_t i = 0; i < SLOT_PAGES; i += 100) {
		EXPECT_EQ(0x70 + i, *(uint64_t *)(p + i * PAGE));
	}
	/* One huge page goes; its neighbours keep what they have. */
	ASSERT_EQ(0, fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			       2 * MIB, 2 * MIB));
	EXPECT_EQ(memory_follows(&self->vm) ? 512 : 0, guest_call(&self->vcpu, G_mem_check, SLOT_BASE + SLOT_SIZE,
				  SLOT_PAGES, 0x70));
	ASSERT_EQ(0, slot_set(&self->vm, 2, 0, SLOT_BASE + SLOT_SIZE, 0, p));
	munmap(p, SLOT_SIZE);
	close(fd);
	write_file("/proc/sys/vm/nr_hugepages", "0");
}

/* A slot whose user address is not aligned as its guest address is. */
TEST_F(host, huge_page_misaligned_slot)
{
	madvise(self->hva, SLOT_SIZE, MADV_HUGEPAGE);
	memset(self->hva, 0, SLOT_SIZE);
	ASSERT_EQ(0, slot_set(&self->vm, 2, 0, SLOT_BASE + SLOT_SIZE + 5 * PAGE,
			      4 * MIB, self->hva + 3 * PAGE));
	EXPECT_EQ(1024, guest_call(&self->vcpu, G_mem_fill,
				   SLOT_BASE + SLOT_SIZE + 5 * PAGE, 1024, 0x5000));
	for (int i = 0; i < 1024; i++) {
		EXPECT_EQ(0x5000 + i, *(uint64_t *)(self->hva + (i + 3) * PAGE));
	}
	EXPECT_EQ(0, *(uint64_t *)(self->hva + 2 * PAGE));
	EXPECT_EQ(0, *(uint64_t *)(self->hva + 1027 * PAGE));
}

TEST_HARNESS_MAIN
