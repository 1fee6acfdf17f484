/* SPDX-License-Identifier: GPL-2.0-only */
/* One dispatcher for all file descriptors: each kind has a table of {number, handler}. */
#ifndef KVR_API_IOCTL_H
#define KVR_API_IOCTL_H

#include <linux/bits.h>
#include <linux/types.h>

#include "uapi/kvm.h"

/* Every fixed-size argument, so that one buffer holds any of them. */
union kvr_ioctl_data {
	struct kvm_clear_dirty_log clear_dirty_log;
	struct kvm_coalesced_mmio_zone coalesced_zone;
	struct kvm_create_device create_device;
	struct kvm_device_attr device_attr;
	struct kvm_dirty_log dirty_log;
	struct kvm_enable_cap enable_cap;
	struct kvm_guest_debug guest_debug;
	struct kvm_interrupt interrupt;
	struct kvm_ioeventfd ioeventfd;
	struct kvm_irq_level irq_level;
	struct kvm_irqfd irqfd;
	struct kvm_mp_state mp_state;
	struct kvm_msi msi;
	struct kvm_userspace_memory_region region;
	struct kvm_userspace_memory_region2 region2;
};

/* The handler copies its argument itself: it may be absent or of variable size, or it is hot. */
#define KVR_IOCTL_RAW		BIT(0)
/* vCPU only: does not wait for the vCPU's mutex, so works while another thread runs it. */
#define KVR_IOCTL_ASYNC		BIT(1)
/* vCPU only: comes after what is pending for the vCPU's state (kvr_vcpu_settle). */
#define KVR_IOCTL_STATE		BIT(2)

struct kvr_ioctl {
	unsigned int cmd;
	unsigned int flags;		/* KVR_IOCTL_* */
	/*
	 * @object: what the file descriptor stands for
	 * @arg: the argument as it came
	 * @data: the copy of what @arg points to, where the number says that there is
	 * something to copy and KVR_IOCTL_RAW does not object; undefined otherwise. Goes
	 * back to user space after success when the number says so.
	 *
	 * Returns what the caller of ioctl() gets.
	 */
	long (*handle)(void *object, unsigned long arg, union kvr_ioctl_data *data);
};

/*
 * kvr_ioctl_find - the row of @table (@count rows) for number @cmd
 *
 * NULL where the number, which includes direction and size, is not in the table: the caller
 * answers -ENOTTY.
 */
static inline const struct kvr_ioctl *kvr_ioctl_find(const struct kvr_ioctl *table,
						     size_t count, unsigned int cmd)
{
	const struct kvr_ioctl *row;

	for (row = table; row < table + count; row++)
		if (row->cmd == cmd)
			return row;
	return NULL;
}

/*
 * kvr_ioctl_call - copy the argument in, run @row's handler, copy the answer out
 *
 * May sleep. -EFAULT where the argument cannot be read or written, what the handler says
 * otherwise.
 */
long kvr_ioctl_call(const struct kvr_ioctl *row, void *object, unsigned long arg);

/* kvr_ioctl_dispatch - kvr_ioctl_find and kvr_ioctl_call in one, for fds without a lock */
long kvr_ioctl_dispatch(const struct kvr_ioctl *table, size_t count, void *object,
			unsigned int cmd, unsigned long arg);

#endif
