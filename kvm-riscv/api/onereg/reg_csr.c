// SPDX-License-Identifier: GPL-2.0-only
/* ONE_REG supervisor CSRs: the guest's S-level registers, kept as their VS-level twins. */
#include <linux/stddef.h>

#include "api/onereg/onereg.h"
#include "host/csr.h"
#include "host/isa.h"
#include "vcpu/irq.h"

/* Pending bits whose place in hvip is one above the one in sip */
#define SIP_SHIFTED	(KVR_IP_SSIP | KVR_IP_STIP | KVR_IP_SEIP)

#define GENERAL_SIP		KVM_REG_RISCV_CSR_REG(sip)

/* Where each register of struct kvm_riscv_csr lives in struct kvr_csrs; sip is computed. */
static const size_t general_offset[] = {
	[KVM_REG_RISCV_CSR_REG(sstatus)]	= offsetof(struct kvr_csrs, vsstatus),
	[KVM_REG_RISCV_CSR_REG(sie)]		= offsetof(struct kvr_csrs, vsie),
	[KVM_REG_RISCV_CSR_REG(stvec)]		= offsetof(struct kvr_csrs, vstvec),
	[KVM_REG_RISCV_CSR_REG(sscratch)]	= offsetof(struct kvr_csrs, vsscratch),
	[KVM_REG_RISCV_CSR_REG(sepc)]		= offsetof(struct kvr_csrs, vsepc),
	[KVM_REG_RISCV_CSR_REG(scause)]		= offsetof(struct kvr_csrs, vscause),
	[KVM_REG_RISCV_CSR_REG(stval)]		= offsetof(struct kvr_csrs, vstval),
	[KVM_REG_RISCV_CSR_REG(satp)]		= offsetof(struct kvr_csrs, vsatp),
	[KVM_REG_RISCV_CSR_REG(scounteren)]	= offsetof(struct kvr_csrs, scounteren),
	[KVM_REG_RISCV_CSR_REG(senvcfg)]	= offsetof(struct kvr_csrs, senvcfg),
};

static unsigned long *general_slot(struct kvr_vcpu *vcpu, size_t offset)
{
	return (void *)&vcpu->guest.csr + offset;
}

static int general_get(struct kvr_vcpu *vcpu, unsigned int index, u64 *value)
{
	if (index == GENERAL_SIP)
		*value = (kvr_irq_read(vcpu) >> KVR_IP_VS_TO_S_SHIFT) & SIP_SHIFTED;
	else
		*value = *general_slot(vcpu, general_offset[index]);
	return 0;
}

/* What a register does not take, the hart drops when the value gets there (WARL). */
static int general_set(struct kvr_vcpu *vcpu, unsigned int index, u64 value)
{
	if (index == GENERAL_SIP) {
		kvr_irq_write(vcpu, (value & SIP_SHIFTED) << KVR_IP_VS_TO_S_SHIFT);
		return 0;
	}
	if (index == KVM_REG_RISCV_CSR_REG(scounteren))
		vcpu->counteren_written = true;
	/* UXL = 0 is reserved: the VMM does not keep the field. User mode starts 64 bits wide. */
	if (index == KVM_REG_RISCV_CSR_REG(sstatus) && !(value & KVR_SSTATUS_UXL))
		value |= KVR_XL_64 << KVR_SSTATUS_UXL_SHIFT;
	*general_slot(vcpu, general_offset[index]) = value;
	vcpu->guest.csr_modified = true;
	return 0;
}

const struct kvr_reg_group kvr_regs_csr = {
	.base = KVM_REG_RISCV_CSR | KVM_REG_RISCV_CSR_GENERAL,
	.count = ARRAY_SIZE(general_offset),
	.size = KVM_REG_SIZE_U64,
	.get = general_get,
	.set = general_set,
};

/* VMMs write sstateen0 whether or not the machine has Smstateen, so it always exists. */
static bool smstateen_listed(struct kvr_vcpu *vcpu, unsigned int index)
{
	return kvr_isa_set_has(&vcpu->isa, KVM_RISCV_ISA_EXT_SMSTATEEN);
}

static int smstateen_get(struct kvr_vcpu *vcpu, unsigned int index, u64 *value)
{
	*value = vcpu->guest.csr.sstateen0;
	return 0;
}

static int smstateen_set(struct kvr_vcpu *vcpu, unsigned int index, u64 value)
{
	vcpu->guest.csr.sstateen0 = value;
	vcpu->guest.csr_modified = true;
	return 0;
}

const struct kvr_reg_group kvr_regs_csr_smstateen = {
	.base = KVM_REG_RISCV_CSR | KVM_REG_RISCV_CSR_SMSTATEEN,
	.count = sizeof(struct kvm_riscv_smstateen_csr) / sizeof(unsigned long),
	.size = KVM_REG_SIZE_U64,
	.listed = smstateen_listed,
	.get = smstateen_get,
	.set = smstateen_set,
};
