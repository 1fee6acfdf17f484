// SPDX-License-Identifier: GPL-2.0-only
/* ONE_REG floating-point registers, as singles (type F) and as doubles (type D). */
#include <linux/kernel.h>

#include "api/onereg/onereg.h"
#include "host/isa.h"

#define FP_F_FCSR	KVM_REG_RISCV_FP_F_REG(fcsr)

/* Upper half of a register that holds a single (Unprivileged, "NaN Boxing of Narrower Values") */
#define FP_NAN_BOX	0xffffffff00000000ULL

static bool fp_f_exists(struct kvr_vcpu *vcpu, unsigned int index)
{
	return kvr_isa_set_has(&vcpu->isa, KVM_RISCV_ISA_EXT_F);
}

static bool fp_d_exists(struct kvr_vcpu *vcpu, unsigned int index)
{
	return kvr_isa_set_has(&vcpu->isa, KVM_RISCV_ISA_EXT_D);
}

static int fp_fcsr_get(struct kvr_vcpu *vcpu, unsigned int index, u64 *value)
{
	*value = vcpu->guest.fp.fcsr;
	return 0;
}

static int fp_fcsr_set(struct kvr_vcpu *vcpu, unsigned int index, u64 value)
{
	vcpu->guest.fp.fcsr = value;
	return 0;
}

static int fp_f_get(struct kvr_vcpu *vcpu, unsigned int index, u64 *value)
{
	if (index == FP_F_FCSR)
		return fp_fcsr_get(vcpu, index, value);
	*value = lower_32_bits(vcpu->guest.fp.f[index]);
	return 0;
}

static int fp_f_set(struct kvr_vcpu *vcpu, unsigned int index, u64 value)
{
	if (index == FP_F_FCSR)
		return fp_fcsr_set(vcpu, index, value);
	/*
	 * A VMM that restores both views of a double in any order must not lose its upper
	 * half to a single that says nothing new.
	 */
	if (lower_32_bits(vcpu->guest.fp.f[index]) != value)
		vcpu->guest.fp.f[index] = FP_NAN_BOX | value;
	return 0;
}

static int fp_d_get(struct kvr_vcpu *vcpu, unsigned int index, u64 *value)
{
	*value = vcpu->guest.fp.f[index];
	return 0;
}

static int fp_d_set(struct kvr_vcpu *vcpu, unsigned int index, u64 value)
{
	vcpu->guest.fp.f[index] = value;
	return 0;
}

const struct kvr_reg_group kvr_regs_fp_f = {
	.base = KVM_REG_RISCV_FP_F,
	.count = FP_F_FCSR + 1,
	.size = KVM_REG_SIZE_U32,
	.exists = fp_f_exists,
	.get = fp_f_get,
	.set = fp_f_set,
};

const struct kvr_reg_group kvr_regs_fp_d = {
	.base = KVM_REG_RISCV_FP_D,
	.count = KVM_REG_RISCV_FP_D_REG(fcsr),
	.size = KVM_REG_SIZE_U64,
	.exists = fp_d_exists,
	.get = fp_d_get,
	.set = fp_d_set,
};

const struct kvr_reg_group kvr_regs_fp_d_fcsr = {
	.base = KVM_REG_RISCV_FP_D | KVM_REG_RISCV_FP_D_REG(fcsr),
	.count = 1,
	.size = KVM_REG_SIZE_U32,
	.exists = fp_d_exists,
	.get = fp_fcsr_get,
	.set = fp_fcsr_set,
};
