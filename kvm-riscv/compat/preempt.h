/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Being told when the thread loses the CPU and gets one back.
 *
 * The kernel's preempt notifiers where it was built with them
 * (CONFIG_PREEMPT_NOTIFIERS, which nothing but a configured KVM turns on).
 */
#ifndef KVR_COMPAT_PREEMPT_H
#define KVR_COMPAT_PREEMPT_H

#include <linux/preempt.h>
#include <linux/types.h>

struct kvr_preempt_notifier;

/*
 * Both run in the scheduler, on the CPU in question, for the thread that
 * registered the notifier; they must be short and never sleep. sched_out has
 * interrupts off and a runqueue's lock held; sched_in has preemption off.
 */
struct kvr_preempt_ops {
	void (*sched_in)(struct kvr_preempt_notifier *notifier, int cpu);
	void (*sched_out)(struct kvr_preempt_notifier *notifier);
};

struct kvr_preempt_notifier {
#ifdef CONFIG_PREEMPT_NOTIFIERS
	struct preempt_notifier kernel;
#endif
	const struct kvr_preempt_ops *ops;
};

/*
 * kvr_preempt_init - once at module load, before the first notifier is registered
 *
 * Returns true if threads will be told. If false, registering does nothing, and
 * whoever owns state in the CPU must put it away before it can be preempted.
 * May sleep.
 */
bool kvr_preempt_init(void);

/* kvr_preempt_exit - undo kvr_preempt_init(); no notifier is registered. May sleep. */
void kvr_preempt_exit(void);

/* kvr_preempt_notifier_init - make @notifier ready; @ops must outlive it */
void kvr_preempt_notifier_init(struct kvr_preempt_notifier *notifier,
			       const struct kvr_preempt_ops *ops);

/*
 * kvr_preempt_notifier_register - from now on, tell @notifier of this thread
 * kvr_preempt_notifier_unregister - no more; by the same thread
 *
 * Each thread may have one notifier at a time. Preemption is off.
 */
void kvr_preempt_notifier_register(struct kvr_preempt_notifier *notifier);
void kvr_preempt_notifier_unregister(struct kvr_preempt_notifier *notifier);

#endif
