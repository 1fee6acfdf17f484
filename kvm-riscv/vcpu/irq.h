/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupts pending for a guest. Bits are hvip's (VSSIP, VSTIP, VSEIP). Any thread states
 * the level it wants; the vCPU's own thread carries it into hvip before it enters the guest.
 */
#ifndef KVR_VCPU_IRQ_H
#define KVR_VCPU_IRQ_H

#include "hart/guest_csr.h"
#include "vcpu/vcpu.h"

#define KVR_IRQ_HVIP	(KVR_IP_VSSIP | KVR_IP_VSTIP | KVR_IP_VSEIP)

/*
 * kvr_irq_raise/lower - state that hvip bit number @irq is pending or not, and make the vCPU
 * notice. Any context, interrupts on or off.
 */
void kvr_irq_raise(struct kvr_vcpu *vcpu, unsigned int irq);
void kvr_irq_lower(struct kvr_vcpu *vcpu, unsigned int irq);

/* kvr_irq_flush - carry stated levels into hvip; interrupts off, vCPU loaded */
static inline void kvr_irq_flush(struct kvr_vcpu *vcpu)
{
	unsigned long changed, level;

	if (likely(!READ_ONCE(vcpu->irq_changed)))
		return;
	changed = xchg(&vcpu->irq_changed, 0);
	level = READ_ONCE(vcpu->irq_level) & changed;
	kvr_guest_irq_change(&vcpu->guest, changed & ~level, level);
}

/*
 * kvr_irq_deliverable - would the guest take an interrupt now if it had them enabled globally:
 * pending and enabled in sie. The vCPU's own thread, any speed.
 */
bool kvr_irq_deliverable(struct kvr_vcpu *vcpu);

/* kvr_irq_pending - hvip as the guest would find it; under vcpu->mutex, not in KVM_RUN */
unsigned long kvr_irq_pending(struct kvr_vcpu *vcpu);

/*
 * kvr_irq_set_all - make hvip exactly @bits, but for VSTIP where Sstc says it; under vcpu->mutex,
 * not in KVM_RUN
 */
void kvr_irq_set_all(struct kvr_vcpu *vcpu, unsigned long bits);

#endif
