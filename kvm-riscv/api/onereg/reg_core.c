// SPDX-License-Identifier: GPL-2.0-only
/* ONE_REG core registers: pc, x1 to x31, privilege mode. */
#include <linux/bitops.h>
#include <linux/errno.h>

#include "api/onereg/onereg.h"
#include "host/csr.h"
#include "vcpu/request.h"

#define CORE_PC		KVM_REG_RISCV_CORE_REG(regs.pc)		/* in the place of x0 */
#define CORE_MODE	KVM_REG_RISCV_CORE_REG(mode)

static unsigned long *core_slot(struct kvr_vcpu *vcpu, unsigned int index)
{
	return index == CORE_PC ? &vcpu->guest.frame.pc : &vcpu->guest.frame.x[index];
}

static int core_get(struct kvr_vcpu *vcpu, unsigned int index, u64 *value)
{
	if (index == CORE_MODE)
		*value = vcpu->guest.frame.sstatus & KVR_SSTATUS_SPP ?
			 KVM_RISCV_MODE_S : KVM_RISCV_MODE_U;
	else
		*value = *core_slot(vcpu, index);
	return 0;
}

static int core_set(struct kvr_vcpu *vcpu, unsigned int index, u64 value)
{
	/*
	 * Where user space says that the guest goes on, it may have written the code itself: an
	 * image at a reset, a breakpoint.
	 */
	if (index == CORE_PC)
		set_bit(KVR_REQ_FENCE_I, &vcpu->requests);
	if (index != CORE_MODE)
		*core_slot(vcpu, index) = value;
	else if (value == KVM_RISCV_MODE_S)
		vcpu->guest.frame.sstatus |= KVR_SSTATUS_SPP;
	else if (value == KVM_RISCV_MODE_U)
		vcpu->guest.frame.sstatus &= ~KVR_SSTATUS_SPP;
	else
		return -EINVAL;
	return 0;
}

const struct kvr_reg_group kvr_regs_core = {
	.base = KVM_REG_RISCV_CORE,
	.count = sizeof(struct kvm_riscv_core) / sizeof(unsigned long),
	.size = KVM_REG_SIZE_U64,
	.get = core_get,
	.set = core_set,
};
