// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory that is pinned, as it is where the kernel has no MMU notifiers (KVM_CAP_SYNC_MMU
 * is 0): it keeps its contents, and is charged to the process as locked memory.
 */
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib.h"
#include "harness.h"

#define SLOT_SIZE (8 * MIB)

FIXTURE(pinned)
{
	struct vm vm;
	struct vcpu vcpu;
	uint8_t *hva;
	long pins;		/* what was pinned in the whole machine before */
};

/* The number behind @name in a file of lines "name number" or "name: number"; -1: none. */
static long number_of(const char *path, const char *name)
{
	size_t len = strlen(name);
	char line[128];
	long n = -1;
	FILE *f = fopen(path, "r");

	if (!f)
		die("no %s", path);
	while (fgets(line, sizeof(line), f)) {
		if (!strncmp(line, name, len) && (line[len] == ' ' || line[len] == ':'))
			sscanf(line + len + 1, "%ld", &n);
	}
	fclose(f);
	return n;
}

/* KiB of locked memory that the process is charged for. */
static long locked(void)
{
	return number_of("/proc/self/status", "VmLck");
}

/* Pages that are pinned in the whole machine, by anybody. */
static long pins(void)
{
	FILE *f = fopen("/proc/sys/vm/stat_refresh", "w");
	long acquired;

	/* The counts of each CPU are not in the sum at once. */
	if (!f || fputs("1", f) < 0 || fclose(f))
		die("/proc/sys/vm/stat_refresh cannot be written");
	acquired = number_of("/proc/vmstat", "nr_foll_pin_acquired");
	if (acquired < 0)
		die("the kernel does not count pins");
	return acquired - number_of("/proc/vmstat", "nr_foll_pin_released");
}

FIXTURE_SETUP(pinned)
{
	self->pins = pins();
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

/* The VM and all of its memory go; nothing stays pinned or charged. */
static void vm_end(struct __test_metadata *_metadata, struct _test_data_pinned *self)
{
	munmap(self->vcpu.run, self->vm.run_size);
	close(self->vcpu.fd);
	close(self->vm.fd);
	EXPECT_EQ(0, locked());
	EXPECT_EQ(0, number_of("/proc/self/status", "VmPin"));
	EXPECT_EQ(self->pins, pins());
}

TEST_F(pinned, leaves_nothing)
{
	long before = pins();

	EXPECT_EQ(64, guest_call(&self->vcpu, G_mem_fill, SLOT_BASE, 64, 0x50));
	EXPECT_EQ(64, pins() - before);
	vm_end(_metadata, self);
}

/* A process that ends in the midst of it all leaves nothing either. */
TEST_F(pinned, ends_with_process)
{
	long before = pins(), end = now_ms() + 10000;
	int status, ready[2];
	char c;
	pid_t child;

	ASSERT_EQ(0, pipe(ready));
	child = fork();
	if (!child) {
		struct vcpu vcpu;
		struct vm vm;

		vm_open(&vm);
		vcpu_open(&vcpu, &vm, 0);
		guest_call(&vcpu, G_mem_fill, GUEST_SCRATCH, 64, 1);
		if (write(ready[1], "", 1) != 1)
			die("the pipe is gone");
		guest_call(&vcpu, G_irq_forever, GUEST_SCRATCH);
		_exit(1);
	}
	ASSERT_EQ(1, read(ready[0], &c, 1));
	EXPECT_LE(64, pins() - before);
	kill(child, SIGKILL);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	while (pins() != before && now_ms() < end)
		sleep_ms(50);
	EXPECT_EQ(before, pins());
}

/* Root may lock as much as it likes: from here on the limit counts. */
static void capabilities_drop(struct __test_metadata *_metadata)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct none[2] = {};

	ASSERT_EQ(0, syscall(SYS_capset, &header, none));
}

/* Where the limit on locked memory ends, KVM_RUN fails; with more of it the guest goes on. */
TEST_F(pinned, limited)
{
	struct rlimit limit;

	ASSERT_EQ(0, getrlimit(RLIMIT_MEMLOCK, &limit));
	limit.rlim_max = 64 * MIB;
	limit.rlim_cur = (locked() << 10) + 16 * PAGE;
	ASSERT_EQ(0, setrlimit(RLIMIT_MEMLOCK, &limit));
	capabilities_drop(_metadata);
	guest_set(&self->vcpu, G_mem_fill, SLOT_BASE, 64, 0x50);
	EXPECT_EQ(EV_ERROR, guest_run(&self->vcpu));
	EXPECT_EQ(ENOMEM, self->vcpu.err);
	EXPECT_GE((long)(limit.rlim_cur >> 10), locked());
	limit.rlim_cur = limit.rlim_max;
	ASSERT_EQ(0, setrlimit(RLIMIT_MEMLOCK, &limit));
	guest_expect(&self->vcpu, EV_DONE);
	EXPECT_EQ(64, done_value(&self->vcpu));
	vm_end(_metadata, self);
}

/* The same for a VM that never gets more: it ends with all given back. */
TEST_F(pinned, limited_to_the_end)
{
	struct rlimit none = { 0, 0 };

	ASSERT_EQ(0, setrlimit(RLIMIT_MEMLOCK, &none));
	capabilities_drop(_metadata);
	for (int i = 0; i < 3; i++) {
		guest_set(&self->vcpu, G_mem_fill, SLOT_BASE, 64, 0x50);
		EXPECT_EQ(EV_ERROR, guest_run(&self->vcpu));
		EXPECT_EQ(ENOMEM, self->vcpu.err);
	}
	/* A slot is only charged for what the guest touches of it: making one is never refused. */
	EXPECT_EQ(0, slot_set(&self->vm, 2, 0, SLOT_BASE + SLOT_SIZE, SLOT_SIZE, self->hva));
	vm_end(_metadata, self);
}

TEST_HARNESS_MAIN
