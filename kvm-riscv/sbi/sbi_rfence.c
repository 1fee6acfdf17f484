// SPDX-License-Identifier: GPL-2.0-only
/* SBI, "RFENCE Extension (EID #0x52464E43 "RFNC")" */
#include "hart/fence.h"
#include "hart/guest_fence.h"
#include "hart/switch.h"
#include "sbi/sbi.h"
#include "vcpu/hart_mask.h"
#include "vcpu/request.h"

enum {
	RFENCE_FENCE_I,
	RFENCE_SFENCE_VMA,
	RFENCE_SFENCE_VMA_ASID,
};

/* What a call for @asid names, by its arguments */
static __always_inline struct kvr_guest_fence rfence_range(struct kvr_vcpu *vcpu, s32 asid)
{
	return kvr_guest_fence_range(kvr_sbi_arg(vcpu, 2), kvr_sbi_arg(vcpu, 3), asid);
}

static __always_inline s32 rfence_asid(struct kvr_vcpu *vcpu)
{
	return kvr_guest_fence_asid(kvr_sbi_arg(vcpu, 4));
}

/* Of the calling hart alone: no other need hear of it. */
bool KVR_FAST kvr_sbi_rfence_fast(struct kvr_vcpu *vcpu, unsigned long function)
{
	if (!kvr_hart_mask_is_self(vcpu, kvr_sbi_arg(vcpu, 0), kvr_sbi_arg(vcpu, 1)))
		return false;
	switch (function) {
	case RFENCE_FENCE_I:
		kvr_fence_insn();
		break;
	case RFENCE_SFENCE_VMA:
		kvr_guest_fence(&vcpu->guest, rfence_range(vcpu, KVR_GUEST_FENCE_EVERY_ASID));
		break;
	case RFENCE_SFENCE_VMA_ASID:
		kvr_guest_fence(&vcpu->guest, rfence_range(vcpu, rfence_asid(vcpu)));
		break;
	default:
		return false;
	}
	kvr_sbi_return(vcpu, KVR_SBI_SUCCESS, 0);
	return true;
}

int kvr_sbi_rfence(struct kvr_vcpu *vcpu, unsigned long function)
{
	unsigned long mask = kvr_sbi_arg(vcpu, 0), base = kvr_sbi_arg(vcpu, 1);
	struct kvr_vcpus *vcpus = vcpu->siblings;
	int error;

	switch (function) {
	case RFENCE_FENCE_I:
		error = kvr_vcpus_request_wait(vcpus, mask, base, KVR_REQ_FENCE_I);
		break;
	case RFENCE_SFENCE_VMA:
		error = kvr_vcpus_fence_wait(vcpus, mask, base,
					     rfence_range(vcpu, KVR_GUEST_FENCE_EVERY_ASID));
		break;
	case RFENCE_SFENCE_VMA_ASID:
		error = kvr_vcpus_fence_wait(vcpus, mask, base,
					     rfence_range(vcpu, rfence_asid(vcpu)));
		break;
	default:
		/* The others fence a hypervisor's guests; this hart has no H. */
		return kvr_sbi_return(vcpu, KVR_SBI_ERR_NOT_SUPPORTED, 0);
	}
	return kvr_sbi_return(vcpu, error ? KVR_SBI_ERR_INVALID_PARAM : KVR_SBI_SUCCESS, 0);
}
