// SPDX-License-Identifier: GPL-2.0-only
#include "vcpu/hsm.h"
#include "vcpu/irq.h"
#include "vcpu/request.h"

int kvr_hsm_start(struct kvr_vcpu *target, unsigned long pc, unsigned long opaque)
{
	raw_spinlock_t *lock = &target->siblings->hsm_lock;
	unsigned long flags;
	int error = 0;

	raw_spin_lock_irqsave(lock, flags);
	if (target->mp_state != KVM_MP_STATE_STOPPED) {
		error = -EALREADY;
	} else {
		target->reset.pc = pc;
		target->reset.a1 = opaque;
		kvr_irq_start(target);
		set_bit(KVR_REQ_RESET, &target->requests);
		/* A thread that sees it runnable sees the request, too. */
		smp_store_release(&target->mp_state, KVM_MP_STATE_RUNNABLE);
	}
	raw_spin_unlock_irqrestore(lock, flags);
	if (!error)
		kvr_vcpu_kick(target);
	return error;
}

int kvr_hsm_stop(struct kvr_vcpu *vcpu)
{
	raw_spinlock_t *lock = &vcpu->siblings->hsm_lock;
	unsigned long flags;
	int error = 0;

	raw_spin_lock_irqsave(lock, flags);
	if (vcpu->mp_state == KVM_MP_STATE_STOPPED)
		error = -EALREADY;
	else
		WRITE_ONCE(vcpu->mp_state, KVM_MP_STATE_STOPPED);
	raw_spin_unlock_irqrestore(lock, flags);
	return error;
}

u32 kvr_hsm_state(struct kvr_vcpu *vcpu)
{
	return READ_ONCE(vcpu->mp_state);
}

int kvr_hsm_set_state(struct kvr_vcpu *vcpu, u32 mp_state)
{
	raw_spinlock_t *lock = &vcpu->siblings->hsm_lock;
	unsigned long flags;

	lockdep_assert_held(&vcpu->mutex);
	if (mp_state != KVM_MP_STATE_RUNNABLE && mp_state != KVM_MP_STATE_STOPPED)
		return -EINVAL;
	raw_spin_lock_irqsave(lock, flags);
	WRITE_ONCE(vcpu->mp_state, mp_state);
	raw_spin_unlock_irqrestore(lock, flags);
	kvr_vcpu_kick(vcpu);
	return 0;
}

void kvr_hsm_reset(struct kvr_vcpu *vcpu)
{
	raw_spinlock_t *lock = &vcpu->siblings->hsm_lock;
	unsigned long flags;

	lockdep_assert_held(&vcpu->mutex);
	raw_spin_lock_irqsave(lock, flags);
	clear_bit(KVR_REQ_RESET, &vcpu->requests);
	raw_spin_unlock_irqrestore(lock, flags);
	kvr_vcpu_reset(vcpu, 0, vcpu->id, 0);
	kvr_irq_reset(vcpu);
}

void kvr_hsm_reset_take(struct kvr_vcpu *vcpu)
{
	raw_spinlock_t *lock = &vcpu->siblings->hsm_lock;
	unsigned long flags, pc, opaque;

	raw_spin_lock_irqsave(lock, flags);
	pc = vcpu->reset.pc;
	opaque = vcpu->reset.a1;
	raw_spin_unlock_irqrestore(lock, flags);
	kvr_vcpu_reset(vcpu, pc, vcpu->id, opaque);
	kvr_irq_start_take(vcpu);
}
