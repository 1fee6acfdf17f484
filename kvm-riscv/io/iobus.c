// SPDX-License-Identifier: GPL-2.0-only
#include "io/iobus.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "vcpu/visit.h"

/* With as many doorbells as there may be, eight of them share a bucket. */
#define BUCKET_BITS	10

/*
 * The factors are random and odd: user space, which chooses addresses and data, cannot have many
 * doorbells share a bucket, in which look-ups go from one to the next.
 */
struct kvr_iobus_doorbells {
	u64 addr_factor;
	u64 data_factor;
	unsigned int matching;	/* doorbells with data; under bus->lock, read during visits */
	unsigned int plain;	/* and those without */
	struct hlist_head buckets[1 << BUCKET_BITS];
};

struct iobus_range {
	u64 first;		/* address of the window's first byte */
	u64 last;		/* and of its last */
	u64 reach;		/* greatest @last of this one and all before it */
	struct kvr_iodev *dev;	/* NULL: removed, waits for the next copy to drop it */
};

/* Sorted by @first. Never changed once published, but for @dev of a removal. */
struct kvr_iobus_ranges {
	struct kvr_iobus_ranges *next;	/* once it is replaced: in a chain of what is to be freed */
	unsigned int living;		/* how many are not removed; under bus->lock */
	unsigned int count;
	struct iobus_range range[];
};

/* One access on its way through the bus. */
struct iobus_access {
	struct kvr_vcpu *vcpu;
	u64 addr;
	unsigned int len;
	bool is_write;
	u64 *value;
};

static void removed_init(struct kvr_iobus_removed *removed)
{
	INIT_LIST_HEAD(&removed->devs);
	removed->ranges = NULL;
}

static void ranges_retire(struct kvr_iobus_removed *removed, struct kvr_iobus_ranges *ranges)
{
	if (!ranges)
		return;
	ranges->next = removed->ranges;
	removed->ranges = ranges;
}

/* Moves all of @from, which is empty then, to @to. */
static void removed_move(struct kvr_iobus_removed *from, struct kvr_iobus_removed *to)
{
	struct kvr_iobus_ranges *ranges;

	list_splice_init(&from->devs, &to->devs);
	while ((ranges = from->ranges)) {
		from->ranges = ranges->next;
		ranges_retire(to, ranges);
	}
}

static void removed_free(struct kvr_iobus_removed *removed)
{
	struct kvr_iobus_ranges *ranges;
	struct kvr_iodev *dev, *next;

	list_for_each_entry_safe(dev, next, &removed->devs, removed)
		dev->ops->release(dev);
	while ((ranges = removed->ranges)) {
		removed->ranges = ranges->next;
		kvfree(ranges);
	}
}

/* Frees @removed when nobody can be in it any more; without locks. */
static void removed_settle(struct kvr_iobus *bus, struct kvr_iobus_removed *removed)
{
	if (!kvr_visits_wait(bus->vcpus)) {
		removed_free(removed);
		return;
	}
	mutex_lock(&bus->lock);
	removed_move(removed, &bus->left);
	mutex_unlock(&bus->lock);
}

void kvr_iobus_init(struct kvr_iobus *bus, struct kvr_vcpus *vcpus)
{
	mutex_init(&bus->lock);
	bus->vcpus = vcpus;
	bus->taken = 0;
	bus->devices = 0;
	bus->doorbells = NULL;
	bus->ranges = NULL;
	removed_init(&bus->left);
}

void kvr_iobus_destroy(struct kvr_iobus *bus)
{
	removed_free(&bus->left);
	kvfree(bus->ranges);
	kvfree(bus->doorbells);
	mutex_destroy(&bus->lock);
}

static int reserve_locked(struct kvr_iobus *bus)
{
	lockdep_assert_held(&bus->lock);
	if (bus->taken >= KVR_IOBUS_DEVICES_MAX)
		return -ENOSPC;
	bus->taken++;
	return 0;
}

int kvr_iobus_reserve(struct kvr_iobus *bus)
{
	int ret;

	mutex_lock(&bus->lock);
	ret = reserve_locked(bus);
	mutex_unlock(&bus->lock);
	return ret;
}

void kvr_iobus_release(struct kvr_iobus *bus, unsigned int count)
{
	mutex_lock(&bus->lock);
	bus->taken -= count;
	mutex_unlock(&bus->lock);
}

static bool is_doorbell(const struct kvr_iobus_window *window)
{
	return window->exact || !window->size;
}

static struct hlist_head *bucket_of(struct kvr_iobus_doorbells *doorbells, u64 addr, u64 data)
{
	u64 sum = addr * doorbells->addr_factor + data * doorbells->data_factor;

