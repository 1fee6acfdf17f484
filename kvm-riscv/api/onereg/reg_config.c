// SPDX-License-Identifier: GPL-2.0-only
/* ONE_REG configuration registers: what the guest's hart is, fixed from the first KVM_RUN on. */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "api/onereg/onereg.h"
#include "hart/record.h"
#include "host/isa.h"

#define CONFIG(name)	KVM_REG_RISCV_CONFIG_REG(name)
#define CONFIG_COUNT	(sizeof(struct kvm_riscv_config) / sizeof(unsigned long))
#define MISA_LETTERS	26

void kvr_regs_config_reset(struct kvr_vcpu *vcpu)
{
	const struct kvr_isa_machine *machine = kvr_isa_machine();

	vcpu->mvendorid = machine->mvendorid;
	vcpu->marchid = machine->marchid;
	vcpu->mimpid = machine->mimpid;
}

/* Registers that the VMM may set; NULL: not one of them. */
static unsigned long *config_slot(struct kvr_vcpu *vcpu, unsigned int index)
{
	switch (index) {
	case CONFIG(mvendorid):
		return &vcpu->mvendorid;
	case CONFIG(marchid):
		return &vcpu->marchid;
	case CONFIG(mimpid):
		return &vcpu->mimpid;
	}
	return NULL;
}

static int config_get(struct kvr_vcpu *vcpu, unsigned int index, u64 *value)
{
	const struct kvr_isa_machine *machine = kvr_isa_machine();
	const unsigned long *slot = config_slot(vcpu, index);

	if (slot) {
		*value = *slot;
		return 0;
	}
	switch (index) {
	case CONFIG(isa):
		*value = kvr_isa_misa(&vcpu->isa);
		return 0;
	case CONFIG(zicbom_block_size):
		*value = machine->cbom_size;
		return 0;
	case CONFIG(zicboz_block_size):
		*value = machine->cboz_size;
		return 0;
	case CONFIG(zicbop_block_size):
		*value = machine->cbop_size;
		return 0;
	case CONFIG(satp_mode):
		*value = kvr_hart_common.satp_mode;
		return 0;
	}
	return -ENOENT;
}

/* Letters that the guest cannot have or cannot be without stay as they are. */
static int config_set_isa(struct kvr_vcpu *vcpu, u64 letters)
{
	unsigned int bit;
	int id;

	if (letters >> MISA_LETTERS)
		return -EINVAL;
	for (bit = 0; bit < MISA_LETTERS; bit++) {
		id = kvr_isa_id_of_letter(bit);
		if (id < 0)
			continue;
		if (letters & BIT_ULL(bit) && kvr_isa_guest_may_have(id))
			kvr_isa_set_add(&vcpu->isa, id);
		else if (!(letters & BIT_ULL(bit)) && kvr_isa_guest_may_drop(id))
			kvr_isa_set_drop(&vcpu->isa, id);
	}
	kvr_vcpu_isa_apply(vcpu);
	return 0;
}

static int config_set(struct kvr_vcpu *vcpu, unsigned int index, u64 value)
{
	unsigned long *slot = config_slot(vcpu, index);
	u64 old;
	int ret;

	ret = config_get(vcpu, index, &old);
	if (ret || value == old)
		return ret;
	/* The machine's own: a source that lacks cache blocks says 0 to one that has them. */
	if (index != CONFIG(isa) && !slot)
		return value || index == CONFIG(satp_mode) ? -EINVAL : 0;
	if (vcpu->ran_once)
		return -EBUSY;
	if (!slot)
		return config_set_isa(vcpu, value);
	*slot = value;
	return 0;
}

const struct kvr_reg_group kvr_regs_config = {
	.base = KVM_REG_RISCV_CONFIG,
	.count = CONFIG_COUNT,
	.size = KVM_REG_SIZE_U64,
	.get = config_get,
	.set = config_set,
};
