/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A search tree with the kernel's rbtree interface, without its balance: users of a
 * tree see order and links, never heights.
 */
#ifndef KVR_UNIT_LINUX_RBTREE_H
#define KVR_UNIT_LINUX_RBTREE_H

#include <linux/container_of.h>
#include <stddef.h>

struct rb_node {
	struct rb_node *up;
	struct rb_node *rb_left;
	struct rb_node *rb_right;
};

struct rb_root {
	struct rb_node *rb_node;
};

#define RB_ROOT ((struct rb_root) { NULL })
#define RB_EMPTY_ROOT(tree) (!(tree)->rb_node)
#define RB_EMPTY_NODE(n) ((n)->up == (n))
#define RB_CLEAR_NODE(n) ((n)->up = (n))
#define rb_parent(n) ((n)->up)
#define rb_entry(ptr, type, member) container_of(ptr, type, member)
#define rb_entry_safe(ptr, type, member) \
	({ struct rb_node *rb_n = (ptr); rb_n ? rb_entry(rb_n, type, member) : NULL; })

static inline void rb_link_node(struct rb_node *n, struct rb_node *up, struct rb_node **place)
{
	*n = (struct rb_node){ .up = up };
	*place = n;
}

static inline void rb_insert_color(struct rb_node *n, struct rb_root *tree)
{
	(void)n;
	(void)tree;
}

static inline struct rb_node *unit_rb_edge(struct rb_node *n, int right)
{
	struct rb_node *down = n;

	for (; down; down = right ? down->rb_right : down->rb_left)
		n = down;
	return n;
}

static inline struct rb_node *unit_rb_step(const struct rb_node *n, int right)
{
	struct rb_node *down = right ? n->rb_right : n->rb_left;

	if (down)
		return unit_rb_edge(down, !right);
	for (; n->up; n = n->up)
		if (n == (right ? n->up->rb_left : n->up->rb_right))
			break;
	return n->up;
}

#define rb_first(tree) unit_rb_edge((tree)->rb_node, 0)
#define rb_last(tree) unit_rb_edge((tree)->rb_node, 1)
#define rb_next(n) unit_rb_step(n, 1)
#define rb_prev(n) unit_rb_step(n, 0)

/* Puts @heir (may be NULL) where @n hangs. */
static inline void unit_rb_hang(struct rb_node *n, struct rb_node *heir, struct rb_root *tree)
{
	if (!n->up)
		tree->rb_node = heir;
	else if (n->up->rb_left == n)
		n->up->rb_left = heir;
	else
		n->up->rb_right = heir;
	if (heir)
		heir->up = n->up;
}

static inline void rb_replace_node(struct rb_node *old, struct rb_node *heir, struct rb_root *tree)
{
	*heir = *old;
	unit_rb_hang(old, heir, tree);
	if (heir->rb_left)
		heir->rb_left->up = heir;
	if (heir->rb_right)
		heir->rb_right->up = heir;
}

static inline void rb_erase(struct rb_node *n, struct rb_root *tree)
{
	struct rb_node *heir;

	if (!n->rb_left || !n->rb_right) {
		unit_rb_hang(n, n->rb_left ? n->rb_left : n->rb_right, tree);
		return;
	}
	heir = unit_rb_edge(n->rb_right, 0);
	unit_rb_hang(heir, heir->rb_right, tree);
	rb_replace_node(n, heir, tree);
}

#endif
