// SPDX-License-Identifier: GPL-2.0-only
#include <linux/anon_inodes.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "api/caps.h"
#include "api/ioctl.h"
#include "api/observe/stats.h"
#include "api/vcpu_fd.h"
#include "api/vm.h"
#include "api/vm_irq.h"
#include "memory/ring.h"

static long vm_create_vcpu(void *vm, unsigned long id, union kvr_ioctl_data *data)
{
	return kvr_vcpu_fd_create(vm, id);
}

static long vm_set_region(void *object, unsigned long arg, union kvr_ioctl_data *data)
{
	struct kvm_userspace_memory_region2 region = {
		.slot = data->region.slot,
		.flags = data->region.flags,
		.guest_phys_addr = data->region.guest_phys_addr,
		.memory_size = data->region.memory_size,
		.userspace_addr = data->region.userspace_addr,
	};
	struct kvr_vm *vm = object;

	return kvr_memory_set_region(&vm->memory, &region);
}

static long vm_set_region2(void *object, unsigned long arg, union kvr_ioctl_data *data)
{
	struct kvr_vm *vm = object;

	return kvr_memory_set_region(&vm->memory, &data->region2);
}

static long vm_get_dirty_log(void *object, unsigned long arg, union kvr_ioctl_data *data)
{
	struct kvr_vm *vm = object;

	return kvr_memory_get_dirty_log(&vm->memory, &data->dirty_log);
}

static long vm_clear_dirty_log(void *object, unsigned long arg, union kvr_ioctl_data *data)
{
	struct kvr_vm *vm = object;

	return kvr_memory_clear_dirty_log(&vm->memory, &data->clear_dirty_log);
}

static long vm_reset_dirty_rings(void *object, unsigned long arg, union kvr_ioctl_data *data)
{
	struct kvr_vm *vm = object;

	return kvr_memory_reset_rings(&vm->memory, &vm->vcpus);
}

static long vm_ioeventfd(void *object, unsigned long arg, union kvr_ioctl_data *data)
{
	struct kvr_vm *vm = object;

	return kvr_ioeventfd_set(&vm->ioeventfds, &data->ioeventfd);
}

static long vm_coalesced_add(void *object, unsigned long arg, union kvr_ioctl_data *data)
{
	struct kvr_vm *vm = object;

	return kvr_coalesced_add(&vm->coalesced, &data->coalesced_zone);
}

static long vm_coalesced_remove(void *object, unsigned long arg, union kvr_ioctl_data *data)
{
	struct kvr_vm *vm = object;

	return kvr_coalesced_remove(&vm->coalesced, &data->coalesced_zone);
}

static long vm_check_extension(void *vm, unsigned long cap, union kvr_ioctl_data *data)
{
	return kvr_cap_check(vm, cap);
}

static long vm_enable_cap(void *vm, unsigned long arg, union kvr_ioctl_data *data)
{
	return kvr_cap_enable(vm, &data->enable_cap);
}

static long vm_create_device(void *vm, unsigned long arg, union kvr_ioctl_data *data)
{
	return kvr_vm_device_create(vm, &data->create_device);
}

static long vm_stats_fd(void *vm, unsigned long arg, union kvr_ioctl_data *data)
{
	return kvr_stats_fd(vm, NULL);
}

static const struct kvr_ioctl vm_ioctls[] = {
	{ KVM_SET_USER_MEMORY_REGION, 0, vm_set_region },
	{ KVM_SET_USER_MEMORY_REGION2, 0, vm_set_region2 },
	{ KVM_GET_DIRTY_LOG, 0, vm_get_dirty_log },
	{ KVM_CLEAR_DIRTY_LOG, 0, vm_clear_dirty_log },
	{ KVM_RESET_DIRTY_RINGS, 0, vm_reset_dirty_rings },
	{ KVM_IRQ_LINE, 0, kvr_vm_irq_line },
	{ KVM_SIGNAL_MSI, 0, kvr_vm_signal_msi },
	{ KVM_SET_GSI_ROUTING, KVR_IOCTL_RAW, kvr_vm_set_gsi_routing },
	{ KVM_IRQFD, 0, kvr_vm_irqfd },
	{ KVM_IOEVENTFD, 0, vm_ioeventfd },
	{ KVM_REGISTER_COALESCED_MMIO, 0, vm_coalesced_add },
	{ KVM_UNREGISTER_COALESCED_MMIO, 0, vm_coalesced_remove },
	{ KVM_CREATE_VCPU, 0, vm_create_vcpu },
	{ KVM_CHECK_EXTENSION, 0, vm_check_extension },
	{ KVM_ENABLE_CAP, 0, vm_enable_cap },
	{ KVM_CREATE_DEVICE, 0, vm_create_device },
	{ KVM_GET_STATS_FD, 0, vm_stats_fd },
};

