// SPDX-License-Identifier: GPL-2.0-only
/*
 * ONE_REG extension registers: which ISA and SBI extensions the guest has. Each is there
 * three times: a register per extension, and registers that switch 64 of them on or off.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/nospec.h>

#include "api/onereg/onereg.h"
#include "host/isa.h"
#include "sbi/sbi.h"

#define BITS_PER_REG	64

/* One kind of extension. */
struct ext_kind {
	unsigned int count;		/* ids are below */
	bool (*exists)(struct kvr_vcpu *vcpu, unsigned int id);
	bool (*enabled)(struct kvr_vcpu *vcpu, unsigned int id);
	/* Switch an existing @id that is not in that state yet; -EINVAL if that cannot be. */
	int (*change)(struct kvr_vcpu *vcpu, unsigned int id, bool enable);
	/* Told of each @id that is to be on or off before the first KVM_RUN. May be NULL. */
	void (*asked)(struct kvr_vcpu *vcpu, unsigned int id, bool enable);
};

static int ext_set(struct kvr_vcpu *vcpu, const struct ext_kind *kind, unsigned int id,
		   u64 value)
{
	if (value > 1)
		return -EINVAL;
	if (kind->asked && !vcpu->ran_once)
		kind->asked(vcpu, id, value);
	if (value == kind->enabled(vcpu, id))
		return 0;
	if (vcpu->ran_once)
		return -EBUSY;
	return kind->change(vcpu, id, value);
}

/* Bits of what is enabled among the 64 ids of register @index. */
static u64 ext_get_many(struct kvr_vcpu *vcpu, const struct ext_kind *kind, unsigned int index)
{
	unsigned int bit, id;
	u64 value = 0;

	for (bit = 0; bit < BITS_PER_REG; bit++) {
		id = index * BITS_PER_REG + bit;
		if (id < kind->count && kind->enabled(vcpu, id))
			value |= BIT_ULL(bit);
	}
	return value;
}

/*
 * Bits of extensions that do not exist or cannot be switched so are passed over: a VMM writes
 * back what it read, which says "off" of those that do not exist.
 */
static int ext_set_many(struct kvr_vcpu *vcpu, const struct ext_kind *kind, unsigned int index,
			u64 mask, bool enable)
{
	unsigned int bit, id;

	for (bit = 0; bit < BITS_PER_REG; bit++) {
		id = index * BITS_PER_REG + bit;
		if (!(mask & BIT_ULL(bit)) || id >= kind->count)
			continue;
		id = array_index_nospec(id, kind->count);
		if (kind->exists(vcpu, id) && ext_set(vcpu, kind, id, enable) == -EBUSY)
			return -EBUSY;
	}
	return 0;
}

static bool isa_exists(struct kvr_vcpu *vcpu, unsigned int id)
{
	return kvr_isa_host_has(id) || kvr_isa_guest_may_have(id);
}

static bool isa_enabled(struct kvr_vcpu *vcpu, unsigned int id)
{
	return kvr_isa_set_has(&vcpu->isa, id);
}

static int isa_change(struct kvr_vcpu *vcpu, unsigned int id, bool enable)
{
	if (!(enable ? kvr_isa_guest_may_have(id) : kvr_isa_guest_may_drop(id)))
		return -EINVAL;
	if (enable)
		kvr_isa_set_add(&vcpu->isa, id);
	else
		kvr_isa_set_drop(&vcpu->isa, id);
	kvr_vcpu_isa_apply(vcpu);
	return 0;
}

static const struct ext_kind isa_kind = {
	.count = KVM_RISCV_ISA_EXT_MAX,
	.exists = isa_exists,
	.enabled = isa_enabled,
	.change = isa_change,
};

static bool sbi_exists(struct kvr_vcpu *vcpu, unsigned int id)
{
	return kvr_sbi_available() & BIT_ULL(id);
}

