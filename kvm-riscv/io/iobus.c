// SPDX-License-Identifier: GPL-2.0-only
#include "io/iobus.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>

struct iobus_entry {
	u64 first;		/* address of the window's first byte */
	u64 last;		/* and of its last; @first when any length matches */
	u64 reach;		/* greatest @last of this entry and all before it */
	u64 data;
	bool match_data;
	bool any_length;
	struct kvr_iodev *dev;	/* NULL: removed, waits for the next copy to drop it */
};

/* Sorted by @first. Never changed once published, but for @dev of a removal. */
struct kvr_iobus_table {
	struct rcu_head rcu;
	unsigned int count;
	struct iobus_entry entries[];
};

/* One access on its way through the bus. */
struct iobus_access {
	struct kvr_vcpu *vcpu;
	u64 addr;
	unsigned int len;
	bool is_write;
	u64 *value;
};

void kvr_iobus_init(struct kvr_iobus *bus)
{
	mutex_init(&bus->lock);
	RCU_INIT_POINTER(bus->table, NULL);
}

void kvr_iobus_destroy(struct kvr_iobus *bus)
{
	kvfree(rcu_dereference_protected(bus->table, true));
	RCU_INIT_POINTER(bus->table, NULL);
	mutex_destroy(&bus->lock);
}

static struct kvr_iobus_table *table_locked(struct kvr_iobus *bus)
{
	return rcu_dereference_protected(bus->table, lockdep_is_held(&bus->lock));
}

/* Copies the living entries of @old to @new with @entry among them, after its equals. */
static void table_fill(struct kvr_iobus_table *new, const struct kvr_iobus_table *old,
		       const struct iobus_entry *entry)
{
	unsigned int from = 0, old_count = old ? old->count : 0;
	u64 reach = 0;
	bool placed = false;

	while (from < old_count || !placed) {
		const struct iobus_entry *next = entry;

		if (from < old_count && (placed || old->entries[from].first <= entry->first))
			next = &old->entries[from++];
		else
			placed = true;
		if (!next->dev)
			continue;
		reach = max(reach, next->last);
		new->entries[new->count] = *next;
		new->entries[new->count++].reach = reach;
	}
}

int kvr_iobus_add(struct kvr_iobus *bus, const struct kvr_iobus_window *window,
		  struct kvr_iodev *dev)
{
	struct iobus_entry entry = {
		.first = window->addr,
		.last = window->addr + (window->size ? window->size - 1 : 0),
		.data = window->data,
		.match_data = window->match_data,
		.any_length = !window->size,
		.dev = dev,
	};
	struct kvr_iobus_table *old, *new;
	unsigned int count;
	int ret = 0;

	if (entry.last < entry.first)
		return -EINVAL;

	mutex_lock(&bus->lock);
	old = table_locked(bus);
	count = old ? old->count + 1 : 1;
	if (count > KVR_IOBUS_WINDOWS_MAX) {
		ret = -ENOSPC;
		goto out;
	}
	new = kvmalloc(struct_size(new, entries, count), GFP_KERNEL_ACCOUNT);
	if (!new) {
		ret = -ENOMEM;
		goto out;
	}
	new->count = 0;
	table_fill(new, old, &entry);
	rcu_assign_pointer(bus->table, new);
	if (old)
		kvfree_rcu(old, rcu);
out:
	mutex_unlock(&bus->lock);
	return ret;
}

void kvr_iobus_remove(struct kvr_iobus *bus, struct kvr_iodev *dev)
{
	struct kvr_iobus_table *table;
	bool found = false;
	unsigned int i;

	mutex_lock(&bus->lock);
	table = table_locked(bus);
	for (i = 0; table && i < table->count; i++) {
		if (table->entries[i].dev != dev)
			continue;
		/* In place, not in a copy: taking away must not need memory. */
		WRITE_ONCE(table->entries[i].dev, NULL);
		found = true;
	}
	mutex_unlock(&bus->lock);

	if (found)
		synchronize_rcu_expedited();
}

static bool entry_matches(const struct iobus_entry *entry, const struct iobus_access *access)
{
	if (entry->any_length ? access->addr != entry->first :
				access->addr + access->len - 1 > entry->last)
		return false;
	return !entry->match_data || (access->is_write && *access->value == entry->data);
}

static __always_inline bool entry_offer(const struct iobus_entry *entry,
					const struct iobus_access *access)
{
	struct kvr_iodev *dev = READ_ONCE(entry->dev);

	if (!dev)
		return false;
	if (access->is_write)
		return dev->ops->write && dev->ops->write(dev, access->vcpu, access->addr,
							  access->len, *access->value);
	return dev->ops->read && dev->ops->read(dev, access->vcpu, access->addr,
						access->len, access->value);
}

/* How many entries begin at or below @addr. */
static unsigned int table_rank(const struct kvr_iobus_table *table, u64 addr)
{
	unsigned int low = 0, high = table->count;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;

		if (table->entries[middle].first <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* One of each direction, that the access need not be put together in memory. */
static __always_inline bool iobus_offer(struct kvr_iobus *bus, const struct iobus_access *access)
{
	const struct kvr_iobus_table *table;
	bool taken = false;
	unsigned int i;

	if (access->addr + access->len - 1 < access->addr)
		return false;

	rcu_read_lock();
	table = rcu_dereference(bus->table);
	i = table ? table_rank(table, access->addr) : 0;
	while (!taken && i-- && table->entries[i].reach >= access->addr)
		taken = entry_matches(&table->entries[i], access) &&
			entry_offer(&table->entries[i], access);
	rcu_read_unlock();
	return taken;
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
