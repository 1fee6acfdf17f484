/* SPDX-License-Identifier: GPL-2.0-only */
/* One thread: what would be freed after a grace period is freed at once, for ASan to watch. */
#ifndef KVR_UNIT_LINUX_RCUPDATE_H
#define KVR_UNIT_LINUX_RCUPDATE_H

#include <linux/compiler.h>
#include <linux/slab.h>

struct rcu_head {
	void *unused;
};

#define rcu_read_lock() do { } while (0)
#define rcu_read_unlock() do { } while (0)
#define synchronize_rcu() do { } while (0)
#define synchronize_rcu_expedited() do { } while (0)
#define rcu_access_pointer(p) READ_ONCE(p)
#define rcu_dereference(p) READ_ONCE(p)
#define rcu_dereference_protected(p, cond) ((void)(cond), (p))
#define rcu_assign_pointer(p, v) ((p) = (v))
#define RCU_INIT_POINTER(p, v) ((p) = (v))
#define kfree_rcu(p, member) kfree(p)
#define kvfree_rcu(p, member) kvfree(p)

#endif
