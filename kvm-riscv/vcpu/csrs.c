// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading and putting a vCPU's CSRs. A put only reads: the hart keeps the guest's values, and
 * the next load finds them there unless another vCPU ran in between. Registers are thus
 * written only when something else needed the hart.
 *
 * Beside another hypervisor nothing of this holds: a load exchanges all registers, with
 * interrupts off, and a put exchanges them back.
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/irqflags.h>
#include <linux/percpu.h>
#include <linux/smp.h>

#include "host/isa.h"
#include "vcpu/csrs.h"
#include "vcpu/fp.h"
#include "vcpu/timer.h"

bool kvr_hart_has_envcfg;
bool kvr_hart_has_stateen;
bool kvr_hart_has_sstc;
bool kvr_hart_has_aia;
bool kvr_hart_resident;
bool kvr_hart_shared;
bool kvr_hart_tidy;
void (*kvr_hart_tidy_up)(struct kvr_vcpu *vcpu);

/* How often all harts are asked, with a millisecond in between, whether they are rid of guests. */
#define CLOSE_TRIES	100

/* The vCPU whose values this hart's CSRs hold; written with preemption off, or on this CPU */
static DEFINE_PER_CPU(struct kvr_vcpu *, kvr_hart_guest);

/* What a shared hart had in its CSRs when the vCPU that is loaded came; interrupts off. */
struct hart_found {
#define CSR_FIELD(name, ...)	unsigned long name;
	KVR_HYPERVISOR_CSRS(CSR_FIELD)
#undef CSR_FIELD
	unsigned long hgatp, vsatp;
	unsigned long flags;		/* interrupts before the load */
};

static DEFINE_PER_CPU(struct hart_found, hart_found);

/*
 * Firmware leaves the time CSR to user space, and kernels rely on it. QEMU resets harts
 * to a scounteren of 0, with which the first vDSO call of a guest without SBI PMU would
 * be its end.
 */
static void scounteren_default(struct kvr_vcpu *vcpu)
{
	if (!vcpu->csr.scounteren)
		vcpu->csr.scounteren = KVR_COUNTEREN_TM;
}

