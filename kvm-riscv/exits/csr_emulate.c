// SPDX-License-Identifier: GPL-2.0-only
#include <linux/types.h>

#include "exits/csr_emulate.h"
#include "exits/exit.h"
#include "hart/switch.h"
#include "host/csr.h"
#include "host/isa.h"

/*
 * Who answers for a CSR. Counters read as zero: a guest has no performance counters, and
 * what the host counts is none of its business.
 */
struct csr_row {
	u16 number;
	/* KVM_RISCV_ISA_EXT_* that the guest must have; 0 (A) always is */
	u16 isa;
	bool to_user;
	unsigned long (*read)(struct kvr_vcpu *vcpu);
};

#define CSR_INSN_BYTES	4

/* CSRRS with x0 for its source; the destination is free, and the CSR. */
#define CSRR_MASK	0x000ff07fU
#define CSRR_MATCH	0x00002073U

static unsigned long KVR_FAST read_zero(struct kvr_vcpu *vcpu)
{
	return 0;
}

static const struct csr_row csr_rows[] = {
	{ .number = KVR_CSR_CYCLE, .read = read_zero },
	{ .number = KVR_CSR_INSTRET, .read = read_zero },
	{ .number = KVR_CSR_SEED, .isa = KVM_RISCV_ISA_EXT_ZKR, .to_user = true },
};

static KVR_FAST const struct csr_row *csr_find(struct kvr_vcpu *vcpu, unsigned int number)
{
	const struct csr_row *row;

	for (row = csr_rows; row < csr_rows + ARRAY_SIZE(csr_rows); row++)
		if (row->number == number)
			return !row->isa || kvr_isa_set_has(&vcpu->isa, row->isa) ? row : NULL;
	return NULL;
}

static void KVR_FAST csr_finish(struct kvr_vcpu *vcpu, unsigned int rd, unsigned long old)
{
	if (rd)
		vcpu->guest.frame.x[rd] = old;
	vcpu->guest.frame.pc += CSR_INSN_BYTES;
}

bool KVR_FAST kvr_csr_read_fast(struct kvr_vcpu *vcpu, u32 insn)
{
	unsigned int rd = insn >> 7 & 31;
	const struct csr_row *row;

	if ((insn & CSRR_MASK) != CSRR_MATCH || KVR_FRAME_LATE & BIT(rd))
		return false;
	row = csr_find(vcpu, insn >> 20);
	if (!row || !row->read)
		return false;
	csr_finish(vcpu, rd, row->read(vcpu));
	vcpu->fast.csr++;
	return true;
}

bool kvr_csr_emulate_fast(struct kvr_vcpu *vcpu, const struct kvr_insn *insn)
{
	const struct csr_row *row = csr_find(vcpu, insn->csr);

	if (!row || !row->read || kvr_insn_csr_writes(insn))
		return false;
	csr_finish(vcpu, insn->rd, row->read(vcpu));
	return true;
}

int kvr_csr_emulate(struct kvr_vcpu *vcpu, const struct kvr_insn *insn)
{
	const struct csr_row *row = csr_find(vcpu, insn->csr);
	unsigned long source = insn->uses_imm ? insn->imm : vcpu->guest.frame.x[insn->rs1];
	struct kvm_run *run = vcpu->run;

	if (!row || !row->to_user)
		return -ENOENT;
	run->exit_reason = KVM_EXIT_RISCV_CSR;
	run->riscv_csr.csr_num = insn->csr;
	run->riscv_csr.ret_value = 0;
	switch (insn->op) {
	case KVR_CSR_OP_RW:
		run->riscv_csr.write_mask = -1UL;
		run->riscv_csr.new_value = source;
		break;
	case KVR_CSR_OP_RS:
		run->riscv_csr.write_mask = source;
		run->riscv_csr.new_value = -1UL;
		break;
	default:
		run->riscv_csr.write_mask = source;
		run->riscv_csr.new_value = 0;
		break;
	}
	vcpu->pending = (struct kvr_pending_access){
		.kind = KVR_PENDING_CSR,
		.rd = insn->rd,
	};
	vcpu->stat.csr_user++;
	return KVR_TO_USER;
}

int kvr_csr_complete(struct kvr_vcpu *vcpu)
{
	vcpu->pending.kind = KVR_PENDING_NONE;
	csr_finish(vcpu, vcpu->pending.rd, READ_ONCE(vcpu->run->riscv_csr.ret_value));
	return KVR_RESUME;
}
