// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory that is pinned, as it is where the kernel has no MMU notifiers (KVM_CAP_SYNC_MMU
 * is 0): it keeps its contents, and is charged to the user as locked memory.
 */
#define _GNU_SOURCE
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib.h"
#include "harness.h"

#define SLOT_SIZE (8 * MIB)
/* An ordinary user, and the pages that it may lock */
#define USER 1000
#define USER_PAGES 80
/* Of these, and the few pages that any guest needs, two are too much for the user. */
#define GUEST_PAGES 48

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

/* KiB of memory that is pinned for the process. */
static long locked(void)
{
	return number_of("/proc/self/status", "VmPin");
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

static void vm_close(struct vm *vm, struct vcpu *vcpu)
{
	munmap(vcpu->run, vm->run_size);
	close(vcpu->fd);
	close(vm->fd);
}

/* The VM and all of its memory go; nothing stays pinned or charged. */
static void vm_end(struct __test_metadata *_metadata, struct _test_data_pinned *self)
{
	vm_close(&self->vm, &self->vcpu);
	EXPECT_EQ(0, locked());
	EXPECT_EQ(0, number_of("/proc/self/status", "VmLck"));
	EXPECT_EQ(self->pins, pins());
}

/* Waits until as many pages are pinned as were @before; false after a while. */
static bool pins_end(long before)
{
	uint64_t end = now_ms() + 10000;

	while (pins() != before && now_ms() < end)
		sleep_ms(50);
	return pins() == before;
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
	long before = pins();
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
	EXPECT_TRUE(pins_end(before));
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
	struct rlimit limit = { 64 * MIB, 64 * MIB };
	long before = locked(), base;
	struct vcpu vcpu;
	struct vm vm;

	ASSERT_EQ(0, setrlimit(RLIMIT_MEMLOCK, &limit));
	capabilities_drop(_metadata);
	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	ASSERT_EQ(0, slot_set(&vm, 1, 0, SLOT_BASE, SLOT_SIZE, self->hva));
	guest_call(&vcpu, G_mem_fill, SLOT_BASE, 1, 0);
	base = locked() - before;
	limit.rlim_cur = (base << 10) + 16 * PAGE;
	ASSERT_EQ(0, setrlimit(RLIMIT_MEMLOCK, &limit));
	for (int i = 0; i < 3; i++) {
		guest_set(&vcpu, G_mem_fill, SLOT_BASE, 64, 0x50);
		EXPECT_EQ(EV_ERROR, guest_run(&vcpu));
		EXPECT_EQ(ENOMEM, vcpu.err);
		EXPECT_EQ(base + 64, locked() - before);
	}
	limit.rlim_cur = limit.rlim_max;
	ASSERT_EQ(0, setrlimit(RLIMIT_MEMLOCK, &limit));
	guest_expect(&vcpu, EV_DONE);
	EXPECT_EQ(64, done_value(&vcpu));
	vm_close(&vm, &vcpu);
	EXPECT_EQ(before, locked());
	vm_end(_metadata, self);
}

/* The same for a VM that never gets more: it ends with all given back. */
TEST_F(pinned, limited_to_the_end)
{
	struct rlimit none = { 0, 0 };
	struct vcpu vcpu;
	struct vm vm;

	ASSERT_EQ(0, setrlimit(RLIMIT_MEMLOCK, &none));
	/* What was made with the capability to lock memory is not limited. */
	EXPECT_EQ(64, guest_call(&self->vcpu, G_mem_fill, SLOT_BASE, 64, 0x50));
	capabilities_drop(_metadata);
	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	for (int i = 0; i < 3; i++) {
		guest_set(&vcpu, G_mem_fill, GUEST_SCRATCH, 64, 0x50);
		EXPECT_EQ(EV_ERROR, guest_run(&vcpu));
		EXPECT_EQ(ENOMEM, vcpu.err);
	}
	/* A slot is only charged for what the guest touches of it: making one is never refused. */
	EXPECT_EQ(0, slot_set(&vm, 2, 0, SLOT_BASE + SLOT_SIZE, SLOT_SIZE, self->hva));
	vm_close(&vm, &vcpu);
	vm_end(_metadata, self);
}

/* A process of the ordinary user, as from fork(); it may lock USER_PAGES. */
static pid_t user_fork(void)
{
	struct rlimit limit = { USER_PAGES * PAGE, USER_PAGES * PAGE };
	const char *node = getenv("KVM_DEVICE");
	pid_t child;

	if (chmod(node ? node : "/dev/kvm", 0666))
		die("the device node cannot be opened to all users");
	child = fork();
	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Else a guest's first page may pin a block of 512. */
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	if (setrlimit(RLIMIT_MEMLOCK, &limit) || setgroups(0, NULL) || setgid(USER) || setuid(USER))
		die("cannot become an ordinary user");
	return 0;
}

/* A guest that touches GUEST_PAGES; what came of it. */
static enum event guest_make(struct vm *vm, struct vcpu *vcpu)
{
	vm_open(vm);
	vcpu_open(vcpu, vm, 0);
	guest_set(vcpu, G_mem_fill, GUEST_SCRATCH, GUEST_PAGES, 1);
	return guest_run(vcpu);
}

static void byte_send(const int pipe_fds[2])
{
	if (write(pipe_fds[1], "", 1) != 1)
		die("the pipe is gone");
}

/* Until there is something to read, or nobody can write any more. */
static void byte_wait(const int pipe_fds[2])
{
	char c;

	if (read(pipe_fds[0], &c, 1) < 0)
		die("the pipe is gone");
}

static int exit_code(pid_t child)
{
	int status;

	if (waitpid(child, &status, 0) != child)
		die("no child");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The VMs of a user share one limit, whichever processes they are in. */
TEST_F(pinned, user_limited)
{
	int ready[2], go[2];
	long before = pins();
	struct vcpu vcpu;
	struct vm vm;
	pid_t first, second;

	ASSERT_EQ(0, pipe(ready));
	ASSERT_EQ(0, pipe(go));
	first = user_fork();
	if (!first) {
		if (guest_make(&vm, &vcpu) != EV_DONE)
			_exit(1);
		byte_send(ready);
		byte_wait(go);
		_exit(0);
	}
	byte_wait(ready);
	EXPECT_LE(GUEST_PAGES, pins() - before);
	second = user_fork();
	if (!second) {
		bool refused = guest_make(&vm, &vcpu) == EV_ERROR && vcpu.err == ENOMEM;

		byte_send(ready);
		if (!refused)
			_exit(1);
		byte_wait(go);
		/* With the other VM gone there is room. */
		_exit(guest_run(&vcpu) == EV_DONE ? 0 : 2);
	}
	byte_wait(ready);
	EXPECT_GE(USER_PAGES, pins() - before);
	EXPECT_EQ(0, kill(first, SIGKILL));
	exit_code(first);
	byte_send(go);
	EXPECT_EQ(0, exit_code(second));
	EXPECT_TRUE(pins_end(before));
}

/* Processes that keep the descriptors of others keep none of their memory locked. */
TEST_F(pinned, ends_despite_keepers)
{
	long before = pins();
	int keep[2], ready[2];
	struct vcpu vcpu;
	struct vm vm;
	pid_t maker;

	ASSERT_EQ(0, pipe(keep));
	ASSERT_EQ(0, pipe(ready));
	for (int i = 0; i < 3; i++) {
		maker = user_fork();
		if (!maker) {
			if (guest_make(&vm, &vcpu) != EV_DONE)
				_exit(1);
			if (fork())
				_exit(0);
			/* The keeper: has both descriptors, and inherits the mapping. */
			close(keep[1]);
			byte_send(ready);
			byte_wait(keep);
			_exit(0);
		}
		ASSERT_EQ(0, exit_code(maker));
		byte_wait(ready);
		EXPECT_TRUE(pins_end(before));
	}
	close(keep[1]);
}

/* What a process has unmapped all of its kvm_run of holds nothing, and goes on once it maps one. */
TEST_F(pinned, ends_with_mapping)
{
	const size_t size = self->vm.run_size;
	long before = locked();

	EXPECT_EQ(64, guest_call(&self->vcpu, G_mem_fill, SLOT_BASE, 64, 0x50));
	EXPECT_EQ(before + 64 * 4, locked());
	guest_set(&self->vcpu, G_mem_check, SLOT_BASE, 64, 0x50);
	/* A part of the mapping is enough. */
	if (size > PAGE) {
		ASSERT_EQ(0, munmap((char *)self->vcpu.run + PAGE, size - PAGE));
		EXPECT_EQ(before + 64 * 4, locked());
	}
	ASSERT_EQ(0, munmap(self->vcpu.run, PAGE));
	EXPECT_EQ(0, locked());
	EXPECT_EQ(self->pins, pins());
	EXPECT_EQ(-ENXIO, kvm_ioctl_n(self->vcpu.fd, KVM_RUN, 0));
	self->vcpu.run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, self->vcpu.fd, 0);
	ASSERT_NE(MAP_FAILED, self->vcpu.run);
	guest_expect(&self->vcpu, EV_DONE);
	EXPECT_EQ(0, done_value(&self->vcpu));
	EXPECT_LE(64 * 4, locked());
	vm_end(_metadata, self);
}

/*
 * Memory at @hva that could only be read when the guest first read it, half of it never written by
 * anybody, becomes the guest's to write when the process may.
 */
static void write_later(struct __test_metadata *_metadata, struct vcpu *vcpu, uint64_t gpa,
			uint8_t *hva)
{
	const size_t size = 2 * MIB;
	long before;

	for (int i = 0; i < 32; i++)
		*(uint64_t *)(hva + i * PAGE) = 0x50 + i;
	ASSERT_EQ(0, mprotect(hva, size, PROT_READ));
	EXPECT_EQ(0, guest_call(vcpu, G_mem_check, gpa, 32, 0x50));
	EXPECT_EQ(32, guest_call(vcpu, G_mem_check, gpa + 32 * PAGE, 32, 1));
	before = locked();
	guest_set(vcpu, G_mem_fill, gpa, 64, 0x90);
	EXPECT_TRUE(memory_faults(vcpu, gpa));
	ASSERT_EQ(0, mprotect(hva, size, PROT_READ | PROT_WRITE));
	guest_expect(vcpu, EV_DONE);
	for (int i = 0; i < 64; i++)
		EXPECT_EQ(0x90 + i, *(uint64_t *)(hva + i * PAGE));
	for (int i = 0; i < 64; i++)
		*(uint64_t *)(hva + i * PAGE) = 0xa0 + i;
	EXPECT_EQ(0, guest_call(vcpu, G_mem_check, gpa, 64, 0xa0));
	/* Each page is charged once, whatever was pinned in its place. */
	EXPECT_EQ(before, locked());
}

TEST_F(pinned, written_later)
{
	uint8_t *huge = (uint8_t *)(((uintptr_t)self->hva + 2 * MIB - 1) & -(2 * MIB));
	uint64_t gpa = SLOT_BASE + (huge - self->hva);

	write_later(_metadata, &self->vcpu, gpa, huge);
	madvise(huge + 2 * MIB, 2 * MIB, MADV_HUGEPAGE);
	write_later(_metadata, &self->vcpu, gpa + 2 * MIB, huge + 2 * MIB);
	vm_end(_metadata, self);
}

TEST_HARNESS_MAIN
