// SPDX-License-Identifier: GPL-2.0-only
/* 6.0: vfio_file_is_group() */
#include <linux/vfio.h>

bool kvr_probe(struct file *file);
bool kvr_probe(struct file *file)
{
	return vfio_file_is_group(file);
}
