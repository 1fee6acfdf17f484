// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/rcuwait.h>
#include <linux/sched/clock.h>
#include <linux/sched/signal.h>

#include "hart/guest_regs.h"
#include "vcpu/block.h"
#include "vcpu/irq.h"
#include "vcpu/request.h"
#include "vcpu/timer.h"
#include "vcpu/trace.h"

static unsigned int halt_poll_ns = 50000;
module_param(halt_poll_ns, uint, 0644);
MODULE_PARM_DESC(halt_poll_ns, "how long a vCPU polls in WFI before it sleeps, in nanoseconds");

static bool vcpu_awake(struct kvr_vcpu *vcpu)
{
	if (READ_ONCE(vcpu->requests) & ~KVR_REQUESTS_AT_ENTRY || signal_pending(current))
		return true;
	return kvr_vcpu_runnable(vcpu) && kvr_irq_deliverable(vcpu);
}

/* Whether something came up while the hart was kept busy waiting for it. */
static bool vcpu_poll(struct kvr_vcpu *vcpu)
{
	u64 limit = READ_ONCE(vcpu->siblings->halt_poll_ns), start, ns;

	if (limit == KVR_HALT_POLL_DEFAULT)
		limit = READ_ONCE(halt_poll_ns);
	if (!limit || !kvr_vcpu_runnable(vcpu))
		return false;
	vcpu->stat.halt_poll_attempt++;
	start = local_clock();
	do {
		if (vcpu_awake(vcpu)) {
			ns = local_clock() - start;
			vcpu->stat.halt_poll_success++;
			vcpu->stat.halt_poll_invalid += !kvr_irq_deliverable(vcpu);
			kvr_stats_time(&vcpu->stat.halt_poll_success_ns,
				       vcpu->stat.halt_poll_success_hist, ns);
			trace_kvm_vcpu_wakeup(vcpu, ns, false);
			return true;
		}
		cpu_relax();
	} while (!need_resched() && local_clock() - start < limit);
	kvr_stats_time(&vcpu->stat.halt_poll_fail_ns, vcpu->stat.halt_poll_fail_hist,
		       local_clock() - start);
	return false;
}

static void vcpu_sleep(struct kvr_vcpu *vcpu)
{
	ktime_t start = ktime_get();
	u64 ns;

	kvr_guest_settle(&vcpu->guest);
	kvr_timer_sleep_begin(vcpu);
	rcuwait_wait_event(&vcpu->wait, vcpu_awake(vcpu), TASK_INTERRUPTIBLE);
	kvr_timer_sleep_end(vcpu);
	ns = ktime_to_ns(ktime_sub(ktime_get(), start));
	kvr_stats_time(&vcpu->stat.halt_wait_ns, vcpu->stat.halt_wait_hist, ns);
	vcpu->stat.halt_wakeup++;
	trace_kvm_vcpu_wakeup(vcpu, ns, true);
}

void kvr_vcpu_block(struct kvr_vcpu *vcpu)
{
	vcpu->stat.blocking = 1;
	if (!vcpu_poll(vcpu))
		vcpu_sleep(vcpu);
	vcpu->stat.blocking = 0;
}
