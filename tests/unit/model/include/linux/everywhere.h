/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel's own headers bring along one way or another. */
#ifndef KVR_MODEL_LINUX_EVERYWHERE_H
#define KVR_MODEL_LINUX_EVERYWHERE_H

#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <linux/string.h>

#define ERESTARTSYS	512

#define sizeof_field(type, field)	sizeof(((type *)0)->field)
#define fls(word)			fls64((unsigned int)(word))

#define test_bit_le	test_bit
#define set_bit_le	set_bit

static inline void bitmap_set(unsigned long *map, unsigned int first, unsigned int count)
{
	while (count--)
		set_bit(first++, map);
}

#endif
