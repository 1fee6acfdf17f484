/* SPDX-License-Identifier: GPL-2.0-only */
/* ioeventfd: a guest's write that does nothing but signal an eventfd. */
#ifndef KVR_IO_IOEVENTFD_H
#define KVR_IO_IOEVENTFD_H

#include <linux/mutex.h>
#include <linux/rbtree.h>

struct kvm_ioeventfd;
struct kvr_iobus;

/* The ioeventfds of one VM. */
struct kvr_ioeventfds {
	struct mutex lock;		/* outside of bus->lock */
	struct rb_root tree;		/* of struct kvr_ioeventfd, guarded by lock */
	struct kvr_iobus *mmio_bus;
};

/* kvr_ioeventfds_init - no ioeventfds yet; later ones go on @mmio_bus. Cannot fail. */
void kvr_ioeventfds_init(struct kvr_ioeventfds *all, struct kvr_iobus *mmio_bus);

/*
 * kvr_ioeventfds_destroy - let go of every eventfd
 *
 * After the last vCPU is gone and before kvr_iobus_destroy(). May sleep.
 */
void kvr_ioeventfds_destroy(struct kvr_ioeventfds *all);

/*
 * kvr_ioeventfd_set - KVM_IOEVENTFD: assign one, or with its DEASSIGN flag take one away
 * @args: copied from user space, not checked yet
 *
 * RISC-V has no port space; a port ioeventfd is kept and never signalled, because
 * portable VMMs assign them for legacy virtio devices on every architecture. It counts like any
 * other device of the bus. Takes all->lock, may sleep; a deassignment waits without a lock, for
 * lookups that have found the ioeventfd. KVM API document, "KVM_IOEVENTFD".
 *
 * Return: 0; -EINVAL for an unknown flag, a length other than 0, 1, 2, 4, 8, DATAMATCH
 * with length 0, a range that wraps, or a descriptor that is no eventfd; -EBADF for a bad
 * descriptor; -EEXIST when a write could signal an earlier one too; -ENOENT when there is
 * none to take away; -ENOSPC; -ENOMEM.
 */
int kvr_ioeventfd_set(struct kvr_ioeventfds *all, const struct kvm_ioeventfd *args);

#endif
