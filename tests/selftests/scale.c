// SPDX-License-Identifier: GPL-2.0-only
/* Large numbers of vCPUs, VMs, slots, guest memory and concurrent faults. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib.h"
#include "harness.h"

#define STOP	GUEST_SCRATCH
#define MAX_VCPUS	1024
#define SLOTS_MAX	32767
#define GIB	(1UL << 30)

/* Each vCPU has its descriptor, and so has each statistics file. */
static void descriptors_allow(void)
{
	struct rlimit limit = { 4096, 4096 };

	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("RLIMIT_NOFILE: %s", strerror(errno));
}

/* Interrupts so far by which CPUs were asked to do something; 0: the kernel does not say. */
static uint64_t calls_between_cpus(void)
{
	FILE *f = fopen("/proc/interrupts", "r");
	uint64_t sum = 0;
	char line[1024];

	while (f && fgets(line, sizeof(line), f)) {
		char *at = strchr(line, ':'), *end;

		if (!at || !strstr(line, "unction call"))
			continue;
		for (at++;; at = end) {
			unsigned long n = strtoul(at, &end, 10);

			if (end == at)
				break;
			sum += n;
		}
	}
	if (f)
		fclose(f);
	return sum;
}

/* What the kernel's own threads call in ms milliseconds in which nothing is asked of it. */
static uint64_t calls_meanwhile(uint64_t ms)
{
	uint64_t start = now_ms(), calls = calls_between_cpus();

	while (now_ms() < start + ms)
		;
	return calls_between_cpus() - calls;
}

static void vcpu_runnable(struct vcpu *vcpu)
{
	struct kvm_mp_state state = { KVM_MP_STATE_RUNNABLE };

	if (kvm_ioctl(vcpu->fd, KVM_SET_MP_STATE, &state))
		die("KVM_SET_MP_STATE: %s", strerror(errno));
}

/* ---- vCPUs ---- */

enum { CROWD = 512 };

static struct vcpu crowd[MAX_VCPUS];
static struct vcpu_thread crowd_threads[CROWD];

/* A crowd that starts after this gets its turn before this one has had all of its own. */
static void watcher(void)
{
	const struct sched_param none = { 0 };

	if (sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &none) ||
	    setpriority(PRIO_PROCESS, 0, -20))
		die("priority: %s", strerror(errno));
}

/*
 * The first hart starts all others; they run at once, many more than the machine has, and the VM
 * goes without a fuss.
 */
TEST(vcpus_512_run_at_once)
{
	volatile uint64_t *words;
	uint64_t start, calls, took, others;
	struct vm vm;

	descriptors_allow();
	vm_open(&vm);
	words = slot_add(&vm, 1, 0, SLOT_BASE, CROWD * sizeof(uint64_t));
	start = now_ms();
	for (int i = 0; i < CROWD; i++)
		vcpu_open(&crowd[i], &vm, i);
	note("%d vCPUs made in %lu ms", CROWD, (unsigned long)(now_ms() - start));
	watcher();
	for (int i = 1; i < CROWD; i++)
		thread_start(&crowd_threads[i], &crowd[i], -1);
	start = now_ms();
	EXPECT_EQ(CROWD - 1, guest_call(&crowd[0], G_smp_start_crowd, CROWD, G_guest_crowd_entry,
					SLOT_BASE));
	for (int i = 1; i < CROWD; i++) {
		ASSERT_TRUE(wait_for(&words[i], 60000)) TH_LOG("vCPU %d does not run", i);
	}
	note("all in the guest after %lu ms", (unsigned long)(now_ms() - start));
	ram64(&vm, STOP) = 1;
	for (int i = 1; i < CROWD; i++) {
		uint64_t count = thread_join(&crowd_threads[i]);

		EXPECT_EQ(words[i], count);
	}
	for (int i = 0; i < CROWD; i++) {
		munmap(crowd[i].run, vm.run_size);
		close(crowd[i].fd);
	}
	start = now_ms();
	calls = calls_between_cpus();
	close(vm.fd);
	calls = calls_between_cpus() - calls;
	took = now_ms() - start;
	others = calls_meanwhile(took);
	note("gone in %lu ms with %lu calls between CPUs, %lu without", (unsigned long)took,
	     (unsigned long)calls, (unsigned long)others);
	/* in-tree: not ours to judge. */
	if (!in_tree()) {
		EXPECT_GT(CROWD / 4 + 2 * others, calls);
	}
}

