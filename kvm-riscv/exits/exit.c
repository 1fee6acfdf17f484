// SPDX-License-Identifier: GPL-2.0-only
/* The table of exceptions that reach the hypervisor, and the simple handlers. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>

#include "exits/exit.h"
#include "exits/mmio.h"
#include "hart/guest_load.h"
#include "hart/trap.h"
#include "insn/decode.h"
#include "memory/memory.h"
#include "sbi/sbi.h"
#include "vcpu/trace.h"

/* The guest's own fault: it takes the exception as hardware without a hypervisor would give it. */
static int exit_redirect(struct kvr_vcpu *vcpu)
{
	vcpu->stat.redirected[vcpu->guest.frame.trap.scause]++;
	kvr_trap_inject(&vcpu->guest, vcpu->guest.frame.trap.scause, vcpu->guest.frame.trap.stval);
	return KVR_RESUME;
}

/* Reaches us only while user space debugs the guest. */
static int exit_breakpoint(struct kvr_vcpu *vcpu)
{
	vcpu->run->exit_reason = KVM_EXIT_DEBUG;
	vcpu->run->debug.arch = (struct kvm_debug_exit_arch){};
	return KVR_TO_USER;
}

/* kvr_memory_fault, for user space to learn where it was that its memory failed the guest. */
static int fault_resolve(struct kvr_vcpu *vcpu, u64 gpa, enum kvr_access access)
{
	int result = kvr_memory_fault(vcpu, gpa, access);

	trace_kvm_page_fault(vcpu, gpa, result);
	if (unlikely(result == -EFAULT || result == -EHWPOISON)) {
		vcpu->run->exit_reason = KVM_EXIT_MEMORY_FAULT;
		vcpu->run->memory_fault.flags = 0;
		vcpu->run->memory_fault.gpa = gpa & PAGE_MASK;
		vcpu->run->memory_fault.size = PAGE_SIZE;
	}
	return result;
}

/* A fetch fault of our own reading: what the guest's fetch would have met. */
static int fetch_fault(struct kvr_vcpu *vcpu, const struct kvr_trap *trap)
{
	u64 gpa = (u64)trap->htval << 2 | (trap->stval & 3);
	int result;

	if (trap->scause == KVR_EXC_INST_GUEST_PAGE) {
		result = fault_resolve(vcpu, gpa, KVR_ACCESS_EXEC);
		if (result != KVR_FAULT_MMIO)
			return result < 0 ? result : -EAGAIN;
		kvr_trap_inject(&vcpu->guest, KVR_EXC_INST_ACCESS, trap->stval);
		return -EAGAIN;
	}
	kvr_trap_inject(&vcpu->guest, trap->scause, trap->stval);
	return -EAGAIN;
}

int kvr_exit_fetch(struct kvr_vcpu *vcpu, u32 *insn)
{
	struct kvr_trap trap;
	int ret = kvr_guest_fetch(&vcpu->guest, insn, &trap);

	if (ret == -EAGAIN)
		return fetch_fault(vcpu, &trap);
	return ret == -EBUSY ? -EAGAIN : ret;
}

/* The access of the instruction itself that faulted at G-stage. */
static enum kvr_access fault_access(unsigned long cause)
{
	if (cause == KVR_EXC_INST_GUEST_PAGE)
		return KVR_ACCESS_EXEC;
	return cause == KVR_EXC_STORE_GUEST_PAGE ? KVR_ACCESS_WRITE : KVR_ACCESS_READ;
}

/* The access fault that goes with each guest page fault. */
static unsigned long access_cause(unsigned long cause)
{
	if (cause == KVR_EXC_INST_GUEST_PAGE)
		return KVR_EXC_INST_ACCESS;
	return cause == KVR_EXC_LOAD_GUEST_PAGE ? KVR_EXC_LOAD_ACCESS : KVR_EXC_STORE_ACCESS;
}

int kvr_exit_guest_fault(struct kvr_vcpu *vcpu)
{
	const struct kvr_trap *trap = &vcpu->guest.frame.trap;
	enum kvr_access access = fault_access(trap->scause);
	u64 gpa = (u64)trap->htval << 2 | (trap->stval & 3);
	bool walk, walk_writes;
	int result;

	vcpu->stat.gstage_fault++;
	/* The walk of the guest's own tables, which serves any access, or sets A and D bits */
	walk = kvr_htinst_is_pseudo(trap->htinst, &walk_writes);
	if (unlikely(walk))
		access = walk_writes ? KVR_ACCESS_WRITE : KVR_ACCESS_READ;
	result = fault_resolve(vcpu, gpa, access);
	if (result != KVR_FAULT_MMIO)
		return result < 0 ? result : KVR_RESUME;
	/* Neither code nor page tables live in devices. */
	if (walk || access == KVR_ACCESS_EXEC) {
		kvr_trap_inject(&vcpu->guest, access_cause(trap->scause), trap->stval);
		return KVR_RESUME;
	}
	return kvr_mmio_access(vcpu, gpa);
}

const struct kvr_exit_handler kvr_exit_handlers[] = {
	[KVR_EXC_INST_ACCESS] = { .kernel = exit_redirect },
	[KVR_EXC_ILLEGAL_INST] = { .kernel = exit_redirect },
	[KVR_EXC_BREAKPOINT] = { .kernel = exit_breakpoint },
	[KVR_EXC_LOAD_MISALIGNED] = { .kernel = exit_redirect },
	[KVR_EXC_LOAD_ACCESS] = { .kernel = exit_redirect },
	[KVR_EXC_STORE_MISALIGNED] = { .kernel = exit_redirect },
	[KVR_EXC_STORE_ACCESS] = { .kernel = exit_redirect },
	[KVR_EXC_ECALL_VS] = { .fast = kvr_sbi_fast, .kernel = kvr_sbi_call },
	[KVR_EXC_HARDWARE_ERROR] = { .kernel = exit_redirect },
	[KVR_EXC_INST_GUEST_PAGE] = { .kernel = kvr_exit_guest_fault },
	[KVR_EXC_LOAD_GUEST_PAGE] = { .kernel = kvr_exit_guest_fault },
	[KVR_EXC_VIRTUAL_INST] = {
		.fast = kvr_exit_virtual_inst_fast,
		.fast_regs = kvr_exit_virtual_inst_regs,
		.kernel = kvr_exit_virtual_inst,
	},
	[KVR_EXC_STORE_GUEST_PAGE] = {
		.fast_regs = kvr_mmio_store_fast,
		.kernel = kvr_exit_guest_fault,
	},
};

static_assert(ARRAY_SIZE(kvr_exit_handlers) == KVR_EXC_COUNT);
