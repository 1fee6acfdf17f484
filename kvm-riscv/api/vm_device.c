// SPDX-License-Identifier: GPL-2.0-only
#include <linux/anon_inodes.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "api/ioctl.h"
#include "api/vm.h"
#include "api/vm_device.h"

static const struct kvr_vm_device_kind *const kinds[] = {
	&kvr_vfio_kind,
};

void kvr_vm_devices_init(struct kvr_vm_devices *devices)
{
	mutex_init(&devices->lock);
	INIT_LIST_HEAD(&devices->list);
}

typedef int (*access_fn)(struct kvr_vm_device *device, const struct kvm_device_attr *attr);

/* @none: the error where no attribute has such an access */
static long attr_access(struct kvr_vm_device *device, access_fn access,
			const struct kvm_device_attr *attr, int none)
{
	long ret = none;

	if (attr->flags)
		return -EINVAL;
	if (!access)
		return ret;
	if (mutex_lock_killable(&device->lock))
		return -EINTR;
	ret = access(device, attr);
	mutex_unlock(&device->lock);
	return ret;
}

static long device_set_attr(void *object, unsigned long arg, union kvr_ioctl_data *data)
{
	struct kvr_vm_device *device = object;

	return attr_access(device, device->kind->set, &data->device_attr, -EPERM);
}

static long device_get_attr(void *object, unsigned long arg, union kvr_ioctl_data *data)
{
	struct kvr_vm_device *device = object;

	return attr_access(device, device->kind->get, &data->device_attr, -EPERM);
}

static long device_has_attr(void *object, unsigned long arg, union kvr_ioctl_data *data)
{
	struct kvr_vm_device *device = object;

	return attr_access(device, device->kind->has, &data->device_attr, -ENXIO);
}

static const struct kvr_ioctl device_ioctls[] = {
	{ KVM_SET_DEVICE_ATTR, 0, device_set_attr },
	{ KVM_GET_DEVICE_ATTR, 0, device_get_attr },
	{ KVM_HAS_DEVICE_ATTR, 0, device_has_attr },
};

static long device_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct kvr_vm_device *device = file->private_data;

	if (!kvr_vm_is_ours(device->vm))
		return -EIO;
	return kvr_ioctl_dispatch(device_ioctls, ARRAY_SIZE(device_ioctls), device, cmd, arg);
}

/* From the list first, so that the next one of its kind may come. */
static void device_free(struct kvr_vm_device *device)
{
	struct kvr_vm_devices *devices = &device->vm->devices;

	mutex_lock(&devices->lock);
	list_del(&device->node);
	mutex_unlock(&devices->lock);
	if (device->kind->release)
		device->kind->release(device);
	mutex_destroy(&device->lock);
	kfree(device);
}

static int device_release(struct inode *inode, struct file *file)
{
	struct kvr_vm_device *device = file->private_data;
	struct kvr_vm *vm = device->vm;

	device_free(device);
	kvr_vm_put(vm);
	return 0;
}

static const struct file_operations device_fops = {
	.owner = THIS_MODULE,
	.release = device_release,
	.unlocked_ioctl = device_ioctl,
	.llseek = noop_llseek,
};

static const struct kvr_vm_device_kind *kind_find(u32 type)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i]->type == type)
			return kinds[i];
	return NULL;
}

/* On the list, so that two threads cannot both make what is there once. */
static struct kvr_vm_device *device_alloc(struct kvr_vm *vm, const struct kvr_vm_device_kind *kind)
{
	struct kvr_vm_devices *devices = &vm->devices;
	struct kvr_vm_device *device, *other;
	int ret = 0;

	device = kzalloc(sizeof(*device), GFP_KERNEL_ACCOUNT);
	if (!device)
		return ERR_PTR(-ENOMEM);
	device->kind = kind;
	device->vm = vm;
	mutex_init(&device->lock);
	mutex_lock(&devices->lock);
	list_for_each_entry(other, &devices->list, node)
		if (kind->once && other->kind == kind)
			ret = -EEXIST;
	if (!ret && kind->create)
		ret = kind->create(device);
	if (!ret)
		list_add_tail(&device->node, &devices->list);
	mutex_unlock(&devices->lock);
	if (!ret)
		return device;
	mutex_destroy(&device->lock);
	kfree(device);
	return ERR_PTR(ret);
}

static long device_open(struct kvr_vm *vm, const struct kvr_vm_device_kind *kind)
{
	struct kvr_vm_device *device;
	struct file *file;
	int fd;

	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;
	device = device_alloc(vm, kind);
	if (IS_ERR(device)) {
		put_unused_fd(fd);
		return PTR_ERR(device);
	}
	file = anon_inode_getfile(kind->name, &device_fops, device, O_RDWR);
	if (IS_ERR(file)) {
		device_free(device);
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	kvr_vm_get(vm);
	fd_install(fd, file);
	return fd;
}

long kvr_vm_device_create(struct kvr_vm *vm, struct kvm_create_device *args)
{
	const struct kvr_vm_device_kind *kind = kind_find(args->type);
	long fd;

	if (!kind)
		return -ENODEV;
	if (args->flags & ~KVM_CREATE_DEVICE_TEST)
		return -EINVAL;
	if (args->flags & KVM_CREATE_DEVICE_TEST)
		return 0;
	fd = device_open(vm, kind);
	if (fd < 0)
		return fd;
	args->fd = fd;
	return 0;
}
