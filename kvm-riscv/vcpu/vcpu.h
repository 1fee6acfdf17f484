/* SPDX-License-Identifier: GPL-2.0-only */
/* The virtual hart: its state, and who may touch it when. */
#ifndef KVR_VCPU_VCPU_H
#define KVR_VCPU_VCPU_H

#include <linux/cache.h>
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcuwait.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include "hart/guest_regs.h"
#include "host/isa.h"
#include "translate/fault_record.h"
#include "uapi/kvm.h"
#include "vcpu/counters.h"
#include "vcpu/fence_queue.h"

struct kvr_confinement;
struct kvr_iobus;
struct kvr_memory;
struct kvr_ring;
struct kvr_space;
struct kvr_vcpu;
struct kvr_vm;

#define KVR_MAX_VCPUS	1024

/* What handling an exit came to, unless it is a negative errno for KVM_RUN to fail with. */
enum kvr_exit_result {
	KVR_RESUME,		/* on with the guest */
	KVR_TO_USER,		/* kvm_run is filled: KVM_RUN returns 0 */
};

/* A trapped access or call that user space completes on the next KVM_RUN. */
struct kvr_pending_access {
	enum { KVR_PENDING_NONE, KVR_PENDING_MMIO, KVR_PENDING_CSR, KVR_PENDING_SBI } kind;
	u8 insn_len;		/* bytes to advance pc by */
	u8 rd;			/* register that gets the answer; f-register when is_fp */
	u8 width;		/* MMIO: bytes accessed */
	bool is_write;		/* MMIO: no answer */
	bool is_signed;		/* MMIO: the answer is sign-extended */
	bool is_fp;
};

/* No guest code of the vCPU runs, and requests are seen before it does. */
#define KVR_OUTSIDE	(-1)

/* The module parameter halt_poll_ns says how long */
#define KVR_HALT_POLL_DEFAULT	U64_MAX

/* The vCPUs of one VM, and what they share as harts of one machine. */
struct kvr_vcpus {
	struct mutex lock;		/* creation */
	/* vcpu_id -> struct kvr_vcpu; written under lock, read under RCU */
	struct xarray by_id;
	unsigned int count;		/* online vCPUs; written under lock */
	u64 halt_poll_ns;		/* or KVR_HALT_POLL_DEFAULT; READ/WRITE_ONCE */
	u64 time_delta;			/* guest time minus host time; READ/WRITE_ONCE */
	raw_spinlock_t hsm_lock;	/* orders HSM start against stop and mp_state writes */
	struct list_head node;		/* in the list of all VMs', under its lock (vcpu.c) */
};

struct kvr_vcpu {
	struct kvr_guest guest;		/* first: the world switch knows nothing else */
	struct kvr_fast_counts fast;	/* the running thread's, read racily */

	/* --- the running thread's; under mutex otherwise --- */
	bool suspended;			/* in an HSM suspend; others read it without a lock */
	/* ISA and SBI configuration is fixed from the first KVM_RUN on */
	bool ran_once;
	bool counteren_written;		/* user space has written scounteren since the last run */
	bool sip_read;			/* user space read sip after the last run or write of it */
	struct kvr_pending_access pending;
	struct kvr_fault_record fault;	/* the last guest page fault that memory answered */
	struct kvr_confinement *confinement;	/* vcpu/confine.h; NULL until there was need */
	struct kvr_isa_set isa;
	unsigned long mvendorid, marchid, mimpid;	/* as the guest reads them */
	u64 sbi_enabled;		/* bit KVM_RISCV_SBI_EXT_*: offered to the guest */
	u64 sbi_asked;			/* likewise: switched on by user space itself */

	/* --- any thread --- */
	unsigned long requests;		/* bit KVR_REQ_*, atomic bit operations */
	struct kvr_fence_queue fences;	/* what KVR_REQ_FENCE_VVMA asks for */
	unsigned long irq_level;	/* hvip bits as last stated (vcpu/irq.h), atomic */
	/* hvip bits stated and not yet carried into hvip, atomic */
	unsigned long irq_changed;
	/*
	 * The hart where guest code may be running, so that an IPI is needed, or KVR_OUTSIDE;
	 * written by the running thread, pairs with smp_mb in kvr_vcpu_kick
	 */
	int in_guest_on;
	unsigned long visits;		/* odd amid one (vcpu/visit.h); the running thread's */
	struct rcuwait wait;		/* the thread, while it blocks in WFI or stopped */
	u32 mp_state;			/* KVM_MP_STATE_*; written under vcpus->hsm_lock */
	struct {
		/* set by HSM start under hsm_lock, taken by KVR_REQ_RESET */
		unsigned long pc, a1;
	} reset;

