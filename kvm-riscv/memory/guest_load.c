// SPDX-License-Identifier: GPL-2.0-only
#include <linux/irqflags.h>
#include <linux/limits.h>

#include "host/csr.h"
#include "memory/guest_load.h"
#include "vcpu/csrs.h"
#include "vcpu/switch.h"

/* A fetch through HLVX faults as a load does; the guest knows it as a fetch. */
static unsigned long fetch_cause(unsigned long cause)
{
	switch (cause) {
	case KVR_EXC_LOAD_GUEST_PAGE:
		return KVR_EXC_INST_GUEST_PAGE;
	case KVR_EXC_LOAD_PAGE:
		return KVR_EXC_INST_PAGE;
	default:
		return KVR_EXC_INST_ACCESS;
	}
}

/*
 * One hypervisor load at the guest's privilege, of half an instruction or of data. HLV uses hgatp
 * as it is, so the VM's own goes in: between two runs the hart may hold another's.
 */
static unsigned long guest_load(struct kvr_vcpu *vcpu, unsigned long address, bool fetch,
				struct kvr_trap *trap)
{
	unsigned long flags, hstatus, value;

	trap->scause = ULONG_MAX;
	local_irq_save(flags);
	kvr_vcpu_access_begin(vcpu);
	kvr_memory_activate(vcpu);
	hstatus = kvr_csr_read(KVR_CSR_HSTATUS);
	kvr_csr_write(KVR_CSR_HSTATUS, vcpu->frame.sstatus & KVR_SSTATUS_SPP ?
		      hstatus | KVR_HSTATUS_SPVP : hstatus & ~KVR_HSTATUS_SPVP);
	/* Not by a pointer to one of them: under kCFI such calls are C functions' alone. */
	value = fetch ? kvr_hlvx_hu(address, trap) : kvr_hlv_d(address, trap);
	kvr_csr_write(KVR_CSR_HSTATUS, hstatus);
	kvr_vcpu_access_end(vcpu);
	local_irq_restore(flags);
	return value;
}

int kvr_guest_fetch(struct kvr_vcpu *vcpu, u32 *insn, struct kvr_trap *trap)
{
	unsigned long low, high = 0;

	low = guest_load(vcpu, vcpu->frame.pc, true, trap);
	if ((low & 3) == 3 && trap->scause == ULONG_MAX)
		high = guest_load(vcpu, vcpu->frame.pc + 2, true, trap);
	if (trap->scause != ULONG_MAX) {
		trap->scause = fetch_cause(trap->scause);
		return -EAGAIN;
	}
	*insn = low | high << 16;
	return 0;
}

int kvr_guest_load_u64(struct kvr_vcpu *vcpu, unsigned long address, unsigned long *value,
		  struct kvr_trap *trap)
{
	*value = guest_load(vcpu, address, false, trap);
	return trap->scause == ULONG_MAX ? 0 : -EAGAIN;
}
