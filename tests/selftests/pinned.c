// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory that is pinned, as it is where the kernel has no MMU notifiers (KVM_CAP_SYNC_MMU
 * is 0): it stays what it was, and is charged to the process as locked memory.
 */
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "lib.h"
#include "harness.h"

#define SLOT_SIZE (8 * MIB)

FIXTURE(pinned)
{
	struct vm vm;
	struct vcpu vcpu;
	uint8_t *hva;
};

FIXTURE_SETUP(pinned)
{
	vm_open(&self->vm);
	vcpu_open(&self->vcpu, &self->vm, 0);
	if (memory_follows(&self->vm))
		SKIP(return, "guest memory is not pinned here");
	self->hva = slot_add(&self->vm, 1, 0, SLOT_BASE, SLOT_SIZE);
	madvise(self->hva, SLOT_SIZE, MADV_NOHUGEPAGE);
	/* The guest's code and stack are pinned from here on. */
	guest_call(&self->vcpu, G_mem_fill, SLOT_BASE + 100 * PAGE, 1, 0);
	guest_call(&self->vcpu, G_mem_check, SLOT_BASE + 100 * PAGE, 1, 0);
}

FIXTURE_TEARDOWN(pinned)
{
}

/* KiB of locked memory that the process is charged for. */
static long locked(void)
{
	char line[128];
	long kib = -1;
	FILE *f = fopen("/proc/self/status", "r");

	if (!f)
		die("no /proc/self/status");
	while (fgets(line, sizeof(line), f))
		sscanf(line, "VmLck: %ld", &kib);
	fclose(f);
	return kib;
}

/* What the process does with its mappings later does not reach the guest. */
TEST_F(pinned, stays)
{
	EXPECT_EQ(64, guest_call(&self->vcpu, G_mem_fill, SLOT_BASE, 64, 0x50));
	ASSERT_EQ(0, madvise(self->hva, SLOT_SIZE, MADV_DONTNEED));
	EXPECT_EQ(0, guest_call(&self->vcpu, G_mem_check, SLOT_BASE, 64, 0x50));
	ASSERT_EQ(0, munmap(self->hva, SLOT_SIZE));
	EXPECT_EQ(0, guest_call(&self->vcpu, G_mem_check, SLOT_BASE, 64, 0x50));
}

/* Each page once, however often and by whichever vCPU it is touched; none when the slot goes. */
TEST_F(pinned, charged)
{
	long before = locked(), after;

	EXPECT_EQ(64, guest_call(&self->vcpu, G_mem_fill, SLOT_BASE, 64, 0x50));
	EXPECT_EQ(0, guest_call(&self->vcpu, G_mem_check, SLOT_BASE, 64, 0x50));
	after = locked();
	EXPECT_EQ(64 * 4, after - before);
	ASSERT_EQ(0, slot_set(&self->vm, 1, 0, SLOT_BASE, 0, self->hva));
	EXPECT_EQ(65 * 4, after - locked());
	/* The pages are the process's again, written as the guest wrote them. */
	EXPECT_EQ(0x50, *(uint64_t *)self->hva);
}

/* Where the limit on locked memory ends, KVM_RUN fails; with more of it the guest goes on. */
TEST_F(pinned, limited)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct none[2] = {};
	struct rlimit limit;

	ASSERT_EQ(0, getrlimit(RLIMIT_MEMLOCK, &limit));
	limit.rlim_max = 64 * MIB;
	limit.rlim_cur = (locked() << 10) + 16 * PAGE;
	ASSERT_EQ(0, setrlimit(RLIMIT_MEMLOCK, &limit));
	ASSERT_EQ(0, syscall(SYS_capset, &header, none));
	guest_set(&self->vcpu, G_mem_fill, SLOT_BASE, 64, 0x50);
	EXPECT_EQ(EV_ERROR, guest_run(&self->vcpu));
	EXPECT_EQ(ENOMEM, self->vcpu.err);
	EXPECT_GE((long)(limit.rlim_cur >> 10), locked());
	limit.rlim_cur = limit.rlim_max;
	ASSERT_EQ(0, setrlimit(RLIMIT_MEMLOCK, &limit));
	guest_expect(&self->vcpu, EV_DONE);
	EXPECT_EQ(64, done_value(&self->vcpu));
}

TEST_HARNESS_MAIN
