// SPDX-License-Identifier: GPL-2.0-only
#include "irqchip/irqfd.h"

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/file.h>
#include <linux/hashtable.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "compat/eventfd.h"
#include "irqchip/irqs.h"
#include "uapi/types.h"

#define FLAGS_KNOWN	(KVM_IRQFD_FLAG_DEASSIGN | KVM_IRQFD_FLAG_RESAMPLE)

/*
 * Who takes it off both lists, under irqfds_lock, frees it: a deassignment, the end of the VM, or
 * the end of the eventfd's file.
 */
struct kvr_irqfd {
	struct kvr_irqfds *all;
	struct eventfd_ctx *eventfd;		/* a reference is held */
	u32 gsi;
	struct kvr_irq_resample resample;	/* notify: NULL, or a reference is held */
	wait_queue_entry_t wait;		/* on the eventfd */
	poll_table poll;
	struct list_head closed;		/* in all->closed; under all->closed_lock */
	struct list_head node;			/* in all->list, or among the dropped */
	struct hlist_node by_eventfd;		/* in irqfds_by_eventfd */
};

/* An eventfd is an irqfd once, whichever VM's: the first to be told takes the event. */
static DEFINE_MUTEX(irqfds_lock);
static DEFINE_HASHTABLE(irqfds_by_eventfd, 8);	/* irqfds_lock */
static struct workqueue_struct *irqfds_closing;

/* The eventfd's own lock is held, interrupts are off. */
static int irqfd_wake(wait_queue_entry_t *wait, unsigned int mode, int sync, void *key)
{
	struct kvr_irqfd *irqfd = container_of(wait, struct kvr_irqfd, wait);
	__poll_t events = key_to_poll(key);
	u64 count;

	if (events & EPOLLIN) {
		eventfd_ctx_do_read(irqfd->eventfd, &count);
		kvr_irqs_event(irqfd->all->irqs, irqfd->gsi, irqfd->resample.notify);
	}
	if (events & EPOLLHUP) {
		spin_lock(&irqfd->all->closed_lock);
		list_move_tail(&irqfd->closed, &irqfd->all->closed);
		spin_unlock(&irqfd->all->closed_lock);
		queue_work(irqfds_closing, &irqfd->all->closing);
	}
	return 0;
}

static void irqfd_queue(struct file *file, wait_queue_head_t *head, poll_table *poll)
{
	add_wait_queue(head, &container_of(poll, struct kvr_irqfd, poll)->wait);
}

static void irqfd_unlink(struct kvr_irqfd *irqfd)
{
	lockdep_assert_held(&irqfds_lock);
	hash_del(&irqfd->by_eventfd);
	list_del(&irqfd->node);
}

/* Also of one that was never assigned, or only in part. */
static void irqfd_free(struct kvr_irqfd *irqfd)
{
	if (!IS_ERR_OR_NULL(irqfd->resample.notify))
		eventfd_ctx_put(irqfd->resample.notify);
	if (!IS_ERR_OR_NULL(irqfd->eventfd))
		eventfd_ctx_put(irqfd->eventfd);
	kfree(irqfd);
}

static void irqfd_move(struct kvr_irqfd *irqfd, struct list_head *dropped)
{
	irqfd_unlink(irqfd);
	list_add_tail(&irqfd->node, dropped);
}

/*
 * Frees those that the caller has taken off both lists, with one wait for all of them. Without
 * locks.
 */
static void irqfds_drop(struct kvr_irqfds *all, struct list_head *dropped)
{
	struct kvr_irqfd *irqfd, *next;
	bool resampled = false;
	u64 count;

	list_for_each_entry(irqfd, dropped, node) {
		/* No event is on its way, or will be, after this. */
		eventfd_ctx_remove_wait_queue(irqfd->eventfd, &irqfd->wait, &count);
		spin_lock_irq(&all->closed_lock);
		list_del_init(&irqfd->closed);
		spin_unlock_irq(&all->closed_lock);
		if (!irqfd->resample.notify)
			continue;
		kvr_irqs_resample_unlink(all->irqs, &irqfd->resample);
		resampled = true;
	}
	if (resampled)
		kvr_irqs_resample_settle(all->irqs);
	list_for_each_entry_safe(irqfd, next, dropped, node)
		irqfd_free(irqfd);
}

/* Of files that were closed. What somebody else has taken off the lists is his to free. */
static void irqfds_close(struct work_struct *work)
{
	struct kvr_irqfds *all = container_of(work, struct kvr_irqfds, closing);
	struct kvr_irqfd *irqfd, *next;
	LIST_HEAD(dropped);

	mutex_lock(&irqfds_lock);
	spin_lock_irq(&all->closed_lock);
	list_for_each_entry_safe(irqfd, next, &all->closed, closed) {
		list_del_init(&irqfd->closed);
		if (hash_hashed(&irqfd->by_eventfd))
			irqfd_move(irqfd, &dropped);
	}
	spin_unlock_irq(&all->closed_lock);
	mutex_unlock(&irqfds_lock);
	irqfds_drop(all, &dropped);
}

