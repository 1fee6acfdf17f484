// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_DEV_TYPE_VFIO: the files of devices that a VMM has passed through to the guest
 * (Documentation/virt/kvm/devices/vfio.rst). They are held, and that is all: VFIO is not told of
 * the VM. It would take a struct kvm, hand it to drivers, and count references to it with functions
 * that it finds in kvm.ko by their names; ours is none, and kvm.ko may be loaded. The few drivers
 * that insist on one are other architectures'.
 */
#include <linux/errno.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "api/vm_device.h"
#include "compat/vfio.h"
#include "uapi/types.h"

struct vfio_file {
	struct list_head node;
	struct file *file;		/* held */
};

static int vfio_create(struct kvr_vm_device *device)
{
	struct list_head *files = kmalloc(sizeof(*files), GFP_KERNEL_ACCOUNT);

	if (!files)
		return -ENOMEM;
	INIT_LIST_HEAD(files);
	device->state = files;
	return 0;
}

static void vfio_file_drop(struct vfio_file *vfio)
{
	list_del(&vfio->node);
	fput(vfio->file);
	kfree(vfio);
}

static void vfio_release(struct kvr_vm_device *device)
{
	struct list_head *files = device->state;
	struct vfio_file *vfio, *next;

	list_for_each_entry_safe(vfio, next, files, node)
		vfio_file_drop(vfio);
	kfree(files);
}

static struct vfio_file *vfio_find(struct list_head *files, const struct file *file)
{
	struct vfio_file *vfio;

	list_for_each_entry(vfio, files, node)
		if (vfio->file == file)
			return vfio;
	return NULL;
}

/* Takes over the caller's hold on @file, if it succeeds. */
static int vfio_add(struct list_head *files, struct file *file)
{
	struct vfio_file *vfio;

	if (!kvr_vfio_file_is_valid(file))
		return -EINVAL;
	if (vfio_find(files, file))
		return -EEXIST;
	vfio = kmalloc(sizeof(*vfio), GFP_KERNEL_ACCOUNT);
	if (!vfio)
		return -ENOMEM;
	vfio->file = file;
	list_add_tail(&vfio->node, files);
	return 0;
}

static int vfio_del(struct list_head *files, struct file *file)
{
	struct vfio_file *vfio = vfio_find(files, file);

	if (!vfio)
		return -ENOENT;
	vfio_file_drop(vfio);
	return 0;
}

static int vfio_has(struct kvr_vm_device *device, const struct kvm_device_attr *attr)
{
	if (attr->group != KVM_DEV_VFIO_FILE)
		return -ENXIO;
	return attr->attr == KVM_DEV_VFIO_FILE_ADD || attr->attr == KVM_DEV_VFIO_FILE_DEL ?
	       0 : -ENXIO;
}

static int vfio_set(struct kvr_vm_device *device, const struct kvm_device_attr *attr)
{
	const __s32 __user *user = (const __s32 __user *)attr->addr;
	struct file *file;
	__s32 fd;
	int ret;

	ret = vfio_has(device, attr);
	if (ret)
		return ret;
	if (get_user(fd, user))
		return -EFAULT;
	file = fget(fd);
	if (!file)
		return -EBADF;
	if (attr->attr == KVM_DEV_VFIO_FILE_DEL) {
		ret = vfio_del(device->state, file);
		fput(file);
		return ret;
	}
	ret = vfio_add(device->state, file);
	if (ret)
		fput(file);
	return ret;
}

const struct kvr_vm_device_kind kvr_vfio_kind = {
	.type = KVM_DEV_TYPE_VFIO,
	.once = true,
	.name = "kvm-vfio",
	.create = vfio_create,
	.release = vfio_release,
	.has = vfio_has,
	.set = vfio_set,
};
