/* SPDX-License-Identifier: GPL-2.0-only */
/* irqfd: an eventfd whose every signal is an interrupt. */
#ifndef KVR_IRQCHIP_IRQFD_H
#define KVR_IRQCHIP_IRQFD_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

struct kvm_irqfd;
struct kvr_irqs;

/* The irqfds of one VM. */
struct kvr_irqfds {
	struct list_head list;		/* of struct kvr_irqfd, under irqfd.c's own lock */
	struct kvr_irqs *irqs;
	spinlock_t closed_lock;		/* inside of an eventfd's own lock */
	struct list_head closed;	/* those whose eventfd nobody has open; under closed_lock */
	struct work_struct closing;	/* takes these away, all there are at a time */
};

/* kvr_irqfds_init - none yet; later ones raise interrupts of @irqs. Cannot fail. */
void kvr_irqfds_init(struct kvr_irqfds *all, struct kvr_irqs *irqs);

/*
 * kvr_irqfds_release - let go of every eventfd
 *
 * When the VM's descriptor is closed, so that no more can come. On return no event raises an
 * interrupt any more. Sleeps.
 */
void kvr_irqfds_release(struct kvr_irqfds *all);

/*
 * kvr_irqfd_set - KVM_IRQFD: assign an eventfd to a GSI, or with its DEASSIGN flag take it away
 * @args: copied from user space, not checked yet
 *
 * Interrupts go where the GSI's route leads at the time of the event: nowhere without one, or
 * without an interrupt controller. An eventfd that the last descriptor of is closed is taken away.
 * Sleeps. KVM API document, "KVM_IRQFD".
 *
 * Return: 0, also where there was nothing to take away; -EINVAL for an unknown flag or a
 * descriptor that is no eventfd; -EBADF for a bad descriptor; -EBUSY when the eventfd is an irqfd
 * already, of this VM or another; -ENOMEM; -ENOSYS where the kernel has no eventfds.
 */
int kvr_irqfd_set(struct kvr_irqfds *all, const struct kvm_irqfd *args);

/* kvr_irqfd_module_init, kvr_irqfd_module_exit - for all VMs; sleep. 0 or -ENOMEM. */
int kvr_irqfd_module_init(void);
void kvr_irqfd_module_exit(void);

#endif
