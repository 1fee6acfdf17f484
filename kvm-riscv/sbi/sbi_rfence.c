// SPDX-License-Identifier: GPL-2.0-only
/* SBI, "RFENCE Extension (EID #0x52464E43 "RFNC")" */
#include "hart/fence.h"
#include "hart/switch.h"
#include "sbi/sbi.h"
#include "vcpu/hart_mask.h"
#include "vcpu/request.h"

enum {
	RFENCE_FENCE_I,
	RFENCE_SFENCE_VMA,
	RFENCE_SFENCE_VMA_ASID,
};

/* Of the calling hart alone: no other need hear of it. */
bool KVR_FAST kvr_sbi_rfence_fast(struct kvr_vcpu *vcpu, unsigned long function)
{
	unsigned long start = kvr_sbi_arg(vcpu, 2), size = kvr_sbi_arg(vcpu, 3);

	if (!kvr_hart_mask_is_self(vcpu, kvr_sbi_arg(vcpu, 0), kvr_sbi_arg(vcpu, 1)))
		return false;
	switch (function) {
	case RFENCE_FENCE_I:
		kvr_fence_insn();
		break;
	case RFENCE_SFENCE_VMA:
		kvr_fence_vvma_range(start, size);
		break;
	case RFENCE_SFENCE_VMA_ASID:
		kvr_fence_vvma_range_asid(start, size, kvr_sbi_arg(vcpu, 4));
		break;
	default:
		return false;
	}
	kvr_sbi_return(vcpu, KVR_SBI_SUCCESS, 0);
	return true;
}

int kvr_sbi_rfence(struct kvr_vcpu *vcpu, unsigned long function)
{
	enum kvr_request request;
	int error;

	switch (function) {
	case RFENCE_FENCE_I:
		request = KVR_REQ_FENCE_I;
		break;
	case RFENCE_SFENCE_VMA:
	case RFENCE_SFENCE_VMA_ASID:
		request = KVR_REQ_FENCE_VVMA;
		break;
	default:
		/* The others fence a hypervisor's guests; this hart has no H. */
		return kvr_sbi_return(vcpu, KVR_SBI_ERR_NOT_SUPPORTED, 0);
	}
	error = kvr_vcpus_request_wait(vcpu->siblings, kvr_sbi_arg(vcpu, 0),
				       kvr_sbi_arg(vcpu, 1), request);
	if (error == -EINVAL)
		return kvr_sbi_return(vcpu, KVR_SBI_ERR_INVALID_PARAM, 0);
	return error ? error : kvr_sbi_return(vcpu, KVR_SBI_SUCCESS, 0);
}
