// SPDX-License-Identifier: GPL-2.0-only
#include "io/ioeventfd.h"

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/slab.h>

#include "compat/eventfd.h"
#include "io/iobus.h"
#include "uapi/kvm.h"

#define FLAGS_KNOWN	(KVM_IOEVENTFD_FLAG_DATAMATCH | KVM_IOEVENTFD_FLAG_PIO | \
			 KVM_IOEVENTFD_FLAG_DEASSIGN)

struct kvr_ioeventfd {
	struct kvr_iodev dev;
	struct list_head node;			/* in all->list */
	struct eventfd_ctx *eventfd;		/* a reference is held */
	struct kvr_iobus_window window;
	bool in_port_space;
};

static bool ioeventfd_write(struct kvr_iodev *dev, struct kvr_vcpu *vcpu, u64 addr,
			    unsigned int len, u64 value)
{
	struct kvr_ioeventfd *io = container_of(dev, struct kvr_ioeventfd, dev);

	/* The bus has checked all but that the access is not narrower than the window. */
	if (io->window.size && io->window.size != len)
		return false;
	eventfd_signal(io->eventfd);
	return true;
}

static const struct kvr_iodev_ops ioeventfd_ops = {
	.write = ioeventfd_write,
};

void kvr_ioeventfds_init(struct kvr_ioeventfds *all, struct kvr_iobus *mmio_bus)
{
	mutex_init(&all->lock);
	INIT_LIST_HEAD(&all->list);
	all->mmio_bus = mmio_bus;
}

static void ioeventfd_free(struct kvr_ioeventfd *io)
{
	eventfd_ctx_put(io->eventfd);
	kfree(io);
}

void kvr_ioeventfds_destroy(struct kvr_ioeventfds *all)
{
	struct kvr_ioeventfd *io, *next;

	/* No vCPU is left to look anything up on the bus, so there is no need to take them off. */
	list_for_each_entry_safe(io, next, &all->list, node)
		ioeventfd_free(io);
	INIT_LIST_HEAD(&all->list);
	mutex_destroy(&all->lock);
}

static int args_check(const struct kvm_ioeventfd *args)
{
	if (args->flags & ~FLAGS_KNOWN)
		return -EINVAL;
	if (!args->len)
		return args->flags & KVM_IOEVENTFD_FLAG_DATAMATCH ? -EINVAL : 0;
	if (args->len > sizeof(u64) || !is_power_of_2(args->len))
		return -EINVAL;
	return args->addr + args->len < args->addr ? -EINVAL : 0;
}

static bool same_place(const struct kvr_ioeventfd *a, const struct kvr_ioeventfd *b)
{
	return a->in_port_space == b->in_port_space && a->window.addr == b->window.addr;
}

/* May one write be meant for both? */
static bool ioeventfd_collides(const struct kvr_ioeventfd *a, const struct kvr_ioeventfd *b)
{
	if (!same_place(a, b))
		return false;
	if (a->window.size && b->window.size && a->window.size != b->window.size)
		return false;
	return !a->window.match_data || !b->window.match_data ||
	       a->window.data == b->window.data;
}

/* Was @io assigned with just what @wanted says? */
static bool ioeventfd_is(const struct kvr_ioeventfd *io, const struct kvr_ioeventfd *wanted)
{
	return same_place(io, wanted) && io->eventfd == wanted->eventfd &&
	       io->window.size == wanted->window.size &&
	       io->window.match_data == wanted->window.match_data &&
	       (!io->window.match_data || io->window.data == wanted->window.data);
}

static int ioeventfd_assign(struct kvr_ioeventfds *all, struct kvr_ioeventfd *io)
{
	struct kvr_ioeventfd *other;
	int ret;

	lockdep_assert_held(&all->lock);
	list_for_each_entry(other, &all->list, node)
		if (ioeventfd_collides(io, other))
			return -EEXIST;
	if (!io->in_port_space) {
		ret = kvr_iobus_add(all->mmio_bus, &io->window, &io->dev);
		if (ret)
			return ret;
	}
	list_add_tail(&io->node, &all->list);
	return 0;
}

static int ioeventfd_deassign(struct kvr_ioeventfds *all, const struct kvr_ioeventfd *wanted)
{
	struct kvr_ioeventfd *io;

	lockdep_assert_held(&all->lock);
	list_for_each_entry(io, &all->list, node) {
		if (!ioeventfd_is(io, wanted))
			continue;
		if (!io->in_port_space)
			kvr_iobus_remove(all->mmio_bus, &io->dev);
		list_del(&io->node);
		ioeventfd_free(io);
		return 0;
	}
	return -ENOENT;
}

int kvr_ioeventfd_set(struct kvr_ioeventfds *all, const struct kvm_ioeventfd *args)
{
	bool deassign = args->flags & KVM_IOEVENTFD_FLAG_DEASSIGN;
	struct kvr_ioeventfd *io;
	int ret;

	ret = args_check(args);
	if (ret)
		return ret;

	io = kzalloc(sizeof(*io), GFP_KERNEL_ACCOUNT);
	if (!io)
		return -ENOMEM;
	io->dev.ops = &ioeventfd_ops;
	io->window.addr = args->addr;
	io->window.size = args->len;
	io->window.data = args->datamatch;
	io->window.match_data = args->flags & KVM_IOEVENTFD_FLAG_DATAMATCH;
	io->in_port_space = args->flags & KVM_IOEVENTFD_FLAG_PIO;
	io->eventfd = eventfd_ctx_fdget(args->fd);
	if (IS_ERR(io->eventfd)) {
		ret = PTR_ERR(io->eventfd);
		kfree(io);
		return ret;
	}

	mutex_lock(&all->lock);
	ret = deassign ? ioeventfd_deassign(all, io) : ioeventfd_assign(all, io);
	mutex_unlock(&all->lock);

	/* A deassignment's @io was but a description. */
	if (deassign || ret)
		ioeventfd_free(io);
	return ret;
}
