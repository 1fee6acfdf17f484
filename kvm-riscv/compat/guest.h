/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Time spent in a guest, as linux/context_tracking.h, linux/vtime.h and
 * linux/rcupdate.h have it by 6.12:
 *
 *   vtime_account_guest_enter(), context_tracking_guest_enter() on the way in,
 *   and rcu_virt_note_context_switch() if the latter returned false;
 *   context_tracking_guest_exit(), vtime_account_guest_exit() on the way out.
 *
 * All of them with interrupts off. PF_VCPU is set in between, so a tick that
 * comes in is charged to the guest.
 */
#ifndef KVR_COMPAT_GUEST_H
#define KVR_COMPAT_GUEST_H

#include <linux/context_tracking.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/vtime.h>

#include "compat/generated/have.h"

/* Unnecessary by 6.1; the two for the way out are in 5.10 already. */
#ifndef KVR_HAVE_GUEST_ENTER_PARTS
static __always_inline void vtime_account_guest_enter(void)
{
	if (!vtime_accounting_enabled_this_cpu()) {
		current->flags |= PF_VCPU;
		return;
	}
	vtime_guest_enter(current);
}

static __always_inline bool context_tracking_guest_enter(void)
{
#ifdef CONFIG_CONTEXT_TRACKING
	if (context_tracking_enabled())
		__context_tracking_enter(CONTEXT_GUEST);
#endif
	return context_tracking_enabled_this_cpu();
}
#endif

/* Unnecessary by 6.12: the CPU that was asked for has no use. */
#ifndef KVR_HAVE_RCU_VIRT_NOTE_VOID
#define rcu_virt_note_context_switch() rcu_virt_note_context_switch(0)
#endif

#endif
