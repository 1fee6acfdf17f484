/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's hart as the physical hart sees it, and its registers on their way in and out.
 *
 * load and put bring the guest's own registers into the hart and note them again. They stay
 * there while the thread runs kernel code, and beyond that as a cache. enter and exit surround
 * each run of the guest with interrupts off: they exchange the registers that the host uses too.
 */
#ifndef KVR_HART_GUEST_REGS_H
#define KVR_HART_GUEST_REGS_H

#include <linux/preempt.h>
#include <linux/types.h>

#include "compat/preempt.h"
#include "hart/clock.h"
#include "hart/csr_access.h"
#include "hart/frame.h"
#include "hart/hart.h"
#include "hart/record.h"

struct kvr_space;
struct kvr_vector;

/* Guest CSRs; the lists below say where each has its register. */
struct kvr_csrs {
	/* the VS level's own */
	unsigned long vsstatus, vstvec, vsscratch, vsepc, vscause, vstval, vsatp;
	unsigned long hvip, vsie, vstimecmp;
	/* shared with the host */
	unsigned long scounteren, senvcfg, sstateen0;
};

/* Floating-point registers; a 32-bit value in f[] is NaN-boxed as the hart does it. */
struct kvr_fp {
	u64 f[32];
	u32 fcsr;
};

/*
 * One hart of a guest. It belongs to the running thread, or is under vcpu->mutex otherwise. Its
 * address in memory is what the world switch works with.
 */
struct kvr_guest {
	struct kvr_frame frame;

	/*
	 * Truth while !loaded. While loaded the hart has the truth, but for the shared ones, which
	 * are there only between enter and exit, and for vsatp, which is there only while the
	 * guest is live (hart/hart.h).
	 */
	struct kvr_csrs csr;
	/* The registers of this guest are in this hart; preemption off to read */
	bool loaded;
	bool csr_modified;		/* csr differs from what the hart last had */
	bool has_fp;			/* the guest has F or D */
	bool has_vector;		/* the guest has V */
	bool sstc;			/* the guest's timer is vstimecmp */
	int loaded_cpu;			/* the hart that last loaded this guest; -1 none */
	int last_cpu;			/* the hart whose TLB may hold VS-stage entries; -1 none */
	u64 henvcfg;
	u64 hstateen0;
	unsigned long hedeleg;
	u64 time_delta;			/* guest time minus kvr_host_time() */
	struct kvr_fp fp;		/* the guest's, truth while !loaded */
	struct kvr_fp host_fp;		/* host user space's while loaded, if it was dirty */
	const struct kvr_fp *host_fp_at;	/* where that is: there, or in the thread */
	struct kvr_vector *vector;	/* hart/vector.h; NULL when the hart has no vector unit */

	/* --- fixed from creation on --- */
	struct kvr_space *space;	/* what it translates by (hart/space.h) */
	const void *owner;		/* the VM's name for kvr_hart_forget; compared only */
	struct kvr_preempt_notifier preempt;
};

/*
 * Registers that only a guest sees: X(field of struct kvr_csrs, CSR). They stay in the hart
 * when the host runs. vsatp is not among them: it is in place only under the guest's own hgatp.
 */
#define KVR_GUEST_CSRS(X)			\
	X(vsstatus, KVR_CSR_VSSTATUS)		\
	X(vstvec, KVR_CSR_VSTVEC)		\
	X(vsscratch, KVR_CSR_VSSCRATCH)		\
	X(vsepc, KVR_CSR_VSEPC)			\
	X(vscause, KVR_CSR_VSCAUSE)		\
	X(vstval, KVR_CSR_VSTVAL)		\
	X(hvip, KVR_CSR_HVIP)

/*
 * Registers that the host may read and write as well, from an interrupt too: X(field, CSR,
 * present). The guest's are in the hart only between kvr_guest_enter and kvr_guest_exit.
 */
#define KVR_SHARED_CSRS(X)						\
	X(scounteren, KVR_CSR_SCOUNTEREN, true)				\
	X(senvcfg, KVR_CSR_SENVCFG, kvr_hart_common.envcfg)		\
	X(sstateen0, KVR_CSR_SSTATEEN0, kvr_hart_common.stateen)

/*
 * Registers that rule how the hart treats a guest: X(CSR's name, present, value for @guest). What a
 * guest is not offered has a row when another hypervisor's value would reach it all the same.
 */
#define KVR_HYPERVISOR_CSRS(X)							\
	X(HTIMEDELTA, true, guest->time_delta + kvr_clock_lost)			\
	X(HEDELEG, true, guest->hedeleg)					\
	X(HIDELEG, true, KVR_HIDELEG)						\
	X(HCOUNTEREN, true, KVR_COUNTEREN_TM)					\
	X(HENVCFG, kvr_hart_common.envcfg, guest->henvcfg)			\
	X(HSTATEEN0, kvr_hart_common.stateen, guest->hstateen0)			\
	X(HVICTL, kvr_hart_common.aia, 0)					\
	X(HVIEN, kvr_hart_common.aia, 0)					\
	X(HVIPRIO1, kvr_hart_common.aia, 0)					\
	X(HVIPRIO2, kvr_hart_common.aia, 0)					\
	X(VSISELECT, kvr_hart_common.aia, 0)

#define KVR_HIDELEG	(KVR_IP_VSSIP | KVR_IP_VSTIP | KVR_IP_VSEIP)

/* kvr_guest_init - before the first load: it is in no hart; @space and @owner as in the fields */
void kvr_guest_init(struct kvr_guest *guest, struct kvr_space *space, const void *owner);

/*
 * kvr_guest_load - bring the guest's registers into this hart
 *
 * Preemption off, on a usable hart (hart/record.h); as long as the guest is loaded it stays one.
 * Does nothing when they are there; writes no CSR when this hart ran this very
 * guest last and nobody changed them since. On a shared hart all registers change hands, and
 * interrupts are off until the put.
 */
void kvr_guest_load(struct kvr_guest *guest);

/*
 * kvr_guest_put - note the guest's registers
 *
 * Preemption off. guest->csr and guest->fp are the truth from here on; the hart keeps CSRs as a
 * cache. A shared hart gets back every value that it had before the load.
 */
void kvr_guest_put(struct kvr_guest *guest);

/*
 * kvr_guest_leave - put, and where others may use the hart, or the machine ends, take the guest's
 * translations along
 *
 * Preemption off, the guest's own thread: when it loses the hart or returns to user space.
 */
void kvr_guest_leave(struct kvr_guest *guest);

/*
 * kvr_guest_settle - guest->csr and guest->fp are the truth until the guest is next loaded
 *
 * The guest's own thread at kernel speed.
 */
static inline void kvr_guest_settle(struct kvr_guest *guest)
{
	preempt_disable();
	kvr_guest_put(guest);
	preempt_enable();
}

/* Exchanging twice gives each world its own values back. */
static inline void kvr_guest_shared_csrs_exchange(struct kvr_guest *guest)
{
#define CSR_EXCHANGE(field, number, present)				\
	do {								\
		if (present)						\
			guest->csr.field = kvr_csr_swap(number, guest->csr.field); \
	} while (0);
	KVR_SHARED_CSRS(CSR_EXCHANGE)
#undef CSR_EXCHANGE
}

#endif
