/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ONE_REG registry: a table of register groups drives list, get and set. A group is a run
 * of register ids of one type; one file per kind of register defines its groups.
 */
#ifndef KVR_API_ONEREG_ONEREG_H
#define KVR_API_ONEREG_ONEREG_H

#include <linux/types.h>

#include "vcpu/vcpu.h"

/*
 * Callbacks run under vcpu->mutex with no KVM_RUN in progress, may sleep, and get an @index
 * below the group's count, safe to index an array with under speculation.
 */
struct kvr_reg_group {
	u32 base;		/* low half of the id of the register with index 0 */
	u32 count;		/* indices 0 to count - 1 belong to this group */
	u64 size;		/* KVM_REG_SIZE_U32 or _U64; unused with @width */

	/* Is there such a register in this vCPU? NULL: all of them. */
	bool (*exists)(struct kvr_vcpu *vcpu, unsigned int index);
	/* Of those that exist, which does KVM_GET_REG_LIST name? NULL: all of them. */
	bool (*listed)(struct kvr_vcpu *vcpu, unsigned int index);
	/* The value, or a negative errno. */
	int (*get)(struct kvr_vcpu *vcpu, unsigned int index, u64 *value);
	int (*set)(struct kvr_vcpu *vcpu, unsigned int index, u64 value);
	/*
	 * For registers of more than 64 bits, in place of get and set: how many bytes one
	 * has (a power of two) and where it is stored.
	 */
	unsigned int (*width)(struct kvr_vcpu *vcpu);
	void *(*storage)(struct kvr_vcpu *vcpu, unsigned int index);
};

/* The groups, each in the file of its kind. */
extern const struct kvr_reg_group kvr_regs_config;
extern const struct kvr_reg_group kvr_regs_core;
extern const struct kvr_reg_group kvr_regs_csr;
extern const struct kvr_reg_group kvr_regs_csr_smstateen;
extern const struct kvr_reg_group kvr_regs_timer;
extern const struct kvr_reg_group kvr_regs_fp_f;
extern const struct kvr_reg_group kvr_regs_fp_d;
extern const struct kvr_reg_group kvr_regs_fp_d_fcsr;
extern const struct kvr_reg_group kvr_regs_vector_csr;
extern const struct kvr_reg_group kvr_regs_vector;
extern const struct kvr_reg_group kvr_regs_isa;
extern const struct kvr_reg_group kvr_regs_isa_enable;
extern const struct kvr_reg_group kvr_regs_isa_disable;
extern const struct kvr_reg_group kvr_regs_sbi;
extern const struct kvr_reg_group kvr_regs_sbi_enable;
extern const struct kvr_reg_group kvr_regs_sbi_disable;

/* kvr_regs_config_reset - give a new vCPU the host's vendor, architecture and implementation */
void kvr_regs_config_reset(struct kvr_vcpu *vcpu);

/* kvr_reg_unlisted - the "listed" of groups that only those who know them ask for */
bool kvr_reg_unlisted(struct kvr_vcpu *vcpu, unsigned int index);

/*
 * kvr_onereg_get/kvr_onereg_set - KVM_GET_ONE_REG and KVM_SET_ONE_REG
 * @user: which register, and where its value is; read here because VMMs do this thousands of
 *	times in a migration, and two loads cost less than a copy
 *
 * Under vcpu->mutex. 0; -ENOENT: no such register in this vCPU; -EINVAL: its size in the id is
 * wrong, or it does not take the value; -EBUSY: not after the first KVM_RUN; -EFAULT.
 */
long kvr_onereg_get(struct kvr_vcpu *vcpu, const struct kvm_one_reg __user *user);
long kvr_onereg_set(struct kvr_vcpu *vcpu, const struct kvm_one_reg __user *user);

/*
 * kvr_onereg_list - KVM_GET_REG_LIST: ids of all registers, in an order that suits restoring
 *
 * Under vcpu->mutex. 0; -E2BIG: list->n, which becomes the number needed, was too small;
 * -EFAULT.
 */
long kvr_onereg_list(struct kvr_vcpu *vcpu, struct kvm_reg_list __user *list);

#endif