/* As many as there may be, with numbers in any order; each finds itself under its own. */
TEST(vcpus_1024_in_any_order)
{
	const int picked[] = { 1023, 0, 512, 37, 1022 };
	struct vm vm;

	descriptors_allow();
	vm_open(&vm);
	EXPECT_EQ(MAX_VCPUS, kvm_ioctl_n(vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS));
	EXPECT_EQ(MAX_VCPUS, kvm_ioctl_n(vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPU_ID));
	for (int i = 0; i < MAX_VCPUS; i++) {
		int id = (i * 37 + 1023) % MAX_VCPUS;

		vcpu_open(&crowd[id], &vm, id);
	}
	EXPECT_EQ(-EINVAL, kvm_ioctl_n(vm.fd, KVM_CREATE_VCPU, MAX_VCPUS));
	EXPECT_EQ(-EEXIST, kvm_ioctl_n(vm.fd, KVM_CREATE_VCPU, 700));
	for (size_t i = 0; i < ARRAY_LEN(picked); i++) {
		struct vcpu *vcpu = &crowd[picked[i]];

		vcpu_runnable(vcpu);
		/* What a hart is told at reset: its own number. */
		EXPECT_EQ(picked[i], reg_get(vcpu, REG_X(10)));
		EXPECT_EQ(i, guest_call(vcpu, G_mem_write, STOP, i));
	}
	/* HSM knows them all: hart 1023 is asked for by hart 0. */
	EXPECT_EQ(0, guest_sbi(&crowd[0], 0x48534d, 2, 1023).a0);
	EXPECT_EQ((uint64_t)-3, guest_sbi(&crowd[0], 0x48534d, 2, 1024).a0);
}

TEST(vms_64_at_once)
{
	enum { VMS = 64 };
	static struct vcpu_thread threads[VMS];
	static struct vcpu vcpus[VMS];
	static struct vm vms[VMS];

	descriptors_allow();
	for (int i = 0; i < VMS; i++) {
		vm_open(&vms[i]);
		vcpu_open(&vcpus[i], &vms[i], 0);
		guest_set(&vcpus[i], G_mem_churn, GUEST_SCRATCH + PAGE, 4, STOP);
	}
	watcher();
	for (int i = 0; i < VMS; i++)
		thread_start(&threads[i], &vcpus[i], -1);
	/* Round after round in each, while all the others do the same. */
	for (int i = 0; i < VMS; i++) {
		ASSERT_TRUE(wait_for(&ram64(&vms[i], STOP + 8), 60000));
	}
	for (int i = 0; i < VMS; i++)
		ram64(&vms[i], STOP) = 1;
	for (int i = 0; i < VMS; i++) {
		EXPECT_EQ(0, thread_join(&threads[i]));
		close(vcpus[i].fd);
		close(vms[i].fd);
	}
}

/* ---- Memory ---- */

/* KiB that /proc/meminfo has behind @name. */
static long meminfo(const char *name)
{
	FILE *f = fopen("/proc/meminfo", "r");
	char line[128];
	long kib = -1;

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)))
			sscanf(line + strlen(name) + 1, "%ld", &kib);
	if (f)
		fclose(f);
	return kib;
}

