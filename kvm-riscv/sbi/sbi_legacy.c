// SPDX-License-Identifier: GPL-2.0-only
/* SBI, "Legacy Extensions (EIDs #0x00 - #0x0F)": the extension ID is the function. */
#include <linux/nospec.h>

#include "hart/guest_load.h"
#include "hart/guest_regs.h"
#include "hart/trap.h"
#include "memory/guest_fault.h"
#include "sbi/sbi.h"
#include "vcpu/hart_mask.h"
#include "vcpu/irq.h"
#include "vcpu/request.h"
#include "vcpu/timer.h"

/* Legacy calls answer in a0 and keep a1. */
static int legacy_return(struct kvr_vcpu *vcpu, long error)
{
	return kvr_sbi_return(vcpu, error, kvr_sbi_arg(vcpu, 1));
}

static int legacy_set_timer(struct kvr_vcpu *vcpu)
{
	kvr_timer_program(vcpu, kvr_sbi_arg(vcpu, 0));
	return legacy_return(vcpu, KVR_SBI_SUCCESS);
}

static int legacy_clear_ipi(struct kvr_vcpu *vcpu)
{
	kvr_irq_lower(vcpu, KVR_IRQ_VSS);
	return legacy_return(vcpu, KVR_SBI_SUCCESS);
}

/*
 * Harts 0..63 of the mask that a0 points to; all harts if a0 is zero. 0; -EAGAIN: the guest goes
 * on first, with its own fault or to make the call again; KVR_TO_USER or another negative errno
 * for KVM_RUN.
 */
static int legacy_mask(struct kvr_vcpu *vcpu, unsigned long *mask, unsigned long *base)
{
	unsigned long pointer = kvr_sbi_arg(vcpu, 0);
	struct kvr_trap trap;
	int result;
	u64 gpa;

	*mask = 0;
	*base = pointer ? 0 : KVR_HART_MASK_ALL;
	if (!pointer)
		return 0;
	result = kvr_guest_load_u64(&vcpu->guest, pointer, mask, &trap);
	if (result != -EAGAIN)
		return result == -EBUSY ? -EAGAIN : result;
	if (trap.scause == KVR_EXC_LOAD_GUEST_PAGE) {
		result = kvr_guest_fault(vcpu, &trap, &gpa);
		if (result != KVR_GUEST_FAULT_DEVICE)
			return result == KVR_GUEST_FAULT_RESUME ? -EAGAIN : result;
		trap.scause = KVR_EXC_LOAD_ACCESS;
	}
	kvr_trap_inject(&vcpu->guest, trap.scause, trap.stval);
	return -EAGAIN;
}

/* What a call returns to the run loop when legacy_mask failed with @error. */
static int legacy_mask_failed(int error)
{
	return error == -EAGAIN ? 0 : error;
}

static int legacy_send_ipi(struct kvr_vcpu *vcpu)
{
	unsigned long mask, base;
	int error;

	error = legacy_mask(vcpu, &mask, &base);
	if (error)
		return legacy_mask_failed(error);
	return legacy_return(vcpu, kvr_sbi_ipi_send(vcpu, mask, base));
}

static int legacy_fence_i(struct kvr_vcpu *vcpu)
{
	unsigned long mask, base;
	int error;

	error = legacy_mask(vcpu, &mask, &base);
	if (error)
		return legacy_mask_failed(error);
	error = kvr_vcpus_request_wait(vcpu->siblings, mask, base, KVR_REQ_FENCE_I);
	return legacy_return(vcpu, error ? KVR_SBI_ERR_INVALID_PARAM : KVR_SBI_SUCCESS);
}

static int legacy_sfence(struct kvr_vcpu *vcpu, s32 asid)
{
	unsigned long mask, base;
	int error;

	error = legacy_mask(vcpu, &mask, &base);
	if (error)
		return legacy_mask_failed(error);
	error = kvr_vcpus_fence_wait(vcpu->siblings, mask, base,
				     kvr_guest_fence_range(kvr_sbi_arg(vcpu, 1),
							   kvr_sbi_arg(vcpu, 2), asid));
	return legacy_return(vcpu, error ? KVR_SBI_ERR_INVALID_PARAM : KVR_SBI_SUCCESS);
}

static int legacy_sfence_vma(struct kvr_vcpu *vcpu)
{
	return legacy_sfence(vcpu, KVR_GUEST_FENCE_EVERY_ASID);
}

static int legacy_sfence_vma_asid(struct kvr_vcpu *vcpu)
{
	return legacy_sfence(vcpu, kvr_guest_fence_asid(kvr_sbi_arg(vcpu, 3)));
}

static int legacy_shutdown(struct kvr_vcpu *vcpu)
{
	return kvr_sbi_system_event(vcpu, KVM_SYSTEM_EVENT_SHUTDOWN, 0);
}

static int (*const legacy_calls[])(struct kvr_vcpu *vcpu) = {
	legacy_set_timer,
	kvr_sbi_forward,	/* console_putchar */
	kvr_sbi_forward,	/* console_getchar */
	legacy_clear_ipi,
	legacy_send_ipi,
	legacy_fence_i,
	legacy_sfence_vma,
	legacy_sfence_vma_asid,
	legacy_shutdown,
};

int kvr_sbi_legacy(struct kvr_vcpu *vcpu, unsigned long function)
{
	unsigned long id = kvr_sbi_arg(vcpu, 7);

	if (id >= ARRAY_SIZE(legacy_calls))
		return legacy_return(vcpu, KVR_SBI_ERR_NOT_SUPPORTED);
	id = array_index_nospec(id, ARRAY_SIZE(legacy_calls));
	return legacy_calls[id](vcpu);
}
