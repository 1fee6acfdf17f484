/* SPDX-License-Identifier: GPL-2.0-only */
#include_next <linux/rbtree.h>

#ifndef KVR_MODEL_LINUX_RBTREE_H
#define KVR_MODEL_LINUX_RBTREE_H

struct rb_root_cached {
	struct rb_root rb_root;
};

#define RB_ROOT_CACHED	((struct rb_root_cached){})

#endif
