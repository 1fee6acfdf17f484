/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Work of the thread's own that must be done before it enters a guest, as
 * linux/entry-virt.h has it by 7.2: xfer_to_guest_mode_handle_work(),
 * xfer_to_guest_mode_prepare(), xfer_to_guest_mode_work_pending() and
 * __xfer_to_guest_mode_work_pending().
 */
#ifndef KVR_COMPAT_ENTRY_H
#define KVR_COMPAT_ENTRY_H

#include "compat/generated/have.h"

#if defined(KVR_HAVE_ENTRY_VIRT)
#include <linux/entry-virt.h>
#else
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/thread_info.h>
#include <linux/tick.h>

/*
 * Unnecessary by 7.2, as long as some virtualization is configured. Before, the
 * kernel's function, where it is built at all, writes a pending signal into the
 * vCPU that it is handed, which must be one of the kernel's own KVM; and what it
 * calls is not exported.
 */

/* What else may be set in the thread's flags means nothing to code in the kernel. */
#ifdef _TIF_NEED_RESCHED_LAZY
#define KVR_ENTRY_RESCHED	(_TIF_NEED_RESCHED | _TIF_NEED_RESCHED_LAZY)
#else
#define KVR_ENTRY_RESCHED	_TIF_NEED_RESCHED
#endif
#ifdef _TIF_NOTIFY_SIGNAL
#define KVR_ENTRY_SIGNAL	(_TIF_SIGPENDING | _TIF_NOTIFY_SIGNAL)
#else
#define KVR_ENTRY_SIGNAL	_TIF_SIGPENDING
#endif

/*
 * kvr_entry_resume_work - has the thread something to do that only its way to user space does?
 *
 * Task work (which is how cpu.max throttles since 6.18), memory.high, throttled swap. A thread that
 * was preempted and uses rseq has TIF_NOTIFY_RESUME set as well, and nothing to do for it here.
 */
static inline bool kvr_entry_resume_work(void)
{
	if (READ_ONCE(current->task_works))
		return true;
#ifdef CONFIG_MEMCG
	if (current->memcg_nr_pages_over_high)
		return true;
#endif
#ifdef CONFIG_BLK_CGROUP
	/* Unnecessary since 6.4, which knows the disk in place of its queue. */
#ifdef KVR_HAVE_TASK_THROTTLE_DISK
	if (current->throttle_disk)
		return true;
#else
	if (current->throttle_queue)
		return true;
#endif
#endif
	return false;
}

static inline bool __xfer_to_guest_mode_work_pending(void)
{
	unsigned long flags = READ_ONCE(current_thread_info()->flags);

	if (flags & (KVR_ENTRY_RESCHED | KVR_ENTRY_SIGNAL))
		return true;
	return unlikely(flags & _TIF_NOTIFY_RESUME) && kvr_entry_resume_work();
}

static inline bool xfer_to_guest_mode_work_pending(void)
{
	lockdep_assert_irqs_disabled();
	return __xfer_to_guest_mode_work_pending();
}

static inline void xfer_to_guest_mode_prepare(void)
{
	lockdep_assert_irqs_disabled();
	/* Unnecessary to ask since 5.14; before, what it calls is not exported. */
#ifdef KVR_HAVE_TICK_USER_ENTER_PREPARE
	tick_nohz_user_enter_prepare();
#endif
}

/*
 * Work that is done on the way to user space alone is sent there: the system call ends and starts
 * anew, which user space does not see; unless that work brought a signal with a handler, of which
 * it learns by EINTR. The kernel restarts a call only if it believes that there may be a signal.
 */
static inline int xfer_to_guest_mode_handle_work(void)
{
	while (__xfer_to_guest_mode_work_pending()) {
		if (signal_pending(current))
			return -EINTR;
		if (need_resched() || READ_ONCE(current_thread_info()->flags) & KVR_ENTRY_RESCHED) {
			schedule();
			continue;
		}
		set_thread_flag(TIF_SIGPENDING);
		return -ERESTARTNOHAND;
	}
	return 0;
}
#endif

#endif