static long vm_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct kvr_vm *vm = file->private_data;

	if (!kvr_vm_is_ours(vm))
		return -EIO;
	return kvr_ioctl_dispatch(vm_ioctls, ARRAY_SIZE(vm_ioctls), vm, cmd, arg);
}

static int vm_release(struct inode *inode, struct file *file)
{
	struct kvr_vm *vm = file->private_data;

	kvr_irqfds_release(&vm->irqfds);
	kvr_vm_put(vm);
	return 0;
}

static const struct file_operations vm_fops = {
	.owner = THIS_MODULE,
	.release = vm_release,
	.unlocked_ioctl = vm_ioctl,
	.llseek = noop_llseek,
};

static struct kvr_vm *vm_alloc(void)
{
	struct kvr_vm *vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!vm)
		return ERR_PTR(-ENOMEM);
	kvr_iobus_init(&vm->mmio_bus, &vm->vcpus);
	ret = kvr_coalesced_init(&vm->coalesced, &vm->mmio_bus);
	if (ret)
		goto free_vm;
	ret = kvr_irqs_init(&vm->irqs);
	if (ret)
		goto free_coalesced;
	ret = kvr_memory_init(&vm->memory, current->mm);
	if (ret)
		goto free_irqs;
	mmgrab(current->mm);
	vm->mm = current->mm;
	vm->pid = current->tgid;
	kref_init(&vm->users);
	INIT_LIST_HEAD(&vm->debugfs.link);
	kvr_vcpus_init(&vm->vcpus);
	kvr_ioeventfds_init(&vm->ioeventfds, &vm->mmio_bus);
	kvr_irqfds_init(&vm->irqfds, &vm->irqs);
	kvr_vm_devices_init(&vm->devices);
	return vm;

free_irqs:
	kvr_irqs_destroy(&vm->irqs);
free_coalesced:
	kvr_coalesced_destroy(&vm->coalesced);
free_vm:
	kvr_iobus_destroy(&vm->mmio_bus);
	kfree(vm);
	return ERR_PTR(ret);
}

static void vm_free(struct kref *users)
{
	struct kvr_vm *vm = container_of(users, struct kvr_vm, users);

	kvr_debugfs_remove(vm);
	kvr_vcpu_fd_destroy_all(vm);
	kvr_irqs_destroy(&vm->irqs);
	kvr_ioeventfds_destroy(&vm->ioeventfds);
	kvr_coalesced_destroy(&vm->coalesced);
	kvr_iobus_destroy(&vm->mmio_bus);
	kvr_memory_destroy(&vm->memory);
	mmdrop(vm->mm);
	kfree(vm);
}

void kvr_vm_get(struct kvr_vm *vm)
{
	kref_get(&vm->users);
}

void kvr_vm_put(struct kvr_vm *vm)
{
	kref_put(&vm->users, vm_free);
}

long kvr_vm_create(void)
{
	struct kvr_vm *vm;
	struct file *file;
	int fd;

	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;
	vm = vm_alloc();
	if (IS_ERR(vm)) {
		put_unused_fd(fd);
		return PTR_ERR(vm);
	}
	file = anon_inode_getfile("kvm-vm", &vm_fops, vm, O_RDWR);
	if (IS_ERR(file)) {
		kvr_vm_put(vm);
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	kvr_debugfs_add(vm, fd);
	fd_install(fd, file);
	return fd;
}
