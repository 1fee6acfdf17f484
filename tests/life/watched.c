// SPDX-License-Identifier: GPL-2.0-only
/* Tracing and debugfs with guests of this module and of the kernel's own KVM. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib.h"
#include "harness.h"

#define TRACE	"/sys/kernel/tracing/instances/watched"
#define DEBUGFS	"/sys/kernel/debug/"

static bool file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return good;
}

/*
 * Both have events of the same names. Their files belong to the module that came first, but by name
 * all are switched on, and each tells in its own words.
 */
TEST(events_of_both)
{
	FILE *file;
	char line[512];
	unsigned int ours = 0, theirs = 0;

	if (access("/sys/kernel/tracing/events", F_OK))
		SKIP(return, "the kernel has no trace events");
	rmdir(TRACE);
	ASSERT_EQ(0, mkdir(TRACE, 0700));
	ASSERT_TRUE(file_write(TRACE "/set_event", "kvm:kvm_exit"));
	setenv("KVM_DEVICE", "/dev/kvm-riscv", 1);
	EXPECT_EQ(0, vm_life());
	setenv("KVM_DEVICE", "/dev/kvm", 1);
	EXPECT_EQ(0, vm_life());
	ASSERT_TRUE(file_write(TRACE "/events/enable", "0"));
	file = fopen(TRACE "/trace", "r");
	ASSERT_NE(NULL, file);
	while (fgets(line, sizeof(line), file)) {
		if (*line == '#' || !strstr(line, "kvm_exit: "))
			continue;
		if (strstr(line, "kvm_exit: vcpu 0 scause "))
			ours++;
		else
			theirs++;
	}
	fclose(file);
	EXPECT_LT(0, ours);
	EXPECT_LT(0, theirs);
	EXPECT_EQ(0, rmdir(TRACE));
}

TEST(debugfs_of_both)
{
	const char *const nodes[] = { "kvm-riscv", "kvm" };
	struct vcpu vcpu[2];
	struct vm vm[2];
	char path[128];

	if (access(DEBUGFS "bdi", F_OK))
		SKIP(return, "the kernel has no debugfs");
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/dev/%s", nodes[i]);
		setenv("KVM_DEVICE", path, 1);
		vm_open(&vm[i]);
		vcpu_open(&vcpu[i], &vm[i], 0);
	}
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), DEBUGFS "%s/%d-%d/ecall_exit_stat", nodes[i],
			 getpid(), vm[i].fd);
		EXPECT_TRUE(file_has(path, "0")) TH_LOG("%s", path);
		snprintf(path, sizeof(path), DEBUGFS "%s/%d-%d", nodes[!i], getpid(), vm[i].fd);
		EXPECT_EQ(-1, access(path, F_OK)) TH_LOG("%s", path);
	}
}

TEST_HARNESS_MAIN
