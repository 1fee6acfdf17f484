// SPDX-License-Identifier: GPL-2.0-only
/*
 * exits [-n ITERATIONS] [-r REPEATS] [-d DEVICE] [OPERATION...]
 *
 * Measures the cost of exits from the guest in instructions of the host: a VMM
 * with one vCPU runs the loops of guest.S and prints one line per operation,
 *
 *   bench: OPERATION INSTRUCTIONS
 *
 * INSTRUCTIONS is the median over REPEATS fresh VMs of (the loop minus the same
 * number of rounds of a loop without the operation) / ITERATIONS; the loops that
 * write pages and those of the host are counted whole. It holds only on a
 * machine run with -icount (see counter.h), and that has come to rest after boot.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "uapi/kvm.h"

#include "counter.h"
#include "guest.h"

#define PAGE		4096UL
#define HUGE		(2UL << 20)
#define CODE_SIZE	(16 * PAGE)
#define WARM_UP		200
#define REPEATS_MAX	15

#define CORE_REG(index) (KVM_REG_RISCV | KVM_REG_SIZE_U64 | KVM_REG_RISCV_CORE | (index))
#define CORE_PC		CORE_REG(0)
#define CORE_A0		CORE_REG(10)
#define CORE_A1		CORE_REG(11)

static const char *device = "/dev/kvm";

struct machine {
	int kvm, vm, vcpu;
	int eventfd;
	bool marked;		/* the next run is what a trace is after */
	size_t run_size;
	struct kvm_run *run;
	void *code;
	void *pages;		/* aligned to HUGE, NULL without */
	size_t pages_size;	/* bytes, a multiple of HUGE */
};

struct operation {
	const char *name;
	/* Instructions spent by n operations. */
	int64_t (*measure)(const struct operation *op, unsigned long n);
	const unsigned char *loop;	/* guest loop, for those that have one */
	uint64_t argument;		/* its a1 */
	int advice;			/* madvise() for the pages, or 0 */
	bool sbi;			/* a0 ends as an SBI error code */
	unsigned int others;		/* doorbells beside the one that is written */
	unsigned long rounds;		/* in place of ITERATIONS, or 0 */
};

static void die(const char *format, ...)
{
	va_list args;
	int error = errno;

	fflush(stdout);
	fputs("exits: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, " (%s)\n", strerror(error));
	exit(1);
}

static int must_ioctl(int fd, const char *name, unsigned long number, void *arg)
{
	int result = ioctl(fd, number, arg);

	if (result < 0)
		die("%s failed", name);
	return result;
}
#define MUST(fd, number, arg) must_ioctl(fd, #number, number, (void *)(arg))

static void *must_map(size_t size, int flags, int fd)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (p == MAP_FAILED)
		die("mmap of %zu bytes failed", size);
	return p;
}

/* Instructions per tick of the time CSR. */
static uint64_t tick_size(void)
{
	const char *path = "/proc/device-tree/cpus/timebase-frequency";
	unsigned char be[4];
	uint32_t hertz;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || read(fd, be, sizeof(be)) != sizeof(be))
		die("cannot read %s", path);
	close(fd);
	hertz = (uint32_t)be[0] << 24 | be[1] << 16 | be[2] << 8 | be[3];
	if (!hertz || 1000000000 % hertz)
		die("time base of %u Hz is no whole number of nanoseconds", hertz);
	return 1000000000 / hertz;
}

static void set_reg(const struct machine *m, uint64_t id, uint64_t value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };

	MUST(m->vcpu, KVM_SET_ONE_REG, &reg);
}

static uint64_t get_reg(const struct machine *m, uint64_t id)
{
	uint64_t value;
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };

	MUST(m->vcpu, KVM_GET_ONE_REG, &reg);
	return value;
}

static void add_memory(const struct machine *m, uint32_t slot, uint64_t gpa, void *host,
		       size_t size)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = (uintptr_t)host,
	};

	MUST(m->vm, KVM_SET_USER_MEMORY_REGION, &region);
}

/* Bytes of [start, start + size) that are in huge pages, as the kernel says. */
static size_t huge_bytes(const void *start, size_t size)
{
	uintptr_t from, to, begin = (uintptr_t)start;
	char line[256];
	size_t kib, sum = 0;
	bool inside = false;
	FILE *f = fopen("/proc/self/smaps", "r");

	if (!f)
		die("cannot read /proc/self/smaps");
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			inside = from < begin + size && to > begin;
		else if (inside && sscanf(line, "AnonHugePages: %zu", &kib) == 1)
			sum += kib << 10;
	}
	fclose(f);
	return sum;
}

