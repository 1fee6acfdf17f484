// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/ioctl.h>
#include <linux/uaccess.h>

#include "api/ioctl.h"

/* Apart from kvr_ioctl_call, so that calls without data do not pay for the buffer. */
static noinline long ioctl_call_copied(const struct kvr_ioctl *row, void *object,
				       unsigned long arg)
{
	unsigned int size = _IOC_SIZE(row->cmd), direction = _IOC_DIR(row->cmd);
	void __user *user = (void __user *)arg;
	union kvr_ioctl_data data;
	long ret;

	/* A constant table decides the size; this only keeps a mistake there from hurting. */
	if (size > sizeof(data))
		return -ENOTTY;
	if (!(direction & _IOC_WRITE))
		memset(&data, 0, size);
	else if (copy_from_user(&data, user, size))
		return -EFAULT;
	ret = row->handle(object, arg, &data);
	if (ret >= 0 && direction & _IOC_READ && copy_to_user(user, &data, size))
		return -EFAULT;
	return ret;
}

long kvr_ioctl_call(const struct kvr_ioctl *row, void *object, unsigned long arg)
{
	if (!_IOC_SIZE(row->cmd) || row->flags & KVR_IOCTL_RAW)
		return row->handle(object, arg, NULL);
	return ioctl_call_copied(row, object, arg);
}

long kvr_ioctl_dispatch(const struct kvr_ioctl *table, size_t count, void *object,
			unsigned int cmd, unsigned long arg)
{
	const struct kvr_ioctl *row = kvr_ioctl_find(table, count, cmd);

	return row ? kvr_ioctl_call(row, object, arg) : -ENOTTY;
}
