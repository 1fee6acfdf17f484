// SPDX-License-Identifier: GPL-2.0-only
/* Lives and deaths: of file descriptors, processes, and the module itself. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib.h"
#include "kselftest_harness.h"

#define FLAG GUEST_SCRATCH

/* One short life of a VM: boot, run, end, everything closed by hand. */
static int life_once(void)
{
	struct vcpu vcpu;
	struct vm vm;
	int bad;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	bad = guest_call(&vcpu, G_mem_fill, GUEST_SCRATCH, 64, 1) != 64;
	munmap(vcpu.run, vm.run_size);
	close(vcpu.fd);
	close(vm.fd);
	close(vm.kvm);
	munmap(vm.ram, GUEST_RAM_SIZE);
	return bad;
}

TEST(vm_fd_closed_first)
{
	struct vcpu vcpu;
	struct vm vm;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	close(vm.kvm);
	close(vm.fd);
	EXPECT_EQ(5, guest_call(&vcpu, G_mem_write, FLAG, 5));
	guest_finish(&vcpu);
	close(vcpu.fd);
	EXPECT_EQ(-EBADF, kvm_ioctl_n(vcpu.fd, KVM_RUN, 0));
}

TEST(mapping_outlives_fds)
{
	struct vcpu vcpu;
	struct vm vm;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	close(vcpu.fd);
	close(vm.fd);
	close(vm.kvm);
	/* The pages are there while they are mapped, whatever they hold. */
	vcpu.run->immediate_exit = 1;
	EXPECT_EQ(1, vcpu.run->immediate_exit);
	memset(vcpu.run, 0x55, sizeof(*vcpu.run));
	EXPECT_EQ(0, munmap(vcpu.run, vm.run_size));
}

/* kvm_run is the guest's worst enemy: garbage in it must not hurt the host. */
TEST(garbage_in_kvm_run)
{
	struct vcpu vcpu;
	struct vm vm;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	for (int i = 0; i < 256; i++) {
		guest_set(&vcpu, i % 2 ? G_mmio_lw : G_mmio_sw, MMIO_BASE);
		guest_expect(&vcpu, EV_MMIO);
		memset(vcpu.run, i | 1, vm.run_size);
		vcpu.run->immediate_exit = 0;
		kvm_ioctl_n(vcpu.fd, KVM_RUN, 0);
		vcpu.unfinished = true;
	}
	EXPECT_EQ(5, guest_call(&vcpu, G_mem_write, FLAG, 5));
}

TEST(fds_closed_while_running)
{
	struct vcpu_thread t;
	struct vcpu vcpu;
	struct vm vm;

	signal_catch(SIGUSR1);
	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	guest_set(&vcpu, G_irq_forever, FLAG);
	thread_start(&t, &vcpu, -1);
	ASSERT_TRUE(wait_for(&ram64(&vm, FLAG), 20000));
	close(vcpu.fd);
	close(vm.fd);
	close(vm.kvm);
	sleep_ms(20);
	EXPECT_FALSE(t.done);
	pthread_kill(t.thread, SIGUSR1);
	pthread_join(t.thread, NULL);
	EXPECT_EQ(EV_ERROR, t.event);
	EXPECT_EQ(EINTR, vcpu.err);
}

/* A process that is killed in the middle of its guest. */
TEST(killed_while_running)
{
	uint64_t *flag = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	for (int i = 0; i < 20; i++) {
		int status = 0;
		pid_t pid;

		*flag = 0;
		pid = fork();
		if (!pid) {
			struct vcpu_thread t[2];
			struct vcpu v[2];
			struct vm vm;

			vm_open(&vm);
			for (int n = 0; n < 2; n++) {
				vcpu_open(&v[n], &vm, n);
				guest_set(&v[n], n ? G_irq_wfi : G_irq_forever,
					  n ? 9 : FLAG);
				thread_start(&t[n], &v[n], -1);
			}
			wait_for(&ram64(&vm, FLAG), 20000);
			*flag = 1;
			pause();
		}
		ASSERT_TRUE(wait_for(flag, 20000));
		kill(pid, SIGKILL);
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status));
	}
	EXPECT_EQ(0, life_once());
}

TEST(many_vms)
{
	struct vcpu vcpu[40];
	struct vm vm[40];

	for (size_t i = 0; i < ARRAY_LEN(vm); i++) {
		vm_open(&vm[i]);
		vcpu_open(&vcpu[i], &vm[i], 0);
		EXPECT_EQ(i, guest_call(&vcpu[i], G_mem_write, FLAG, i));
	}
	for (size_t i = ARRAY_LEN(vm); i-- > 0; ) {
		EXPECT_EQ(i, guest_call(&vcpu[i], G_mem_read, FLAG));
		close(i % 2 ? vm[i].fd : vcpu[i].fd);
		close(i % 2 ? vcpu[i].fd : vm[i].fd);
	}
}

/* ---- The module ---- */

static const char *module_name(void)
{
	return in_tree() ? "kvm" : "kvm_riscv";
}

