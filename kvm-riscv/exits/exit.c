// SPDX-License-Identifier: GPL-2.0-only
/* The table of exceptions that reach the hypervisor, and the simple handlers. */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "exits/exit.h"
#include "exits/mmio.h"
#include "hart/guest_load.h"
#include "hart/trap.h"
#include "memory/guest_fault.h"
#include "sbi/sbi.h"

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

/* A fetch fault of our own reading: what the guest's fetch would have met. */
static int fetch_fault(struct kvr_vcpu *vcpu, const struct kvr_trap *trap)
{
	int result;
	u64 gpa;

	if (trap->scause == KVR_EXC_INST_GUEST_PAGE) {
		result = kvr_guest_fault(vcpu, trap, &gpa);
		return result == KVR_GUEST_FAULT_RESUME ? -EAGAIN : result;
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

int kvr_exit_guest_fault(struct kvr_vcpu *vcpu)
{
	int result;
	u64 gpa;

	vcpu->stat.gstage_fault++;
	result = kvr_guest_fault(vcpu, &vcpu->guest.frame.trap, &gpa);
	return result == KVR_GUEST_FAULT_DEVICE ? kvr_mmio_access(vcpu, gpa) : result;
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
