// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VFIO pseudo-device with real VFIO files, groups of devices that vfio_devices.ko creates
 * (Documentation/virt/kvm/devices/vfio.rst).
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib.h"
#include "harness.h"

#define GROUPS	2

/* Opens the groups of the devices that vfio_devices.ko has made. */
static void groups_open(int *groups)
{
	char path[PATH_MAX];
	struct dirent *entry;
	int found = 0;
	DIR *dir;

	if (!file_has("/proc/modules", "vfio_devices ") &&
	    system("modprobe vfio && insmod /payload/vfio_devices.ko"))
		die("there are no VFIO devices to be had");
	dir = opendir("/dev/vfio");
	while (dir && found < GROUPS && (entry = readdir(dir))) {
		if (!isdigit(entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/dev/vfio/%s", entry->d_name);
		groups[found] = open(path, O_RDWR | O_CLOEXEC);
		if (groups[found] < 0)
			die("%s: %d", path, errno);
		found++;
	}
	if (dir)
		closedir(dir);
	if (found < GROUPS)
		die("this machine has %d groups of VFIO's, of %d", found, GROUPS);
}

static int device_make(struct vm *vm)
{
	struct kvm_create_device device = { .type = KVM_DEV_TYPE_VFIO };

	if (kvm_ioctl(vm->fd, KVM_CREATE_DEVICE, &device))
		die("KVM_CREATE_DEVICE: %d", errno);
	return device.fd;
}

static long file_set(int device, uint64_t attr, int fd)
{
	int32_t value = fd;
	struct kvm_device_attr request = {
		.group = KVM_DEV_VFIO_FILE, .attr = attr, .addr = (uintptr_t)&value,
	};

	return kvm_ioctl(device, KVM_SET_DEVICE_ATTR, &request);
}

/* A group has one opener; here, does the one that was closed still count? */
static bool group_is_held(int group)
{
	char path[PATH_MAX], name[PATH_MAX] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", group);
	if (readlink(path, name, sizeof(name) - 1) < 0)
		die("%s: %d", path, errno);
	close(group);
	fd = open(name, O_RDWR | O_CLOEXEC);
	if (fd < 0 && errno != EBUSY)
		die("%s: %d", name, errno);
	if (fd >= 0)
		close(fd);
	return fd < 0;
}

FIXTURE(vfio)
{
	struct vm vm;
	int device;
	int groups[GROUPS];
};

FIXTURE_SETUP(vfio)
{
	vm_create(&self->vm);
	groups_open(self->groups);
	self->device = device_make(&self->vm);
}

FIXTURE_TEARDOWN(vfio)
{
}

TEST_F(vfio, groups_come_and_go)
{
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(-ENOENT, file_set(self->device, KVM_DEV_VFIO_FILE_DEL, self->groups[0]));
		EXPECT_EQ(0, file_set(self->device, KVM_DEV_VFIO_FILE_ADD, self->groups[0]));
		EXPECT_EQ(-EEXIST, file_set(self->device, KVM_DEV_VFIO_FILE_ADD, self->groups[0]));
		EXPECT_EQ(0, file_set(self->device, KVM_DEV_VFIO_FILE_ADD, self->groups[1]));
		EXPECT_EQ(0, file_set(self->device, KVM_DEV_VFIO_FILE_DEL, self->groups[0]));
		EXPECT_EQ(-ENOENT, file_set(self->device, KVM_DEV_VFIO_FILE_DEL, self->groups[0]));
		EXPECT_EQ(0, file_set(self->device, KVM_DEV_VFIO_FILE_DEL, self->groups[1]));
	}
}

/* The container of groups is VFIO's too, and none of them. */
TEST_F(vfio, a_container_is_no_group)
{
	int container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);

	ASSERT_LE(0, container);
	EXPECT_EQ(-EINVAL, file_set(self->device, KVM_DEV_VFIO_FILE_ADD, container));
}

TEST_F(vfio, a_group_is_held_until_taken_away)
{
	int again = dup(self->groups[0]);

	EXPECT_EQ(0, file_set(self->device, KVM_DEV_VFIO_FILE_ADD, self->groups[0]));
	EXPECT_EQ(0, file_set(self->device, KVM_DEV_VFIO_FILE_DEL, again));
	close(again);
	EXPECT_FALSE(group_is_held(self->groups[0]));

	EXPECT_EQ(0, file_set(self->device, KVM_DEV_VFIO_FILE_ADD, self->groups[1]));
	EXPECT_TRUE(group_is_held(self->groups[1]));
}

TEST_F(vfio, the_device_gives_all_back)
{
	for (int i = 0; i < GROUPS; i++)
		ASSERT_EQ(0, file_set(self->device, KVM_DEV_VFIO_FILE_ADD, self->groups[i]));
	close(self->device);
	for (int i = 0; i < GROUPS; i++)
		EXPECT_FALSE(group_is_held(self->groups[i]));
}

TEST_HARNESS_MAIN
