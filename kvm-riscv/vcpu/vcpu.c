// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitops.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "hart/guest_regs.h"
#include "hart/vector.h"
#include "host/csr.h"
#include "host/isa.h"
#include "host/isa_rules.h"
#include "vcpu/confine.h"
#include "vcpu/request.h"
#include "vcpu/timer.h"
#include "vcpu/vcpu.h"

/*
 * The vCPUs of all VMs. The lock is held for no more than a walk of the list: a restart takes it,
 * which must not wait for user space.
 */
static DEFINE_MUTEX(all_lock);
static LIST_HEAD(all_vcpus);		/* under all_lock */

/* No guest may be entered any more. Set under all_lock, read without a lock. */
static bool all_ended;

static_assert(offsetof(struct kvr_vcpu, guest) == 0);

/*
 * Exceptions that the guest's own kernel handles: all that hedeleg can give away. See hart/fp.h
 * for why none of those that firmware may pass down is kept.
 */
#define HEDELEG_GUEST	(BIT(KVR_EXC_INST_MISALIGNED) | BIT(KVR_EXC_INST_ACCESS) |	\
			 BIT(KVR_EXC_ILLEGAL_INST) | BIT(KVR_EXC_BREAKPOINT) |		\
			 BIT(KVR_EXC_LOAD_MISALIGNED) | BIT(KVR_EXC_LOAD_ACCESS) |	\
			 BIT(KVR_EXC_STORE_MISALIGNED) | BIT(KVR_EXC_STORE_ACCESS) |	\
			 BIT(KVR_EXC_ECALL_U) | BIT(KVR_EXC_INST_PAGE) |		\
			 BIT(KVR_EXC_LOAD_PAGE) | BIT(KVR_EXC_STORE_PAGE) |		\
			 BIT(KVR_EXC_SOFTWARE_CHECK))

/* The guest enters in VS-mode; WFI traps so that the thread can sleep. */
#define SSTATUS_GUEST	(KVR_SSTATUS_SPP | KVR_SSTATUS_SPIE | (KVR_XL_64 << KVR_SSTATUS_UXL_SHIFT))
#define HSTATUS_GUEST	(KVR_HSTATUS_SPV | KVR_HSTATUS_SPVP | KVR_HSTATUS_VTW | \
			 (KVR_XL_64 << KVR_HSTATUS_VSXL_SHIFT))

void kvr_vcpu_isa_apply(struct kvr_vcpu *vcpu)
{
	struct kvr_guest *guest = &vcpu->guest;

	guest->henvcfg = kvr_isa_henvcfg(&vcpu->isa);
	guest->hstateen0 = kvr_isa_hstateen0(&vcpu->isa);
	guest->sstc = kvr_hart_common.sstc && kvr_isa_set_has(&vcpu->isa, KVM_RISCV_ISA_EXT_SSTC);
	guest->has_fp = kvr_isa_set_has(&vcpu->isa, KVM_RISCV_ISA_EXT_F) ||
		       kvr_isa_set_has(&vcpu->isa, KVM_RISCV_ISA_EXT_D);
	guest->has_vector = guest->vector && kvr_isa_set_has(&vcpu->isa, KVM_RISCV_ISA_EXT_V);
	guest->csr_modified = true;
}

void kvr_vcpu_reset(struct kvr_vcpu *vcpu, unsigned long pc, unsigned long a0, unsigned long a1)
{
	struct kvr_guest *guest = &vcpu->guest;

	unsigned long hvip = guest->csr.hvip;

	/* An access that user space has not completed was the former life's. */
	vcpu->pending.kind = KVR_PENDING_NONE;
	memset(guest->frame.x, 0, sizeof(guest->frame.x));
	guest->frame.pc = pc;
	guest->frame.x[10] = a0;
	guest->frame.x[11] = a1;
	guest->frame.sstatus = SSTATUS_GUEST;
	guest->frame.hstatus = HSTATUS_GUEST;
	memset(&guest->csr, 0, sizeof(guest->csr));
	guest->csr.hvip = hvip;
	guest->csr.vsstatus = KVR_XL_64 << KVR_SSTATUS_UXL_SHIFT;
	guest->csr.scounteren = KVR_COUNTEREN_CY | KVR_COUNTEREN_TM | KVR_COUNTEREN_IR;
	kvr_timer_set_compare(vcpu, KVR_TIME_NEVER);
	memset(&guest->fp, 0, sizeof(guest->fp));
	if (guest->vector)
		kvr_vector_reset(guest->vector);
	guest->csr_modified = true;
}

