// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/nospec.h>
#include <linux/uaccess.h>

#include "api/onereg/onereg.h"

#define TYPE(name)	(KVM_REG_RISCV_##name >> KVM_REG_RISCV_TYPE_SHIFT)
#define REG_TYPES	(TYPE(VECTOR) + 1)
#define REG_TYPE_GROUPS	4		/* in a type, at most */

/* The groups of each type; rows end with NULL. */
static const struct kvr_reg_group *const reg_groups[REG_TYPES][REG_TYPE_GROUPS] = {
	[TYPE(CONFIG)] = { &kvr_regs_config },
	[TYPE(CORE)] = { &kvr_regs_core },
	[TYPE(CSR)] = { &kvr_regs_csr, &kvr_regs_csr_smstateen },
	[TYPE(TIMER)] = { &kvr_regs_timer },
	[TYPE(FP_F)] = { &kvr_regs_fp_f },
	[TYPE(FP_D)] = { &kvr_regs_fp_d, &kvr_regs_fp_d_fcsr },
	[TYPE(ISA_EXT)] = { &kvr_regs_isa, &kvr_regs_isa_enable, &kvr_regs_isa_disable },
	[TYPE(SBI_EXT)] = { &kvr_regs_sbi, &kvr_regs_sbi_enable, &kvr_regs_sbi_disable },
	[TYPE(VECTOR)] = { &kvr_regs_vector_csr, &kvr_regs_vector },
};

/*
 * The order of the list, in which a VMM that saves and restores all of it writes: what decides
 * which registers exist comes first.
 */
static const u8 reg_list_order[] = {
	TYPE(CONFIG), TYPE(ISA_EXT), TYPE(SBI_EXT), TYPE(CORE), TYPE(CSR), TYPE(TIMER),
	TYPE(FP_F), TYPE(FP_D), TYPE(VECTOR),
};

#define for_each_group(group, row, type)					\
	for ((row) = reg_groups[type];						\
	     (row) < reg_groups[type] + REG_TYPE_GROUPS && ((group) = *(row)); (row)++)

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

/*
 * Getting and setting one register is one straight run of code: saving a VM does it thousands
 * of times, and calls with stack protectors cost as much as the work.
 */

/* The group that register @id is in; its index there goes to @index. NULL: no such register. */
static __always_inline const struct kvr_reg_group *
reg_find(struct kvr_vcpu *vcpu, u64 id, unsigned int *index)
{
	unsigned int type = (u32)id >> KVM_REG_RISCV_TYPE_SHIFT;
	const struct kvr_reg_group *const *row;
	const struct kvr_reg_group *group;
	u32 offset;

	if ((id & ~(KVM_REG_SIZE_MASK | U32_MAX)) != KVM_REG_RISCV || type >= REG_TYPES)
		return NULL;
	type = array_index_nospec(type, REG_TYPES);
	for_each_group(group, row, type) {
		offset = (u32)id - group->base;
		if (offset >= group->count)
			continue;
		*index = array_index_nospec(offset, group->count);
		return reg_exists(vcpu, group, *index) ? group : NULL;
	}
	return NULL;
}

/* User pointers come unaligned too; only the aligned ones take the short way. */
static __always_inline int value_to_user(u64 address, u64 size, u64 value)
{
	void __user *user = (void __user *)address;

	if (size == KVM_REG_SIZE_U64 && IS_ALIGNED(address, sizeof(u64)))
		return put_user(value, (u64 __user *)user);
	return copy_to_user(user, &value, KVM_REG_SIZE(size)) ? -EFAULT : 0;
}

static __always_inline int value_from_user(u64 address, u64 size, u64 *value)
{
	const void __user *user = (const void __user *)address;

	*value = 0;
	if (size == KVM_REG_SIZE_U64 && IS_ALIGNED(address, sizeof(u64)))
		return get_user(*value, (const u64 __user *)user);
	return copy_from_user(value, user, KVM_REG_SIZE(size)) ? -EFAULT : 0;
}

/* What KVM_GET_ONE_REG and KVM_SET_ONE_REG ask about. */
struct reg_request {
	const struct kvr_reg_group *group;
	unsigned int index;
	u64 size;		/* as in the id */
	u64 address;		/* of the value, in user space */
};

static __always_inline int reg_request(struct kvr_vcpu *vcpu,
				       const struct kvm_one_reg __user *user,
				       struct reg_request *request)
{
	u64 id;

	lockdep_assert_held(&vcpu->mutex);
	if (value_from_user((unsigned long)&user->id, KVM_REG_SIZE_U64, &id) ||
	    value_from_user((unsigned long)&user->addr, KVM_REG_SIZE_U64, &request->address))
		return -EFAULT;
	request->group = reg_find(vcpu, id, &request->index);
	if (!request->group)
		return -ENOENT;
	request->size = reg_size(vcpu, request->group);
	return (id & KVM_REG_SIZE_MASK) == request->size ? 0 : -EINVAL;
}

long kvr_onereg_get(struct kvr_vcpu *vcpu, const struct kvm_one_reg __user *user)
{
	const struct kvr_reg_group *group;
	struct reg_request request;
	u64 value;
	int ret;

	ret = reg_request(vcpu, user, &request);
	if (ret)
		return ret;
	group = request.group;
	if (group->storage)
		return copy_to_user((void __user *)request.address,
				    group->storage(vcpu, request.index),
				    group->width(vcpu)) ? -EFAULT : 0;
	ret = group->get(vcpu, request.index, &value);
	return ret ? ret : value_to_user(request.address, request.size, value);
}

long kvr_onereg_set(struct kvr_vcpu *vcpu, const struct kvm_one_reg __user *user)
{
	const struct kvr_reg_group *group;
	struct reg_request request;
	u64 value;
	int ret;

	ret = reg_request(vcpu, user, &request);
	if (ret)
		return ret;
	group = request.group;
	if (group->storage)
		return copy_from_user(group->storage(vcpu, request.index),
				      (const void __user *)request.address,
				      group->width(vcpu)) ? -EFAULT : 0;
	ret = value_from_user(request.address, request.size, &value);
	return ret ? ret : group->set(vcpu, request.index, value);
}

static bool reg_listed(struct kvr_vcpu *vcpu, const struct kvr_reg_group *group,
		       unsigned int index)
{
	return reg_exists(vcpu, group, index) &&
	       (!group->listed || group->listed(vcpu, index));
}

static u64 reg_count(struct kvr_vcpu *vcpu)
{
	const struct kvr_reg_group *const *row;
	const struct kvr_reg_group *group;
	unsigned int i, index;
	u64 count = 0;

	for (i = 0; i < ARRAY_SIZE(reg_list_order); i++)
		for_each_group(group, row, reg_list_order[i])
			for (index = 0; index < group->count; index++)
				count += reg_listed(vcpu, group, index);
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
	const struct kvr_reg_group *const *row;
	const struct kvr_reg_group *group;
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
	for (i = 0; i < ARRAY_SIZE(reg_list_order); i++) {
		for_each_group(group, row, reg_list_order[i]) {
			ret = reg_list_group(vcpu, group, &reg);
			if (ret)
				return ret;
		}
	}
	return 0;
}
