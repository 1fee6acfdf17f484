// SPDX-License-Identifier: GPL-2.0-only
/* SBI, "Hart State Management Extension (EID #0x48534D "HSM")" */
#include "hart/guest_csr.h"
#include "sbi/sbi.h"
#include "vcpu/block.h"
#include "vcpu/hsm.h"

enum {
	HSM_START,
	HSM_STOP,
	HSM_STATUS,
	HSM_SUSPEND,
};

enum {
	HSM_STATE_STARTED,
	HSM_STATE_STOPPED,
	HSM_STATE_SUSPENDED = 4,
};

#define SUSPEND_RETENTIVE	0x00000000U
#define SUSPEND_NON_RETENTIVE	0x80000000U

static int hsm_start(struct kvr_vcpu *vcpu)
{
	struct kvr_vcpu *target = kvr_vcpus_find(vcpu->siblings, kvr_sbi_arg(vcpu, 0));

	if (!target)
		return kvr_sbi_return(vcpu, KVR_SBI_ERR_INVALID_PARAM, 0);
	if (kvr_hsm_start(target, kvr_sbi_arg(vcpu, 1), kvr_sbi_arg(vcpu, 2)))
		return kvr_sbi_return(vcpu, KVR_SBI_ERR_ALREADY_AVAILABLE, 0);
	return kvr_sbi_return(vcpu, KVR_SBI_SUCCESS, 0);
}

static int hsm_stop(struct kvr_vcpu *vcpu)
{
	/* Answered only if it fails: a stopped hart starts elsewhere. */
	if (kvr_hsm_stop(vcpu))
		return kvr_sbi_return(vcpu, KVR_SBI_ERR_FAILED, 0);
	return 0;
}

static int hsm_status(struct kvr_vcpu *vcpu)
{
	struct kvr_vcpu *target = kvr_vcpus_find(vcpu->siblings, kvr_sbi_arg(vcpu, 0));
	unsigned long state = HSM_STATE_STARTED;

	if (!target)
		return kvr_sbi_return(vcpu, KVR_SBI_ERR_INVALID_PARAM, 0);
	if (!kvr_vcpu_runnable(target))
		state = HSM_STATE_STOPPED;
	else if (READ_ONCE(target->suspended))
		state = HSM_STATE_SUSPENDED;
	return kvr_sbi_return(vcpu, KVR_SBI_SUCCESS, state);
}

static void hsm_sleep(struct kvr_vcpu *vcpu)
{
	WRITE_ONCE(vcpu->suspended, true);
	kvr_vcpu_block(vcpu);
	WRITE_ONCE(vcpu->suspended, false);
}

/*
 * After a non-retentive suspend the hart goes on at the given address, paging and interrupts off.
 */
static void hsm_resume(struct kvr_vcpu *vcpu, unsigned long pc, unsigned long opaque)
{
	struct kvr_guest *guest = &vcpu->guest;

	preempt_disable();
	kvr_guest_csr_set(guest, vsatp, 0);
	kvr_guest_csr_set(guest, vsstatus, kvr_guest_csr_get(guest, vsstatus) & ~KVR_SSTATUS_SIE);
	preempt_enable();
	vcpu->guest.frame.pc = pc;
	vcpu->guest.frame.x[10] = vcpu->id;
	vcpu->guest.frame.x[11] = opaque;
}

static int hsm_suspend(struct kvr_vcpu *vcpu)
{
	unsigned long pc = kvr_sbi_arg(vcpu, 1), opaque = kvr_sbi_arg(vcpu, 2);

	switch ((u32)kvr_sbi_arg(vcpu, 0)) {
	case SUSPEND_RETENTIVE:
		kvr_sbi_return(vcpu, KVR_SBI_SUCCESS, 0);
		hsm_sleep(vcpu);
		return 0;
	case SUSPEND_NON_RETENTIVE:
		hsm_sleep(vcpu);
		hsm_resume(vcpu, pc, opaque);
		return 0;
	default:
		return kvr_sbi_return(vcpu, KVR_SBI_ERR_INVALID_PARAM, 0);
	}
}

int kvr_sbi_hsm(struct kvr_vcpu *vcpu, unsigned long function)
{
	switch (function) {
	case HSM_START:
		return hsm_start(vcpu);
	case HSM_STOP:
		return hsm_stop(vcpu);
	case HSM_STATUS:
		return hsm_status(vcpu);
	case HSM_SUSPEND:
		return hsm_suspend(vcpu);
	default:
		return kvr_sbi_return(vcpu, KVR_SBI_ERR_NOT_SUPPORTED, 0);
	}
}
