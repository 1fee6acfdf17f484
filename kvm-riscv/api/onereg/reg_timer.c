// SPDX-License-Identifier: GPL-2.0-only
/* ONE_REG timer registers. */
#include <linux/errno.h>

#include "api/onereg/onereg.h"
#include "vcpu/timer.h"

static int timer_get(struct kvr_vcpu *vcpu, unsigned int index, u64 *value)
{
	switch (index) {
	case KVM_REG_RISCV_TIMER_REG(frequency):
		*value = kvr_timer_frequency();
		return 0;
	case KVM_REG_RISCV_TIMER_REG(time):
		*value = kvr_timer_now(vcpu);
		return 0;
	case KVM_REG_RISCV_TIMER_REG(compare):
		*value = kvr_timer_compare(vcpu);
		return 0;
	case KVM_REG_RISCV_TIMER_REG(state):
		*value = kvr_timer_armed(vcpu) ? KVM_RISCV_TIMER_STATE_ON :
						 KVM_RISCV_TIMER_STATE_OFF;
		return 0;
	}
	return -ENOENT;
}

static int timer_set(struct kvr_vcpu *vcpu, unsigned int index, u64 value)
{
	switch (index) {
	case KVM_REG_RISCV_TIMER_REG(frequency):
		return value == kvr_timer_frequency() ? 0 : -EINVAL;
	case KVM_REG_RISCV_TIMER_REG(time):
		kvr_timer_set_time(vcpu, value);
		return 0;
	case KVM_REG_RISCV_TIMER_REG(compare):
		kvr_timer_set_compare(vcpu, value);
		return 0;
	case KVM_REG_RISCV_TIMER_REG(state):
		if (value > KVM_RISCV_TIMER_STATE_ON)
			return -EINVAL;
		kvr_timer_set_armed(vcpu, value == KVM_RISCV_TIMER_STATE_ON);
		return 0;
	}
	return -ENOENT;
}

const struct kvr_reg_group kvr_regs_timer = {
	.base = KVM_REG_RISCV_TIMER,
	.count = sizeof(struct kvm_riscv_timer) / sizeof(u64),
	.size = KVM_REG_SIZE_U64,
	.get = timer_get,
	.set = timer_set,
};
