/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UNIT_LINUX_RCULIST_H
#define KVR_UNIT_LINUX_RCULIST_H

#include <linux/list.h>

#define list_add_tail_rcu(node, head) list_add_tail(node, head)
#define list_del_rcu(node) list_del(node)
#define list_for_each_entry_rcu(pos, head, member) list_for_each_entry(pos, head, member)
#define list_for_each_entry_srcu(pos, head, member, cond) \
	list_for_each_entry(pos, head, member)
#define hlist_add_head_rcu(node, head) hlist_add_head(node, head)
#define hlist_del_rcu(node) hlist_del(node)
#define hlist_for_each_entry_rcu_notrace(pos, head, member) hlist_for_each_entry(pos, head, member)

#endif
