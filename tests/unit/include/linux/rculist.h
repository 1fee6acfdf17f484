/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UNIT_LINUX_RCULIST_H
#define KVR_UNIT_LINUX_RCULIST_H

#include <linux/list.h>

#define list_add_tail_rcu(node, head) list_add_tail(node, head)
#define list_del_rcu(node) list_del(node)
#define list_for_each_entry_rcu(pos, head, member) list_for_each_entry(pos, head, member)

#endif
