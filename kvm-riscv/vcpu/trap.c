// SPDX-License-Identifier: GPL-2.0-only
#include "host/csr.h"
#include "vcpu/csrs.h"
#include "vcpu/trap.h"

#define STVEC_MODE	3UL	/* exceptions go to the base address in every mode */

void kvr_trap_inject(struct kvr_vcpu *vcpu, unsigned long cause, unsigned long stval)
{
	unsigned long vsstatus;

	kvr_vcpu_access_begin(vcpu);
	vsstatus = kvr_csr_read(KVR_CSR_VSSTATUS);
	vsstatus &= ~(KVR_SSTATUS_SPP | KVR_SSTATUS_SPIE | KVR_SSTATUS_SPELP);
	/* The privilege, and whether a landing pad was awaited, as our own trap noted them */
	vsstatus |= vcpu->frame.sstatus & (KVR_SSTATUS_SPP | KVR_SSTATUS_SPELP);
	vcpu->frame.sstatus &= ~KVR_SSTATUS_SPELP;
	if (vsstatus & KVR_SSTATUS_SIE)
		vsstatus |= KVR_SSTATUS_SPIE;
	vsstatus &= ~KVR_SSTATUS_SIE;
	kvr_csr_write(KVR_CSR_VSSTATUS, vsstatus);
	kvr_csr_write(KVR_CSR_VSEPC, vcpu->frame.pc);
	kvr_csr_write(KVR_CSR_VSCAUSE, cause);
	kvr_csr_write(KVR_CSR_VSTVAL, stval);
	vcpu->frame.pc = kvr_csr_read(KVR_CSR_VSTVEC) & ~STVEC_MODE;
	kvr_vcpu_access_end(vcpu);
	vcpu->frame.sstatus |= KVR_SSTATUS_SPP;
}