static void guest_csrs_write(struct kvr_vcpu *vcpu)
{
	/*
	 * A hart may look ahead: it must never see this guest's tables under the VMID
	 * of the one before (Hypervisor, hgatp: order of the writes to vsatp and hgatp).
	 */
	kvr_csr_write(KVR_CSR_VSATP, 0);
	kvr_csr_write(KVR_CSR_HGATP, 0);
	scounteren_default(vcpu);
	/* First, as they decide what others can hold: vsie is zero without hideleg. */
#define CSR_WRITE(name, present, value)					\
	do {								\
		if (present)						\
			kvr_csr_write(KVR_CSR_##name, value);		\
	} while (0);
	KVR_HYPERVISOR_CSRS(CSR_WRITE)
#undef CSR_WRITE
#define CSR_WRITE(field, number)	kvr_csr_write(number, vcpu->csr.field);
	KVR_GUEST_CSRS(CSR_WRITE)
#undef CSR_WRITE
	if (vcpu->sstc)
		kvr_csr_write(KVR_CSR_VSTIMECMP, vcpu->csr.vstimecmp);
	vcpu->csr_modified = false;
}

static void guest_csrs_exchange(struct kvr_vcpu *vcpu)
{
#define CSR_EXCHANGE(field, number)	vcpu->csr.field = kvr_csr_swap(number, vcpu->csr.field);
	KVR_GUEST_CSRS(CSR_EXCHANGE)
#undef CSR_EXCHANGE
	if (vcpu->sstc)
		vcpu->csr.vstimecmp = kvr_csr_swap(KVR_CSR_VSTIMECMP, vcpu->csr.vstimecmp);
}

/* Interrupts off until the put. The hart never has one's tables and the other's VMID. */
static void shared_hart_take(struct kvr_vcpu *vcpu)
{
	struct hart_found *found;
	unsigned long flags;

	local_irq_save(flags);
	found = this_cpu_ptr(&hart_found);
	found->flags = flags;
	found->vsatp = kvr_csr_swap(KVR_CSR_VSATP, 0);
	found->hgatp = kvr_csr_swap(KVR_CSR_HGATP, 0);
#define CSR_TAKE(name, present, value)					\
	do {								\
		if (present)						\
			found->name = kvr_csr_swap(KVR_CSR_##name, value);	\
	} while (0);
	KVR_HYPERVISOR_CSRS(CSR_TAKE)
#undef CSR_TAKE
	scounteren_default(vcpu);
	guest_csrs_exchange(vcpu);
	vcpu->csr_modified = false;
	vcpu->hgatp = 0;
}

static void shared_hart_give(struct kvr_vcpu *vcpu)
{
	struct hart_found *found = this_cpu_ptr(&hart_found);
	unsigned long vsatp = kvr_csr_swap(KVR_CSR_VSATP, 0);

	kvr_csr_write(KVR_CSR_HGATP, found->hgatp);
	guest_csrs_exchange(vcpu);
	vcpu->csr.vsatp = vsatp;
#define CSR_GIVE(name, present, ...)					\
	do {								\
		if (present)						\
			kvr_csr_write(KVR_CSR_##name, found->name);	\
	} while (0);
	KVR_HYPERVISOR_CSRS(CSR_GIVE)
#undef CSR_GIVE
	kvr_csr_write(KVR_CSR_VSATP, found->vsatp);
	if (!kvr_preempt_told)
		kvr_hart_tidy_up(vcpu);
}

/* Exchanging twice gives each world its own values back. */
static void shared_csrs_exchange(struct kvr_vcpu *vcpu)
{
#define CSR_EXCHANGE(field, number, present)				\
	do {								\
		if (present)						\
			vcpu->csr.field = kvr_csr_swap(number, vcpu->csr.field); \
	} while (0);
	KVR_SHARED_CSRS(CSR_EXCHANGE)
#undef CSR_EXCHANGE
}

void kvr_vcpu_load(struct kvr_vcpu *vcpu)
{
	int cpu = smp_processor_id();

	if (vcpu->loaded)
		return;
	if (unlikely(kvr_hart_shared)) {
		shared_hart_take(vcpu);
	} else if (__this_cpu_read(kvr_hart_guest) != vcpu || vcpu->loaded_cpu != cpu ||
		   vcpu->csr_modified) {
		guest_csrs_write(vcpu);
		__this_cpu_write(kvr_hart_guest, vcpu);
		vcpu->loaded_cpu = cpu;
		vcpu->hgatp = 0;
	}
	kvr_preempt_notifier_arm(&vcpu->preempt);
	shared_csrs_exchange(vcpu);
	kvr_fp_load(vcpu);
	vcpu->loaded = true;
}

static void guest_csrs_read(struct kvr_vcpu *vcpu)
{
#define CSR_READ(field, number)	vcpu->csr.field = kvr_csr_read(number);
	KVR_GUEST_CSRS(CSR_READ)
#undef CSR_READ
	if (vcpu->sstc)
		vcpu->csr.vstimecmp = kvr_csr_read(KVR_CSR_VSTIMECMP);
}

void kvr_vcpu_put(struct kvr_vcpu *vcpu)
{
	if (!vcpu->loaded)
		return;
	kvr_fp_put(vcpu);
	shared_csrs_exchange(vcpu);
	vcpu->loaded = false;
	if (unlikely(kvr_hart_shared)) {
		shared_hart_give(vcpu);
		local_irq_restore(this_cpu_read(hart_found.flags));
		return;
	}
	guest_csrs_read(vcpu);
	if (unlikely(READ_ONCE(kvr_hart_tidy)))
		kvr_hart_clean();
}

void kvr_hart_clean(void)
{
	static const struct kvr_csrs none;

	if (kvr_hart_shared)
		return;
	__this_cpu_write(kvr_hart_guest, NULL);
	kvr_csr_write(KVR_CSR_VSATP, 0);
	kvr_csr_write(KVR_CSR_HGATP, 0);
	kvr_csr_write(KVR_CSR_VSIE, 0);
#define CSR_CLEAR(field, number)	kvr_csr_write(number, none.field);
	KVR_GUEST_CSRS(CSR_CLEAR)
#undef CSR_CLEAR
#define CSR_CLEAR(name, present, ...)					\
	do {								\
		if (present)						\
			kvr_csr_write(KVR_CSR_##name, 0);		\
	} while (0);
	KVR_HYPERVISOR_CSRS(CSR_CLEAR)
#undef CSR_CLEAR
	if (kvr_hart_has_sstc)
		kvr_csr_write(KVR_CSR_VSTIMECMP, KVR_TIME_NEVER);
}

static void hart_forget(void *vcpus)
{
	/* It has not been freed: its own VM would have made this hart forget it. */
	const struct kvr_vcpu *guest = __this_cpu_read(kvr_hart_guest);

	if (guest && guest->siblings == vcpus)
		kvr_hart_clean();
}

void kvr_hart_forget(struct kvr_vcpus *vcpus)
{
	on_each_cpu(hart_forget, vcpus, 1);
}

/* A vCPU that is loaded goes with its next put: nobody else may touch its registers. */
static void hart_close(void *loaded)
{
	struct kvr_vcpu *vcpu = __this_cpu_read(kvr_hart_guest);

	if (!vcpu || !vcpu->loaded || vcpu->loaded_cpu != smp_processor_id())
		kvr_hart_clean();
	else
		atomic_set(loaded, 1);
}

void kvr_hart_close(void)
{
	unsigned int tries = CLOSE_TRIES;
	atomic_t loaded;

	WRITE_ONCE(kvr_hart_resident, false);
	WRITE_ONCE(kvr_hart_tidy, true);
	do {
		atomic_set(&loaded, 0);
		on_each_cpu(hart_close, &loaded, 1);
		if (atomic_read(&loaded))
			usleep_range(1000, 2000);
	} while (atomic_read(&loaded) && --tries);
}

void kvr_hart_init(void)
{
	unsigned long flags;

	local_irq_save(flags);
	kvr_hart_has_envcfg = kvr_csr_exists(KVR_CSR_HENVCFG);
	kvr_hart_has_stateen = kvr_csr_exists(KVR_CSR_HSTATEEN0);
	kvr_hart_has_sstc = kvr_csr_exists(KVR_CSR_VSTIMECMP);
	kvr_hart_has_aia = kvr_csr_exists(KVR_CSR_HVICTL);
	local_irq_restore(flags);
	kvr_hart_has_sstc &= kvr_isa_host_has(KVM_RISCV_ISA_EXT_SSTC);
	kvr_hart_tidy = kvr_hart_shared;
}
