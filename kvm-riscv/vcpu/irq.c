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

unsigned long kvr_irq_read(struct kvr_vcpu *vcpu)
{
	struct kvr_csrs *csr = &vcpu->guest.csr;
	unsigned long changed, pending;

	lockdep_assert_held(&vcpu->mutex);
	changed = xchg(&vcpu->irq_changed, 0);
	if (changed) {
		csr->hvip = (csr->hvip & ~changed) | (READ_ONCE(vcpu->irq_level) & changed);
		vcpu->guest.csr_modified = true;
	}
	vcpu->sip_read = true;
	pending = csr->hvip;
	if (vcpu->guest.sstc && kvr_timer_now(vcpu) >= vcpu->guest.csr.vstimecmp)
		pending |= KVR_IP_VSTIP;
	return pending;
}

void kvr_irq_write(struct kvr_vcpu *vcpu, unsigned long bits)
{
	lockdep_assert_held(&vcpu->mutex);
	bits &= KVR_IRQ_HVIP;
	/* With Sstc, time and compare alone say it: kept here it would stay for ever. */
	if (vcpu->guest.sstc)
		bits &= ~KVR_IP_VSTIP;
	if (!vcpu->sip_read)
		xchg(&vcpu->irq_changed, 0);
	vcpu->sip_read = false;
	vcpu->guest.csr.hvip = bits;
	vcpu->guest.csr_modified = true;
}

void kvr_irq_reset(struct kvr_vcpu *vcpu)
{
	lockdep_assert_held(&vcpu->mutex);
	vcpu->sip_read = false;
	kvr_irq_write(vcpu, 0);
}

void kvr_irq_start(struct kvr_vcpu *vcpu)
{
	clear_bit(KVR_IRQ_VSS, &vcpu->irq_changed);
}

void kvr_irq_start_take(struct kvr_vcpu *vcpu)
{
	lockdep_assert_held(&vcpu->mutex);
	/* No life has a timer before its first instruction. */
	clear_bit(KVR_IRQ_VST, &vcpu->irq_changed);
	vcpu->guest.csr.hvip &= KVR_IP_VSEIP;
	vcpu->guest.csr_modified = true;
}