void kvr_vcpu_firmware_default(struct kvr_vcpu *vcpu)
{
	struct kvr_csrs *csr = &vcpu->guest.csr;

	vcpu->counteren_written = false;
	if (csr->scounteren || csr->vsatp || csr->vsie || csr->vsepc || csr->vscause)
		return;
	csr->scounteren = KVR_COUNTEREN_TM;
}

int kvr_vcpu_init(struct kvr_vcpu *vcpu, struct kvr_vm *vm, struct kvr_space *space,
		  unsigned int id)
{
	int error;

	lockdep_assert_held(&vcpu->siblings->lock);
	vcpu->vm = vm;
	vcpu->id = id;
	kvr_guest_init(&vcpu->guest, space, vcpu->siblings);
	/* Taken when siblings can find it, so that no change of the delta goes by. */
	set_bit(KVR_REQ_TIME, &vcpu->requests);
	kvr_fence_queue_init(&vcpu->fences);
	vcpu->in_guest_on = KVR_OUTSIDE;
	vcpu->guest.hedeleg = HEDELEG_GUEST;
	vcpu->mp_state = vcpu->siblings->count ? KVM_MP_STATE_STOPPED : KVM_MP_STATE_RUNNABLE;
	mutex_init(&vcpu->mutex);
	rcuwait_init(&vcpu->wait);
	kvr_timer_init(vcpu);
	error = kvr_vector_init(&vcpu->guest);
	if (error)
		return error;
	kvr_isa_guest_default(&vcpu->isa);
	kvr_vcpu_isa_apply(vcpu);
	mutex_lock(&vcpu->mutex);
	kvr_vcpu_reset(vcpu, 0, id, 0);
	mutex_unlock(&vcpu->mutex);
	return 0;
}

void kvr_vcpu_fini(struct kvr_vcpu *vcpu)
{
	kvr_timer_fini(vcpu);
	kvr_confine_fini(vcpu);
	kvr_vector_fini(&vcpu->guest);
}

void kvr_vcpu_published(struct kvr_vcpu *vcpu)
{
	smp_mb(); /* pairs with kvr_vcpus_end, which finds the vCPU, or all_ended is seen here */
	if (READ_ONCE(all_ended))
		kvr_vcpu_request(vcpu, KVR_REQ_END);
}

void kvr_vcpus_init(struct kvr_vcpus *vcpus)
{
	mutex_init(&vcpus->lock);
	xa_init(&vcpus->by_id);
	raw_spin_lock_init(&vcpus->hsm_lock);
	vcpus->halt_poll_ns = KVR_HALT_POLL_DEFAULT;
	/* Guest time starts at zero, as at power-on. */
	vcpus->time_delta = -kvr_host_time();
	mutex_lock(&all_lock);
	list_add(&vcpus->node, &all_vcpus);
	mutex_unlock(&all_lock);
}

void kvr_vcpus_fini(struct kvr_vcpus *vcpus)
{
	mutex_lock(&all_lock);
	list_del(&vcpus->node);
	mutex_unlock(&all_lock);
}

void kvr_vcpus_end(void)
{
	struct kvr_vcpus *vcpus;
	struct kvr_vcpu *vcpu;
	unsigned long id;

	mutex_lock(&all_lock);
	WRITE_ONCE(all_ended, true);
	smp_mb(); /* pairs with kvr_vcpu_published */
	/* No VM's own lock: user space can stall its holders. vCPUs live until kvr_vcpus_fini. */
	list_for_each_entry(vcpus, &all_vcpus, node)
		kvr_vcpus_for_each(vcpus, id, vcpu)
			kvr_vcpu_request(vcpu, KVR_REQ_END);
	mutex_unlock(&all_lock);
}

bool kvr_vcpus_mask_valid(struct kvr_vcpus *vcpus, unsigned long mask, unsigned long base)
{
	unsigned int bit;

	if (base == -1UL)
		return true;
	for_each_set_bit(bit, &mask, BITS_PER_LONG)
		if (base + bit < base || !kvr_vcpus_find(vcpus, base + bit))
			return false;
	return true;
}

int kvr_vcpu_module_init(void)
{
	kvr_kicks_init();
	return 0;
}

void kvr_vcpu_module_exit(void)
{
	kvr_kicks_exit();
}
