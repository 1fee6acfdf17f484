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
	struct rb_node node;			/* in all->tree */
	struct eventfd_ctx *eventfd;		/* a reference is held */
	bool in_port_space;
};

static struct kvr_ioeventfd *ioeventfd_of(struct kvr_iodev *dev)
{
	return container_of(dev, struct kvr_ioeventfd, dev);
}

/* The bus has checked all. */
static bool ioeventfd_write(struct kvr_iodev *dev, struct kvr_vcpu *vcpu, u64 addr,
			    unsigned int len, u64 value)
{
	eventfd_signal(ioeventfd_of(dev)->eventfd);
	return true;
}

static void ioeventfd_free(struct kvr_ioeventfd *io)
{
	eventfd_ctx_put(io->eventfd);
	kfree(io);
}

static void ioeventfd_release(struct kvr_iodev *dev)
{
	ioeventfd_free(ioeventfd_of(dev));
}

static const struct kvr_iodev_ops ioeventfd_ops = {
	.write = ioeventfd_write,
	.release = ioeventfd_release,
};

void kvr_ioeventfds_init(struct kvr_ioeventfds *all, struct kvr_iobus *mmio_bus)
{
	mutex_init(&all->lock);
	all->tree = RB_ROOT;
	all->mmio_bus = mmio_bus;
}

void kvr_ioeventfds_destroy(struct kvr_ioeventfds *all)
{
	struct kvr_ioeventfd *io;
	struct rb_node *node;

	/* No vCPU is left to look anything up on the bus, so there is no need to take them off. */
	while ((node = rb_first(&all->tree))) {
		io = rb_entry(node, struct kvr_ioeventfd, node);
		rb_erase(node, &all->tree);
		ioeventfd_free(io);
	}
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

static int order(u64 a, u64 b)
{
	return a < b ? -1 : a > b;
}

static int place_order(const struct kvr_ioeventfd *a, const struct kvr_ioeventfd *b)
{
	return order(a->in_port_space, b->in_port_space) ?:
	       order(a->dev.window.addr, b->dev.window.addr);
}

/* By place, size and data; of those at one place, such of any length and any data come first. */
static int ioeventfd_order(const struct kvr_ioeventfd *a, const struct kvr_ioeventfd *b)
{
	const struct kvr_iobus_window *aw = &a->dev.window, *bw = &b->dev.window;

	return place_order(a, b) ?: order(aw->size, bw->size) ?:
	       order(aw->match_data, bw->match_data) ?:
	       (aw->match_data ? order(aw->data, bw->data) : 0);
}

/* The first that does not come before @at, or NULL. */
static struct kvr_ioeventfd *ioeventfd_from(struct kvr_ioeventfds *all,
					    const struct kvr_ioeventfd *at)
{
	struct rb_node *node = all->tree.rb_node;
	struct kvr_ioeventfd *io, *first = NULL;

	while (node) {
		io = rb_entry(node, struct kvr_ioeventfd, node);
		if (ioeventfd_order(io, at) < 0) {
			node = node->rb_right;
		} else {
			first = io;
			node = node->rb_left;
		}
	}
	return first;
}

/* May one write be meant for @io and for one that is there? */
static bool ioeventfd_collides(struct kvr_ioeventfds *all, const struct kvr_ioeventfd *io)
{
	struct kvr_ioeventfd at = { .in_port_space = io->in_port_space };
	struct kvr_ioeventfd *other;

	/* One of any length comes first at its place, and collides with all there. */
	at.dev.window.addr = io->dev.window.addr;
	other = ioeventfd_from(all, &at);
	if (!other || place_order(other, io))
		return false;
	if (!io->dev.window.size || !other->dev.window.size)
		return true;
	/* So does one of any data among those of its length. */
	at.dev.window.size = io->dev.window.size;
	other = ioeventfd_from(all, &at);
	if (!other || place_order(other, io) || other->dev.window.size != io->dev.window.size)
		return false;
	if (!io->dev.window.match_data || !other->dev.window.match_data)
		return true;
	other = ioeventfd_from(all, io);
	return other && !ioeventfd_order(other, io);
}

static void ioeventfd_link(struct kvr_ioeventfds *all, struct kvr_ioeventfd *io)
{
	struct rb_node **place = &all->tree.rb_node, *parent = NULL;

	while (*place) {
		parent = *place;
		place = ioeventfd_order(rb_entry(parent, struct kvr_ioeventfd, node), io) < 0 ?
			&parent->rb_right : &parent->rb_left;
	}
	rb_link_node(&io->node, parent, place);
	rb_insert_color(&io->node, &all->tree);
}

static int ioeventfd_assign(struct kvr_ioeventfds *all, struct kvr_ioeventfd *io)
{
	int ret;

	lockdep_assert_held(&all->lock);
	if (ioeventfd_collides(all, io))
		return -EEXIST;
	ret = io->in_port_space ? kvr_iobus_reserve(all->mmio_bus) :
				  kvr_iobus_add(all->mmio_bus, &io->dev);
	if (!ret)
		ioeventfd_link(all, io);
	return ret;
}

/* Takes the one that was assigned with just what @wanted says off the tree; NULL: there is none. */
static struct kvr_ioeventfd *ioeventfd_unlink(struct kvr_ioeventfds *all,
					      const struct kvr_ioeventfd *wanted)
{
	struct kvr_ioeventfd *io = ioeventfd_from(all, wanted);

	lockdep_assert_held(&all->lock);
	if (!io || ioeventfd_order(io, wanted) || io->eventfd != wanted->eventfd)
		return NULL;
	rb_erase(&io->node, &all->tree);
	return io;
}

static int ioeventfd_deassign(struct kvr_ioeventfds *all, const struct kvr_ioeventfd *wanted)
{
	struct kvr_ioeventfd *io;
	LIST_HEAD(removed);

	mutex_lock(&all->lock);
	io = ioeventfd_unlink(all, wanted);
	mutex_unlock(&all->lock);
	if (!io)
		return -ENOENT;
	if (io->in_port_space) {
		kvr_iobus_release(all->mmio_bus, 1);
		ioeventfd_free(io);
	} else {
		list_add(&io->dev.removed, &removed);
		kvr_iobus_remove(all->mmio_bus, &removed);
	}
	return 0;
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
	io->dev.window = (struct kvr_iobus_window){
		.addr = args->addr,
		.size = args->len,
		.data = args->datamatch,
		.match_data = args->flags & KVM_IOEVENTFD_FLAG_DATAMATCH,
		.exact = args->len,
	};
	io->in_port_space = args->flags & KVM_IOEVENTFD_FLAG_PIO;
	io->eventfd = eventfd_ctx_fdget(args->fd);
	if (IS_ERR(io->eventfd)) {
		ret = PTR_ERR(io->eventfd);
		kfree(io);
		return ret;
	}

	if (deassign) {
		ret = ioeventfd_deassign(all, io);
	} else {
		mutex_lock(&all->lock);
		ret = ioeventfd_assign(all, io);
		mutex_unlock(&all->lock);
	}
	/* A deassignment's @io was but a description. */
	if (deassign || ret)
		ioeventfd_free(io);
	return ret;
}
