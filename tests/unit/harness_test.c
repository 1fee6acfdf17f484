// SPDX-License-Identifier: GPL-2.0-only
/* sources: */
/* Tests of the replacements for kernel headers that the unit tests use. */
#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/bitfield.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/const.h>
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/rbtree.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/types.h>

#include "tap.h"

TEST(bit_helpers)
{
	EXPECT_EQ(GENMASK(63, 0), ~0UL);
	EXPECT_EQ(GENMASK(11, 4), 0xff0);
	EXPECT_EQ(FIELD_GET(GENMASK(11, 4), 0xabcd), 0xbc);
	EXPECT_EQ(FIELD_PREP(GENMASK(11, 4), 0x1bc), 0xbc0);
	EXPECT_EQ(sign_extend64(0x80, 7), -128);
	EXPECT_EQ(sign_extend32(0x7f, 7), 127);
	EXPECT_EQ(fls64(0), 0);
	EXPECT_EQ(ilog2(4096), 12);
	EXPECT(is_power_of_2(SZ_2M) && !is_power_of_2(0) && !is_power_of_2(3));
	EXPECT_EQ(ALIGN(4097UL, SZ_4K), 8192);
	EXPECT_EQ(ALIGN_DOWN(8191UL, SZ_4K), 4096);
	EXPECT_EQ(sizeof(u64), 8);
}

TEST(string_helpers)
{
	char small[4];

	EXPECT_EQ(strscpy(small, "abc", sizeof(small)), 3);
	EXPECT_STREQ(small, "abc");
	EXPECT_EQ(strscpy(small, "defg", sizeof(small)), -E2BIG);
	EXPECT_STREQ(small, "def");
	EXPECT_EQ(str_has_prefix("rv64imafdc", "rv64"), 4);
	EXPECT_EQ(str_has_prefix("rv32", "rv64"), 0);
}

struct item {
	struct rb_node node;
	unsigned int key;
};

static void insert_item(struct rb_root *tree, struct item *item)
{
	struct rb_node **place = &tree->rb_node, *up = NULL;

	while (*place) {
		up = *place;
		place = item->key < rb_entry(up, struct item, node)->key ?
			&up->rb_left : &up->rb_right;
	}
	rb_link_node(&item->node, up, place);
	rb_insert_color(&item->node, tree);
}

static unsigned int count_in_order(struct rb_root *tree)
{
	unsigned int count = 0, last = 0;

	for (struct rb_node *n = rb_first(tree); n; n = rb_next(n), count++) {
		EXPECT(rb_entry(n, struct item, node)->key > last);
		EXPECT(!rb_next(n) || rb_prev(rb_next(n)) == n);
		last = rb_entry(n, struct item, node)->key;
	}
	return count;
}

TEST(tree_keeps_order_through_inserts_and_erases)
{
	struct rb_root tree = RB_ROOT;
	struct item items[199];

	for (unsigned int i = 0; i < ARRAY_SIZE(items); i++) {
		items[i].key = (i * 83) % 199 + 1;
		insert_item(&tree, &items[i]);
	}
	EXPECT_EQ(count_in_order(&tree), ARRAY_SIZE(items));
	for (unsigned int i = 0; i < ARRAY_SIZE(items); i++) {
		rb_erase(&items[(i * 57) % 199].node, &tree);
		EXPECT_EQ(count_in_order(&tree), ARRAY_SIZE(items) - 1 - i);
	}
	EXPECT(RB_EMPTY_ROOT(&tree));
}
