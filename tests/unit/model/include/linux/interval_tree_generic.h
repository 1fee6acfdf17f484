/* SPDX-License-Identifier: GPL-2.0-only */
/* Few intervals, in a list by their beginnings: rb_left is the next one. */
#ifndef KVR_MODEL_LINUX_INTERVAL_TREE_GENERIC_H
#define KVR_MODEL_LINUX_INTERVAL_TREE_GENERIC_H

#include <linux/rbtree.h>

#define INTERVAL_TREE_DEFINE(type, field, limit, field_last, start, last, linkage, name)	\
struct rb_node;										\
linkage type *name##_meet(struct rb_node *node, limit first, limit end)				\
{												\
	for (; node; node = node->rb_left) {							\
		type *at = rb_entry(node, type, field);						\
												\
		if (start(at) <= end && last(at) >= first)					\
			return at;								\
	}											\
	return NULL;										\
}												\
static void name##_insert(type *node, struct rb_root_cached *root)				\
{												\
	struct rb_node **link = &root->rb_root.rb_node;						\
												\
	while (*link && start(rb_entry(*link, type, field)) < start(node))			\
		link = &(*link)->rb_left;							\
	node->field_last = last(node);								\
	node->field.rb_left = *link;								\
	*link = &node->field;									\
}												\
static void name##_remove(type *node, struct rb_root_cached *root)				\
{												\
	struct rb_node **link = &root->rb_root.rb_node;						\
												\
	while (*link != &node->field)								\
		link = &(*link)->rb_left;							\
	*link = node->field.rb_left;								\
}												\
linkage type *name##_iter_first(struct rb_root_cached *root, limit first, limit end)		\
{												\
	return name##_meet(root->rb_root.rb_node, first, end);					\
}												\
linkage type *name##_iter_next(type *node, limit first, limit end)				\
{												\
	return name##_meet(node->field.rb_left, first, end);					\
}

#endif
