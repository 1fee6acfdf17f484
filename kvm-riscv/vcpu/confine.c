// SPDX-License-Identifier: GPL-2.0-only
/* Moving a thread to harts that can run guests, by its affinity. */
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include "hart/record.h"
#include "vcpu/confine.h"

struct kvr_confinement {
	bool active;
	struct cpumask asked;		/* what the thread was allowed before */
	struct cpumask given;		/* what it has been narrowed to, if active */
};

static int entry_failed(struct kvr_vcpu *vcpu, unsigned int cpu)
{
	vcpu->run->exit_reason = KVM_EXIT_FAIL_ENTRY;
	vcpu->run->fail_entry.hardware_entry_failure_reason = KVR_EXIT_FAIL_ENTRY_NO_HART;
	vcpu->run->fail_entry.cpu = cpu;
	return KVR_TO_USER;
}

/* Has nobody changed the thread's affinity since it was narrowed? */
static bool as_given(const struct kvr_confinement *confinement)
{
	return confinement->active && cpumask_equal(current->cpus_ptr, &confinement->given);
}

static int affinity_narrow(struct kvr_vcpu *vcpu, unsigned int cpu)
{
	struct kvr_confinement *confinement = vcpu->confinement;
	bool ours;

	if (!confinement) {
		confinement = kzalloc(sizeof(*confinement), GFP_KERNEL_ACCOUNT);
		if (!confinement)
			return -ENOMEM;
		vcpu->confinement = confinement;
	}
	ours = as_given(confinement);
	if (!ours)
		cpumask_copy(&confinement->asked, current->cpus_ptr);
	confinement->active = cpumask_and(&confinement->given, &confinement->asked,
					  &kvr_harts_usable) &&
			      !set_cpus_allowed_ptr(current, &confinement->given);
	if (confinement->active)
		return KVR_RESUME;
	if (ours)
		set_cpus_allowed_ptr(current, &confinement->asked);
	return entry_failed(vcpu, cpu);
}

int kvr_confine(struct kvr_vcpu *vcpu)
{
	unsigned int cpu = get_cpu();
	bool usable = kvr_hart_usable();

	put_cpu();
	if (likely(usable) || signal_pending(current))
		return KVR_RESUME;
	/*
	 * Until Linux 5.11 threads run on for a while on a hart that goes. The kernel moves them
	 * itself, to harts that they were not allowed if need be, at the latest when they wake.
	 */
	if (!cpu_active(cpu)) {
		schedule_timeout_interruptible(1);
		return KVR_RESUME;
	}
	return affinity_narrow(vcpu, cpu);
}

void kvr_confine_end(struct kvr_vcpu *vcpu)
{
	struct kvr_confinement *confinement = vcpu->confinement;

	if (likely(!confinement))
		return;
	if (as_given(confinement))
		set_cpus_allowed_ptr(current, &confinement->asked);
	confinement->active = false;
}

void kvr_confine_fini(struct kvr_vcpu *vcpu)
{
	kfree(vcpu->confinement);
}
