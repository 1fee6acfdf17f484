// SPDX-License-Identifier: GPL-2.0-only
/* Hypervisor loads from guest memory, with the hart set up as the guest would find it. */
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/limits.h>
#include <linux/preempt.h>

#include "hart/csr_access.h"
#include "hart/guest_load.h"
#include "hart/space.h"
#include "hart/switch.h"

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
 * One hypervisor load at the guest's privilege, of half an instruction or of data. HLV translates
 * by hgatp and vsatp as they are, so the guest's own have to be in place: between two runs the
 * hart may hold another's.
 */
static int guest_load(struct kvr_guest *guest, unsigned long address, bool fetch,
		      unsigned long *value, struct kvr_trap *trap)
{
	unsigned long flags, hstatus;

	trap->scause = ULONG_MAX;
	local_irq_save(flags);
	if (unlikely(!kvr_hart_usable())) {
		local_irq_restore(flags);
		return -EBUSY;
	}
	kvr_guest_load(guest);
	kvr_hart_translate(guest);
	hstatus = kvr_csr_read(KVR_CSR_HSTATUS);
	kvr_csr_write(KVR_CSR_HSTATUS, guest->frame.sstatus & KVR_SSTATUS_SPP ?
		      hstatus | KVR_HSTATUS_SPVP : hstatus & ~KVR_HSTATUS_SPVP);
	/* Not by a pointer to one of them: under kCFI such calls are C functions' alone. */
	*value = fetch ? kvr_hlvx_hu(address, trap) : kvr_hlv_d(address, trap);
	kvr_csr_write(KVR_CSR_HSTATUS, hstatus);
	if (!kvr_hart_is_resident())
		kvr_guest_put(guest);
	local_irq_restore(flags);
	return trap->scause == ULONG_MAX ? 0 : -EAGAIN;
}

int kvr_guest_fetch(struct kvr_guest *guest, u32 *insn, struct kvr_trap *trap)
{
	unsigned long low, high = 0;
	int ret;

	ret = guest_load(guest, guest->frame.pc, true, &low, trap);
	if (!ret && (low & 3) == 3)
		ret = guest_load(guest, guest->frame.pc + 2, true, &high, trap);
	if (ret == -EAGAIN)
		trap->scause = fetch_cause(trap->scause);
	if (ret)
		return ret;
	*insn = low | high << 16;
	return 0;
}

int kvr_guest_load_u64(struct kvr_guest *guest, unsigned long address, unsigned long *value,
		       struct kvr_trap *trap)
{
	return guest_load(guest, address, false, value, trap);
}
