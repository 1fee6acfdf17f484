// SPDX-License-Identifier: GPL-2.0-only
/* SBI, "IPI Extension (EID #0x735049 "sPI: s-mode IPI")" */
#include "hart/guest_csr.h"
#include "hart/switch.h"
#include "sbi/sbi.h"
#include "vcpu/hart_mask.h"
#include "vcpu/irq.h"

#define IPI_SEND	0

bool KVR_FAST kvr_sbi_ipi_fast(struct kvr_vcpu *vcpu, unsigned long function)
{
	if (function != IPI_SEND ||
	    !kvr_hart_mask_is_self(vcpu, kvr_sbi_arg(vcpu, 0), kvr_sbi_arg(vcpu, 1)))
		return false;
	kvr_guest_irq_set(&vcpu->guest, KVR_IP_VSSIP);
	kvr_sbi_return(vcpu, KVR_SBI_SUCCESS, 0);
	return true;
}

long kvr_sbi_ipi_send(struct kvr_vcpu *vcpu, unsigned long mask, unsigned long base)
{
	struct kvr_vcpu *target;
	unsigned long place;

	if (!kvr_vcpus_mask_valid(vcpu->siblings, mask, base))
		return KVR_SBI_ERR_INVALID_PARAM;
	kvr_hart_mask_for_each(vcpu->siblings, mask, base, place, target)
		kvr_irq_raise(target, KVR_IRQ_VSS);
	return KVR_SBI_SUCCESS;
}

int kvr_sbi_ipi(struct kvr_vcpu *vcpu, unsigned long function)
{
	if (function != IPI_SEND)
		return kvr_sbi_return(vcpu, KVR_SBI_ERR_NOT_SUPPORTED, 0);
	return kvr_sbi_return(vcpu, kvr_sbi_ipi_send(vcpu, kvr_sbi_arg(vcpu, 0),
						     kvr_sbi_arg(vcpu, 1)), 0);
}
