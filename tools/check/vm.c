// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "limit.h"
#include "vm.h"

void vm_pretend(char *answers, struct vm_report *report)
{
	char *at = NULL, *word, *value;
	long cap;

	report->tried = true;
	for (word = strtok_r(answers, "\n ", &at); word; word = strtok_r(NULL, "\n ", &at)) {
		cap = strtol(word, &value, 10);
		if (!strcmp(word, "aia"))
			report->aia = true;
		else if (!strcmp(word, "fails"))
			report->failed = "making a virtual machine";
		else if (cap >= 0 && cap < VM_CAPS)
			report->cap[cap] = *value == '=' ? atoi(value + 1) : 1;
	}
}

#ifdef __riscv
#include "uapi/kvm.h"

#define GUEST_START	0x80000000UL
#define GUEST_PORT	0x10000000UL
#define GUEST_SAYS	42

/* The guest: a byte to where no memory is, which KVM hands to its VMM. */
static const uint32_t guest_code[] = {
	0x10000537,		/* lui	a0, GUEST_PORT >> 12 */
	0x02a00593,		/* li	a1, GUEST_SAYS */
	0x00b50023,		/* sb	a1, 0(a0) */
	0x0000006f,		/* j	. */
};

static int fail(struct vm_report *report, int error)
{
	report->failed = report->step;
	report->error = error;
	return -1;
}

static int guest_run(struct vm_report *report, int vcpu, struct kvm_run *run)
{
	unsigned long pc = GUEST_START;
	struct kvm_one_reg reg = {
		.id = KVM_REG_RISCV | KVM_REG_SIZE_U64 | KVM_REG_RISCV_CORE |
		      KVM_REG_RISCV_CORE_REG(regs.pc),
		.addr = (uintptr_t)&pc,
	};

	report->step = "setting its program counter";
	if (ioctl(vcpu, KVM_SET_ONE_REG, &reg))
		return fail(report, errno);
	report->step = "running it";
	do {
		errno = 0;
	} while (ioctl(vcpu, KVM_RUN, 0) && errno == EINTR);
	if (errno)
		return fail(report, errno);
	report->step = "what it did when it ran";
	if (run->exit_reason != KVM_EXIT_MMIO || run->mmio.phys_addr != GUEST_PORT ||
	    run->mmio.data[0] != GUEST_SAYS)
		return fail(report, 0);
	return 0;
}

static int vcpu_try(struct vm_report *report, int kvm, int vm)
{
	int size, vcpu, ret;
	struct kvm_run *run;

	report->step = "asking how large a virtual hart's page is";
	size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (size <= 0)
		return fail(report, errno);
	report->step = "making its virtual hart";
	vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
	if (vcpu < 0)
		return fail(report, errno);
	report->step = "mapping its virtual hart";
	run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
	if (run == MAP_FAILED) {
		ret = fail(report, errno);
	} else {
		ret = guest_run(report, vcpu, run);
		munmap(run, size);
	}
	close(vcpu);
	return ret;
}

static int memory_try(struct vm_report *report, int kvm, int vm)
{
	size_t size = sysconf(_SC_PAGESIZE);
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = GUEST_START,
		.memory_size = size,
		.userspace_addr = (uintptr_t)memory,
	};
	int ret;

	report->step = "getting memory for it";
	if (memory == MAP_FAILED)
		return fail(report, errno);
	memcpy(memory, guest_code, sizeof(guest_code));
	report->step = "giving it memory";
	if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region))
		ret = fail(report, errno);
	else
		ret = vcpu_try(report, kvm, vm);
	munmap(memory, size);
	return ret;
}

static void capabilities_ask(struct vm_report *report, int vm)
{
	struct kvm_create_device device = {
		.type = KVM_DEV_TYPE_RISCV_AIA,
		.flags = KVM_CREATE_DEVICE_TEST,
	};
	int cap;

	for (cap = 0; cap < VM_CAPS; cap++)
		report->cap[cap] = ioctl(vm, KVM_CHECK_EXTENSION, cap);
	report->aia = !ioctl(vm, KVM_CREATE_DEVICE, &device);
}

struct vm_work {
	const char *path;
	struct vm_report *report;	/* shared with the process that waits */
};

static void vm_work(void *data)
{
	struct vm_work *work = data;
	struct vm_report *report = work->report;
	int kvm, vm;

	report->step = "opening it";
	kvm = open(work->path, O_RDWR | O_CLOEXEC);
	if (kvm < 0) {
		fail(report, errno);
		return;
	}
	report->step = "asking for the version of its interface";
	if (ioctl(kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION) {
		fail(report, errno);
	} else {
		report->step = "making a virtual machine";
		vm = ioctl(kvm, KVM_CREATE_VM, 0);
		if (vm < 0) {
			fail(report, errno);
		} else {
			capabilities_ask(report, vm);
			memory_try(report, kvm, vm);
			close(vm);
		}
	}
	close(kvm);
}

void vm_try(const char *path, struct vm_report *report)
{
	struct vm_report *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
					MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct vm_work work = { path, shared };

	report->tried = true;
	report->failed = "getting memory for it";
	if (shared == MAP_FAILED)
		return;
	shared->tried = true;
	shared->step = "starting a process for it";
	shared->hung = !limit_run(vm_work, &work, VM_SECONDS);
	if (shared->hung)
		shared->failed = shared->step;
	*report = *shared;
	munmap(shared, sizeof(*shared));
}

#else

/* Another machine than a RISC-V one: looked at with --root, never tried. */
void vm_try(const char *path, struct vm_report *report)
{
	(void)path;
	(void)report;
}

#endif
