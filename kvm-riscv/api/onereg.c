// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/nospec.h>
#include <linux/uaccess.h>

#include "api/onereg.h"

/*
 * In the order of the list, which is the order in which a VMM that saves and restores all of it
 * writes: what decides which registers exist comes first.
 */
static const struct kvr_reg_group *const reg_groups[] = {
	&kvr_regs_config,
	&kvr_regs_isa,
	&kvr_regs_sbi,
	&kvr_regs_core,
	&kvr_regs_csr,
	&kvr_regs_timer,
	&kvr_regs_csr_smstateen,
	&kvr_regs_fp_f,
	&kvr_regs_fp_d,
	&kvr_regs_fp_d_fcsr,
	&kvr_regs_vector_csr,
	&kvr_regs_vector,
	&kvr_regs_isa_enable,
	&kvr_regs_isa_disable,
	&kvr_regs_sbi_enable,
	&kvr_regs_sbi_disable,
};

bool kvr_reg_unlisted(struct kvr_vcpu *vcpu, unsigned int index)
{
	return false;
}

static bool reg_exists(struct kvr_vcpu *vcpu, const struct kvr_reg_group *group,
		       unsigned int index)
{
	return !group->exists || group->exists(vcpu, index);
}

/* The size field of the ids of @group. */
static u64 reg_size(struct kvr_vcpu *vcpu, const struct kvr_reg_group *group)
{
	if (group->width)
		return (u64)ilog2(group->width(vcpu)) << KVM_REG_SIZE_SHIFT;
	return group->size;
}

/* The group that register @id is in; its index there goes to @index. NULL: no such register. */
static const struct kvr_reg_group *reg_find(struct kvr_vcpu *vcpu, u64 id, unsigned int *index)
{
	const struct kvr_reg_group *group;
	unsigned int i;
	u32 offset;

	if ((id & ~(KVM_REG_SIZE_MASK | U32_MAX)) != KVM_REG_RISCV)
		return NULL;
	for (i = 0; i < ARRAY_SIZE(reg_groups); i++) {
		group = reg_groups[i];
		offset = (u32)id - group->base;
		if (offset >= group->count)
			continue;
		*index = array_index_nospec(offset, group->count);
		return reg_exists(vcpu, group, *index) ? group : NULL;
	}
	return NULL;
}

/* User pointers come unaligned too; only the aligned ones take the short way. */
static int value_to_user(u64 address, u64 size, u64 value)
{
	void __user *user = (void __user *)address;

	if (size == KVM_REG_SIZE_U64 && IS_ALIGNED(address, sizeof(u64)))
		return put_user(value, (u64 __user *)user);
	return copy_to_user(user, &value, KVM_REG_SIZE(size)) ? -EFAULT : 0;
}

static int value_from_user(u64 address, u64 size, u64 *value)
{
	const void __user *user = (const void __user *)address;

	*value = 0;
	if (size == KVM_REG_SIZE_U64 && IS_ALIGNED(address, sizeof(u64)))
		return get_user(*value, (const u64 __user *)user);
	return copy_from_user(value, user, KVM_REG_SIZE(size)) ? -EFAULT : 0;
}

long kvr_onereg_get(struct kvr_vcpu *vcpu, const struct kvm_one_reg *reg)
{
	const struct kvr_reg_group *group;
	unsigned int index;
	u64 size, value;
	int ret;

	lockdep_assert_held(&vcpu->mutex);
	group = reg_find(vcpu, reg->id, &index);
	if (!group)
		return -ENOENT;
	size = reg_size(vcpu, group);
	if ((reg->id & KVM_REG_SIZE_MASK) != size)
		return -EINVAL;
	if (group->storage)
		return copy_to_user((void __user *)reg->addr, group->storage(vcpu, index),
				    group->width(vcpu)) ? -EFAULT : 0;
	ret = group->get(vcpu, index, &value);
	return ret ? ret : value_to_user(reg->addr, size, value);
}

long kvr_onereg_set(struct kvr_vcpu *vcpu, const struct kvm_one_reg *reg)
{
	const struct kvr_reg_group *group;
	unsigned int index;
	u64 size, value;
	int ret;

	lockdep_assert_held(&vcpu->mutex);
	group = reg_find(vcpu, reg->id, &index);
	if (!group)
		return -ENOENT;
	size = reg_size(vcpu, group);
	if ((reg->id & KVM_REG_SIZE_MASK) != size)
		return -EINVAL;
	if (group->storage)
		return copy_from_user(group->storage(vcpu, index),
				      (const void __user *)reg->addr,
				      group->width(vcpu)) ? -EFAULT : 0;
	ret = value_from_user(reg->addr, size, &value);
	return ret ? ret : group->set(vcpu, index, value);
}

static bool reg_listed(struct kvr_vcpu *vcpu, const struct kvr_reg_group *group,
		       unsigned int index)
{
	return reg_exists(vcpu, group, index) &&
	       (!group->listed || group->listed(vcpu, index));
}

static u64 reg_count(struct kvr_vcpu *vcpu)
{
	unsigned int i, index;
	u64 count = 0;

	for (i = 0; i < ARRAY_SIZE(reg_groups); i++)
		for (index = 0; index < reg_groups[i]->count; index++)
			count += reg_listed(vcpu, reg_groups[i], index);
	return count;
}

static int reg_list_group(struct kvr_vcpu *vcpu, const struct kvr_reg_group *group,
			  u64 __user **reg)
{
	unsigned int index;
	u64 id;

	for (index = 0; index < group->count; index++) {
		if (!reg_listed(vcpu, group, index))
			continue;
		id = KVM_REG_RISCV | reg_size(vcpu, group) | (group->base + index);
		if (copy_to_user((*reg)++, &id, sizeof(id)))
			return -EFAULT;
	}
	return 0;
}

long kvr_onereg_list(struct kvr_vcpu *vcpu, struct kvm_reg_list __user *list)
{
	u64 __user *reg = list->reg;
	u64 room, count;
	unsigned int i;
	int ret;

	lockdep_assert_held(&vcpu->mutex);
	if (copy_from_user(&room, &list->n, sizeof(room)))
		return -EFAULT;
	count = reg_count(vcpu);
	if (copy_to_user(&list->n, &count, sizeof(count)))
		return -EFAULT;
	if (room < count)
		return -E2BIG;
	for (i = 0; i < ARRAY_SIZE(reg_groups); i++) {
		ret = reg_list_group(vcpu, reg_groups[i], &reg);
		if (ret)
			return ret;
	}
	return 0;
}