	/* --- fixed at creation --- */
	struct kvr_vm *vm;
	struct kvr_vcpus *siblings;
	struct kvr_memory *memory;
	struct kvr_iobus *mmio_bus;
	unsigned int id;		/* vcpu_id and the guest's hart ID */
	struct kvm_run *run;		/* one page, mapped by user space: hostile */
	struct kvr_ring *ring;		/* memory/ring.h; NULL when the VM has no dirty rings */

	struct mutex mutex;		/* one vCPU ioctl at a time */
	struct hrtimer timer;		/* wakes a blocked vCPU, and is the timer without Sstc */
	/* guest time of the next timer interrupt (running thread's) */
	u64 timer_next;
	bool timer_armed;
	sigset_t sigmask;		/* KVM_SET_SIGNAL_MASK; under mutex */
	bool sigmask_set;

	struct kvr_vcpu_stats stat;
};

/*
 * kvr_vcpu_init - make the virtual hart @id of @vm, in its reset state: stopped unless it is the
 * VM's first (siblings->count is 0), with every ISA extension and SBI extension that guests have by
 * default
 *
 * @space: what the guest translates by
 *
 * The caller has zeroed @vcpu and set siblings, memory, mmio_bus and run, and holds
 * siblings->lock.
 * 0 or -ENOMEM.
 */
int kvr_vcpu_init(struct kvr_vcpu *vcpu, struct kvr_vm *vm, struct kvr_space *space,
		  unsigned int id);

/*
 * kvr_vcpu_published - @vcpu is in siblings->by_id, and no thread has run it yet
 *
 * Under siblings->lock. Where the machine goes down already, the vCPU learns it here.
 */
void kvr_vcpu_published(struct kvr_vcpu *vcpu);

/*
 * kvr_vcpu_fini - undo kvr_vcpu_init; sleeps
 *
 * No thread runs the vCPU any more. If one ever did, kvr_hart_forget (hart/hart.h) came before.
 */
void kvr_vcpu_fini(struct kvr_vcpu *vcpu);

/*
 * kvr_vcpu_isa_apply - derive what follows from vcpu->isa: henvcfg, hstateen0, the kind of timer,
 * FP and vector units
 *
 * Under vcpu->mutex, vCPU put.
 */
void kvr_vcpu_isa_apply(struct kvr_vcpu *vcpu);

/*
 * kvr_vcpu_reset - general registers, CSRs, FP and vector as at reset, to start at @pc with a0, a1
 * (SBI HSM, "Function: HART start"). Under vcpu->mutex, vCPU put.
 *
 * Pending interrupts stay: what becomes of them is for vcpu/irq.h to say.
 */
void kvr_vcpu_reset(struct kvr_vcpu *vcpu, unsigned long pc, unsigned long a0, unsigned long a1);

/*
 * kvr_vcpu_firmware_default - set up what firmware would have, for a hart that user space has reset
 * by writing its registers, before the guest runs
 *
 * Firmware leaves the time CSR to user mode, and kernels rely on it. QEMU resets harts to a
 * scounteren of 0, with which the first clock_gettime() of a guest whose kernel leaves scounteren
 * alone would be its end. A guest's own 0 stays: it is on its way, and its other CSRs show it.
 * Under vcpu->mutex, vCPU put.
 */
void kvr_vcpu_firmware_default(struct kvr_vcpu *vcpu);

/* kvr_vcpus_init/fini - of one VM, which has no vCPUs yet; before they are freed */
void kvr_vcpus_init(struct kvr_vcpus *vcpus);
void kvr_vcpus_fini(struct kvr_vcpus *vcpus);

/*
 * kvr_vcpus_end - the machine goes down: from now on no vCPU of any VM enters the guest
 *
 * Sleeps, but never waits for user space: it takes no VM's own lock. Those that are in the guest
 * have been kicked, and will be out when all harts have taken an interrupt after this. There is no
 * way back.
 */
void kvr_vcpus_end(void);

/*
 * kvr_vcpus_find - the vCPU with hart ID @id or NULL; vCPUs live as long as their VM does, so
 * the pointer stays good
 */
static inline struct kvr_vcpu *kvr_vcpus_find(struct kvr_vcpus *vcpus, unsigned long id)
{
	return xa_load(&vcpus->by_id, id);
}

#define kvr_vcpus_for_each(vcpus, index, vcpu)	xa_for_each(&(vcpus)->by_id, index, vcpu)

/* kvr_vcpus_mask_valid - every hart that an SBI hart mask names exists; any context */
bool kvr_vcpus_mask_valid(struct kvr_vcpus *vcpus, unsigned long mask, unsigned long base);

/* kvr_vcpu_module_init/exit - what this room needs of the machine; 0 or a negative errno */
int kvr_vcpu_module_init(void);
void kvr_vcpu_module_exit(void);

#endif
