// SPDX-License-Identifier: GPL-2.0-only
/* ONE_REG vector registers: the unit's CSRs, and v0 to v31 as wide as the hart has them. */
#include <linux/errno.h>

#include "api/onereg/onereg.h"
#include "hart/vector.h"
#include "host/isa.h"

#define VECTOR_CSR_VLENB	KVM_REG_RISCV_VECTOR_CSR_REG(vlenb)

static bool vector_exists(struct kvr_vcpu *vcpu, unsigned int index)
{
	return vcpu->guest.vector && kvr_isa_set_has(&vcpu->isa, KVM_RISCV_ISA_EXT_V);
}

static unsigned long *vector_csr_slot(struct kvr_vcpu *vcpu, unsigned int index)
{
	static const size_t offset[] = {
		[KVM_REG_RISCV_VECTOR_CSR_REG(vstart)]	= offsetof(struct kvr_vector, vstart),
		[KVM_REG_RISCV_VECTOR_CSR_REG(vl)]	= offsetof(struct kvr_vector, vl),
		[KVM_REG_RISCV_VECTOR_CSR_REG(vtype)]	= offsetof(struct kvr_vector, vtype),
		[KVM_REG_RISCV_VECTOR_CSR_REG(vcsr)]	= offsetof(struct kvr_vector, vcsr),
		[VECTOR_CSR_VLENB]			= offsetof(struct kvr_vector, vlenb),
	};

	return (void *)vcpu->guest.vector + offset[index];
}

static int vector_csr_get(struct kvr_vcpu *vcpu, unsigned int index, u64 *value)
{
	*value = *vector_csr_slot(vcpu, index);
	return 0;
}

/* vlenb is the hart's own and cannot differ. */
static int vector_csr_set(struct kvr_vcpu *vcpu, unsigned int index, u64 value)
{
	if (index == VECTOR_CSR_VLENB)
		return value == vcpu->guest.vector->vlenb ? 0 : -EINVAL;
	*vector_csr_slot(vcpu, index) = value;
	return 0;
}

static unsigned int vector_width(struct kvr_vcpu *vcpu)
{
	return vcpu->guest.vector->vlenb;
}

static void *vector_storage(struct kvr_vcpu *vcpu, unsigned int index)
{
	return vcpu->guest.vector->data + index * vcpu->guest.vector->vlenb;
}

const struct kvr_reg_group kvr_regs_vector_csr = {
	.base = KVM_REG_RISCV_VECTOR,
	.count = VECTOR_CSR_VLENB + 1,
	.size = KVM_REG_SIZE_U64,
	.exists = vector_exists,
	.get = vector_csr_get,
	.set = vector_csr_set,
};

const struct kvr_reg_group kvr_regs_vector = {
	.base = KVM_REG_RISCV_VECTOR | KVM_REG_RISCV_VECTOR_REG(0),
	.count = 32,
	.exists = vector_exists,
	.width = vector_width,
	.storage = vector_storage,
};
