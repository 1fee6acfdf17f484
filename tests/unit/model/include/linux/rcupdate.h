/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory freed after a grace period is kept to the end of a run: model/kernel.c */
#include_next <linux/rcupdate.h>

#ifndef KVR_MODEL_LINUX_RCUPDATE_H
#define KVR_MODEL_LINUX_RCUPDATE_H

void model_free_later(void *memory);

#undef kfree_rcu
#define kfree_rcu(p, member)	model_free_later(p)
#undef kvfree_rcu
#define kvfree_rcu(p, member)	model_free_later(p)

#endif
