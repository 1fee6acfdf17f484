// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitops.h>
#include <linux/preempt.h>

#include "vcpu/irq.h"
#include "vcpu/request.h"
#include "vcpu/timer.h"
#include "vcpu/trace.h"

/*
 * The level is visible before the bit that says it changed; kvr_irq_flush reads them in the
 * opposite order, so the last statement always arrives.
 */
static void irq_state(struct kvr_vcpu *vcpu, unsigned int irq)
{
	smp_mb__before_atomic(); /* pairs with kvr_irq_flush */
	set_bit(irq, &vcpu->irq_changed);
	kvr_vcpu_kick(vcpu);
}

void kvr_irq_raise(struct kvr_vcpu *vcpu, unsigned int irq)
{
	trace_kvm_hart_irq(vcpu, irq, true);
	set_bit(irq, &vcpu->irq_level);
	irq_state(vcpu, irq);
}

void kvr_irq_lower(struct kvr_vcpu *vcpu, unsigned int irq)
{
	trace_kvm_hart_irq(vcpu, irq, false);
	clear_bit(irq, &vcpu->irq_level);
	irq_state(vcpu, irq);
}

bool kvr_irq_deliverable(struct kvr_vcpu *vcpu)
{
	unsigned long changed, level, pending, enabled;

	preempt_disable();
	if (vcpu->guest.loaded) {
		pending = kvr_guest_irq_pending(&vcpu->guest);
		enabled = kvr_guest_irq_enabled(&vcpu->guest);
	} else {
		pending = vcpu->guest.csr.hvip;
		enabled = vcpu->guest.csr.vsie << KVR_IP_VS_TO_S_SHIFT;
		if (vcpu->guest.sstc && kvr_timer_now(vcpu) >= vcpu->guest.csr.vstimecmp)
			pending |= KVR_IP_VSTIP;
	}
	preempt_enable();
	changed = READ_ONCE(vcpu->irq_changed);
	level = READ_ONCE(vcpu->irq_level);
	pending = (pending & ~changed) | (level & changed);
	return pending & enabled;
}

unsigned long kvr_irq_pending(struct kvr_vcpu *vcpu)
{
	unsigned long changed = READ_ONCE(vcpu->irq_changed);
	unsigned long pending = vcpu->guest.csr.hvip & ~changed;

	lockdep_assert_held(&vcpu->mutex);
	pending |= READ_ONCE(vcpu->irq_level) & changed;
	if (vcpu->guest.sstc && kvr_timer_now(vcpu) >= vcpu->guest.csr.vstimecmp)
		pending |= KVR_IP_VSTIP;
	return pending;
}

void kvr_irq_set_all(struct kvr_vcpu *vcpu, unsigned long bits)
{
	lockdep_assert_held(&vcpu->mutex);
	bits &= KVR_IRQ_HVIP;
	/* With Sstc, time and compare alone say it: kept here it would stay for ever. */
	if (vcpu->guest.sstc)
		bits &= ~KVR_IP_VSTIP;
	WRITE_ONCE(vcpu->irq_level, bits);
	WRITE_ONCE(vcpu->irq_changed, 0);
	vcpu->guest.csr.hvip = bits;
	vcpu->guest.csr_modified = true;
}
