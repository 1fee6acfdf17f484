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

/*
 * kvr_irq_read/write - hvip for user space, which knows it as sip. Under vcpu->mutex, not in
 * KVM_RUN.
 *
 * A VMM reads all registers of a vCPU that it stops, and writes them back before it goes on. Its
 * devices and other vCPUs do not wait for that: of a bit whose level was stated in between, the
 * written value is out of date, and the stated level stands. All other bits become as written, all
 * bits where no read came before: in a new vCPU, which gets another one's state, in one that is
 * reset, and where the guest ran after the read. VSTIP does not take what is written where Sstc
 * says it.
 */
unsigned long kvr_irq_read(struct kvr_vcpu *vcpu);
void kvr_irq_write(struct kvr_vcpu *vcpu, unsigned long bits);

/* kvr_irq_reset - nothing is pending any more; under vcpu->mutex, vCPU put */
void kvr_irq_reset(struct kvr_vcpu *vcpu);

/*
 * kvr_irq_start - a stopped hart is about to be started: software interrupts that were raised until
 * now were the former life's. Any context, before others can know of the start.
 *
 * kvr_irq_start_take - it starts: nothing is pending but VSEIP if its level is so, and what was
 * raised after kvr_irq_start. Under vcpu->mutex, vCPU put.
 */
void kvr_irq_start(struct kvr_vcpu *vcpu);
void kvr_irq_start_take(struct kvr_vcpu *vcpu);

#endif
