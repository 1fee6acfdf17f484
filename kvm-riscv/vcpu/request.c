// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/lockdep.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rcuwait.h>

#include "compat/smp.h"
#include "vcpu/hart_mask.h"
#include "vcpu/hsm.h"
#include "vcpu/request.h"
#include "vcpu/timer.h"
#include "vcpu/trace.h"
#include "vcpu/vcpu.h"

/*
 * The interrupt that ends a guest's run, one of each CPU: a thread that finds it on its way need
 * not send another. A call_single_data must not be queued by two at once, hence the bit.
 */
struct kick {
	unsigned long sent;		/* bit 0: queued, and not yet arrived */
	call_single_data_t ipi;
};

static DEFINE_PER_CPU(struct kick, vcpu_kicks);

static void kick_arrived(void *info)
{
	clear_bit_unlock(0, &this_cpu_ptr(&vcpu_kicks)->sent);
}

static void kick_cpu(int cpu)
{
	struct kick *kick = per_cpu_ptr(&vcpu_kicks, cpu);

	/* Orders what was published before, also where the bit was set already. */
	if (!test_and_set_bit(0, &kick->sent) && smp_call_function_single_async(cpu, &kick->ipi))
		clear_bit_unlock(0, &kick->sent); /* no such CPU now: nothing runs there */
}

void kvr_kicks_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		kvr_csd_init(&per_cpu_ptr(&vcpu_kicks, cpu)->ipi, kick_arrived, NULL);
}

static void nothing(void *info)
{
}

void kvr_kicks_exit(void)
{
	/* Comes after what is queued. */
	on_each_cpu(nothing, NULL, 1);
}

void kvr_vcpu_kick(struct kvr_vcpu *vcpu)
{
	int cpu;

	smp_mb(); /* what was published, before in_guest_on is read; pairs with run_prepare */
	rcuwait_wake_up(&vcpu->wait);
	cpu = READ_ONCE(vcpu->in_guest_on);
	if (cpu != KVR_OUTSIDE)
		kick_cpu(cpu);
}

void kvr_vcpu_request(struct kvr_vcpu *vcpu, enum kvr_request request)
{
	set_bit(request, &vcpu->requests);
	kvr_vcpu_kick(vcpu);
}

void kvr_vcpu_settle_slow(struct kvr_vcpu *vcpu)
{
	lockdep_assert_held(&vcpu->mutex);
	/* First, as it stops the host timer of the hart's former life. */
	if (kvr_request_test_clear(vcpu, KVR_REQ_RESET)) {
		kvr_guest_settle(&vcpu->guest);
		kvr_hsm_reset_take(vcpu);
	}
	if (kvr_request_test_clear(vcpu, KVR_REQ_TIME))
		kvr_timer_time_take(vcpu);
}

static int request_wait(struct kvr_vcpus *vcpus, unsigned long mask, unsigned long base,
			enum kvr_request request, const struct kvr_guest_fence *fence)
{
	struct kvr_vcpu *vcpu;
	cpumask_var_t cpus;
	unsigned long place;
	bool has_cpus;
	int cpu;

	if (!kvr_vcpus_mask_valid(vcpus, mask, base))
		return -EINVAL;
	/* Without memory for the set of CPUs, all of them are interrupted: slower, and as good. */
	has_cpus = zalloc_cpumask_var(&cpus, GFP_KERNEL | __GFP_NOWARN);
	kvr_hart_mask_for_each(vcpus, mask, base, place, vcpu) {
		/* Before the bit: who takes the bit finds the fence. */
		if (fence)
			kvr_fence_queue_add(&vcpu->fences, *fence);
		set_bit(request, &vcpu->requests);
		smp_mb__after_atomic(); /* pairs with run_prepare */
		cpu = READ_ONCE(vcpu->in_guest_on);
		if (cpu != KVR_OUTSIDE && has_cpus)
			cpumask_set_cpu(cpu, cpus);
	}
	preempt_disable();
	smp_call_function_many(has_cpus ? cpus : cpu_online_mask, nothing, NULL, true);
	preempt_enable();
	if (has_cpus)
		free_cpumask_var(cpus);
	return 0;
}

int kvr_vcpus_request_wait(struct kvr_vcpus *vcpus, unsigned long mask, unsigned long base,
			   enum kvr_request request)
{
	return request_wait(vcpus, mask, base, request, NULL);
}

int kvr_vcpus_fence_wait(struct kvr_vcpus *vcpus, unsigned long mask, unsigned long base,
			 struct kvr_guest_fence fence)
{
	return request_wait(vcpus, mask, base, KVR_REQ_FENCE_VVMA, &fence);
}

void kvr_vcpu_fence(struct kvr_vcpu *vcpu)
{
	struct kvr_guest_fence fences[KVR_FENCE_QUEUE_MAX];
	unsigned int i, count = kvr_fence_queue_take(&vcpu->fences, fences);

	for (i = 0; i < count; i++) {
		trace_kvm_guest_fence(vcpu, &fences[i]);
		kvr_guest_fence(&vcpu->guest, fences[i]);
	}
}
