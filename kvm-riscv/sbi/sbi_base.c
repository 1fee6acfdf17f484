// SPDX-License-Identifier: GPL-2.0-only
/* SBI, "Base Extension (EID #0x10)" */
#include "hart/switch.h"
#include "sbi/sbi.h"

#define SBI_SPEC_VERSION	(3UL << 24)	/* 3.0 */
#define SBI_IMPL_KVM		3UL
#define SBI_IMPL_VERSION	1UL	/* raised when guests must tell two of ours apart */

enum {
	BASE_SPEC_VERSION,
	BASE_IMPL_ID,
	BASE_IMPL_VERSION,
	BASE_PROBE,
	BASE_MVENDORID,
	BASE_MARCHID,
	BASE_MIMPID,
};

bool KVR_FAST kvr_sbi_base_fast(struct kvr_vcpu *vcpu, unsigned long function)
{
	unsigned long value;

	switch (function) {
	case BASE_SPEC_VERSION:
		value = SBI_SPEC_VERSION;
		break;
	case BASE_IMPL_ID:
		value = SBI_IMPL_KVM;
		break;
	case BASE_IMPL_VERSION:
		value = SBI_IMPL_VERSION;
		break;
	case BASE_PROBE:
		if (kvr_sbi_probe_forwarded(vcpu, kvr_sbi_arg(vcpu, 0)))
			return false;
		value = kvr_sbi_probe(vcpu, kvr_sbi_arg(vcpu, 0));
		break;
	case BASE_MVENDORID:
		value = vcpu->mvendorid;
		break;
	case BASE_MARCHID:
		value = vcpu->marchid;
		break;
	case BASE_MIMPID:
		value = vcpu->mimpid;
		break;
	default:
		return false;
	}
	kvr_sbi_return(vcpu, KVR_SBI_SUCCESS, value);
	return true;
}

int kvr_sbi_base(struct kvr_vcpu *vcpu, unsigned long function)
{
	if (kvr_sbi_base_fast(vcpu, function))
		return KVR_RESUME;
	if (function == BASE_PROBE)
		return kvr_sbi_forward(vcpu);
	return kvr_sbi_return(vcpu, KVR_SBI_ERR_NOT_SUPPORTED, 0);
}