/* A TiB of it, of which the guest touches a page here and there. */
TEST(sparse_memory_1tib)
{
	enum { TOUCHED = 64 };
	const uint64_t base = 1024 * GIB, step = 1024 * GIB / TOUCHED;
	uint64_t before, tables;
	struct vcpu vcpu;
	struct vm vm;
	uint8_t *hva;
	long free;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	hva = mmap(NULL, 1024 * GIB, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (hva == MAP_FAILED)
		SKIP(return, "user space cannot have that much address space here");
	madvise(hva, 1024 * GIB, MADV_NOHUGEPAGE);
	if (base * 2 > 1UL << kvm_ioctl_n(vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_VM_GPA_BITS))
		SKIP(return, "the guest cannot have that much address space here");
	guest_call(&vcpu, G_mem_write, STOP, 0);
	before = in_tree() ? 0 : stat_read(vm.fd, "gstage_table_pages");
	free = meminfo("MemFree");
	ASSERT_EQ(0, slot_set(&vm, 1, 0, base, 1024 * GIB, hva));
	for (uint64_t i = 0; i < TOUCHED; i++) {
		EXPECT_EQ(i + 1, guest_call(&vcpu, G_mem_write, base + i * step, i + 1));
		EXPECT_EQ(i + 1, *(uint64_t *)(hva + i * step));
	}
	EXPECT_EQ(7, guest_call(&vcpu, G_mem_write, base + 1024 * GIB - 8, 7));
	if (in_tree())
		return;
	/* Nothing else is kept for each page: one bit would be 32 MiB. */
	EXPECT_GT(16 * 1024, free - meminfo("MemFree"));
	/* Below the root there are at most four tables on the way to a page. */
	tables = stat_read(vm.fd, "gstage_table_pages") - before;
	note("%lu pages of tables for %d pages of 1 TiB, %lu before", (unsigned long)tables,
	     TOUCHED + 1, (unsigned long)before);
	EXPECT_LE(TOUCHED, tables);
	EXPECT_GE(4 * (TOUCHED + 1), tables);
	ASSERT_EQ(0, slot_set(&vm, 1, 0, base, 0, NULL));
	/* Tables that the slot did not fill all of may stay, one on each level. */
	EXPECT_GE(before + 4, stat_read(vm.fd, "gstage_table_pages"));
}

TEST(slots_all)
{
	enum { BACKING = 16, SLOTS = SLOTS_MAX - 1 };
	struct vcpu vcpu;
	struct vm vm;
	uint64_t start;
	uint64_t *hva;
	long slab;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	ASSERT_LE(SLOTS_MAX, kvm_ioctl_n(vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_NR_MEMSLOTS));
	hva = mmap(NULL, BACKING * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		   0);
	ASSERT_NE(MAP_FAILED, hva);
	for (int i = 0; i < BACKING; i++)
		hva[i * PAGE / 8] = 0x700 + i;
	slab = meminfo("Slab");
	start = now_ms();
	/* With gaps, so that no two are neighbours, in an order that is not theirs. */
	for (int i = 0; i < SLOTS; i++) {
		uint64_t place = (uint64_t)i * 7919 % SLOTS;

		ASSERT_EQ(0, slot_set(&vm, 1 + i, 0, SLOT_BASE + place * 2 * PAGE, PAGE,
				      hva + i % BACKING * PAGE / 8)) TH_LOG("slot %d", 1 + i);
	}
	note("%d slots made in %lu ms, %ld KiB of slab", SLOTS, (unsigned long)(now_ms() - start),
	     meminfo("Slab") - slab);
	for (int i = 0; i < SLOTS; i += 997) {
		uint64_t place = (uint64_t)i * 7919 % SLOTS;

		EXPECT_EQ(0x700 + i % BACKING,
			  guest_call(&vcpu, G_mem_read, SLOT_BASE + place * 2 * PAGE));
	}
	start = now_ms();
	for (int i = SLOTS - 1; i >= 0; i--) {
		ASSERT_EQ(0, slot_set(&vm, 1 + i, 0, 0, 0, NULL)) TH_LOG("slot %d", 1 + i);
	}
	note("deleted in %lu ms", (unsigned long)(now_ms() - start));
	guest_set(&vcpu, G_mem_read, SLOT_BASE);
	EXPECT_EQ(EV_MMIO, guest_run(&vcpu));
}

/* ---- Faults ---- */

enum { FAULTERS = 4, FAULT_PAGES = 4096 };

FIXTURE(faults)
{
	struct vm vm;
	struct vcpu vcpus[FAULTERS];
	struct vcpu_thread threads[FAULTERS];
	uint8_t *hva;
};

FIXTURE_SETUP(faults)
{
	const uint64_t size = FAULTERS * FAULT_PAGES * PAGE;

	if (in_tree())
		SKIP(return, "RISC-V's own KVM does not count them");
	vm_open(&self->vm);
	self->hva = slot_add(&self->vm, 1, KVM_MEM_LOG_DIRTY_PAGES, SLOT_BASE, size);
	madvise(self->hva, size, MADV_NOHUGEPAGE);
	memset(self->hva, 1, size);
	for (int i = 0; i < FAULTERS; i++) {
		vcpu_open(&self->vcpus[i], &self->vm, i);
		vcpu_runnable(&self->vcpus[i]);
	}
}

FIXTURE_TEARDOWN(faults)
{
}

/* While pages are logged each first write is a fault; the guests take them side by side. */
static uint64_t faults_take(struct _test_data_faults *self)
{
	uint64_t faults = 0;

	for (int i = 0; i < FAULTERS; i++) {
		faults -= stat_read(self->vcpus[i].fd, "gstage_fault");
		guest_set(&self->vcpus[i], G_mem_fill, SLOT_BASE + i * FAULT_PAGES * PAGE,
			  FAULT_PAGES, i);
	}
	for (int i = 0; i < FAULTERS; i++)
		thread_start(&self->threads[i], &self->vcpus[i], -1);
	for (int i = 0; i < FAULTERS; i++) {
		thread_join(&self->threads[i]);
		faults += stat_read(self->vcpus[i].fd, "gstage_fault");
	}
	return faults;
}

TEST_F(faults, do_not_wait_for_each_other)
{
	uint64_t faults, waits = stat_read(self->vm.fd, "fault_lock_waits");

	/* Pinning takes time of its own; only then do faults come as fast as they can. */
	faults = faults_take(self);
	EXPECT_LE(FAULTERS * FAULT_PAGES, faults);
	waits = stat_read(self->vm.fd, "fault_lock_waits") - waits;
	note("%lu faults by %d vCPUs, %lu waited", (unsigned long)faults, FAULTERS,
	     (unsigned long)waits);
	/* The host may take a page away in between: such waits are few. */
	EXPECT_GT(1 + faults / 1000, waits);
}

static void *log_reader(void *arg)
{
	struct kvm_dirty_log log = { .slot = 1 };
	struct _test_data_faults *self = arg;

	log.dirty_bitmap = calloc(FAULTERS * FAULT_PAGES / 8, 1);
	while (!ram64(&self->vm, STOP))
		kvm_ioctl(self->vm.fd, KVM_GET_DIRTY_LOG, &log);
	return NULL;
}

/* The count is no constant: who takes permissions away does hold faults up. */
TEST_F(faults, wait_for_the_log)
{
	uint64_t waits, end = now_ms() + 30000;
	pthread_t reader;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "one hart holds itself up by being taken away alone");
	waits = stat_read(self->vm.fd, "fault_lock_waits");
	ASSERT_EQ(0, pthread_create(&reader, NULL, log_reader, self));
	do {
		faults_take(self);
	} while (stat_read(self->vm.fd, "fault_lock_waits") == waits && now_ms() < end);
	ram64(&self->vm, STOP) = 1;
	pthread_join(reader, NULL);
	EXPECT_LT(waits, stat_read(self->vm.fd, "fault_lock_waits"));
}