static bool sbi_enabled(struct kvr_vcpu *vcpu, unsigned int id)
{
	return vcpu->sbi_enabled & BIT_ULL(id);
}

static int sbi_change(struct kvr_vcpu *vcpu, unsigned int id, bool enable)
{
	if (enable)
		vcpu->sbi_enabled |= BIT_ULL(id);
	else
		vcpu->sbi_enabled &= ~BIT_ULL(id);
	return 0;
}

/* "On", where it is on already, is news: user space knows what there is to be had. */
static void sbi_asked(struct kvr_vcpu *vcpu, unsigned int id, bool enable)
{
	if (enable)
		vcpu->sbi_asked |= BIT_ULL(id);
	else
		vcpu->sbi_asked &= ~BIT_ULL(id);
}

static const struct ext_kind sbi_kind = {
	.asked = sbi_asked,
	.count = KVM_RISCV_SBI_EXT_MAX,
	.exists = sbi_exists,
	.enabled = sbi_enabled,
	.change = sbi_change,
};

/* The three groups of one kind differ in nothing but the kind. */
#define EXT_GROUPS(kind, KIND)							\
static int kind##_get(struct kvr_vcpu *vcpu, unsigned int index, u64 *value)	\
{										\
	*value = kind##_enabled(vcpu, index);					\
	return 0;								\
}										\
static int kind##_set(struct kvr_vcpu *vcpu, unsigned int index, u64 value)	\
{										\
	return ext_set(vcpu, &kind##_kind, index, value);			\
}										\
static int kind##_get_enabled(struct kvr_vcpu *vcpu, unsigned int index, u64 *value) \
{										\
	*value = ext_get_many(vcpu, &kind##_kind, index);			\
	return 0;								\
}										\
static int kind##_get_disabled(struct kvr_vcpu *vcpu, unsigned int index, u64 *value) \
{										\
	*value = ~ext_get_many(vcpu, &kind##_kind, index);			\
	return 0;								\
}										\
static int kind##_enable(struct kvr_vcpu *vcpu, unsigned int index, u64 value)	\
{										\
	return ext_set_many(vcpu, &kind##_kind, index, value, true);		\
}										\
static int kind##_disable(struct kvr_vcpu *vcpu, unsigned int index, u64 value)	\
{										\
	return ext_set_many(vcpu, &kind##_kind, index, value, false);		\
}										\
const struct kvr_reg_group kvr_regs_##kind = {					\
	.base = KVM_REG_RISCV_##KIND##_EXT | KVM_REG_RISCV_##KIND##_SINGLE,	\
	.count = KVM_RISCV_##KIND##_EXT_MAX,					\
	.size = KVM_REG_SIZE_U64,						\
	.exists = kind##_exists,						\
	.get = kind##_get,							\
	.set = kind##_set,							\
};										\
const struct kvr_reg_group kvr_regs_##kind##_enable = {				\
	.base = KVM_REG_RISCV_##KIND##_EXT | KVM_REG_RISCV_##KIND##_MULTI_EN,	\
	.count = KVM_REG_RISCV_##KIND##_MULTI_REG_LAST + 1,			\
	.size = KVM_REG_SIZE_U64,						\
	.listed = kvr_reg_unlisted,						\
	.get = kind##_get_enabled,						\
	.set = kind##_enable,							\
};										\
const struct kvr_reg_group kvr_regs_##kind##_disable = {			\
	.base = KVM_REG_RISCV_##KIND##_EXT | KVM_REG_RISCV_##KIND##_MULTI_DIS,	\
	.count = KVM_REG_RISCV_##KIND##_MULTI_REG_LAST + 1,			\
	.size = KVM_REG_SIZE_U64,						\
	.listed = kvr_reg_unlisted,						\
	.get = kind##_get_disabled,						\
	.set = kind##_disable,							\
}

EXT_GROUPS(isa, ISA);
EXT_GROUPS(sbi, SBI);
