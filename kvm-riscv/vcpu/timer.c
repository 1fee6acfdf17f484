// SPDX-License-Identifier: GPL-2.0-only
#include <linux/hrtimer.h>
#include <linux/math64.h>

#include "compat/hrtimer.h"
#include "host/isa.h"
#include "vcpu/irq.h"
#include "vcpu/request.h"
#include "vcpu/timer.h"
#include "vcpu/vcpu.h"

/* Longest host timer: a guest's later deadline is looked at again when this is over */
#define TIMER_SLEEP_MAX_S	3600

u64 kvr_timer_frequency(void)
{
	return kvr_isa_timebase();
}

/* Nanoseconds until guest time @compare, 0 if it is past, TIMER_SLEEP_MAX_S at most */
static u64 timer_ns_until(struct kvr_vcpu *vcpu, u64 compare)
{
	u64 now = kvr_timer_now(vcpu), frequency = kvr_timer_frequency(), ticks;

	if (compare <= now)
		return 0;
	ticks = min_t(u64, compare - now, frequency * TIMER_SLEEP_MAX_S);
	return div64_u64(ticks, frequency) * NSEC_PER_SEC +
	       div64_u64(ticks % frequency * NSEC_PER_SEC, frequency);
}

/* Hard interrupt context. */
static enum hrtimer_restart timer_due(struct hrtimer *timer)
{
	struct kvr_vcpu *vcpu = container_of(timer, struct kvr_vcpu, timer);
	u64 left = timer_ns_until(vcpu, READ_ONCE(vcpu->timer_next));

	if (left) {
		hrtimer_forward_now(timer, ns_to_ktime(left));
		return HRTIMER_RESTART;
	}
	if (vcpu->guest.sstc)
		kvr_vcpu_kick(vcpu);
	else
		kvr_irq_raise(vcpu, KVR_IRQ_VST);
	return HRTIMER_NORESTART;
}

static void timer_start(struct kvr_vcpu *vcpu, u64 compare)
{
	u64 left = timer_ns_until(vcpu, compare);

	WRITE_ONCE(vcpu->timer_next, compare);
	/* What is past is pending at once, not after the host timer's interrupt. */
	if (!left && !vcpu->guest.sstc) {
		kvr_irq_raise(vcpu, KVR_IRQ_VST);
		return;
	}
	vcpu->timer_armed = true;
	hrtimer_start(&vcpu->timer, ns_to_ktime(left), HRTIMER_MODE_REL_HARD);
}

static void timer_stop(struct kvr_vcpu *vcpu)
{
	if (!vcpu->timer_armed)
		return;
	hrtimer_cancel(&vcpu->timer);
	vcpu->timer_armed = false;
}

/* For a guest that is not in a hart at the moment; preemption off. */
static void timer_note(struct kvr_guest *guest, u64 compare)
{
	guest->csr.vstimecmp = compare;
	guest->csr_modified = true;
}

void kvr_timer_program(struct kvr_vcpu *vcpu, u64 compare)
{
	struct kvr_guest *guest = &vcpu->guest;

	if (likely(guest->sstc)) {
		preempt_disable();
		if (guest->loaded)
			kvr_guest_timer_write(guest, compare);
		else
			timer_note(guest, compare);
		preempt_enable();
		return;
	}
	timer_stop(vcpu);
	clear_bit(KVR_IRQ_VST, &vcpu->irq_level);
	clear_bit(KVR_IRQ_VST, &vcpu->irq_changed);
	preempt_disable();
	kvr_guest_csr_set(guest, hvip, kvr_guest_csr_get(guest, hvip) & ~KVR_IP_VSTIP);
	preempt_enable();
	WRITE_ONCE(vcpu->timer_next, compare);
	if (compare != KVR_TIME_NEVER)
		timer_start(vcpu, compare);
}

void kvr_timer_sleep_begin(struct kvr_vcpu *vcpu)
{
	if (vcpu->guest.sstc && vcpu->guest.csr.vstimecmp != KVR_TIME_NEVER &&
	    (vcpu->guest.csr.vsie << KVR_IP_VS_TO_S_SHIFT) & KVR_IP_VSTIP)
		timer_start(vcpu, vcpu->guest.csr.vstimecmp);
}

void kvr_timer_sleep_end(struct kvr_vcpu *vcpu)
{
	if (vcpu->guest.sstc)
		timer_stop(vcpu);
}

void kvr_timer_set_time(struct kvr_vcpu *vcpu, u64 time)
{
	struct kvr_vcpu *sibling;
	unsigned long index;

	WRITE_ONCE(vcpu->siblings->time_delta, time - kvr_host_time());
	kvr_vcpus_for_each(vcpu->siblings, index, sibling)
		kvr_vcpu_request(sibling, KVR_REQ_TIME);
}

void kvr_timer_time_take(struct kvr_vcpu *vcpu)
{
	struct kvr_guest *guest = &vcpu->guest;
	bool armed = vcpu->timer_armed && !guest->sstc;

	/* What the host timer waits for is further away, or closer, than it was. */
	if (armed)
		timer_stop(vcpu);
	preempt_disable();
	kvr_guest_time_delta_set(guest, READ_ONCE(vcpu->siblings->time_delta));
	preempt_enable();
	if (armed)
		timer_start(vcpu, vcpu->timer_next);
}

u64 kvr_timer_compare(struct kvr_vcpu *vcpu)
{
	lockdep_assert_held(&vcpu->mutex);
	return vcpu->guest.sstc ? vcpu->guest.csr.vstimecmp : vcpu->timer_next;
}

void kvr_timer_set_compare(struct kvr_vcpu *vcpu, u64 compare)
{
	lockdep_assert_held(&vcpu->mutex);
	vcpu->guest.csr.vstimecmp = compare;
	vcpu->guest.csr_modified = true;
	timer_stop(vcpu);
	WRITE_ONCE(vcpu->timer_next, compare);
}

bool kvr_timer_armed(struct kvr_vcpu *vcpu)
{
	return kvr_timer_compare(vcpu) != KVR_TIME_NEVER;
}

void kvr_timer_set_armed(struct kvr_vcpu *vcpu, bool armed)
{
	u64 compare = kvr_timer_compare(vcpu);

	if (!armed)
		kvr_timer_set_compare(vcpu, KVR_TIME_NEVER);
	else if (!vcpu->guest.sstc && compare != KVR_TIME_NEVER)
		timer_start(vcpu, compare);
}

void kvr_timer_init(struct kvr_vcpu *vcpu)
{
	hrtimer_setup(&vcpu->timer, timer_due, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	vcpu->timer_next = KVR_TIME_NEVER;
	vcpu->guest.csr.vstimecmp = KVR_TIME_NEVER;
}

void kvr_timer_fini(struct kvr_vcpu *vcpu)
{
	hrtimer_cancel(&vcpu->timer);
}
