/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * I/O bus: which in-kernel device answers for a guest-physical address.
 *
 * Look-ups take no lock and scale with harts: each is a visit (vcpu/visit.h), and what is taken off
 * the bus is freed when the visits of the VM's vCPUs have ended. Additions and removals take the
 * bus's own mutex, and wait without it.
 *
 * Devices may overlap. Doorbells, which take accesses at one address only, are asked first, then
 * the one that begins last; what it declines is offered to the next.
 */
#ifndef KVR_IO_IOBUS_H
#define KVR_IO_IOBUS_H

#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

/*
 * Devices that one VM may have, those included that no access reaches. Far beyond any VMM; a bound
 * for memory, and for what look-ups and additions may cost.
 */
#define KVR_IOBUS_DEVICES_MAX	8192

struct kvr_iobus_doorbells;
struct kvr_iobus_ranges;
struct kvr_iodev;
struct kvr_vcpu;
struct kvr_vcpus;

/*
 * What a device does with an access to [@addr, @addr + @len), guest-physical bytes, @len
 * 1, 2, 4 or 8; values are in the low @len bytes. Each returns true if it took the access,
 * false to pass it on; a callback that is NULL declines. Called from the thread in KVM_RUN, write
 * with interrupts on or off: no sleeping, spinlocks of the raw kind or with _irqsave. Several harts
 * may call at once.
 */
struct kvr_iodev_ops {
	bool (*read)(struct kvr_iodev *dev, struct kvr_vcpu *vcpu, u64 addr,
		     unsigned int len, u64 *value);
	bool (*write)(struct kvr_iodev *dev, struct kvr_vcpu *vcpu, u64 addr,
		      unsigned int len, u64 value);
	/* Frees a device that was taken off the bus: no callback runs or will run. May sleep. */
	void (*release)(struct kvr_iodev *dev);
};

/*
 * The accesses that a device is asked about. @size counts bytes from @addr and the
 * access must lie within; 0 means accesses of any length that begin at @addr. With
 * @exact, @size is the length of the access. With @match_data only writes of the value @data (after
 * cutting it to the access's length), and @exact.
 */
struct kvr_iobus_window {
	u64 addr;
	u64 size;
	u64 data;
	bool match_data;
	bool exact;
};

/* Embedded in a device. Only @removed is its owner's between addition and removal. */
struct kvr_iodev {
	const struct kvr_iodev_ops *ops;
	struct kvr_iobus_window window;	/* set before the device is added, and stays */
	struct hlist_node by_place;	/* doorbells; under bus->lock, read during visits */
	struct list_head removed;	/* the owner's, for kvr_iobus_remove() */
	bool leaves;			/* under bus->lock: range that is on its way out */
};

/* What is off the bus and waits to be freed. */
struct kvr_iobus_removed {
	struct list_head devs;			/* of struct kvr_iodev, by removed */
	struct kvr_iobus_ranges *ranges;	/* a chain */
};

struct kvr_iobus {
	struct mutex lock;			/* additions and removals */
	struct kvr_vcpus *vcpus;		/* who looks things up here */
	unsigned int taken;			/* of KVR_IOBUS_DEVICES_MAX; under lock */
	unsigned int devices;			/* on the bus; written under lock */
	struct kvr_iobus_doorbells *doorbells;	/* NULL until there is one; read during visits */
	struct kvr_iobus_ranges *ranges;	/* NULL: none; read during visits */
	/* left by threads that were killed while they waited; under lock */
	struct kvr_iobus_removed left;
};

/* kvr_iobus_init - make an empty bus on which @vcpus look things up. Cannot fail. */
void kvr_iobus_init(struct kvr_iobus *bus, struct kvr_vcpus *vcpus);

/*
 * kvr_iobus_destroy - free what the bus holds
 *
 * The caller knows that nobody looks anything up any more. Devices that were not removed are their
 * owners' to free. May sleep.
 */
void kvr_iobus_destroy(struct kvr_iobus *bus);

/*
 * kvr_iobus_reserve, kvr_iobus_release - count a device that no access reaches, or @count fewer
 *
 * Take bus->lock, may sleep. 0 or -ENOSPC.
 */
int kvr_iobus_reserve(struct kvr_iobus *bus);
void kvr_iobus_release(struct kvr_iobus *bus, unsigned int count);

/*
 * kvr_iobus_add - let @dev answer for dev->window
 *
 * Takes bus->lock, may sleep. For a window that is no doorbell's without other locks, as it waits
 * for visits.
 *
 * Return: 0; -EINVAL when the window wraps around the address space; -ENOSPC when the VM has as
 * many devices as it may; -ENOMEM.
 */
int kvr_iobus_add(struct kvr_iobus *bus, struct kvr_iodev *dev);

/*
 * kvr_iobus_remove - take all of @devs, linked by their member removed, off the bus, release them
 *
 * All are on the bus, and the caller is the only one who removes them. When it returns no callback
 * of theirs runs or will run, and they are freed; one wait is enough for all. A thread that is
 * killed does not wait: they are off the bus and are freed later. Takes bus->lock, sleeps, without
 * other locks; needs no memory. @devs is empty afterwards.
 */
void kvr_iobus_remove(struct kvr_iobus *bus, struct list_head *devs);

/* kvr_iobus_is_empty - is there no device at all? Any context; may be outdated at once. */
static inline bool kvr_iobus_is_empty(const struct kvr_iobus *bus)
{
	return !READ_ONCE(bus->devices);
}

/*
 * kvr_iobus_read, kvr_iobus_write - offer an access to the devices
 * @vcpu: passed on to the device, not looked at
 * @len: bytes accessed: 1, 2, 4 or 8
 * @value: little-endian, in the low @len bytes; of a read, untouched unless a device took it
 *
 * During a visit of a vCPU of this VM, interrupts on or, for a write, off; does not sleep, takes no
 * lock of its own.
 *
 * Return: true if a device took the access.
 */
bool kvr_iobus_read(struct kvr_iobus *bus, struct kvr_vcpu *vcpu, u64 addr,
		    unsigned int len, u64 *value);
bool kvr_iobus_write(struct kvr_iobus *bus, struct kvr_vcpu *vcpu, u64 addr,
		     unsigned int len, u64 value);

#endif
