// SPDX-License-Identifier: GPL-2.0-only
/* Preempt notifiers, behind one face on every kernel. */
#include "compat/preempt.h"

#include <linux/kernel.h>

#ifdef CONFIG_PREEMPT_NOTIFIERS

static struct kvr_preempt_notifier *from_kernel(struct preempt_notifier *kernel)
{
	return container_of(kernel, struct kvr_preempt_notifier, kernel);
}

static void told_in(struct preempt_notifier *kernel, int cpu)
{
	struct kvr_preempt_notifier *notifier = from_kernel(kernel);

	notifier->ops->sched_in(notifier, cpu);
}

static void told_out(struct preempt_notifier *kernel, struct task_struct *next)
{
	struct kvr_preempt_notifier *notifier = from_kernel(kernel);

	notifier->ops->sched_out(notifier);
}

static struct preempt_ops kernel_ops = {
	.sched_in = told_in,
	.sched_out = told_out,
};

bool kvr_preempt_init(void)
{
	preempt_notifier_inc();
	return true;
}

void kvr_preempt_exit(void)
{
	preempt_notifier_dec();
}

void kvr_preempt_notifier_init(struct kvr_preempt_notifier *notifier,
			       const struct kvr_preempt_ops *ops)
{
	preempt_notifier_init(&notifier->kernel, &kernel_ops);
	notifier->ops = ops;
}

void kvr_preempt_notifier_register(struct kvr_preempt_notifier *notifier)
{
	preempt_notifier_register(&notifier->kernel);
}

void kvr_preempt_notifier_unregister(struct kvr_preempt_notifier *notifier)
{
	preempt_notifier_unregister(&notifier->kernel);
}

#else /* !CONFIG_PREEMPT_NOTIFIERS */

bool kvr_preempt_init(void)
{
	return false;
}

void kvr_preempt_exit(void)
{
}

void kvr_preempt_notifier_init(struct kvr_preempt_notifier *notifier,
			       const struct kvr_preempt_ops *ops)
{
	notifier->ops = ops;
}

void kvr_preempt_notifier_register(struct kvr_preempt_notifier *notifier)
{
}

void kvr_preempt_notifier_unregister(struct kvr_preempt_notifier *notifier)
{
}

#endif
