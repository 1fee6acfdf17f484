/* SPDX-License-Identifier: GPL-2.0-only */
/* Coalesced MMIO: guests' writes to some places wait in a ring until the VMM looks. */
#ifndef KVR_IO_COALESCED_H
#define KVR_IO_COALESCED_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>

struct kvm_coalesced_mmio_ring;
struct kvm_coalesced_mmio_zone;
struct kvr_iobus;

/* The zones of one VM, and the ring that they share. */
struct kvr_coalesced {
	struct mutex lock;
	struct list_head zones;		/* of struct kvr_zone, guarded by lock */
	struct kvr_iobus *mmio_bus;
	spinlock_t ring_lock;		/* of harts that write to the ring */
	struct kvm_coalesced_mmio_ring *ring;	/* one page, mapped by user space: hostile */
};

/* kvr_coalesced_init - no zones yet; later ones go on @mmio_bus. Sleeps. 0 or -ENOMEM. */
int kvr_coalesced_init(struct kvr_coalesced *all, struct kvr_iobus *mmio_bus);

/*
 * kvr_coalesced_destroy - forget all zones and free the ring
 *
 * After the last vCPU is gone and before kvr_iobus_destroy(). May sleep.
 */
void kvr_coalesced_destroy(struct kvr_coalesced *all);

/*
 * kvr_coalesced_add - KVM_REGISTER_COALESCED_MMIO
 *
 * RISC-V has no port space: a zone there is kept, and nothing is ever written to it; nor is there
 * to an empty one. Both count like any other device of the bus. Takes all->lock, may sleep.
 *
 * Return: 0; -EINVAL for a kind of zone that is not known or one that wraps around the address
 * space; -ENOSPC; -ENOMEM.
 */
int kvr_coalesced_add(struct kvr_coalesced *all, const struct kvm_coalesced_mmio_zone *zone);

/*
 * kvr_coalesced_remove - KVM_UNREGISTER_COALESCED_MMIO: forget every zone that holds @zone
 *
 * On return no hart writes to the ring for them, unless the caller was killed. Takes all->lock,
 * waits without it, once for all of them. 0, also where there was
 * none; -EINVAL for a kind of zone that is not known.
 */
int kvr_coalesced_remove(struct kvr_coalesced *all, const struct kvm_coalesced_mmio_zone *zone);

#endif
