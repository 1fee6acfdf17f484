// SPDX-License-Identifier: GPL-2.0-only
/* Observation of guests by the host's administrator: trace events, statistics in debugfs. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib.h"
#include "harness.h"

#define FLAG	GUEST_SCRATCH
#define EVENTS	"/sys/kernel/tracing/events"
#define OURS	"/sys/kernel/tracing/instances/seen"
#define DEBUGFS	"/sys/kernel/debug"

/* The file's content, to be freed; NULL when it cannot be read. */
static char *file_read(const char *path)
{
	size_t size = 1 << 20, got = 0;
	char *text = malloc(size + 1);
	int fd = open(path, O_RDONLY);
	ssize_t n = -1;

	if (fd >= 0)
		while (got < size && (n = read(fd, text + got, size - got)) > 0)
			got += n;
	close(fd);
	if (n < 0) {
		free(text);
		return NULL;
	}
	text[got] = 0;
	return text;
}

static bool file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return good;
}

FIXTURE(trace)
{
	struct vm vm;
	struct vcpu vcpu;
};

/* An instance of its own, so that nobody else's events come between. */
FIXTURE_SETUP(trace)
{
	if (access(EVENTS, F_OK))
		SKIP(return, "the kernel has no trace events");
	if (in_tree())
		SKIP(return, "events of this module");
	rmdir(OURS);
	ASSERT_EQ(0, mkdir(OURS, 0700));
	vm_open(&self->vm);
	vcpu_open(&self->vcpu, &self->vm, 0);
}

FIXTURE_TEARDOWN(trace)
{
	rmdir(OURS);
}

static void trace_switch(const char *events, bool on)
{
	char path[128];

	snprintf(path, sizeof(path), OURS "/events/%s/enable", events);
	if (!file_write(path, on ? "1" : "0"))
		die("%s cannot be written", path);
}

/* How many lines of the trace have all of the words @a and @b in them. */
static unsigned int trace_lines(const char *a, const char *b)
{
	char *text = file_read(OURS "/trace"), *line, *rest = text;
	unsigned int count = 0;

	if (!text)
		die("no trace");
	while ((line = strsep(&rest, "\n")))
		count += *line != '#' && strstr(line, a) && strstr(line, b);
	free(text);
	return count;
}

/* What perf kvm stat takes from them. */
TEST_F(trace, fields_for_perf)
{
	const char *const files[][2] = {
		{ EVENTS "/kvm/kvm_entry/format", "field:u32 id;" },
		{ EVENTS "/kvm/kvm_exit/format", "field:u32 id;" },
		{ EVENTS "/kvm/kvm_exit/format", "field:unsigned long scause;" },
	};

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		EXPECT_TRUE(file_has(files[i][0], files[i][1]))
			TH_LOG("%s: no %s", files[i][0], files[i][1]);
	}
}

/* Exits that are settled in the world switch are seen while somebody looks, and are right. */
TEST_F(trace, fast_exits)
{
	struct vcpu *vcpu = &self->vcpu;
	struct guest_ret before, during;
	const unsigned int calls = 20;

	before = guest_sbi(vcpu, 0x10, 0);
	trace_switch("kvm/kvm_exit", true);
	for (unsigned int i = 0; i < calls; i++) {
		during = guest_sbi(vcpu, 0x10, 0);
		EXPECT_EQ(before.a0, during.a0);
		EXPECT_EQ(before.a1, during.a1);
	}
	trace_switch("kvm/kvm_exit", false);
	/* Each call is one, and so is the guest's saying that it is done. */
	EXPECT_EQ(2 * calls, trace_lines("kvm_exit: vcpu 0 ", "scause 0xa (ecall)"));
	guest_sbi(vcpu, 0x10, 0);
	EXPECT_EQ(2 * calls, trace_lines("kvm_exit: vcpu 0 ", "scause 0xa (ecall)"));
}

static void wake(struct vcpu *vcpu)
{
	struct kvm_interrupt irq = { .irq = KVM_INTERRUPT_SET };
	struct vcpu_thread t;

	guest_set(vcpu, G_irq_wfi, 9);
	thread_start(&t, vcpu, -1);
	sleep_ms(50);
	kvm_ioctl(vcpu->fd, KVM_INTERRUPT, &irq);
	thread_join(&t);
}

#define RFENCE		0x52464e43
#define FENCED		4			/* vCPUs; the first asks */
#define FENCE_VA	0x40000000UL

