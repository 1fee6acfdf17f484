/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices in the kernel (KVM_CREATE_DEVICE): a table of kinds, a descriptor for each device. */
#ifndef KVR_API_VM_DEVICE_H
#define KVR_API_VM_DEVICE_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct kvm_create_device;
struct kvm_device_attr;
struct kvr_vm;
struct kvr_vm_device;

/*
 * A kind of device, a row of kinds[]. All handlers may sleep; of one device, they run one at a
 * time. Attributes have no flags when they get there.
 */
struct kvr_vm_device_kind {
	u32 type;			/* enum kvm_device_type */
	bool once;			/* a VM has one at most */
	const char *name;		/* of its descriptors, for /proc */
	/* Prepares device->state, under the VM's devices.lock. 0 or a negative errno. */
	int (*create)(struct kvr_vm_device *device);
	/* Its descriptor is closed, nobody else knows it. */
	void (*release)(struct kvr_vm_device *device);
	/* 0; -ENXIO: there is no such attribute; or what its group says. NULL: none can be. */
	int (*has)(struct kvr_vm_device *device, const struct kvm_device_attr *attr);
	int (*set)(struct kvr_vm_device *device, const struct kvm_device_attr *attr);
	int (*get)(struct kvr_vm_device *device, const struct kvm_device_attr *attr);
};

struct kvr_vm_device {
	const struct kvr_vm_device_kind *kind;
	struct kvr_vm *vm;		/* held */
	struct list_head node;		/* in vm->devices.list */
	struct mutex lock;		/* attributes, and what state is of */
	void *state;			/* the kind's own */
};

/* The devices of one VM. */
struct kvr_vm_devices {
	struct mutex lock;		/* of list */
	struct list_head list;		/* of struct kvr_vm_device */
};

/* kvr_vm_devices_init - none yet. Cannot fail. */
void kvr_vm_devices_init(struct kvr_vm_devices *devices);

/*
 * kvr_vm_device_create - KVM_CREATE_DEVICE: a device and a descriptor for it, which goes to
 * args->fd; with KVM_CREATE_DEVICE_TEST, whether there is such a kind
 *
 * Sleeps. 0; -ENODEV: there is no such type; -EINVAL: unknown flags; -EEXIST: a VM has one at most,
 * and this one has; -ENOMEM, -EMFILE, or what the kind says.
 */
long kvr_vm_device_create(struct kvr_vm *vm, struct kvm_create_device *args);

extern const struct kvr_vm_device_kind kvr_vfio_kind;

#endif
