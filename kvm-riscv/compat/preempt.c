// SPDX-License-Identifier: GPL-2.0-only
/* Preempt notifiers or a tracepoint, behind one face on every kernel. */
#include "compat/preempt.h"

#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <trace/events/sched.h>

#include "compat/generated/have.h"

bool kvr_preempt_traced;
DEFINE_PER_CPU(struct kvr_preempt_notifier *, kvr_preempt_armed);

static bool notified;

static bool sched_tracepoint;
module_param(sched_tracepoint, bool, 0444);
MODULE_PARM_DESC(sched_tracepoint, "use the sched_switch tracepoint although the kernel has preempt notifiers (for tests)");

#ifdef CONFIG_PREEMPT_NOTIFIERS

static struct kvr_preempt_notifier *from_kernel(struct preempt_notifier *kernel)
{
	return container_of(kernel, struct kvr_preempt_notifier, kernel);
}

static void notified_in(struct preempt_notifier *kernel, int cpu)
{
}

static void notified_out(struct preempt_notifier *kernel, struct task_struct *next)
{
	struct kvr_preempt_notifier *notifier = from_kernel(kernel);

	notifier->ops->sched_out(notifier);
}

static struct preempt_ops kernel_ops = {
	.sched_in = notified_in,
	.sched_out = notified_out,
};

static bool notifiers_start(void)
{
	preempt_notifier_inc();
	return true;
}

static void notifiers_stop(void)
{
	preempt_notifier_dec();
}

static void kernel_init(struct kvr_preempt_notifier *notifier)
{
	preempt_notifier_init(&notifier->kernel, &kernel_ops);
}

static void kernel_register(struct kvr_preempt_notifier *notifier)
{
	preempt_notifier_register(&notifier->kernel);
}

static void kernel_unregister(struct kvr_preempt_notifier *notifier)
{
	preempt_notifier_unregister(&notifier->kernel);
}

#else /* !CONFIG_PREEMPT_NOTIFIERS */

static bool notifiers_start(void)
{
	return false;
}

static void notifiers_stop(void)
{
}

static void kernel_init(struct kvr_preempt_notifier *notifier)
{
}

static void kernel_register(struct kvr_preempt_notifier *notifier)
{
}

static void kernel_unregister(struct kvr_preempt_notifier *notifier)
{
}

#endif

#ifdef CONFIG_TRACEPOINTS

static struct tracepoint *switch_point;

/*
 * What the tracepoint passes: the state of the thread that goes is the last argument since 5.18.3,
 * the second in 5.18.0 to 5.18.2, and no argument before.
 */
#if defined(KVR_HAVE_SCHED_SWITCH_PREV_STATE)
#define SWITCH_ARGS	bool preempt, struct task_struct *prev, struct task_struct *next, \
			unsigned int prev_state
#elif defined(KVR_HAVE_SCHED_SWITCH_PREV_STATE_SECOND)
#define SWITCH_ARGS	bool preempt, unsigned int prev_state, struct task_struct *prev, \
			struct task_struct *next
#else
#define SWITCH_ARGS	bool preempt, struct task_struct *prev, struct task_struct *next
#endif

/*
 * At each task switch of the machine, before it, with interrupts off. Armed is only the thread
 * that goes: it is disarmed here, and by itself when it unregisters.
 */
static void switched(void *unused, SWITCH_ARGS)
{
	struct kvr_preempt_notifier *notifier = __this_cpu_read(kvr_preempt_armed);

	if (likely(!notifier))
		return;
	__this_cpu_write(kvr_preempt_armed, NULL);
	notifier->ops->sched_out(notifier);
}

/* The tracepoint itself is not exported. */
static void switch_point_find(struct tracepoint *point, void *unused)
{
	if (!strcmp(point->name, "sched_switch"))
		switch_point = point;
}

static bool tracepoint_start(void)
{
	/* No kernel may come to call it in a way that it is not made for. */
	check_trace_callback_type_sched_switch(switched);
	for_each_kernel_tracepoint(switch_point_find, NULL);
	return switch_point && !tracepoint_probe_register(switch_point, switched, NULL);
}

static void tracepoint_stop(void)
{
	tracepoint_probe_unregister(switch_point, switched, NULL);
	tracepoint_synchronize_unregister();
}

#else /* !CONFIG_TRACEPOINTS */

static bool tracepoint_start(void)
{
	return false;
}

static void tracepoint_stop(void)
{
}

#endif

bool kvr_preempt_init(void)
{
	if (!sched_tracepoint)
		notified = notifiers_start();
	if (!notified)
		kvr_preempt_traced = tracepoint_start();
	return notified || kvr_preempt_traced;
}

void kvr_preempt_exit(void)
{
	if (notified)
		notifiers_stop();
	else
		tracepoint_stop();
}

const char *kvr_preempt_teller(void)
{
	if (notified)
		return "preempt notifiers";
	return kvr_preempt_traced ? "sched_switch tracepoint" : "none";
}

void kvr_preempt_notifier_init(struct kvr_preempt_notifier *notifier,
			       const struct kvr_preempt_ops *ops)
{
	kernel_init(notifier);
	notifier->ops = ops;
}

void kvr_preempt_notifier_register(struct kvr_preempt_notifier *notifier)
{
	if (notified)
		kernel_register(notifier);
}

void kvr_preempt_notifier_unregister(struct kvr_preempt_notifier *notifier)
{
	if (notified)
		kernel_unregister(notifier);
	else
		__this_cpu_write(kvr_preempt_armed, NULL);
}
