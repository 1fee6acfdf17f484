/* SPDX-License-Identifier: GPL-2.0-only */
/* In place of kvm-riscv/compat/preempt.h: threads of the model are told by model/sched.c. */
#ifndef KVR_COMPAT_PREEMPT_H
#define KVR_COMPAT_PREEMPT_H

#include <linux/types.h>

#include "model/sched.h"

struct kvr_preempt_notifier;

struct kvr_preempt_ops {
	void (*sched_out)(struct kvr_preempt_notifier *notifier);
};

struct kvr_preempt_notifier {
	const struct kvr_preempt_ops *ops;
};

extern bool model_tells;		/* the model's kernel tells of task switches */

#define kvr_preempt_init()			model_tells
#define kvr_preempt_exit()			((void)0)
#define kvr_preempt_notifier_init(n, o)		((void)((n)->ops = (o)))
#define kvr_preempt_notifier_register(n) \
	((void)(model_thread()->notifier = model_tells ? (n) : NULL))
#define kvr_preempt_notifier_unregister(n)	((void)(model_thread()->notifier = NULL, (n)))
#define kvr_preempt_notifier_arm(n)		((void)(n))

#endif
