// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat/user_pages.h"
#include "io/coalesced.h"
#include "io/iobus.h"
#include "uapi/types.h"

struct kvr_zone {
	struct kvr_iodev dev;
	struct kvr_coalesced *all;
	struct kvm_coalesced_mmio_zone zone;
	struct list_head node;			/* in all->zones */
};

/* Both indexes are in memory that user space can write. False when the ring is full. */
static bool ring_put(struct kvm_coalesced_mmio_ring *ring, u64 addr, unsigned int len, u64 value)
{
	u32 first = READ_ONCE(ring->first), last = READ_ONCE(ring->last), next;
	struct kvm_coalesced_mmio *entry;

	if (last >= KVM_COALESCED_MMIO_MAX)
		return false;
	last = array_index_nospec(last, KVM_COALESCED_MMIO_MAX);
	next = (last + 1) % KVM_COALESCED_MMIO_MAX;
	if (next == first)
		return false;
	entry = &ring->coalesced_mmio[last];
	entry->phys_addr = addr;
	entry->len = len;
	entry->pio = 0;
	memcpy(entry->data, &value, sizeof(entry->data));
	smp_store_release(&ring->last, next); /* the entry is there before it counts */
	return true;
}

/* A full ring is for user space to empty: the write goes there the ordinary way. */
static bool zone_write(struct kvr_iodev *dev, struct kvr_vcpu *vcpu, u64 addr, unsigned int len,
		       u64 value)
{
	struct kvr_coalesced *all = container_of(dev, struct kvr_zone, dev)->all;
	bool taken;

	spin_lock(&all->ring_lock);
	taken = ring_put(all->ring, addr, len, value);
	spin_unlock(&all->ring_lock);
	return taken;
}

static void zone_release(struct kvr_iodev *dev)
{
	kfree(container_of(dev, struct kvr_zone, dev));
}

static const struct kvr_iodev_ops zone_ops = {
	.write = zone_write,
	.release = zone_release,
};

int kvr_coalesced_init(struct kvr_coalesced *all, struct kvr_iobus *mmio_bus)
{
	all->ring = kvr_user_page_alloc();
	if (!all->ring)
		return -ENOMEM;
	mutex_init(&all->lock);
	spin_lock_init(&all->ring_lock);
	INIT_LIST_HEAD(&all->zones);
	all->mmio_bus = mmio_bus;
	return 0;
}

void kvr_coalesced_destroy(struct kvr_coalesced *all)
{
	struct kvr_zone *zone, *next;

	list_for_each_entry_safe(zone, next, &all->zones, node)
		kfree(zone);
	mutex_destroy(&all->lock);
	kvr_user_page_free(all->ring);
}

/* A zone that no access can be in is not on the bus, where a size of 0 has another meaning. */
static bool zone_on_bus(const struct kvm_coalesced_mmio_zone *zone)
{
	return !zone->pio && zone->size;
}

int kvr_coalesced_add(struct kvr_coalesced *all, const struct kvm_coalesced_mmio_zone *args)
{
	struct kvr_zone *zone;
	int ret;

	if (args->pio > 1)
		return -EINVAL;
	zone = kzalloc(sizeof(*zone), GFP_KERNEL_ACCOUNT);
	if (!zone)
		return -ENOMEM;
	zone->dev.ops = &zone_ops;
	zone->dev.window.addr = args->addr;
	zone->dev.window.size = args->size;
	zone->all = all;
	zone->zone = *args;
	ret = zone_on_bus(args) ? kvr_iobus_add(all->mmio_bus, &zone->dev) :
				  kvr_iobus_reserve(all->mmio_bus);
	if (ret) {
		kfree(zone);
		return ret;
	}
	mutex_lock(&all->lock);
	list_add_tail(&zone->node, &all->zones);
	mutex_unlock(&all->lock);
	return 0;
}

static bool zone_holds(const struct kvm_coalesced_mmio_zone *zone,
		       const struct kvm_coalesced_mmio_zone *part)
{
	return zone->pio == part->pio && part->addr >= zone->addr &&
	       part->addr - zone->addr <= zone->size &&
	       part->size <= zone->size - (part->addr - zone->addr);
}

int kvr_coalesced_remove(struct kvr_coalesced *all, const struct kvm_coalesced_mmio_zone *args)
{
	struct kvr_zone *zone, *next;
	unsigned int unreached = 0;
	LIST_HEAD(removed);

	if (args->pio > 1)
		return -EINVAL;
	mutex_lock(&all->lock);
	list_for_each_entry_safe(zone, next, &all->zones, node) {
		if (!zone_holds(&zone->zone, args))
			continue;
		list_del(&zone->node);
		if (zone_on_bus(&zone->zone)) {
			list_add_tail(&zone->dev.removed, &removed);
		} else {
			kfree(zone);
			unreached++;
		}
	}
	mutex_unlock(&all->lock);
	kvr_iobus_release(all->mmio_bus, unreached);
	/* All with one wait, and without a lock of this VM's. */
	kvr_iobus_remove(all->mmio_bus, &removed);
	return 0;
}
