/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Notification that the thread loses the CPU.
 *
 * By the kernel's preempt notifiers where it was built with them (CONFIG_PREEMPT_NOTIFIERS,
 * which nothing but a configured KVM turns on), else by the sched_switch tracepoint where it has
 * tracepoints, else not at all.
 */
#ifndef KVR_COMPAT_PREEMPT_H
#define KVR_COMPAT_PREEMPT_H

#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/types.h>

struct kvr_preempt_notifier;

/*
 * sched_out runs in the scheduler, for the thread that registered the notifier, before it leaves
 * the CPU: interrupts off, a runqueue's lock held; short, and never sleeps.
 */
struct kvr_preempt_ops {
	void (*sched_out)(struct kvr_preempt_notifier *notifier);
};

struct kvr_preempt_notifier {
#ifdef CONFIG_PREEMPT_NOTIFIERS
	struct preempt_notifier kernel;
#endif
	const struct kvr_preempt_ops *ops;
};

/* The tracepoint tells; fixed from kvr_preempt_init() on. */
extern bool kvr_preempt_traced;

/*
 * The notifier of this CPU's thread that the tracepoint's handler calls, once; NULL after that.
 * Written with preemption off.
 */
DECLARE_PER_CPU(struct kvr_preempt_notifier *, kvr_preempt_armed);

/*
 * kvr_preempt_init - once at module load, before the first notifier is registered
 *
 * Returns true if threads will be notified. If false, registering does nothing, and code that
 * keeps state in the CPU must save it before it can be preempted.
 * May sleep.
 */
bool kvr_preempt_init(void);

/*
 * kvr_preempt_exit - undo a kvr_preempt_init() that returned true; no notifier is registered. May
 * sleep.
 */
void kvr_preempt_exit(void);

/* kvr_preempt_teller - who tells, in words for the log; after kvr_preempt_init() if at all */
const char *kvr_preempt_teller(void);

/* kvr_preempt_notifier_init - make @notifier ready; @ops must outlive it */
void kvr_preempt_notifier_init(struct kvr_preempt_notifier *notifier,
			       const struct kvr_preempt_ops *ops);

/*
 * kvr_preempt_notifier_register - from now on, tell @notifier of this thread
 * kvr_preempt_notifier_unregister - no more; by the same thread
 *
 * Each thread may have one notifier at a time. Preemption is off. Only if kvr_preempt_init()
 * returned true.
 */
void kvr_preempt_notifier_register(struct kvr_preempt_notifier *notifier);
void kvr_preempt_notifier_unregister(struct kvr_preempt_notifier *notifier);

/*
 * kvr_preempt_notifier_arm - this CPU has state that the next sched_out is for
 *
 * Each time that state comes to a CPU, by the thread that registered @notifier; preemption off.
 * Not armed, sched_out may or may not be called.
 */
static inline void kvr_preempt_notifier_arm(struct kvr_preempt_notifier *notifier)
{
	if (kvr_preempt_traced)
		__this_cpu_write(kvr_preempt_armed, notifier);
}

#endif
