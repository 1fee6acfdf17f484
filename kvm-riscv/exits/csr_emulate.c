// SPDX-License-Identifier: GPL-2.0-only
#include <linux/types.h>

#include "exits/csr_emulate.h"
#include "exits/exit.h"
#include "hart/guest_csr.h"
#include "hart/switch.h"
#include "hart/trap.h"
#include "host/csr.h"
#include "host/isa.h"

/* A CSR that the hypervisor answers for, and to whom. */
struct csr_row {
	u16 number;
	/* KVM_RISCV_ISA_EXT_* that the guest must have; 0 (A) always is */
	u16 isa;
	/* VU-mode may, too, while one of these bits of the guest's scounteren is set; 0: never */
	u16 user;
	bool to_user;
	unsigned long (*read)(struct kvr_vcpu *vcpu);
};

#define CSR_INSN_BYTES	4

/* CSRRS with x0 for its source; the destination is free, and the CSR. */
#define CSRR_MASK	0x000ff07fU
#define CSRR_MATCH	0x00002073U

/*
 * The clock of a hart that the guest is told of: what the host counts is none of its business. It
 * goes with guest time, so it never goes back, on whatever hart or machine the vCPU runs, and a
 * time base of 1 MHz still makes a clock of some use.
 */
#define CYCLES_PER_TICK	64

/* That hart executes an instruction per cycle. */
static unsigned long KVR_FAST read_cycles(struct kvr_vcpu *vcpu)
{
	return kvr_guest_time(&vcpu->guest) * CYCLES_PER_TICK;
}

/*
 * scounteren opens the counters to VU-mode (Supervisor, "Counter-Enable Register"); the entropy
 * source is closed to it, as firmware leaves mseccfg.USEED clear (Zkr, "Access Control to seed").
 */
static const struct csr_row csr_rows[] = {
	{ .number = KVR_CSR_CYCLE, .user = KVR_COUNTEREN_CY, .read = read_cycles },
	{ .number = KVR_CSR_INSTRET, .user = KVR_COUNTEREN_IR, .read = read_cycles },
	{ .number = KVR_CSR_SEED, .isa = KVM_RISCV_ISA_EXT_ZKR, .to_user = true },
};

/* The row of CSR @number, if the guest has it and may use it at its privilege. */
static __always_inline const struct csr_row *csr_find(struct kvr_vcpu *vcpu, unsigned int number,
						      bool in_guest)
{
	const struct csr_row *row;

	for (row = csr_rows; row->number != number; )
		if (++row == csr_rows + ARRAY_SIZE(csr_rows))
			return NULL;
	if (row->isa && !kvr_isa_set_has(&vcpu->isa, row->isa))
		return NULL;
	if (unlikely(kvr_trap_is_user(&vcpu->guest)) &&
	    !(row->user & (in_guest ? kvr_guest_scounteren(&vcpu->guest) :
				      vcpu->guest.csr.scounteren)))
		return NULL;
	return row;
}

static void KVR_FAST csr_finish(struct kvr_vcpu *vcpu, unsigned int rd, unsigned long old)
{
	if (rd)
		vcpu->guest.frame.x[rd] = old;
	vcpu->guest.frame.pc += CSR_INSN_BYTES;
}

bool KVR_FAST kvr_csr_emulate_read(struct kvr_vcpu *vcpu, u32 insn)
{
	unsigned int rd = insn >> 7 & 31;
	const struct csr_row *row;

	if ((insn & CSRR_MASK) != CSRR_MATCH || KVR_FRAME_LATE & BIT(rd))
		return false;
	row = csr_find(vcpu, insn >> 20, true);
	if (!row || !row->read)
		return false;
	csr_finish(vcpu, rd, row->read(vcpu));
	vcpu->fast.csr++;
	return true;
}

/* Reads the CSR of @row; false if the instruction wants more than that, or more than is there. */
static bool csr_carry_out(struct kvr_vcpu *vcpu, const struct kvr_insn *insn,
			  const struct csr_row *row)
{
	if (!row || !row->read || kvr_insn_csr_writes(insn))
		return false;
	csr_finish(vcpu, insn->rd, row->read(vcpu));
	return true;
}

bool kvr_csr_emulate_fast(struct kvr_vcpu *vcpu, const struct kvr_insn *insn)
{
	if (!csr_carry_out(vcpu, insn, csr_find(vcpu, insn->csr, true)))
		return false;
	vcpu->fast.csr++;
	return true;
}

int kvr_csr_emulate(struct kvr_vcpu *vcpu, const struct kvr_insn *insn)
{
	const struct csr_row *row = csr_find(vcpu, insn->csr, false);
	unsigned long source = insn->uses_imm ? insn->imm : vcpu->guest.frame.x[insn->rs1];
	struct kvm_run *run = vcpu->run;

	if (csr_carry_out(vcpu, insn, row)) {
		vcpu->stat.csr_kernel++;
		return KVR_RESUME;
	}
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
