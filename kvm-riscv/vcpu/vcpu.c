// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitops.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "host/csr.h"
#include "host/isa.h"
#include "host/isa_rules.h"
#include "vcpu/csrs.h"
#include "vcpu/request.h"
#include "vcpu/timer.h"
#include "vcpu/vcpu.h"
#include "vcpu/vector.h"

bool kvr_preempt_told;

static bool preempt_notifiers = true;
module_param(preempt_notifiers, bool, 0444);
MODULE_PARM_DESC(preempt_notifiers, "be told of task switches where the kernel can tell (off: for tests)");

/* The vCPUs of all VMs. Outside of each VM's own lock. */
static DEFINE_MUTEX(all_lock);
static LIST_HEAD(all_vcpus);		/* under all_lock */

/* No guest may be entered any more. Set before a VM's lock is taken, read under it. */
static bool all_ended;

static_assert(offsetof(struct kvr_vcpu, frame) == 0);
static_assert(offsetof(struct kvr_frame, x[31]) == KVR_FRAME_X(31));
static_assert(offsetof(struct kvr_frame, pc) == KVR_FRAME_PC);
static_assert(offsetof(struct kvr_frame, sstatus) == KVR_FRAME_SSTATUS);
static_assert(offsetof(struct kvr_frame, hstatus) == KVR_FRAME_HSTATUS);
static_assert(offsetof(struct kvr_frame, scause) == KVR_FRAME_SCAUSE);
static_assert(offsetof(struct kvr_frame, fast_exit) == KVR_FRAME_FAST_EXIT);
static_assert(offsetof(struct kvr_frame, host_sp) == KVR_FRAME_HOST_SP);
static_assert(offsetof(struct kvr_frame, host_gp) == KVR_FRAME_HOST_GP);
static_assert(offsetof(struct kvr_frame, host_tp) == KVR_FRAME_HOST_TP);
static_assert(offsetof(struct kvr_frame, host_stvec) == KVR_FRAME_HOST_STVEC);
static_assert(offsetof(struct kvr_frame, host_sstatus) == KVR_FRAME_HOST_SSTATUS);
static_assert(offsetof(struct kvr_frame, host_hstatus) == KVR_FRAME_HOST_HSTATUS);

/*
 * Exceptions that the guest's own kernel handles: all that hedeleg can give away. See vcpu/fp.h
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
	vcpu->henvcfg = kvr_isa_henvcfg(&vcpu->isa);
	vcpu->hstateen0 = kvr_isa_hstateen0(&vcpu->isa);
	vcpu->sstc = kvr_hart_has_sstc && kvr_isa_set_has(&vcpu->isa, KVM_RISCV_ISA_EXT_SSTC);
	vcpu->has_fp = kvr_isa_set_has(&vcpu->isa, KVM_RISCV_ISA_EXT_F) ||
		       kvr_isa_set_has(&vcpu->isa, KVM_RISCV_ISA_EXT_D);
	vcpu->has_vector = vcpu->vector && kvr_isa_set_has(&vcpu->isa, KVM_RISCV_ISA_EXT_V);
	vcpu->csr_modified = true;
}

void kvr_vcpu_reset(struct kvr_vcpu *vcpu, unsigned long pc, unsigned long a0, unsigned long a1)
{
	memset(vcpu->frame.x, 0, sizeof(vcpu->frame.x));
	vcpu->frame.pc = pc;
	vcpu->frame.x[10] = a0;
	vcpu->frame.x[11] = a1;
	vcpu->frame.sstatus = SSTATUS_GUEST;
	vcpu->frame.hstatus = HSTATUS_GUEST;
	memset(&vcpu->csr, 0, sizeof(vcpu->csr));
	vcpu->csr.scounteren = KVR_COUNTEREN_CY | KVR_COUNTEREN_TM | KVR_COUNTEREN_IR;
	kvr_timer_set_compare(vcpu, KVR_TIME_NEVER);
	memset(&vcpu->fp, 0, sizeof(vcpu->fp));
	if (vcpu->vector)
		kvr_vector_reset(vcpu->vector);
	WRITE_ONCE(vcpu->irq_changed, 0);
	WRITE_ONCE(vcpu->irq_level, 0);
	vcpu->csr_modified = true;
}

/* The run loop loads again when it next enters the guest. */
static void vcpu_sched_out(struct kvr_preempt_notifier *notifier)
{
	kvr_vcpu_leave(container_of(notifier, struct kvr_vcpu, preempt));
}

static const struct kvr_preempt_ops vcpu_preempt_ops = {
	.sched_out = vcpu_sched_out,
};

int kvr_vcpu_init(struct kvr_vcpu *vcpu, struct kvr_vm *vm, unsigned int id)
{
	int error;

	lockdep_assert_held(&vcpu->siblings->lock);
	vcpu->vm = vm;
	vcpu->id = id;
	vcpu->loaded_cpu = -1;
	vcpu->last_cpu = -1;
	vcpu->in_guest_on = KVR_OUTSIDE;
	vcpu->hedeleg = HEDELEG_GUEST;
	if (READ_ONCE(all_ended))
		set_bit(KVR_REQ_END, &vcpu->requests);
	vcpu->mp_state = vcpu->siblings->count ? KVM_MP_STATE_STOPPED : KVM_MP_STATE_RUNNABLE;
	mutex_init(&vcpu->mutex);
	rcuwait_init(&vcpu->wait);
	kvr_preempt_notifier_init(&vcpu->preempt, &vcpu_preempt_ops);
	kvr_timer_init(vcpu);
	error = kvr_vector_init(vcpu);
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
	kvr_vector_fini(vcpu);
}

void kvr_vcpus_init(struct kvr_vcpus *vcpus)
{
	mutex_init(&vcpus->lock);
	xa_init(&vcpus->by_id);
	raw_spin_lock_init(&vcpus->hsm_lock);
	vcpus->halt_poll_ns = KVR_HALT_POLL_DEFAULT;
	/* Guest time starts at zero, as at power-on. */
	vcpus->time_delta = -kvr_csr_read(KVR_CSR_TIME);
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
	list_for_each_entry(vcpus, &all_vcpus, node) {
		/* A vCPU that is being made is found here, or finds what was set above. */
		mutex_lock(&vcpus->lock);
		kvr_vcpus_for_each(vcpus, id, vcpu)
			kvr_vcpu_request(vcpu, KVR_REQ_END);
		mutex_unlock(&vcpus->lock);
	}
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
	kvr_vector_probe();
	kvr_kicks_init();
	kvr_hart_init();
	kvr_preempt_told = preempt_notifiers && kvr_preempt_init();
	kvr_hart_resident = kvr_preempt_told && !kvr_hart_shared;
	return 0;
}

void kvr_vcpu_module_exit(void)
{
	if (kvr_preempt_told)
		kvr_preempt_exit();
	kvr_kicks_exit();
}