/* ---- The width of guest-physical addresses ---- */

TEST(gpa_bits)
{
	static const unsigned int widths[] = { 41, 50, 59 };
	const uint64_t last = (1UL << 41) - 2 * PAGE;
	unsigned int most, answer;
	struct vcpu vcpu;
	struct vm vm;

	vm_create(&vm);
	most = kvm_ioctl_n(vm.kvm, KVM_CHECK_EXTENSION, KVM_CAP_VM_GPA_BITS);
	if (in_tree() && cap_enable(&vm, KVM_CAP_VM_GPA_BITS, 41))
		SKIP(return, "this kernel's own KVM has one width for all");
	for (unsigned int bits = 0; bits <= 64; bits++) {
		answer = 0;
		for (int i = 2; i >= 0; i--)
			if (bits <= widths[i])
				answer = widths[i];
		if (!answer || answer > most) {
			EXPECT_EQ(-EINVAL, cap_enable(&vm, KVM_CAP_VM_GPA_BITS, bits));
			continue;
		}
		EXPECT_EQ(0, cap_enable(&vm, KVM_CAP_VM_GPA_BITS, bits));
		EXPECT_EQ(answer, kvm_ioctl_n(vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_VM_GPA_BITS));
		EXPECT_EQ(most, kvm_ioctl_n(vm.kvm, KVM_CHECK_EXTENSION, KVM_CAP_VM_GPA_BITS));
	}
	EXPECT_EQ(-EINVAL, cap_enable(&vm, KVM_CAP_VM_GPA_BITS, 1UL << 32 | 41));
	ASSERT_EQ(0, cap_enable(&vm, KVM_CAP_VM_GPA_BITS, 41));
	vm_load(&vm);
	EXPECT_EQ(-EBUSY, cap_enable(&vm, KVM_CAP_VM_GPA_BITS, 41));
	vcpu_open(&vcpu, &vm, 0);

	/* The guest's table is the smallest there is: what lies beyond is not memory. */
	slot_add(&vm, 1, 0, last, PAGE);
	EXPECT_EQ(-EFAULT, slot_set(&vm, 2, 0, 1UL << 41, PAGE, vm.ram));
	EXPECT_EQ(5, guest_call(&vcpu, G_mem_write, last, 5));
	guest_set(&vcpu, G_mem_read, 1UL << 45);
	EXPECT_EQ(EV_MMIO, guest_run(&vcpu));
	EXPECT_EQ(1UL << 45, vcpu.run->mmio.phys_addr);
	close(vm.fd);

	vm_create(&vm);
	vcpu_open(&vcpu, &vm, 0);
	EXPECT_EQ(-EBUSY, cap_enable(&vm, KVM_CAP_VM_GPA_BITS, 41));
}

/* VMs of all widths side by side on the same harts. */
TEST(gpa_bits_mixed)
{
	struct vcpu vcpu[6];
	struct vm vm[6];

	vm_create(&vm[0]);
	if (in_tree() && cap_enable(&vm[0], KVM_CAP_VM_GPA_BITS, 41))
		SKIP(return, "this kernel's own KVM has one width for all");
	for (int i = 0; i < 6; i++) {
		vm_create(&vm[i]);
		/* More than the harts have is refused, and the VM keeps what it has. */
		cap_enable(&vm[i], KVM_CAP_VM_GPA_BITS, 41 + i % 3 * 9);
		vm_load(&vm[i]);
		vcpu_open(&vcpu[i], &vm[i], 0);
	}
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < 6; i++) {
			ASSERT_EQ(100 * round + i, guest_call(&vcpu[i], G_mem_write, STOP,
							      100 * round + i));
		}
		for (int i = 0; i < 6; i++) {
			ASSERT_EQ(100 * round + i, guest_call(&vcpu[i], G_mem_read, STOP));
		}
	}
}

TEST_HARNESS_MAIN
