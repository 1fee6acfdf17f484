// SPDX-License-Identifier: GPL-2.0-only
#include <linux/irqflags.h>
#include <linux/sched/signal.h>
#include <linux/signal.h>

#include "compat/entry.h"
#include "compat/guest.h"
#include "exits/csr_emulate.h"
#include "exits/exit.h"
#include "exits/mmio.h"
#include "exits/run.h"
#include "hart/enter.h"
#include "hart/fence.h"
#include "hart/guest_csr.h"
#include "hart/record.h"
#include "hart/switch.h"
#include "memory/ring.h"
#include "sbi/sbi.h"
#include "vcpu/block.h"
#include "vcpu/confine.h"
#include "vcpu/irq.h"
#include "vcpu/request.h"
#include "vcpu/trace.h"

static void entry_requests(struct kvr_vcpu *vcpu)
{
	if (kvr_request_test_clear(vcpu, KVR_REQ_FENCE_I))
		kvr_fence_insn();
	if (kvr_request_test_clear(vcpu, KVR_REQ_FENCE_VVMA))
		kvr_vcpu_fence(vcpu);
}

/*
 * The last steps before the guest, interrupts off. False when something came up that
 * must be done with interrupts on first.
 */
static bool run_prepare(struct kvr_vcpu *vcpu)
{
	unsigned long requests;

	xfer_to_guest_mode_prepare();
	WRITE_ONCE(vcpu->in_guest_on, smp_processor_id());
	smp_mb(); /* before requests are read; pairs with kvr_vcpu_kick */
	requests = READ_ONCE(vcpu->requests);
	if (unlikely(requests & ~KVR_REQUESTS_AT_ENTRY || xfer_to_guest_mode_work_pending() ||
		     !kvr_hart_usable())) {
		WRITE_ONCE(vcpu->in_guest_on, KVR_OUTSIDE);
		return false;
	}
	kvr_guest_load(&vcpu->guest);
	kvr_hart_translate(&vcpu->guest);
	if (unlikely(requests))
		entry_requests(vcpu);
	kvr_irq_flush(vcpu);
	return true;
}

static KVR_FAST bool exit_fast_regs(struct kvr_vcpu *vcpu)
{
	unsigned long cause = vcpu->guest.frame.trap.scause;

	if (static_branch_unlikely(&kvr_trace_slow))
		return false;
	if (cause >= KVR_EXC_COUNT || !kvr_exit_handlers[cause].fast_regs)
		return false;
	return kvr_exit_handlers[cause].fast_regs(vcpu);
}

/* First chance at an exit; see struct kvr_exit_handler. */
static KVR_FAST bool exit_fast(struct kvr_guest *guest, unsigned long cause)
{
	struct kvr_vcpu *vcpu = container_of(guest, struct kvr_vcpu, guest);

	if (cause >= KVR_EXC_COUNT || !kvr_exit_handlers[cause].fast)
		return false;
	return kvr_exit_handlers[cause].fast(vcpu);
}

/* In its place for one entry, while exits are traced */
static KVR_FAST bool exit_slow(struct kvr_guest *guest, unsigned long cause)
{
	struct kvr_vcpu *vcpu = container_of(guest, struct kvr_vcpu, guest);

	guest->frame.fast_exit = exit_fast;
	vcpu->fast.ecalls += cause == KVR_EXC_ECALL_VS;
	return false;
}

/*
 * Guest code runs in here, and fast exits are settled. Interrupts off. RCU may not be
 * watching between the context-tracking calls, so fast handlers use neither it nor tracing.
 */
static void run_guest(struct kvr_vcpu *vcpu)
{
	if (static_branch_unlikely(&kvr_trace_slow))
		vcpu->guest.frame.fast_exit = exit_slow;
	trace_kvm_entry(vcpu);
	vtime_account_guest_enter();
	/*
	 * A guest that runs on is a quiescent state for RCU, and the tick that interrupted it
	 * is when that counts; a thread that leaves KVM_RUN passes through user space anyway.
	 */
	if (!context_tracking_guest_enter() && vcpu->guest.frame.trap.scause & KVR_CAUSE_IRQ)
		rcu_virt_note_context_switch();

	kvr_guest_enter(&vcpu->guest);
	do {
		kvr_switch(&vcpu->guest);
	} while (exit_fast_regs(vcpu));

	kvr_guest_exit(&vcpu->guest);
	WRITE_ONCE(vcpu->in_guest_on, KVR_OUTSIDE);
	context_tracking_guest_exit();
	trace_kvm_exit(vcpu);
	if (unlikely(!kvr_hart_is_resident()))
		kvr_guest_put(&vcpu->guest);
	vcpu->stat.exits += vcpu->guest.frame.trap.scause != KVR_EXC_ECALL_VS;

	/* Let a pending tick find the thread still marked as guest: its time was the guest's. */
	if (vcpu->guest.frame.trap.scause & KVR_CAUSE_IRQ && !vtime_accounting_enabled_this_cpu()) {
		local_irq_enable();
		local_irq_disable();
	}
	vtime_account_guest_exit();
}