/* Host memory for the guest, every page of it present and written. */
static void machine_add_pages(struct machine *m, size_t size, int advice)
{
	char *area;
	size_t huge;

	size = (size + HUGE - 1) & ~(HUGE - 1);
	area = must_map(size + HUGE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
	m->pages = (void *)(((uintptr_t)area + HUGE - 1) & ~(HUGE - 1));
	m->pages_size = size;
	munmap(area, (char *)m->pages - area);
	munmap((char *)m->pages + size, area + HUGE - (char *)m->pages);
	if (madvise(m->pages, size, advice))
		die("madvise(%d) failed", advice);
	memset(m->pages, 1, size);
	huge = huge_bytes(m->pages, size);
	if (huge != (advice == MADV_HUGEPAGE ? size : 0))
		die("%zu of %zu bytes are in huge pages", huge, size);
	add_memory(m, 1, GUEST_PAGES, m->pages, size);
}

static void machine_open(struct machine *m)
{
	memset(m, 0, sizeof(*m));
	m->kvm = open(device, O_RDWR | O_CLOEXEC);
	if (m->kvm < 0)
		die("cannot open %s", device);
	m->vm = MUST(m->kvm, KVM_CREATE_VM, 0);
	m->code = must_map(CODE_SIZE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	memcpy(m->code, guest_begin, guest_end - guest_begin);
	add_memory(m, 0, GUEST_CODE, m->code, CODE_SIZE);
	m->vcpu = MUST(m->vm, KVM_CREATE_VCPU, 0);
	m->run_size = MUST(m->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	m->run = must_map(m->run_size, MAP_SHARED, m->vcpu);
	m->eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (m->eventfd < 0)
		die("eventfd failed");
}

static void machine_close(struct machine *m)
{
	munmap(m->run, m->run_size);
	close(m->vcpu);
	close(m->vm);
	close(m->kvm);
	close(m->eventfd);
	munmap(m->code, CODE_SIZE);
	if (m->pages)
		munmap(m->pages, m->pages_size);
}

static void machine_unexpected(const struct machine *m)
{
	const struct kvm_run *run = m->run;

	if (run->exit_reason == KVM_EXIT_MMIO)
		die("guest %s %#llx, data %#x: scause if that is %#x",
		    run->mmio.is_write ? "wrote" : "read", run->mmio.phys_addr,
		    run->mmio.data[0], GUEST_TRAP);
	die("unexpected exit %u", run->exit_reason);
}

/* Serve reads of GUEST_MMIO until the guest stores to GUEST_DONE: how many. */
static unsigned long machine_run(struct machine *m)
{
	struct kvm_run *run = m->run;
	unsigned long reads;

	for (reads = 0;; reads++) {
		if (ioctl(m->vcpu, KVM_RUN, 0))
			die("KVM_RUN failed");
		if (run->exit_reason != KVM_EXIT_MMIO)
			break;
		if (run->mmio.is_write || run->mmio.phys_addr != GUEST_MMIO)
			break;
		run->mmio.data[0] = 0;
	}
	if (run->exit_reason != KVM_EXIT_MMIO || run->mmio.phys_addr != GUEST_DONE)
		machine_unexpected(m);
	return reads;
}

/* Ticks that n rounds of a guest loop take. */
static uint64_t machine_time(struct machine *m, const unsigned char *loop, uint64_t argument,
			     unsigned long n)
{
	uint64_t start, end;
	unsigned long reads;

	set_reg(m, CORE_PC, GUEST_CODE + (loop - guest_begin));
	set_reg(m, CORE_A0, n);
	set_reg(m, CORE_A1, argument);
	if (m->marked)
		COUNTER_MARK_BEGIN();
	start = counter_time();
	reads = machine_run(m);
	end = counter_time();
	if (m->marked)
		COUNTER_MARK_END();
	m->marked = false;
	if (reads != (argument == GUEST_MMIO ? n : 0))
		die("%lu reads came out of %lu rounds", reads, n);
	return end - start;
}

static void doorbell_set(const struct machine *m, uint64_t addr, uint32_t flags)
{
	struct kvm_ioeventfd event = { .addr = addr, .len = 4, .fd = m->eventfd, .flags = flags };

	MUST(m->vm, KVM_IOEVENTFD, &event);
}

static int64_t measure_loop(const struct operation *op, unsigned long n)
{
	struct machine m;
	uint64_t with, without;

	machine_open(&m);
	if (op->argument == GUEST_EVENT) {
		for (unsigned int i = 0; i < op->others; i++)
			doorbell_set(&m, GUEST_EVENT + 4 * (i + 1), 0);
		doorbell_set(&m, GUEST_EVENT, 0);
	}
	machine_time(&m, op->loop, op->argument, WARM_UP);
	without = machine_time(&m, guest_empty, 0, n);
	m.marked = true;
	with = machine_time(&m, op->loop, op->argument, n);
	if (op->sbi && get_reg(&m, CORE_A0))
		die("%s: SBI error %lld", op->name, (long long)get_reg(&m, CORE_A0));
	if (op->argument == GUEST_EVENT) {
		uint64_t signals = 0;

		if (read(m.eventfd, &signals, 8) != 8 || signals != n + WARM_UP)
			die("eventfd counted %llu of %lu", (unsigned long long)signals,
			    n + WARM_UP);
	}
	machine_close(&m);
	return with - without;
}

/* The first write to each page, loop and all: the guest's three instructions count. */
static int64_t measure_pages(const struct operation *op, unsigned long n)
{
	struct machine m;
	uint64_t ticks;
	unsigned long i;

	machine_open(&m);
	machine_add_pages(&m, n * PAGE, op->advice);
	machine_time(&m, guest_empty, 0, WARM_UP);
	m.marked = true;
	ticks = machine_time(&m, op->loop, op->argument, n);
	for (i = 0; i < n; i++) {
		const uint64_t *page = (const void *)((char *)m.pages + i * PAGE);

		if (*page != GUEST_PAGES + n * PAGE)
			die("page %lu holds %#llx", i, (unsigned long long)*page);
	}
	machine_close(&m);
	return ticks;
}

static int64_t measure_immediate_exit(const struct operation *op, unsigned long n)
{
	struct machine m;
	uint64_t start, end;
	unsigned long i;

	(void)op;
	machine_open(&m);
	machine_time(&m, guest_empty, 0, WARM_UP);
	m.run->immediate_exit = 1;
	COUNTER_MARK_BEGIN();
	start = counter_time();
	for (i = 0; i < n; i++) {
		if (ioctl(m.vcpu, KVM_RUN, 0) != -1 || errno != EINTR)
			die("KVM_RUN with immediate_exit did not answer EINTR");
	}
	end = counter_time();
	COUNTER_MARK_END();
	machine_close(&m);
	return end - start;
}

static int64_t measure_get_one_reg(const struct operation *op, unsigned long n)
{
	struct machine m;
	uint64_t value, start, end;
	struct kvm_one_reg reg = { .id = CORE_A0, .addr = (uintptr_t)&value };
	unsigned long i;

	(void)op;
	machine_open(&m);
	machine_time(&m, guest_empty, 0, WARM_UP);
	COUNTER_MARK_BEGIN();
	start = counter_time();
	for (i = 0; i < n; i++)
		if (ioctl(m.vcpu, KVM_GET_ONE_REG, &reg))
			die("KVM_GET_ONE_REG failed");
	end = counter_time();
	COUNTER_MARK_END();
	machine_close(&m);
	return end - start;
}

/* Assigning n ioeventfds and taking them away again. */
static int64_t measure_ioeventfd_set(const struct operation *op, unsigned long n)
{
	struct machine m;
	uint64_t start, end;
	unsigned long i;

	(void)op;
	machine_open(&m);
	machine_time(&m, guest_empty, 0, WARM_UP);
	COUNTER_MARK_BEGIN();
	start = counter_time();
	for (i = 0; i < n; i++)
		doorbell_set(&m, GUEST_EVENT + 4 * i, 0);
	for (i = 0; i < n; i++)
		doorbell_set(&m, GUEST_EVENT + 4 * i, KVM_IOEVENTFD_FLAG_DEASSIGN);
	end = counter_time();
	COUNTER_MARK_END();
	machine_close(&m);
	return end - start;
}

/* What any ioctl costs before it reaches its driver: here it has none. */
static int64_t measure_ioctl(const struct operation *op, unsigned long n)
{
	uint64_t start, end;
	unsigned long i;
	int fd = eventfd(0, EFD_CLOEXEC);

	(void)op;
	if (fd < 0)
		die("eventfd failed");
	COUNTER_MARK_BEGIN();
	start = counter_time();
	for (i = 0; i < n; i++)
		if (ioctl(fd, KVM_RUN, 0) != -1 || errno != ENOTTY)
			die("ioctl of an eventfd did not answer ENOTTY");
	end = counter_time();
	COUNTER_MARK_END();
	close(fd);
	return end - start;
}

static const struct operation operations[] = {
	{ .name = "sbi_base", .measure = measure_loop, .loop = guest_sbi_base, .sbi = true },
	{ .name = "sbi_set_timer", .measure = measure_loop, .loop = guest_set_timer, .sbi = true },
	{ .name = "sbi_send_ipi", .measure = measure_loop, .loop = guest_send_ipi, .sbi = true },
	{ .name = "sbi_remote_sfence", .measure = measure_loop,
	  .loop = guest_remote_sfence, .sbi = true },
	{ .name = "rdcycle", .measure = measure_loop, .loop = guest_rdcycle },
	{ .name = "wfi_pending", .measure = measure_loop, .loop = guest_wfi },
	{ .name = "ioeventfd", .measure = measure_loop, .loop = guest_write,
	  .argument = GUEST_EVENT },
	{ .name = "ioeventfd_1000", .measure = measure_loop, .loop = guest_write,
	  .argument = GUEST_EVENT, .others = 999 },
	{ .name = "ioeventfd_set", .measure = measure_ioeventfd_set, .rounds = 8192 },
	{ .name = "mmio_user", .measure = measure_loop, .loop = guest_read,
	  .argument = GUEST_MMIO },
	{ .name = "run_immediate_exit", .measure = measure_immediate_exit },
	{ .name = "get_one_reg", .measure = measure_get_one_reg },
	{ .name = "ioctl_floor", .measure = measure_ioctl },
	{ .name = "write_4k", .measure = measure_pages, .loop = guest_stride,
	  .argument = GUEST_PAGES,
	  .advice = MADV_NOHUGEPAGE },
	{ .name = "write_thp", .measure = measure_pages, .loop = guest_stride,
	  .argument = GUEST_PAGES,
	  .advice = MADV_HUGEPAGE },
};
#define N_OPERATIONS (sizeof(operations) / sizeof(operations[0]))

static int compare_counts(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void report(const struct operation *op, unsigned long n, int repeats, uint64_t tick)
{
	int64_t counts[REPEATS_MAX];
	int i;

	if (op->rounds)
		n = op->rounds;
	/* Whole huge pages, so that none is counted for a part of its writes. */
	if (op->advice)
		n = (n * PAGE + HUGE - 1) / HUGE * (HUGE / PAGE);
	for (i = 0; i < repeats; i++)
		counts[i] = op->measure(op, n) * (int64_t)tick;
	qsort(counts, repeats, sizeof(counts[0]), compare_counts);
	printf("bench: %s %.1f\n", op->name, (double)counts[repeats / 2] / n);
	fflush(stdout);
}

static bool wanted(const char *name, char **names)
{
	if (!*names)
		return true;
	for (; *names; names++)
		if (!strcmp(name, *names))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	unsigned long n = 5000;
	int option, repeats = 3;
	uint64_t tick;
	size_t i;

	while ((option = getopt(argc, argv, "n:r:d:")) != -1) {
		switch (option) {
		case 'n':
			n = strtoul(optarg, NULL, 0);
			break;
		case 'r':
			repeats = atoi(optarg);
			break;
		case 'd':
			device = optarg;
			break;
		default:
			return 2;
		}
	}
	if (!n || repeats < 1 || repeats > REPEATS_MAX) {
		fprintf(stderr, "exits: -n from 1, -r from 1 to %d\n", REPEATS_MAX);
		return 2;
	}
	tick = tick_size();
	for (i = 0; i < N_OPERATIONS; i++)
		if (wanted(operations[i].name, argv + optind))
			report(&operations[i], n, repeats, tick);
	return 0;
}