/* Each event, by a guest and a VMM that give it occasion. */
TEST_F(trace, every_event)
{
	const char *const events[][2] = {
		{ "kvm_entry: vcpu 0 pc 0x", "" },
		{ "kvm_exit: vcpu 0 ", "(ecall)" },
		{ "kvm_exit: vcpu 0 ", "(virtual instruction)" },
		{ "kvm_exit: vcpu 0 ", "(store guest-page fault)" },
		{ "kvm_page_fault: vcpu 0 ", "gpa 0x90000000 result 0" },
		{ "kvm_page_fault: vcpu 0 ", "gpa 0x10000000 result 1" },
		{ "kvm_mmio: vcpu 0 mmio read-asked", "len 4 gpa 0x10000000 val 0x0" },
		{ "kvm_mmio: vcpu 0 mmio read ", "len 4 gpa 0x10000000 val 0x12345678" },
		{ "kvm_mmio: vcpu 0 mmio write", "len 4 gpa 0x10000000 val 0x55" },
		{ "kvm_userspace_exit: vcpu 0 ", "reason 6 errno 0" },
		{ "kvm_sbi_call: vcpu 0 ", "extension 0x10 function 0x0" },
		{ "kvm_sbi_return: vcpu 0 ", "error 0 value 0x3000000" },
		{ "kvm_hart_irq: vcpu 0 ", "irq 10 (external) level 1" },
		{ "kvm_vcpu_wakeup: vcpu 0 wait", "" },
		{ "kvm_fence: gfn 0x90000 to 0x90000", "" },
		{ "kvm_guest_fence: vcpu 0 ", "gva 0x40000000 pages 1 asid -1" },
	};
	struct vcpu *vcpu = &self->vcpu;
	uint32_t answer = 0x12345678;

	slot_add(&self->vm, 1, 0, SLOT_BASE, PAGE);
	trace_switch("kvm", true);
	guest_sbi(vcpu, 0x10, 0);
	guest_sbi(vcpu, RFENCE, 1, 1, 0, FENCE_VA, PAGE);
	guest_call(vcpu, G_mem_write, SLOT_BASE, 1);
	guest_set(vcpu, G_mmio_lw, MMIO_BASE);
	guest_expect(vcpu, EV_MMIO);
	memcpy(vcpu->run->mmio.data, &answer, 4);
	guest_expect(vcpu, EV_DONE);
	EXPECT_EQ(answer, done_value(vcpu));
	guest_set(vcpu, G_mmio_sw, MMIO_BASE, 0x55);
	guest_expect(vcpu, EV_MMIO);
	guest_expect(vcpu, EV_DONE);
	EXPECT_EQ(0, slot_set(&self->vm, 1, 0, SLOT_BASE, 0, NULL));
	wake(vcpu);
	trace_switch("kvm", false);
	for (size_t i = 0; i < ARRAY_LEN(events); i++) {
		EXPECT_LT(0, trace_lines(events[i][0], events[i][1]))
			TH_LOG("not seen: %s %s", events[i][0], events[i][1]);
	}
}

/* The lines of the trace that say that vCPU @id made the fence @what */
static unsigned int fence_lines(int id, const char *what)
{
	char event[64];

	snprintf(event, sizeof(event), "kvm_guest_fence: vcpu %d ", id);
	return trace_lines(event, what);
}

/* A vCPU that is asked for fences while it does not run makes them before it does, and no others. */
static void fences_seen(struct __test_metadata *_metadata, struct vcpu vcpus[FENCED],
			const char *what, unsigned int count)
{
	for (int id = 1; id < FENCED; id++) {
		EXPECT_EQ(0, fence_lines(id, "")) TH_LOG("vCPU %d, before it ran", id);
		guest_call(&vcpus[id], G_irq_pending, 0);
		EXPECT_EQ(count, fence_lines(id, what)) TH_LOG("vCPU %d: %s", id, what);
		EXPECT_EQ(count, fence_lines(id, "")) TH_LOG("vCPU %d: others than %s", id, what);
		guest_call(&vcpus[id], G_irq_pending, 0);
		EXPECT_EQ(count, fence_lines(id, "")) TH_LOG("vCPU %d: again", id);
	}
	if (!file_write(OURS "/trace", ""))
		die("the trace cannot be emptied");
}

