/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of devices that user space drives, as far as linux/vfio.h tells them from others. */
#ifndef KVR_COMPAT_VFIO_H
#define KVR_COMPAT_VFIO_H

#include <linux/module.h>
#include <linux/vfio.h>

#include "compat/generated/have.h"

/*
 * By name, as vfio.ko need not be there: then no file is one of its. 6.0 brought a way to ask for
 * groups, 6.6 one for devices, too; before 6.0 nobody else can tell.
 * Asking for groups is unnecessary since 6.6.
 */
#if defined(KVR_HAVE_VFIO_FILE_IS_VALID)
#define KVR_VFIO_ASK	vfio_file_is_valid
#elif defined(KVR_HAVE_VFIO_FILE_IS_GROUP)
#define KVR_VFIO_ASK	vfio_file_is_group
#endif

/* kvr_vfio_file_is_valid - is @file a VFIO group or device? Sleeps. */
static inline bool kvr_vfio_file_is_valid(struct file *file)
{
#ifdef KVR_VFIO_ASK
	bool (*ask)(struct file *file) = symbol_get(KVR_VFIO_ASK);
	bool valid;

	if (!ask)
		return false;
	valid = ask(file);
	symbol_put(KVR_VFIO_ASK);
	return valid;
#else
	return false;
#endif
}

#endif
