// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpumask.h>
#include <linux/preempt.h>
#include <linux/rcuwait.h>

#include "compat/smp.h"
#include "vcpu/hart_mask.h"
#include "vcpu/request.h"
#include "vcpu/vcpu.h"

/* The interrupt itself is the message: it ends the guest's run. */
static void kick_arrived(void *info)
{
}

void kvr_vcpu_kick_init(struct kvr_vcpu *vcpu)
{
	kvr_csd_init(&vcpu->kick_ipi, kick_arrived, NULL);
}

void kvr_vcpu_kick(struct kvr_vcpu *vcpu)
{
	smp_mb(); /* what was published, before the mode is read; pairs with kvr_run_prepare */
	rcuwait_wake_up(&vcpu->wait);
	if (READ_ONCE(vcpu->mode) == KVR_IN_GUEST)
		/* EBUSY: one is on its way, which will do as well */
		smp_call_function_single_async(READ_ONCE(vcpu->cpu), &vcpu->kick_ipi);
}

void kvr_vcpu_request(struct kvr_vcpu *vcpu, enum kvr_request request)
{
	set_bit(request, &vcpu->requests);
	kvr_vcpu_kick(vcpu);
}

int kvr_vcpus_request_wait(struct kvr_vcpus *vcpus, unsigned long mask, unsigned long base,
			   enum kvr_request request)
{
	struct kvr_vcpu *vcpu;
	cpumask_var_t cpus;
	unsigned long place;

	if (!kvr_vcpus_mask_valid(vcpus, mask, base))
		return -EINVAL;
	if (!zalloc_cpumask_var(&cpus, GFP_KERNEL))
		return -ENOMEM;
	kvr_hart_mask_for_each(vcpus, mask, base, place, vcpu) {
		set_bit(request, &vcpu->requests);
		smp_mb__after_atomic(); /* pairs with kvr_run_prepare */
		if (READ_ONCE(vcpu->mode) == KVR_IN_GUEST)
			cpumask_set_cpu(READ_ONCE(vcpu->cpu), cpus);
	}
	preempt_disable();
	smp_call_function_many(cpus, kick_arrived, NULL, true);
	preempt_enable();
	free_cpumask_var(cpus);
	return 0;
}