	return &doorbells->buckets[sum >> (64 - BUCKET_BITS)];
}

static int doorbell_add(struct kvr_iobus *bus, struct kvr_iodev *dev)
{
	struct kvr_iobus_doorbells *doorbells = bus->doorbells;
	const struct kvr_iobus_window *window = &dev->window;
	unsigned int *count;

	if (!doorbells) {
		doorbells = kvzalloc(sizeof(*doorbells), GFP_KERNEL_ACCOUNT);
		if (!doorbells)
			return -ENOMEM;
		doorbells->addr_factor = get_random_u64() | 1;
		doorbells->data_factor = get_random_u64() | 1;
		smp_store_release(&bus->doorbells, doorbells); /* pairs with doorbells_offer */
	}
	count = window->match_data ? &doorbells->matching : &doorbells->plain;
	hlist_add_head_rcu(&dev->by_place, bucket_of(doorbells, window->addr,
						     window->match_data ? window->data : 0));
	WRITE_ONCE(*count, *count + 1);
	return 0;
}

static void doorbell_remove(struct kvr_iobus *bus, struct kvr_iodev *dev)
{
	struct kvr_iobus_doorbells *doorbells = bus->doorbells;
	unsigned int *count = dev->window.match_data ? &doorbells->matching : &doorbells->plain;

	hlist_del_rcu(&dev->by_place);
	WRITE_ONCE(*count, *count - 1);
}

/* Copies the living ones of @old to @new, with @range (or NULL) among them, after its equals. */
static void ranges_fill(struct kvr_iobus_ranges *new, const struct kvr_iobus_ranges *old,
			const struct iobus_range *range)
{
	unsigned int from = 0, old_count = old ? old->count : 0;
	u64 reach = 0;

	new->count = 0;
	while (from < old_count || range) {
		const struct iobus_range *next = range;

		if (from < old_count && (!range || old->range[from].first <= range->first))
			next = &old->range[from++];
		else
			range = NULL;
		if (!next->dev)
			continue;
		reach = max(reach, next->last);
		new->range[new->count] = *next;
		new->range[new->count++].reach = reach;
	}
	new->living = new->count;
}

