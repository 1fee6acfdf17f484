// SPDX-License-Identifier: GPL-2.0-only
/* Instructions that trap because the guest is one (cause 22). */
#include <linux/sched.h>

#include "exits/csr_emulate.h"
#include "exits/exit.h"
#include "hart/guest_csr.h"
#include "hart/switch.h"
#include "hart/trap.h"
#include "insn/decode.h"
#include "vcpu/block.h"
#include "vcpu/irq.h"

#define INSN_WFI	0x10500073U

bool KVR_FAST kvr_exit_virtual_inst_fast(struct kvr_vcpu *vcpu)
{
	u32 raw = vcpu->guest.frame.trap.stval;

	if (raw != INSN_WFI)
		return kvr_csr_emulate_read(vcpu, raw);
	if (kvr_trap_is_user(&vcpu->guest) || !kvr_guest_irq_ready(&vcpu->guest))
		return false;
	vcpu->guest.frame.pc += 4;
	vcpu->fast.wfi++;
	return true;
}

bool KVR_FAST kvr_exit_virtual_inst_regs(struct kvr_vcpu *vcpu)
{
	u32 raw = vcpu->guest.frame.trap.stval;
	struct kvr_insn insn;

	return raw && !kvr_decode(raw, &insn) && insn.kind == KVR_INSN_CSR &&
	       kvr_csr_emulate_fast(vcpu, &insn);
}

int kvr_exit_virtual_inst(struct kvr_vcpu *vcpu)
{
	u32 raw = vcpu->guest.frame.trap.stval;
	struct kvr_insn insn;
	int result;

	/* The hart may leave stval zero. */
	if (!raw) {
		result = kvr_exit_fetch(vcpu, &raw);
		if (result)
			return result == -EAGAIN ? KVR_RESUME : result;
	}
	if (kvr_decode(raw, &insn))
		goto illegal;
	/*
	 * What raises this exception in VU-mode raises that of an illegal instruction in the
	 * U-mode of a hart without a hypervisor (Hypervisor, "Virtual-Instruction Exception").
	 * But for WRS, which is for all modes (Zawrs).
	 */
	switch (insn.kind) {
	case KVR_INSN_WFI:
		if (kvr_trap_is_user(&vcpu->guest))
			break;
		vcpu->stat.wfi_exit++;
		vcpu->guest.frame.pc += insn.length;
		kvr_vcpu_block(vcpu);
		return KVR_RESUME;
	case KVR_INSN_WRS:
		vcpu->stat.wrs_exit++;
		vcpu->guest.frame.pc += insn.length;
		yield();
		return KVR_RESUME;
	case KVR_INSN_CSR:
		result = kvr_csr_emulate(vcpu, &insn);
		if (result != -ENOENT)
			return result;
		break;
	}
illegal:
	kvr_trap_inject(&vcpu->guest, KVR_EXC_ILLEGAL_INST, raw);
	return KVR_RESUME;
}
