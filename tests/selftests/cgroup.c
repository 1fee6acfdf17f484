// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMs of a process in a memory cgroup that is not the root: what they take is charged there, and
 * every page that user space mapped comes back whole. A page that does not shows in the kernel's log,
 * which each machine's own test looks at.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "lib.h"
#include "harness.h"

#define GROUPS	"/tmp/cgroup"
#define GROUP	GROUPS "/guests"

/* As many as a page allocator needs to hand the same pages out again */
#define LIVES	40
#define RING	(16 * PAGE)

static int file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), ret;

	if (fd < 0)
		return -errno;
	ret = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

static uint64_t file_number(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		die("%s: %s", path, strerror(errno));
	close(fd);
	return strtoull(text, NULL, 10);
}

/* False where the kernel has no memory cgroups. */
static bool group_enter(void)
{
	mkdir(GROUPS, 0755);
	if (mount("cgroup2", GROUPS, "cgroup2", 0, NULL) && errno != EBUSY)
		return false;
	if (file_write(GROUPS "/cgroup.subtree_control", "+memory"))
		return false;
	if (mkdir(GROUP, 0755) && errno != EEXIST)
		die("%s: %s", GROUP, strerror(errno));
	if (file_write(GROUP "/cgroup.procs", "0"))
		die("cannot enter %s", GROUP);
	return true;
}

/* A VM with a dirty ring; all that user space can map is mapped and written, and given back. */
static void vm_mapped_life(void)
{
	struct kvm_coalesced_mmio_zone zone = { .addr = MMIO_BASE, .size = 8 };
	struct vcpu vcpu;
	struct vm vm;
	uint8_t *ring;

	vm_create(&vm);
	if (cap_enable(&vm, KVM_CAP_DIRTY_LOG_RING_ACQ_REL, RING))
		die("no dirty ring");
	vm_load(&vm);
	vcpu_open(&vcpu, &vm, 0);
	if (kvm_ioctl(vm.fd, KVM_REGISTER_COALESCED_MMIO, &zone))
		die("no coalesced MMIO");
	ring = mmap(NULL, RING, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu.fd,
		    KVM_DIRTY_LOG_PAGE_OFFSET * PAGE);
	if (ring == MAP_FAILED)
		die("the ring cannot be mapped");
	for (size_t at = 0; at < RING; at += PAGE)
		((volatile uint8_t *)ring)[at];
	for (size_t at = 0; at < vm.run_size; at += PAGE)
		((volatile uint8_t *)vcpu.run)[at];
	guest_set(&vcpu, G_mmio_sd, MMIO_BASE, 1);
	guest_run(&vcpu);
	munmap(ring, RING);
	munmap(vcpu.run, vm.run_size);
	close(vcpu.fd);
	close(vm.fd);
	close(vm.kvm);
	munmap(vm.ram, GUEST_RAM_SIZE);
}

TEST(pages_come_back_whole)
{
	if (!group_enter())
		SKIP(return, "no memory cgroups in this kernel");
	for (int i = 0; i < LIVES; i++)
		vm_mapped_life();
	/* Page tables of a process take what was freed, and the kernel looks at what it hands out. */
	for (int i = 0; i < 200; i++) {
		void *memory = mmap(NULL, MIB, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

		ASSERT_NE(MAP_FAILED, memory);
		munmap(memory, MIB);
	}
}

/* What VMs take is charged to the group, and goes with them. */
TEST(memory_is_charged_and_given_back)
{
	enum { VMS = 8 };
	uint64_t before, with, after;
	struct vcpu vcpu[VMS];
	struct vm vm[VMS];

	if (!group_enter())
		SKIP(return, "no memory cgroups in this kernel");
	before = file_number(GROUP "/memory.current");
	for (int i = 0; i < VMS; i++) {
		vm_open(&vm[i]);
		vcpu_open(&vcpu[i], &vm[i], 0);
		guest_call(&vcpu[i], G_mem_fill, GUEST_SCRATCH, 64, 1);
	}
	with = file_number(GROUP "/memory.current");
	/* The root of each G-stage table alone has 16 KiB, and guest RAM 64 pages. */
	EXPECT_GE(with, before + VMS * (4 + 64) * PAGE);
	for (int i = 0; i < VMS; i++) {
		munmap(vcpu[i].run, vm[i].run_size);
		close(vcpu[i].fd);
		close(vm[i].fd);
		close(vm[i].kvm);
		munmap(vm[i].ram, GUEST_RAM_SIZE);
	}
	for (int i = 0; i < 200; i++) {
		after = file_number(GROUP "/memory.current");
		if (after < before + (with - before) / 4)
			break;
		sleep_ms(50);
	}
	EXPECT_LT(after, before + (with - before) / 4);
}

TEST_HARNESS_MAIN
