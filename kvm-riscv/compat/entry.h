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

/*
 * Unnecessary by 7.2, as long as some virtualization is configured. Before, the
 * kernel's function, where it is built at all, writes a pending signal into the
 * vCPU that it is handed, which must be one of the kernel's own KVM; and what it
 * calls is not exported. Signals and rescheduling cannot wait. What hangs on
 * TIF_NOTIFY_RESUME waits for the thread's return to user space; it has nothing
 * to say about kernel code.
 */
static inline bool __xfer_to_guest_mode_work_pending(void)
{
#ifdef TIF_NEED_RESCHED_LAZY
	if (test_thread_flag(TIF_NEED_RESCHED_LAZY))
		return true;
#endif
	return need_resched() || signal_pending(current);
}

static inline bool xfer_to_guest_mode_work_pending(void)
{
	lockdep_assert_irqs_disabled();
	return __xfer_to_guest_mode_work_pending();
}

static inline void xfer_to_guest_mode_prepare(void)
{
	lockdep_assert_irqs_disabled();
}

static inline int xfer_to_guest_mode_handle_work(void)
{
	while (__xfer_to_guest_mode_work_pending()) {
		if (signal_pending(current))
			return -EINTR;
		schedule();
	}
	return 0;
}
#endif

#endif
