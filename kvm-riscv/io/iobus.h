/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * I/O bus: which in-kernel device answers for a guest-physical address.
 *
 * The bus knows nothing of VMs. Look-ups run under RCU and scale with harts;
 * additions and removals are rare and take the bus's own mutex. Devices may
 * overlap: the one that begins last is asked first, and what it declines is
 * offered to the next.
 */
#ifndef KVR_IO_IOBUS_H
#define KVR_IO_IOBUS_H

#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

/* Far beyond any VMM; a bound for what one VM's look-ups and additions may cost. */
#define KVR_IOBUS_WINDOWS_MAX	8192

struct kvr_iodev;
struct kvr_vcpu;

/*
 * What a device does with an access to [@addr, @addr + @len), guest-physical bytes, @len
 * 1, 2, 4 or 8; values are in the low @len bytes. Each returns true if it took the access,
 * false to pass it on; a callback that is NULL declines. Called under rcu_read_lock() from the
 * thread in KVM_RUN, write with interrupts on or off: no sleeping, spinlocks of the raw kind or
 * with _irqsave. Several harts may call at once.
 */
struct kvr_iodev_ops {
	bool (*read)(struct kvr_iodev *dev, struct kvr_vcpu *vcpu, u64 addr,
		     unsigned int len, u64 *value);
	bool (*write)(struct kvr_iodev *dev, struct kvr_vcpu *vcpu, u64 addr,
		      unsigned int len, u64 value);
};

/* Embedded in a device; the device's owner keeps it alive until kvr_iobus_remove() is back. */
struct kvr_iodev {
	const struct kvr_iodev_ops *ops;
};

/*
 * The accesses that a device is asked about. @size counts bytes from @addr and the
 * access must lie within; 0 means accesses of any length that begin at @addr. With
 * @match_data only writes of the value @data (after cutting it to the access's length).
 */
struct kvr_iobus_window {
	u64 addr;
	u64 size;
	u64 data;
	bool match_data;
};

struct kvr_iobus_table;

struct kvr_iobus {
	struct mutex lock;			/* additions and removals */
	struct kvr_iobus_table __rcu *table;	/* NULL: no device yet */
};

/* kvr_iobus_init - make an empty bus. No lock needed; cannot fail. */
void kvr_iobus_init(struct kvr_iobus *bus);

/*
 * kvr_iobus_destroy - free what the bus holds
 *
 * The caller knows that nobody looks anything up any more. Devices are their owners' to
 * free. May sleep.
 */
void kvr_iobus_destroy(struct kvr_iobus *bus);

/*
 * kvr_iobus_add - let @dev answer for @window
 *
 * A device may have several windows. Takes bus->lock, may sleep.
 *
 * Return: 0; -EINVAL when the window wraps around the address space; -ENOSPC when the
 * bus is full; -ENOMEM.
 */
int kvr_iobus_add(struct kvr_iobus *bus, const struct kvr_iobus_window *window,
		  struct kvr_iodev *dev);

/*
 * kvr_iobus_remove - take all windows of @dev away
 *
 * When it returns no callback of @dev runs or will run. Takes bus->lock, sleeps for a
 * grace period, cannot fail; does nothing for a device that is not on the bus.
 */
void kvr_iobus_remove(struct kvr_iobus *bus, struct kvr_iodev *dev);

/* kvr_iobus_is_empty - is there no device at all? Any context; may be outdated at once. */
static inline bool kvr_iobus_is_empty(const struct kvr_iobus *bus)
{
	return !rcu_access_pointer(bus->table);
}

/*
 * kvr_iobus_read, kvr_iobus_write - offer an access to the devices
 * @vcpu: passed on to the device, not looked at
 * @len: bytes accessed: 1, 2, 4 or 8
 * @value: little-endian, in the low @len bytes; of a read, untouched unless a device took it
 *
 * Where RCU watches, interrupts on or, for a write, off; does not sleep, takes no lock of its own.
 *
 * Return: true if a device took the access.
 */
bool kvr_iobus_read(struct kvr_iobus *bus, struct kvr_vcpu *vcpu, u64 addr,
		    unsigned int len, u64 *value);
bool kvr_iobus_write(struct kvr_iobus *bus, struct kvr_vcpu *vcpu, u64 addr,
		     unsigned int len, u64 value);

#endif