/* The module's file inside the machine; NULL when it is not to be found. */
static const char *module_path(void)
{
	static char path[256];
	char line[256];
	FILE *f;

	if (!in_tree())
		return "/machine/kvm-riscv.ko";
	f = popen("modinfo -n kvm 2>/dev/null || find /lib/modules/ -name kvm.ko", "r");
	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		if (line[0] == '/')
			snprintf(path, sizeof(path), "%s", line);
	}
	if (f)
		pclose(f);
	return path[0] ? path : NULL;
}

static long module_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

static long module_load(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	long ret;

	if (fd < 0)
		return -errno;
	ret = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return ret;
}

TEST(unload_refused_while_open)
{
	struct vcpu vcpu;
	struct vm vm;
	int kvm;

	kvm = kvm_open();
	EXPECT_EQ(-EAGAIN, module_unload(module_name()));
	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	close(kvm);
	close(vm.kvm);
	EXPECT_EQ(-EAGAIN, module_unload(module_name()));
	close(vm.fd);
	EXPECT_EQ(-EAGAIN, module_unload(module_name()));
	EXPECT_EQ(5, guest_call(&vcpu, G_mem_write, FLAG, 5));
	munmap(vcpu.run, vm.run_size);
	close(vcpu.fd);
}

/* A sum over /proc/vmallocinfo lines, slabs and free memory. */
struct footprint {
	long vmalloc_lines;	/* allocations that name the module */
	long slab_lines;	/* caches that name it */
	long slab_kib;		/* all slab memory that cannot be reclaimed */
	long available_kib;
};

static long count_lines(const char *path, const char *text)
{
	char line[1024];
	long n = 0;
	FILE *f = fopen(path, "r");

	while (f && fgets(line, sizeof(line), f))
		n += strstr(line, text) != NULL;
	if (f)
		fclose(f);
	return n;
}

static long meminfo(const char *key)
{
	char line[256];
	long value = -1;
	FILE *f = fopen("/proc/meminfo", "r");

	while (f && fgets(line, sizeof(line), f)) {
		if (!strncmp(line, key, strlen(key)))
			value = atol(line + strlen(key) + 1);
	}
	if (f)
		fclose(f);
	return value;
}

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd >= 0) {
		if (write(fd, text, strlen(text)) < 0)
			note("cannot write %s", path);
		close(fd);
	}
}

static struct footprint footprint(void)
{
	/* Free what is only lazily freed: RCU, per-CPU lists, page cache. */
	write_text("/proc/sys/vm/drop_caches", "3");
	sleep_ms(300);
	return (struct footprint){
		.vmalloc_lines = count_lines("/proc/vmallocinfo", "[kvm"),
		.slab_lines = count_lines("/proc/slabinfo", "kvm"),
		.slab_kib = meminfo("SUnreclaim"),
		.available_kib = meminfo("MemAvailable"),
	};
}

/* Load, run a guest, unload, again and again; the module stays loaded at the end. */
static int module_rounds(const char *path, int rounds)
{
	int bad = 0;

	for (int i = 0; i < rounds; i++) {
		bad += life_once();
		bad += module_unload(module_name()) != 0;
		bad += module_load(path) != 0;
	}
	return bad;
}

/*
 * A leak of one page in each round is 200 pages, 800 KiB; one small object in
 * each is 200 objects, at 64 bytes 12.5 KiB. The allocators' own slack (partial
 * slabs, per-CPU lists, other activity) was measured at up to 300 KiB over the
 * rounds, so memory is held to 512 KiB and, tighter, to nothing at all in what
 * carries the module's name.
 */
#define ROUNDS 200
#define SLACK_KIB 512

FIXTURE(module)
{
	const char *path;
};

FIXTURE_SETUP(module)
{
	self->path = module_path();
	ASSERT_NE(NULL, self->path);
}

FIXTURE_TEARDOWN(module)
{
}

TEST_F_TIMEOUT(module, two_hundred_rounds, 600)
{
	struct footprint before, after, empty;
	const char *name = module_name();

	/* Caches fill in the first rounds; what counts is what the rest adds. */
	ASSERT_EQ(0, module_rounds(self->path, 20));
	before = footprint();
	ASSERT_EQ(0, module_rounds(self->path, ROUNDS));
	after = footprint();
	note("slab %ld -> %ld KiB, available %ld -> %ld KiB, vmalloc areas %ld -> %ld",
	     before.slab_kib, after.slab_kib, before.available_kib,
	     after.available_kib, before.vmalloc_lines, after.vmalloc_lines);
	EXPECT_EQ(before.vmalloc_lines, after.vmalloc_lines);
	EXPECT_EQ(before.slab_lines, after.slab_lines);
	EXPECT_GE(before.slab_kib + SLACK_KIB, after.slab_kib);
	EXPECT_GE(after.available_kib + SLACK_KIB, before.available_kib);

	/* Unloaded, nothing carries the module's name. */
	ASSERT_EQ(0, module_unload(name));
	empty = footprint();
	EXPECT_EQ(0, empty.vmalloc_lines);
	EXPECT_EQ(0, empty.slab_lines);
	EXPECT_NE(0, access("/dev/kvm", F_OK));
	ASSERT_EQ(0, module_load(self->path));
	EXPECT_EQ(0, life_once());
}

TEST_HARNESS_MAIN
