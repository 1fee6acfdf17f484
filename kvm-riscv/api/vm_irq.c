// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "api/vm.h"
#include "api/vm_irq.h"

long kvr_vm_irq_line(void *object, unsigned long arg, union kvr_ioctl_data *data)
{
	struct kvr_vm *vm = object;

	return kvr_irqs_line(&vm->irqs, data->irq_level.irq, data->irq_level.level);
}

long kvr_vm_signal_msi(void *object, unsigned long arg, union kvr_ioctl_data *data)
{
	struct kvr_vm *vm = object;

	return kvr_irqs_msi(&vm->irqs, &data->msi);
}

long kvr_vm_irqfd(void *object, unsigned long arg, union kvr_ioctl_data *data)
{
	struct kvr_vm *vm = object;

	return kvr_irqfd_set(&vm->irqfds, &data->irqfd);
}

long kvr_vm_set_gsi_routing(void *object, unsigned long arg, union kvr_ioctl_data *data)
{
	struct kvm_irq_routing __user *user = (void __user *)arg;
	struct kvm_irq_routing_entry *entries;
	struct kvm_irq_routing head;
	struct kvr_vm *vm = object;
	size_t size;
	long ret = -EFAULT;

	if (copy_from_user(&head, user, sizeof(head)))
		return -EFAULT;
	if (!kvr_irqs_chip(&vm->irqs) || head.flags || head.nr > KVR_IRQ_GSIS)
		return -EINVAL;
	size = array_size(head.nr, sizeof(*entries));
	entries = kvmalloc(size, GFP_KERNEL_ACCOUNT);
	if (!entries)
		return -ENOMEM;
	if (!copy_from_user(entries, user->entries, size))
		ret = kvr_irqs_route(&vm->irqs, entries, head.nr);
	kvfree(entries);
	return ret;
}