void kvr_irqfds_init(struct kvr_irqfds *all, struct kvr_irqs *irqs)
{
	INIT_LIST_HEAD(&all->list);
	all->irqs = irqs;
	spin_lock_init(&all->closed_lock);
	INIT_LIST_HEAD(&all->closed);
	INIT_WORK(&all->closing, irqfds_close);
}

/* And those whose files were closed before: they are gone as well. Waits for no other VM's. */
static void irqfds_drop_all(struct kvr_irqfds *all, struct list_head *dropped)
{
	irqfds_drop(all, dropped);
	flush_work(&all->closing);
}

void kvr_irqfds_release(struct kvr_irqfds *all)
{
	struct kvr_irqfd *irqfd, *next;
	LIST_HEAD(dropped);

	mutex_lock(&irqfds_lock);
	list_for_each_entry_safe(irqfd, next, &all->list, node)
		irqfd_move(irqfd, &dropped);
	mutex_unlock(&irqfds_lock);
	irqfds_drop_all(all, &dropped);
}

static bool eventfd_taken(const struct eventfd_ctx *eventfd)
{
	struct kvr_irqfd *irqfd;

	lockdep_assert_held(&irqfds_lock);
	hash_for_each_possible(irqfds_by_eventfd, irqfd, by_eventfd, (unsigned long)eventfd)
		if (irqfd->eventfd == eventfd)
			return true;
	return false;
}

/* @file, the eventfd's, keeps it from being closed meanwhile. */
static int irqfd_link(struct kvr_irqfds *all, struct kvr_irqfd *irqfd, struct file *file)
{
	int ret = -EBUSY;

	mutex_lock(&irqfds_lock);
	if (eventfd_taken(irqfd->eventfd))
		goto out;
	hash_add(irqfds_by_eventfd, &irqfd->by_eventfd, (unsigned long)irqfd->eventfd);
	list_add_tail(&irqfd->node, &all->list);
	if (irqfd->resample.notify)
		kvr_irqs_resample_add(all->irqs, &irqfd->resample);
	/* Signalled before it was assigned: that counts, too. */
	if (vfs_poll(file, &irqfd->poll) & EPOLLIN)
		kvr_irqs_event(all->irqs, irqfd->gsi, irqfd->resample.notify);
	ret = 0;
out:
	mutex_unlock(&irqfds_lock);
	return ret;
}

static int irqfd_assign(struct kvr_irqfds *all, const struct kvm_irqfd *args)
{
	struct kvr_irqfd *irqfd = kzalloc(sizeof(*irqfd), GFP_KERNEL_ACCOUNT);
	struct file *file;
	int ret;

	if (!irqfd)
		return -ENOMEM;
	irqfd->all = all;
	irqfd->gsi = args->gsi;
	irqfd->resample.gsi = args->gsi;
	INIT_LIST_HEAD(&irqfd->closed);
	init_waitqueue_func_entry(&irqfd->wait, irqfd_wake);
	init_poll_funcptr(&irqfd->poll, irqfd_queue);
	file = eventfd_fget(args->fd);
	if (IS_ERR(file)) {
		ret = PTR_ERR(file);
		goto free_irqfd;
	}
	irqfd->eventfd = eventfd_ctx_fileget(file);
	if (args->flags & KVM_IRQFD_FLAG_RESAMPLE)
		irqfd->resample.notify = eventfd_ctx_fdget(args->resamplefd);
	ret = PTR_ERR_OR_ZERO(irqfd->eventfd) ?: PTR_ERR_OR_ZERO(irqfd->resample.notify);
	if (!ret)
		ret = irqfd_link(all, irqfd, file);
	/* From here on it may be gone at any time, if it was assigned. */
	fput(file);
	if (!ret)
		return 0;
free_irqfd:
	irqfd_free(irqfd);
	return ret;
}

static int irqfd_deassign(struct kvr_irqfds *all, const struct kvm_irqfd *args)
{
	struct eventfd_ctx *eventfd = eventfd_ctx_fdget(args->fd);
	struct kvr_irqfd *irqfd, *next;
	LIST_HEAD(dropped);

	if (IS_ERR(eventfd))
		return PTR_ERR(eventfd);
	mutex_lock(&irqfds_lock);
	list_for_each_entry_safe(irqfd, next, &all->list, node)
		if (irqfd->eventfd == eventfd && irqfd->gsi == args->gsi)
			irqfd_move(irqfd, &dropped);
	mutex_unlock(&irqfds_lock);
	irqfds_drop_all(all, &dropped);
	eventfd_ctx_put(eventfd);
	return 0;
}

int kvr_irqfd_set(struct kvr_irqfds *all, const struct kvm_irqfd *args)
{
	if (args->flags & ~FLAGS_KNOWN)
		return -EINVAL;
	return args->flags & KVM_IRQFD_FLAG_DEASSIGN ? irqfd_deassign(all, args) :
						       irqfd_assign(all, args);
}

int kvr_irqfd_module_init(void)
{
	irqfds_closing = alloc_workqueue("kvm-riscv-irqfd", WQ_UNBOUND, 0);
	return irqfds_closing ? 0 : -ENOMEM;
}

void kvr_irqfd_module_exit(void)
{
	destroy_workqueue(irqfds_closing);
}