TEST_F(trace, remote_fences_keep_range_and_asid)
{
	const struct {
		uint64_t fid, start, size, asid;
		const char *fence;
	} calls[] = {
		{ 1, FENCE_VA, PAGE, 0, "gva 0x40000000 pages 1 asid -1" },
		{ 2, FENCE_VA, PAGE, 7, "gva 0x40000000 pages 1 asid 7" },
		{ 1, FENCE_VA + 8, 3 * PAGE, 7, "gva 0x40000000 pages 4 asid -1" },
		{ 2, FENCE_VA, 64 * PAGE, 0xffff, "gva 0x40000000 pages 64 asid 65535" },
		{ 1, -PAGE, PAGE, 0, "gva 0xfffffffffffff000 pages 1 asid -1" },
		{ 2, FENCE_VA, 65 * PAGE, 7, "gva 0x0 pages 0 asid 7" },
		{ 2, 0, 0, 7, "gva 0x0 pages 0 asid 7" },
		{ 1, 0, 0, 0, "gva 0x0 pages 0 asid -1" },
		{ 1, FENCE_VA, -1UL, 0, "gva 0x0 pages 0 asid -1" },
		{ 1, -PAGE, 2 * PAGE, 0, "gva 0x0 pages 0 asid -1" },
	};
	struct kvm_mp_state state = { .mp_state = KVM_MP_STATE_RUNNABLE };
	struct vcpu vcpus[FENCED] = { self->vcpu };
	uint64_t others = (1 << FENCED) - 2;

	for (int id = 1; id < FENCED; id++) {
		vcpu_open(&vcpus[id], &self->vm, id);
		ASSERT_EQ(0, kvm_ioctl(vcpus[id].fd, KVM_SET_MP_STATE, &state));
	}
	trace_switch("kvm/kvm_guest_fence", true);
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		EXPECT_EQ(0, guest_sbi(&vcpus[0], RFENCE, calls[i].fid, others, 0, calls[i].start,
				       calls[i].size, calls[i].asid).a0);
		fences_seen(_metadata, vcpus, calls[i].fence, 1);
	}
	/* As many as there is room for, and one more */
	for (unsigned int n = 16; n <= 17; n++) {
		for (unsigned int i = 0; i < n; i++)
			guest_sbi(&vcpus[0], RFENCE, 1, others, 0, FENCE_VA + 2 * i * PAGE, PAGE);
		fences_seen(_metadata, vcpus, n == 16 ? "pages 1 asid -1" : "pages 0 asid -1",
			    n == 16 ? 16 : 1);
	}
	/* A hart that asks itself */
	EXPECT_EQ(0, guest_sbi(&vcpus[0], RFENCE, 2, 1, 0, FENCE_VA, PAGE, 7).a0);
	EXPECT_EQ(1, fence_lines(0, "gva 0x40000000 pages 1 asid 7"));
	trace_switch("kvm/kvm_guest_fence", false);
}

FIXTURE(debugfs)
{
	struct vm vm;
	struct vcpu vcpu;
	char dir[64];
};

FIXTURE_SETUP(debugfs)
{
	const char *node = getenv("KVM_DEVICE");

	node = node ? strrchr(node, '/') + 1 : "kvm";
	if (access(DEBUGFS "/tracing", F_OK) && access(DEBUGFS "/bdi", F_OK))
		SKIP(return, "the kernel has no debugfs");
	vm_open(&self->vm);
	vcpu_open(&self->vcpu, &self->vm, 0);
	snprintf(self->dir, sizeof(self->dir), DEBUGFS "/%s/%d-%d", node, getpid(), self->vm.fd);
}

FIXTURE_TEARDOWN(debugfs)
{
}

/* The value of statistic @name of the VM in @dir, with ".." before it of all; -1: there is none. */
static long debugfs_value(const char *dir, const char *name)
{
	char path[128], *text;
	long value = -1;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	text = file_read(path);
	if (text)
		value = atol(text);
	free(text);
	return value;
}

