// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading and putting a vCPU's CSRs. A put only reads: the hart keeps the guest's values, and
 * the next load finds them there unless another vCPU ran in between. Registers are thus
 * written only when something else needed the hart.
 */
#include <linux/cpuhotplug.h>
#include <linux/percpu.h>
#include <linux/smp.h>

#include "host/isa.h"
#include "vcpu/csrs.h"
#include "vcpu/fp.h"

bool kvr_hart_has_envcfg;
bool kvr_hart_has_stateen;
bool kvr_hart_has_sstc;

/* The vCPU whose values this hart's CSRs hold; written with preemption off, or on this CPU */
static DEFINE_PER_CPU(struct kvr_vcpu *, kvr_hart_guest);

static enum cpuhp_state kvr_hart_cpuhp;

#define KVR_HIDELEG	(KVR_IP_VSSIP | KVR_IP_VSTIP | KVR_IP_VSEIP)

static void guest_csrs_write(struct kvr_vcpu *vcpu)
{
	/*
	 * Firmware leaves the time CSR to user space, and kernels rely on it. QEMU resets harts
	 * to a scounteren of 0, with which the first vDSO call of a guest without SBI PMU would
	 * be its end.
	 */
	if (!vcpu->csr.scounteren)
		vcpu->csr.scounteren = KVR_COUNTEREN_TM;
	/* First, as they decide what others can hold: vsie is zero without hideleg. */
	kvr_csr_write(KVR_CSR_HTIMEDELTA, READ_ONCE(vcpu->siblings->time_delta));
	kvr_csr_write(KVR_CSR_HEDELEG, vcpu->hedeleg);
	kvr_csr_write(KVR_CSR_HIDELEG, KVR_HIDELEG);
	kvr_csr_write(KVR_CSR_HCOUNTEREN, KVR_COUNTEREN_TM);
	if (kvr_hart_has_envcfg)
		kvr_csr_write(KVR_CSR_HENVCFG, vcpu->henvcfg);
	if (kvr_hart_has_stateen)
		kvr_csr_write(KVR_CSR_HSTATEEN0, vcpu->hstateen0);
#define CSR_WRITE(field, number)	kvr_csr_write(number, vcpu->csr.field);
	KVR_GUEST_CSRS(CSR_WRITE)
#undef CSR_WRITE
	if (vcpu->sstc)
		kvr_csr_write(KVR_CSR_VSTIMECMP, vcpu->csr.vstimecmp);
	vcpu->csr_modified = false;
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
	if (__this_cpu_read(kvr_hart_guest) != vcpu || vcpu->loaded_cpu != cpu ||
	    vcpu->csr_modified) {
		/*
		 * A hart may look ahead: it must never see this guest's tables under the VMID
		 * of the one before (Hypervisor, hgatp: order of the writes to vsatp and hgatp).
		 */
		kvr_csr_write(KVR_CSR_VSATP, 0);
		kvr_csr_write(KVR_CSR_HGATP, 0);
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

void kvr_vcpu_put(struct kvr_vcpu *vcpu)
{
	if (!vcpu->loaded)
		return;
#define CSR_READ(field, number)	vcpu->csr.field = kvr_csr_read(number);
	KVR_GUEST_CSRS(CSR_READ)
#undef CSR_READ
	if (vcpu->sstc)
		vcpu->csr.vstimecmp = kvr_csr_read(KVR_CSR_VSTIMECMP);
	shared_csrs_exchange(vcpu);
	kvr_fp_put(vcpu);
	vcpu->loaded = false;
}

/* Leaves this hart with no guest's tables or interrupts in it, nothing delegated or allowed. */
static void hart_clean(void)
{
	kvr_csr_write(KVR_CSR_HGATP, 0);
	kvr_csr_write(KVR_CSR_HVIP, 0);
	kvr_csr_write(KVR_CSR_VSIE, 0);
	kvr_csr_write(KVR_CSR_HIDELEG, 0);
	kvr_csr_write(KVR_CSR_HEDELEG, 0);
	kvr_csr_write(KVR_CSR_HCOUNTEREN, 0);
	kvr_csr_write(KVR_CSR_HTIMEDELTA, 0);
	kvr_csr_write(KVR_CSR_VSATP, 0);
	if (kvr_hart_has_envcfg)
		kvr_csr_write(KVR_CSR_HENVCFG, 0);
	if (kvr_hart_has_stateen)
		kvr_csr_write(KVR_CSR_HSTATEEN0, 0);
	__this_cpu_write(kvr_hart_guest, NULL);
}

static void hart_forget(void *vcpu)
{
	if (!vcpu || __this_cpu_read(kvr_hart_guest) == vcpu)
		hart_clean();
}

void kvr_hart_forget(struct kvr_vcpu *vcpu)
{
	on_each_cpu(hart_forget, vcpu, 1);
}

static int hart_leave(unsigned int cpu)
{
	unsigned long flags;

	local_irq_save(flags);
	hart_clean();
	local_irq_restore(flags);
	return 0;
}

/*
 * Whether a CSR can be read: a trap in the read continues at the label behind it, where
 * stvec points for the moment. Interrupts off.
 */
#define hart_csr_exists(number)						\
({									\
	unsigned long __missing;					\
									\
	asm volatile("lla	t0, 1f\n\t"				\
		     "li	%0, 1\n\t"				\
		     "csrrw	t0, %1, t0\n\t"				\
		     "csrr	zero, %2\n\t"				\
		     "li	%0, 0\n\t"				\
		     ".p2align	2\n"					\
		     "1:	csrw %1, t0"				\
		     : "=&r" (__missing)				\
		     : "i" (KVR_CSR_STVEC), "i" (number)		\
		     : "t0", "memory");					\
	!__missing;							\
})

int kvr_hart_init(void)
{
	unsigned long flags;
	int state;

	local_irq_save(flags);
	kvr_hart_has_envcfg = hart_csr_exists(KVR_CSR_HENVCFG);
	kvr_hart_has_stateen = hart_csr_exists(KVR_CSR_HSTATEEN0);
	kvr_hart_has_sstc = hart_csr_exists(KVR_CSR_VSTIMECMP);
	local_irq_restore(flags);
	kvr_hart_has_sstc &= kvr_isa_host_has(KVM_RISCV_ISA_EXT_SSTC);

	state = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "kvm-riscv:online", NULL, hart_leave);
	if (state < 0)
		return state;
	kvr_hart_cpuhp = state;
	return 0;
}

void kvr_hart_exit(void)
{
	cpuhp_remove_state(kvr_hart_cpuhp);
}
