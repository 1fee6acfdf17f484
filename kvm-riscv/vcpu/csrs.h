/* SPDX-License-Identifier: GPL-2.0-only */
/* Guest CSRs in the hart: one list drives save and restore. */
#ifndef KVR_VCPU_CSRS_H
#define KVR_VCPU_CSRS_H

#include <linux/preempt.h>

#include "host/csr.h"
#include "vcpu/vcpu.h"

/*
 * Registers that only a guest sees: X(field of struct kvr_csrs, CSR). They stay in the hart
 * when the host runs.
 */
#define KVR_GUEST_CSRS(X)			\
	X(vsstatus, KVR_CSR_VSSTATUS)		\
	X(vstvec, KVR_CSR_VSTVEC)		\
	X(vsscratch, KVR_CSR_VSSCRATCH)		\
	X(vsepc, KVR_CSR_VSEPC)			\
	X(vscause, KVR_CSR_VSCAUSE)		\
	X(vstval, KVR_CSR_VSTVAL)		\
	X(vsatp, KVR_CSR_VSATP)			\
	X(hvip, KVR_CSR_HVIP)

/*
 * Registers that the host runs under too: X(field, CSR, present). They are exchanged with the
 * host's values for as long as the vCPU is loaded. Most matter to user space; vsie is also a part
 * of hie, and a guest's interrupt that is pending and enabled would end every WFI of the host.
 */
#define KVR_SHARED_CSRS(X)						\
	X(vsie, KVR_CSR_VSIE, true)					\
	X(scounteren, KVR_CSR_SCOUNTEREN, true)				\
	X(senvcfg, KVR_CSR_SENVCFG, kvr_hart_has_envcfg)		\
	X(sstateen0, KVR_CSR_SSTATEEN0, kvr_hart_has_stateen)

/* What this machine's harts have; fixed at module init. */
extern bool kvr_hart_has_envcfg;	/* henvcfg and senvcfg (privileged 1.12) */
extern bool kvr_hart_has_stateen;	/* Smstateen and Ssstateen */
extern bool kvr_hart_has_sstc;

/* The kernel tells of task switches; otherwise a vCPU is put before interrupts go on. */
extern bool kvr_preempt_told;

/*
 * kvr_vcpu_load - bring the guest's CSRs into this hart
 *
 * Preemption off. Does nothing when they are there; writes no guest register when this hart
 * ran this very vCPU last and nobody changed them since.
 */
void kvr_vcpu_load(struct kvr_vcpu *vcpu);

/*
 * kvr_vcpu_put - note the guest's CSRs and give the shared ones back to the host
 *
 * Preemption off. vcpu->csr is the truth from here on; the hart keeps the values as a cache.
 */
void kvr_vcpu_put(struct kvr_vcpu *vcpu);

/*
 * kvr_vcpu_access_begin/end - have the guest's CSRs in this hart in between
 *
 * The vCPU's own thread, kernel speed. Preemption is off in between. Where nobody tells of task
 * switches the vCPU is put again at the end.
 */
static inline void kvr_vcpu_access_begin(struct kvr_vcpu *vcpu)
{
	preempt_disable();
	kvr_vcpu_load(vcpu);
}

static inline void kvr_vcpu_access_end(struct kvr_vcpu *vcpu)
{
	if (unlikely(!kvr_preempt_told))
		kvr_vcpu_put(vcpu);
	preempt_enable();
}

/*
 * kvr_hart_init/kvr_hart_exit - learn what harts have; follow CPUs that go off-line
 *
 * Module init and exit. 0 or a negative errno.
 */
int kvr_hart_init(void);
void kvr_hart_exit(void);

/* kvr_hart_forget - no hart takes @vcpu for its last guest any more; sleeps */
void kvr_hart_forget(struct kvr_vcpu *vcpu);

#endif
