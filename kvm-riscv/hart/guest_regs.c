// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading and putting a guest's registers. A put only reads CSRs: the hart keeps the guest's
 * values, and the next load finds them there unless another guest ran in between. CSRs are thus
 * written only when something else needed the hart.
 *
 * Beside another hypervisor nothing of this holds: a load exchanges all registers, with
 * interrupts off, and a put exchanges them back.
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <linux/stddef.h>

#include "hart/fp.h"
#include "hart/guest_regs.h"
#include "hart/hgatp.h"
#include "hart/space.h"

static_assert(offsetof(struct kvr_guest, frame) == 0);
static_assert(offsetof(struct kvr_frame, x[31]) == KVR_FRAME_X(31));
static_assert(offsetof(struct kvr_frame, pc) == KVR_FRAME_PC);
static_assert(offsetof(struct kvr_frame, sstatus) == KVR_FRAME_SSTATUS);
static_assert(offsetof(struct kvr_frame, hstatus) == KVR_FRAME_HSTATUS);
static_assert(offsetof(struct kvr_frame, trap.scause) == KVR_FRAME_SCAUSE);
static_assert(offsetof(struct kvr_frame, trap.stval) == KVR_FRAME_STVAL);
static_assert(offsetof(struct kvr_frame, trap.htval) == KVR_FRAME_HTVAL);
static_assert(offsetof(struct kvr_frame, trap.htinst) == KVR_FRAME_HTINST);
static_assert(offsetof(struct kvr_frame, fast_exit) == KVR_FRAME_FAST_EXIT);
static_assert(offsetof(struct kvr_frame, host_sp) == KVR_FRAME_HOST_SP);
static_assert(offsetof(struct kvr_frame, host_gp) == KVR_FRAME_HOST_GP);
static_assert(offsetof(struct kvr_frame, host_tp) == KVR_FRAME_HOST_TP);
static_assert(offsetof(struct kvr_frame, host_stvec) == KVR_FRAME_HOST_STVEC);
static_assert(offsetof(struct kvr_frame, host_sstatus) == KVR_FRAME_HOST_SSTATUS);
static_assert(offsetof(struct kvr_frame, host_hstatus) == KVR_FRAME_HOST_HSTATUS);
static_assert(offsetof(struct kvr_trap, scause) == KVR_TRAP_SCAUSE);
static_assert(offsetof(struct kvr_trap, stval) == KVR_TRAP_STVAL);
static_assert(offsetof(struct kvr_trap, htval) == KVR_TRAP_HTVAL);
static_assert(offsetof(struct kvr_trap, htinst) == KVR_TRAP_HTINST);

/* What a shared hart had in its CSRs when the guest that is loaded came; interrupts off. */
struct hart_found {
#define CSR_FIELD(name, ...)	unsigned long name;
	KVR_HYPERVISOR_CSRS(CSR_FIELD)
#undef CSR_FIELD
	unsigned long hgatp, vsatp, vsie;
	unsigned long flags;		/* interrupts before the load */
};

static DEFINE_PER_CPU(struct hart_found, hart_found);

/* The run loop loads again when it next enters the guest. */
static void guest_sched_out(struct kvr_preempt_notifier *notifier)
{
	kvr_guest_leave(container_of(notifier, struct kvr_guest, preempt));
}

static const struct kvr_preempt_ops guest_preempt_ops = {
	.sched_out = guest_sched_out,
};

void kvr_guest_init(struct kvr_guest *guest, struct kvr_space *space, const void *owner)
{
	guest->space = space;
	guest->owner = owner;
	guest->loaded_cpu = -1;
	guest->last_cpu = -1;
	kvr_preempt_notifier_init(&guest->preempt, &guest_preempt_ops);
}

