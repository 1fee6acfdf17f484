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

/*
 * Registers that rule how the hart treats a guest: X(CSR's name, present, value for @vcpu). What a
 * guest is not offered has a row when another hypervisor's value would reach it all the same.
 */
#define KVR_HYPERVISOR_CSRS(X)							\
	X(HTIMEDELTA, true, READ_ONCE(vcpu->siblings->time_delta))		\
	X(HEDELEG, true, vcpu->hedeleg)						\
	X(HIDELEG, true, KVR_HIDELEG)						\
	X(HCOUNTEREN, true, KVR_COUNTEREN_TM)					\
	X(HENVCFG, kvr_hart_has_envcfg, vcpu->henvcfg)				\
	X(HSTATEEN0, kvr_hart_has_stateen, vcpu->hstateen0)			\
	X(HVICTL, kvr_hart_has_aia, 0)						\
	X(HVIEN, kvr_hart_has_aia, 0)						\
	X(HVIPRIO1, kvr_hart_has_aia, 0)					\
	X(HVIPRIO2, kvr_hart_has_aia, 0)					\
	X(VSISELECT, kvr_hart_has_aia, 0)

#define KVR_HIDELEG	(KVR_IP_VSSIP | KVR_IP_VSTIP | KVR_IP_VSEIP)

/* What this machine's harts have; fixed at module init. */
extern bool kvr_hart_has_envcfg;	/* henvcfg and senvcfg (privileged 1.12) */
extern bool kvr_hart_has_stateen;	/* Smstateen and Ssstateen */
extern bool kvr_hart_has_sstc;
extern bool kvr_hart_has_aia;		/* Ssaia */

/* The kernel tells of task switches. */
extern bool kvr_preempt_told;

/*
 * A loaded vCPU may stay so when interrupts go on. Not where nobody tells of task switches, not
 * beside another hypervisor, and not any more once the machine goes down.
 */
extern bool kvr_hart_resident;

/*
 * Another hypervisor may use the same harts. Whatever is in a register while interrupts are on is
 * its own: it may have left it there, or change it from an interrupt. Set before module init of
 * this room, fixed from then on.
 */
extern bool kvr_hart_shared;

/* A thread that leaves a hart takes its guest's translations along: shared, or going down. */
extern bool kvr_hart_tidy;

/* What it does then; the memory room's, set at its module init. */
extern void (*kvr_hart_tidy_up)(struct kvr_vcpu *vcpu);

/*
 * kvr_vcpu_load - bring the guest's CSRs into this hart
 *
 * Preemption off. Does nothing when they are there; writes no guest register when this hart
 * ran this very vCPU last and nobody changed them since. On a shared hart all registers change
 * hands, and interrupts are off until the put.
 */
void kvr_vcpu_load(struct kvr_vcpu *vcpu);

/*
 * kvr_vcpu_put - note the guest's CSRs and give the shared ones back to the host
 *
 * Preemption off. vcpu->csr is the truth from here on; the hart keeps the values as a cache. A
 * shared hart gets back every value that it had before the load.
 */
void kvr_vcpu_put(struct kvr_vcpu *vcpu);

/*
 * kvr_vcpu_leave - put the vCPU; others may use the hart from here on
 *
 * Preemption off, the vCPU's own thread: when it loses the hart or returns to user space.
 */
static inline void kvr_vcpu_leave(struct kvr_vcpu *vcpu)
{
	kvr_vcpu_put(vcpu);
	if (unlikely(READ_ONCE(kvr_hart_tidy)))
		kvr_hart_tidy_up(vcpu);
}

/*
 * kvr_vcpu_access_begin/end - have the guest's CSRs in this hart in between
 *
 * The vCPU's own thread, kernel speed. Preemption is off in between, and so may interrupts be. The
 * vCPU is put again at the end where it must not stay.
 */
static inline void kvr_vcpu_access_begin(struct kvr_vcpu *vcpu)
{
	preempt_disable();
	kvr_vcpu_load(vcpu);
}

static inline void kvr_vcpu_access_end(struct kvr_vcpu *vcpu)
{
	if (unlikely(!READ_ONCE(kvr_hart_resident)))
		kvr_vcpu_put(vcpu);
	preempt_enable();
}

/* kvr_hart_init - learn what harts have; module init */
void kvr_hart_init(void);

/*
 * kvr_hart_clean - leave nothing of a guest in this hart's registers, and trust none of them
 *
 * Interrupts off. On a shared hart there is nothing to do.
 */
void kvr_hart_clean(void);

/*
 * kvr_hart_close - the machine goes down: no guest's registers, tables or translations stay in
 * a hart that does not run it. Sleeps until the threads that were in KVM_RUN have put their vCPUs
 * (kvr_vcpus_end came before), for a fifth of a second at most. There is no way back.
 */
void kvr_hart_close(void);

/* kvr_hart_forget - no hart takes any of @vcpus for its last guest any more; sleeps */
void kvr_hart_forget(struct kvr_vcpus *vcpus);

#endif
