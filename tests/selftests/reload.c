// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unloading the module: it is refused while the module is in use, and leaves nothing behind.
 *
 * Runs on a machine with one hart. Every unload flushes kernel mappings page by page, and flushes
 * of other harts are very slow in an emulator with several threads.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "lib.h"
#include "harness.h"

#define FLAG GUEST_SCRATCH

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

	/* tests/selftests/run puts ours beside the tests, without its debug information. */
	if (!in_tree())
		return "/payload/kvm-riscv.ko";
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
		bad += vm_life();
		bad += module_unload(module_name()) != 0;
		bad += module_load(path) != 0;
	}
	return bad;
}

/*
 * Where the kernel looks for leaks itself once the tests are over, a few rounds will do; so slow are
 * they there, and memory comes and goes with what it keeps of what was freed. Elsewhere:
 *
 * A leak of one page in each round is 800 KiB, of one 1 KiB object 200 KiB. The kernel's own
 * slack over the rounds was measured at 16 KiB of slab and 400 KiB of available memory, so
 * these bounds catch both; what carries the module's name is held to no change at all.
 */
#define ROUNDS 200
#define ROUNDS_SEARCHED 5
#define SLAB_SLACK_KIB 128
#define MEMORY_SLACK_KIB 640

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

TEST_F_TIMEOUT(module, round_after_round, 600)
{
	const bool searched = !access("/sys/kernel/debug/kmemleak", F_OK);
	struct footprint before, after, empty;
	const char *name = module_name();

	/* Caches fill in the first rounds; what counts is what the rest adds. */
	ASSERT_EQ(0, module_rounds(self->path, searched ? 1 : 20));
	before = footprint();
	ASSERT_EQ(0, module_rounds(self->path, searched ? ROUNDS_SEARCHED : ROUNDS));
	after = footprint();
	note("slab %ld -> %ld KiB, available %ld -> %ld KiB, vmalloc areas %ld -> %ld",
	     before.slab_kib, after.slab_kib, before.available_kib,
	     after.available_kib, before.vmalloc_lines, after.vmalloc_lines);
	EXPECT_EQ(before.vmalloc_lines, after.vmalloc_lines);
	EXPECT_EQ(before.slab_lines, after.slab_lines);
	if (!searched) {
		EXPECT_GE(before.slab_kib + SLAB_SLACK_KIB, after.slab_kib);
		EXPECT_GE(after.available_kib + MEMORY_SLACK_KIB, before.available_kib);
	}

	/* Unloaded, nothing carries the module's name. */
	ASSERT_EQ(0, module_unload(name));
	empty = footprint();
	EXPECT_EQ(0, empty.vmalloc_lines);
	EXPECT_EQ(0, empty.slab_lines);
	EXPECT_NE(0, access("/dev/kvm", F_OK));
	ASSERT_EQ(0, module_load(self->path));
	EXPECT_EQ(0, vm_life());
}

TEST_HARNESS_MAIN