TEST_F(debugfs, counts_and_clears)
{
	long mmios = debugfs_value(self->dir, "../mmio_exit_user");
	char path[128];
	int old;

	EXPECT_LE(0, mmios);
	EXPECT_EQ(0, debugfs_value(self->dir, "mmio_exit_user"));
	EXPECT_EQ(0, debugfs_value(self->dir, "remote_tlb_flush"));
	guest_set(&self->vcpu, G_mmio_lw, MMIO_BASE);
	guest_expect(&self->vcpu, EV_MMIO);
	EXPECT_EQ(1, debugfs_value(self->dir, "mmio_exit_user"));
	EXPECT_EQ(mmios + 1, debugfs_value(self->dir, "../mmio_exit_user"));

	snprintf(path, sizeof(path), "%s/mmio_exit_user", self->dir);
	EXPECT_FALSE(file_write(path, "1"));
	EXPECT_EQ(1, debugfs_value(self->dir, "mmio_exit_user"));
	EXPECT_TRUE(file_write(path, "0"));
	EXPECT_EQ(0, debugfs_value(self->dir, "mmio_exit_user"));
	EXPECT_EQ(mmios, debugfs_value(self->dir, "../mmio_exit_user"));

	/* A reader that stays does not keep the VM, nor find it once it is gone. */
	old = open(path, O_RDONLY);
	ASSERT_LE(0, old);
	munmap(self->vcpu.run, self->vm.run_size);
	close(self->vcpu.fd);
	close(self->vm.fd);
	EXPECT_EQ(-1, access(self->dir, F_OK));
	EXPECT_EQ(-1, read(old, path, 1));
	EXPECT_EQ(EIO, errno);
}

/* So do those that fast exits add to, without the others' noticing. */
TEST_F(debugfs, fast_exits_clear)
{
	const char *const kinds[] = { "exits", "ecall_exit_stat" };
	char path[128];
	long others;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		guest_sbi(&self->vcpu, 0x10, 0);
		EXPECT_LE(2, debugfs_value(self->dir, kinds[i]));
		others = debugfs_value(self->dir, kinds[!i]);
		snprintf(path, sizeof(path), "%s/%s", self->dir, kinds[i]);
		EXPECT_TRUE(file_write(path, "0"));
		EXPECT_EQ(0, debugfs_value(self->dir, kinds[i]));
		EXPECT_EQ(others, debugfs_value(self->dir, kinds[!i]));
		guest_sbi(&self->vcpu, 0x10, 0);
		EXPECT_LE(2, debugfs_value(self->dir, kinds[i]));
		EXPECT_GT(64, debugfs_value(self->dir, kinds[i]));
	}
}

/* The sum of a VM's vCPUs, and of all VMs. What is no count cannot be cleared. */
TEST_F(debugfs, sums)
{
	long all = debugfs_value(self->dir, "../ecall_exit_stat"), mine;
	struct vcpu second, other;
	struct stat st;
	char path[128];
	struct vm vm;

	vcpu_open(&second, &self->vm, 1);
	kvm_ioctl(second.fd, KVM_SET_MP_STATE, &(struct kvm_mp_state){ KVM_MP_STATE_RUNNABLE });
	vm_open(&vm);
	vcpu_open(&other, &vm, 0);
	guest_sbi(&self->vcpu, 0x10, 0);
	mine = debugfs_value(self->dir, "ecall_exit_stat");
	EXPECT_LT(0, mine);
	guest_sbi(&second, 0x10, 0);
	EXPECT_EQ(2 * mine, debugfs_value(self->dir, "ecall_exit_stat"));
	guest_sbi(&other, 0x10, 0);
	EXPECT_EQ(2 * mine, debugfs_value(self->dir, "ecall_exit_stat"));
	EXPECT_EQ(all + 3 * mine, debugfs_value(self->dir, "../ecall_exit_stat"));

	/* This one is an addition of ours. */
	snprintf(path, sizeof(path), "%s/pages_4k", self->dir);
	EXPECT_TRUE(in_tree() || debugfs_value(self->dir, "pages_4k") +
				 debugfs_value(self->dir, "pages_2m") > 0);
	EXPECT_TRUE(in_tree() || (!stat(path, &st) && (st.st_mode & 0777) == 0444));
	EXPECT_FALSE(file_write(path, "0"));
}

TEST_F(debugfs, gone_with_the_vm)
{
	ASSERT_EQ(0, access(self->dir, F_OK));
	munmap(self->vcpu.run, self->vm.run_size);
	close(self->vcpu.fd);
	close(self->vm.fd);
	EXPECT_EQ(-1, access(self->dir, F_OK));
	/* Nor is it in the way of the next one, whose descriptors get the same numbers. */
	close(self->vm.kvm);
	vm_create(&self->vm);
	EXPECT_EQ(0, access(self->dir, F_OK));
}

TEST_HARNESS_MAIN
