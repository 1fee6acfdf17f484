// SPDX-License-Identifier: GPL-2.0-only
/* 6.6: vfio_file_is_valid() knows devices, too */
#include <linux/vfio.h>

bool kvr_probe(struct file *file);
bool kvr_probe(struct file *file)
{
	return vfio_file_is_valid(file);
}