static int exit_kernel(struct kvr_vcpu *vcpu)
{
	unsigned long cause = vcpu->guest.frame.trap.scause;

	if (cause & KVR_CAUSE_IRQ)
		return KVR_RESUME;
	if (cause < KVR_EXC_COUNT && kvr_exit_handlers[cause].kernel)
		return kvr_exit_handlers[cause].kernel(vcpu);
	vcpu->run->exit_reason = KVM_EXIT_UNKNOWN;
	vcpu->run->hw.hardware_exit_reason = cause;
	return KVR_TO_USER;
}

/* The guest may not go on to write while there is no room to note it. */
static int ring_look(struct kvr_vcpu *vcpu)
{
	if (!kvr_ring_full(vcpu->ring)) {
		clear_bit(KVR_REQ_RING_FULL, &vcpu->requests);
		return KVR_RESUME;
	}
	vcpu->run->exit_reason = KVM_EXIT_DIRTY_RING_FULL;
	return KVR_TO_USER;
}

/* What other threads left to do, and waiting while the vCPU is stopped; interrupts on. */
static int kernel_requests(struct kvr_vcpu *vcpu)
{
	kvr_vcpu_settle(vcpu);
	kvr_request_test_clear(vcpu, KVR_REQ_STOPPED);
	if (unlikely(test_bit(KVR_REQ_END, &vcpu->requests)))
		return -EIO;
	if (unlikely(test_bit(KVR_REQ_RING_FULL, &vcpu->requests)))
		return ring_look(vcpu);
	return KVR_RESUME;
}

static int run_loop(struct kvr_vcpu *vcpu)
{
	int result = KVR_RESUME;

	while (result == KVR_RESUME) {
		if (unlikely(READ_ONCE(vcpu->requests))) {
			result = kernel_requests(vcpu);
			if (result != KVR_RESUME)
				break;
		}
		if (unlikely(__xfer_to_guest_mode_work_pending())) {
			result = xfer_to_guest_mode_handle_work();
			if (result)
				break;
		}
		if (unlikely(!kvr_vcpu_runnable(vcpu))) {
			kvr_vcpu_block(vcpu);
			continue;
		}
		local_irq_disable();
		if (unlikely(!run_prepare(vcpu))) {
			local_irq_enable();
			result = kvr_confine(vcpu);
			continue;
		}
		run_guest(vcpu);
		local_irq_enable();
		result = exit_kernel(vcpu);
	}
	/* The second is EINTR as far as anybody sees it. */
	if (result == -EINTR || result == -ERESTARTNOHAND) {
		vcpu->run->exit_reason = KVM_EXIT_INTR;
		vcpu->stat.signal++;
	}
	return result < 0 ? result : 0;
}

/* Finish what the last exit to user space left open. */
static int run_complete(struct kvr_vcpu *vcpu)
{
	switch (vcpu->pending.kind) {
	case KVR_PENDING_NONE:
		return KVR_RESUME;
	case KVR_PENDING_MMIO:
		return kvr_mmio_complete(vcpu);
	case KVR_PENDING_CSR:
		return kvr_csr_complete(vcpu);
	case KVR_PENDING_SBI:
		return kvr_sbi_complete(vcpu);
	}
	return KVR_RESUME;
}

static int run_enter(struct kvr_vcpu *vcpu)
{
	int result = run_complete(vcpu);

	if (result != KVR_RESUME)
		return result < 0 ? result : 0;
	/* Says nothing of the guest, so what the last exit said stays to be read. */
	if (READ_ONCE(vcpu->run->immediate_exit))
		return -EINTR;
	vcpu->run->exit_reason = KVM_EXIT_UNKNOWN;

	preempt_disable();
	kvr_preempt_notifier_register(&vcpu->guest.preempt);
	preempt_enable();
	result = run_loop(vcpu);
	preempt_disable();
	kvr_preempt_notifier_unregister(&vcpu->guest.preempt);
	kvr_guest_leave(&vcpu->guest);
	preempt_enable();
	kvr_confine_end(vcpu);
	return result;
}

/*
 * The mask of KVM_SET_SIGNAL_MASK, in place of the thread's own, which real_blocked keeps: a signal
 * that only the new one lets through ends the run, and is then the old one's to decide. Until then
 * the kernel takes it for blocked, neither ends the process for it nor drops it.
 */
static int run_masked(struct kvr_vcpu *vcpu)
{
	int result;

	sigprocmask(SIG_SETMASK, &vcpu->sigmask, &current->real_blocked);
	result = run_enter(vcpu);
	sigprocmask(SIG_SETMASK, &current->real_blocked, NULL);
	sigemptyset(&current->real_blocked);
	return result;
}

int kvr_vcpu_run(struct kvr_vcpu *vcpu)
{
	int result;

	lockdep_assert_held(&vcpu->mutex);
	vcpu->sip_read = false;
	if (unlikely(!vcpu->ran_once)) {
		kvr_vcpu_isa_apply(vcpu);
		vcpu->ran_once = true;
	}
	if (unlikely(vcpu->counteren_written))
		kvr_vcpu_firmware_default(vcpu);
	result = likely(!vcpu->sigmask_set) ? run_enter(vcpu) : run_masked(vcpu);
	trace_kvm_userspace_exit(vcpu, vcpu->run->exit_reason, result);
	return result;
}

void kvr_exits_attach(struct kvr_vcpu *vcpu)
{
	vcpu->guest.frame.fast_exit = exit_fast;
}