/* Interrupts off: what clears a hart's registers comes as an interrupt. */
static void guest_csrs_write(struct kvr_hart *hart, struct kvr_guest *guest)
{
	kvr_hart_untranslate(hart);
	/* First, as they decide what others can hold: vsie is zero without hideleg. */
#define CSR_WRITE(name, present, value)					\
	do {								\
		if (present)						\
			kvr_csr_write(KVR_CSR_##name, value);		\
	} while (0);
	KVR_HYPERVISOR_CSRS(CSR_WRITE)
#undef CSR_WRITE
#define CSR_WRITE(field, number)	kvr_csr_write(number, guest->csr.field);
	KVR_GUEST_CSRS(CSR_WRITE)
#undef CSR_WRITE
	if (guest->sstc)
		kvr_csr_write(KVR_CSR_VSTIMECMP, guest->csr.vstimecmp);
	guest->csr_modified = false;
	hart->regs = guest;
	guest->loaded_cpu = smp_processor_id();
}

static void guest_csrs_exchange(struct kvr_guest *guest)
{
#define CSR_EXCHANGE(field, number)	guest->csr.field = kvr_csr_swap(number, guest->csr.field);
	KVR_GUEST_CSRS(CSR_EXCHANGE)
#undef CSR_EXCHANGE
	if (guest->sstc)
		guest->csr.vstimecmp = kvr_csr_swap(KVR_CSR_VSTIMECMP, guest->csr.vstimecmp);
}

/* Interrupts off until the put. vsatp stays 0 until the guest is live. */
static void shared_hart_take(struct kvr_hart *hart, struct kvr_guest *guest)
{
	struct hart_found *found;
	unsigned long flags;

	local_irq_save(flags);
	found = this_cpu_ptr(&hart_found);
	found->flags = flags;
	found->vsatp = kvr_csr_swap(KVR_CSR_VSATP, 0);
	found->hgatp = kvr_csr_read(KVR_CSR_HGATP);
	hart->hgatp = found->hgatp;
#define CSR_TAKE(name, present, value)					\
	do {								\
		if (present)						\
			found->name = kvr_csr_swap(KVR_CSR_##name, value);	\
	} while (0);
	KVR_HYPERVISOR_CSRS(CSR_TAKE)
#undef CSR_TAKE
	guest_csrs_exchange(guest);
	guest->csr_modified = false;
}

static void shared_hart_give(struct kvr_hart *hart, struct kvr_guest *guest)
{
	struct hart_found *found = this_cpu_ptr(&hart_found);

	kvr_hart_untranslate(hart);
	guest_csrs_exchange(guest);
#define CSR_GIVE(name, present, ...)					\
	do {								\
		if (present)						\
			kvr_csr_write(KVR_CSR_##name, found->name);	\
	} while (0);
	KVR_HYPERVISOR_CSRS(CSR_GIVE)
#undef CSR_GIVE
	if (kvr_hart_mode == KVR_HART_SHARED_UNTOLD)
		kvr_space_leave(guest);
	kvr_hgatp_write(hart, found->hgatp);
	kvr_csr_write(KVR_CSR_VSATP, found->vsatp);
}

/*
 * vsie is a part of hie too, where an interrupt of the guest that is pending and enabled would end
 * every WFI of the host: it is in the hart only while the guest is loaded.
 */
void kvr_guest_load(struct kvr_guest *guest)
{
	struct kvr_hart *hart = this_cpu_ptr(&kvr_harts);
	unsigned long flags;

	if (guest->loaded)
		return;
	if (unlikely(kvr_hart_is_shared())) {
		shared_hart_take(hart, guest);
	} else if (hart->regs != guest || guest->loaded_cpu != smp_processor_id() ||
		   guest->csr_modified) {
		local_irq_save(flags);
		guest_csrs_write(hart, guest);
		local_irq_restore(flags);
	}
	kvr_preempt_notifier_arm(&guest->preempt);
	guest->csr.vsie = kvr_csr_swap(KVR_CSR_VSIE, guest->csr.vsie);
	kvr_fp_load(guest);
	guest->loaded = true;
}

static void guest_csrs_read(struct kvr_hart *hart, struct kvr_guest *guest)
{
#define CSR_READ(field, number)	guest->csr.field = kvr_csr_read(number);
	KVR_GUEST_CSRS(CSR_READ)
#undef CSR_READ
	if (guest->sstc)
		guest->csr.vstimecmp = kvr_csr_read(KVR_CSR_VSTIMECMP);
	if (hart->live == guest)
		guest->csr.vsatp = kvr_csr_read(KVR_CSR_VSATP);
}

void kvr_guest_put(struct kvr_guest *guest)
{
	struct kvr_hart *hart = this_cpu_ptr(&kvr_harts);
	unsigned long flags;

	if (!guest->loaded)
		return;
	kvr_fp_put(guest);
	guest->csr.vsie = kvr_csr_swap(KVR_CSR_VSIE, guest->csr.vsie);
	if (unlikely(kvr_hart_is_shared())) {
		shared_hart_give(hart, guest);
		guest->loaded = false;
		local_irq_restore(this_cpu_read(hart_found.flags));
		return;
	}
	guest_csrs_read(hart, guest);
	/* Last: an interrupt may clear the registers of a guest that is not loaded. */
	barrier();
	guest->loaded = false;
	if (unlikely(READ_ONCE(kvr_hart_mode) == KVR_HART_ENDING)) {
		local_irq_save(flags);
		kvr_hart_regs_clear();
		local_irq_restore(flags);
	}
}

void kvr_guest_leave(struct kvr_guest *guest)
{
	kvr_guest_put(guest);
	if (unlikely(kvr_hart_is_tidy()))
		kvr_space_leave(guest);
}