/* As @old is, but without what was removed, and with @range unless that is NULL. */
static struct kvr_iobus_ranges *ranges_copy(const struct kvr_iobus_ranges *old,
					    const struct iobus_range *range)
{
	unsigned int count = (old ? old->living : 0) + (range ? 1 : 0);
	struct kvr_iobus_ranges *new;

	new = kvmalloc(struct_size(new, range, count), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (new)
		ranges_fill(new, old, range);
	return new;
}

static void ranges_replace(struct kvr_iobus *bus, struct kvr_iobus_ranges *new,
			   struct kvr_iobus_removed *removed)
{
	ranges_retire(removed, bus->ranges);
	smp_store_release(&bus->ranges, new); /* pairs with iobus_offer */
}

static int range_add(struct kvr_iobus *bus, struct kvr_iodev *dev,
		     struct kvr_iobus_removed *removed)
{
	const struct iobus_range range = {
		.first = dev->window.addr,
		.last = dev->window.addr + dev->window.size - 1,
		.dev = dev,
	};
	struct kvr_iobus_ranges *new = ranges_copy(bus->ranges, &range);

	if (!new)
		return -ENOMEM;
	ranges_replace(bus, new, removed);
	return 0;
}

/* Takes the ranges away whose devices leave. */
static void ranges_remove(struct kvr_iobus *bus, struct kvr_iobus_removed *removed)
{
	struct kvr_iobus_ranges *ranges = bus->ranges, *new = NULL;
	unsigned int i;

	for (i = 0; i < ranges->count; i++) {
		if (!ranges->range[i].dev || !ranges->range[i].dev->leaves)
			continue;
		/* In place, not in a copy: taking away must not need memory. */
		WRITE_ONCE(ranges->range[i].dev, NULL);
		ranges->living--;
	}
	/* Where many are gone, look-ups had better not pass them; but they can. */
	if (ranges->living > ranges->count / 2)
		return;
	if (ranges->living)
		new = ranges_copy(ranges, NULL);
	if (new || !ranges->living)
		ranges_replace(bus, new, removed);
}

int kvr_iobus_add(struct kvr_iobus *bus, struct kvr_iodev *dev)
{
	const struct kvr_iobus_window *window = &dev->window;
	struct kvr_iobus_removed removed;
	int ret;

	if (window->size && window->addr + window->size - 1 < window->addr)
		return -EINVAL;
	removed_init(&removed);
	dev->leaves = false;
	mutex_lock(&bus->lock);
	ret = reserve_locked(bus);
	if (ret)
		goto out;
	ret = is_doorbell(window) ? doorbell_add(bus, dev) : range_add(bus, dev, &removed);
	if (ret)
		bus->taken--;
	else
		WRITE_ONCE(bus->devices, bus->devices + 1);
out:
	mutex_unlock(&bus->lock);
	if (removed.ranges)
		removed_settle(bus, &removed);
	return ret;
}

void kvr_iobus_remove(struct kvr_iobus *bus, struct list_head *devs)
{
	struct kvr_iobus_removed removed;
	unsigned int count = 0;
	bool ranges = false;
	struct kvr_iodev *dev;

	if (list_empty(devs))
		return;
	removed_init(&removed);
	mutex_lock(&bus->lock);
	list_for_each_entry(dev, devs, removed) {
		count++;
		if (is_doorbell(&dev->window)) {
			doorbell_remove(bus, dev);
		} else {
			dev->leaves = true;
			ranges = true;
		}
	}
	if (ranges)
		ranges_remove(bus, &removed);
	bus->taken -= count;
	WRITE_ONCE(bus->devices, bus->devices - count);
	list_splice_init(devs, &removed.devs);
	removed_move(&bus->left, &removed);
	mutex_unlock(&bus->lock);
	removed_settle(bus, &removed);
}

static __always_inline bool dev_offer(struct kvr_iodev *dev, const struct iobus_access *access)
{
	if (access->is_write)
		return dev->ops->write && dev->ops->write(dev, access->vcpu, access->addr,
							  access->len, *access->value);
	return dev->ops->read && dev->ops->read(dev, access->vcpu, access->addr,
						access->len, access->value);
}

/* Those with data, or those without. */
static __always_inline bool bucket_offer(struct kvr_iobus_doorbells *doorbells,
					 const struct iobus_access *access, bool match_data)
{
	u64 data = match_data ? *access->value : 0;
	struct kvr_iodev *dev;

	hlist_for_each_entry_rcu_notrace(dev, bucket_of(doorbells, access->addr, data), by_place)
		if (dev->window.addr == access->addr && dev->window.match_data == match_data &&
		    (!match_data || dev->window.data == data) &&
		    (!dev->window.size || dev->window.size == access->len) &&
		    dev_offer(dev, access))
			return true;
	return false;
}

static __always_inline bool doorbells_offer(struct kvr_iobus *bus,
					    const struct iobus_access *access)
{
	struct kvr_iobus_doorbells *doorbells = READ_ONCE(bus->doorbells);

	if (!doorbells)
		return false;
	if (access->is_write && READ_ONCE(doorbells->matching) &&
	    bucket_offer(doorbells, access, true))
		return true;
	return READ_ONCE(doorbells->plain) && bucket_offer(doorbells, access, false);
}

/* How many begin at or below @addr. */
static unsigned int ranges_rank(const struct kvr_iobus_ranges *ranges, u64 addr)
{
	unsigned int low = 0, high = ranges->count;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;

		if (ranges->range[middle].first <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool ranges_offer(const struct kvr_iobus_ranges *ranges, const struct iobus_access *access)
{
	unsigned int i = ranges_rank(ranges, access->addr);

	while (i-- && ranges->range[i].reach >= access->addr) {
		struct kvr_iodev *dev = READ_ONCE(ranges->range[i].dev);

		if (dev && access->addr + access->len - 1 <= ranges->range[i].last &&
		    dev_offer(dev, access))
			return true;
	}
	return false;
}

/*
 * One of each direction, that the access need not be put together in memory. What is read through a
 * pointer that was published is read after the pointer, by the dependency.
 */
static __always_inline bool iobus_offer(struct kvr_iobus *bus, const struct iobus_access *access)
{
	const struct kvr_iobus_ranges *ranges;

	if (access->addr + access->len - 1 < access->addr)
		return false;
	if (doorbells_offer(bus, access))
		return true;
	ranges = READ_ONCE(bus->ranges);
	return ranges && ranges_offer(ranges, access);
}

bool kvr_iobus_read(struct kvr_iobus *bus, struct kvr_vcpu *vcpu, u64 addr,
		    unsigned int len, u64 *value)
{
	struct iobus_access access = { vcpu, addr, len, false, value };

	return iobus_offer(bus, &access);
}

bool kvr_iobus_write(struct kvr_iobus *bus, struct kvr_vcpu *vcpu, u64 addr,
		     unsigned int len, u64 value)
{
	struct iobus_access access = { vcpu, addr, len, true, &value };

	if (len < sizeof(value))
		value &= (1ULL << 8 * len) - 1;
	return iobus_offer(bus, &access);
}
