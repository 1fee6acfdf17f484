// SPDX-License-Identifier: GPL-2.0-only
#include "exits/mmio.h"

#include <linux/mm.h>
#include <linux/string.h>

#include "compat/entry.h"
#include "compat/guest.h"
#include "exits/exit.h"
#include "hart/guest_regs.h"
#include "hart/switch.h"
#include "hart/trap.h"
#include "host/csr.h"
#include "insn/decode.h"
#include "io/iobus.h"
#include "memory/memory.h"
#include "memory/slots.h"
#include "vcpu/trace.h"
#include "vcpu/visit.h"

static bool trap_is_store(const struct kvr_vcpu *vcpu)
{
	return vcpu->guest.frame.trap.scause == KVR_EXC_STORE_GUEST_PAGE;
}

static int access_fault(struct kvr_vcpu *vcpu)
{
	kvr_trap_inject(&vcpu->guest,
			trap_is_store(vcpu) ? KVR_EXC_STORE_ACCESS : KVR_EXC_LOAD_ACCESS,
			vcpu->guest.frame.trap.stval);
	return KVR_RESUME;
}

/*
 * The instruction that trapped: from htinst if the hart has told it there, else from memory.
 * 0; -EINVAL if there is no such instruction; else as kvr_exit_fetch.
 */
static int insn_find(struct kvr_vcpu *vcpu, struct kvr_insn *insn)
{
	u32 raw;
	int ret;

	if (!kvr_decode_htinst(kvr_trap_htinst(&vcpu->guest.frame.trap), insn))
		return 0;
	ret = kvr_exit_fetch(vcpu, &raw);
	if (ret)
		return ret;
	return kvr_decode(raw, insn);
}

/* Is all of the access in the page that faulted, beginning at the address that did? */
static bool access_is_whole(const struct kvr_vcpu *vcpu, const struct kvr_insn *insn, u64 gpa)
{
	unsigned long address;

	if (offset_in_page(gpa) + insn->width > PAGE_SIZE)
		return false;
	if (insn->transformed)
		return !insn->addr_offset;
	/* Pointer masking may have changed the upper bits. */
	address = vcpu->guest.frame.x[insn->rs1] + insn->imm;
	return offset_in_page(address) == offset_in_page(vcpu->guest.frame.trap.stval);
}

/* Makes vcpu->guest.fp the truth: a vCPU once put stays put until it enters the guest again. */
static void fp_settle(struct kvr_vcpu *vcpu)
{
	kvr_guest_settle(&vcpu->guest);
}

static u64 store_value(const struct kvr_vcpu *vcpu, const struct kvr_insn *insn)
{
	return kvr_insn_store_value(insn, insn->is_fp ? vcpu->guest.fp.f[insn->rs2] :
							vcpu->guest.frame.x[insn->rs2]);
}

static void load_finish(struct kvr_vcpu *vcpu, const struct kvr_insn *insn, u64 raw)
{
	u64 value = kvr_insn_extend(insn, raw);

	if (!insn->is_fp) {
		if (insn->rd)
			vcpu->guest.frame.x[insn->rd] = value;
		return;
	}
	/* The guest must find that its registers have changed. */
	fp_settle(vcpu);
	vcpu->guest.fp.f[insn->rd] = value;
	vcpu->guest.csr.vsstatus |= KVR_SSTATUS_FS_DIRTY;
	vcpu->guest.csr_modified = true;
}

static __always_inline bool visit_write(struct kvr_vcpu *vcpu, u64 gpa, unsigned int len, u64 value)
{
	bool taken;

	kvr_visit_begin(vcpu);
	taken = kvr_iobus_write(vcpu->mmio_bus, vcpu, gpa, len, value);
	kvr_visit_end(vcpu);
	return taken;
}

static bool visit_read(struct kvr_vcpu *vcpu, u64 gpa, unsigned int len, u64 *value)
{
	bool taken;

	kvr_visit_begin(vcpu);
	taken = kvr_iobus_read(vcpu->mmio_bus, vcpu, gpa, len, value);
	kvr_visit_end(vcpu);
	return taken;
}

/* Offers the access to in-kernel devices; true when one has taken it. */
static bool access_in_kernel(struct kvr_vcpu *vcpu, const struct kvr_insn *insn, u64 gpa)
{
	u64 value;

	if (kvr_iobus_is_empty(vcpu->mmio_bus))
		return false;
	if (insn->kind == KVR_INSN_STORE) {
		value = store_value(vcpu, insn);
		if (!visit_write(vcpu, gpa, insn->width, value))
			return false;
		trace_kvm_mmio(vcpu, KVR_TRACE_MMIO_WRITE, insn->width, gpa, value);
	} else {
		if (!visit_read(vcpu, gpa, insn->width, &value))
			return false;
		load_finish(vcpu, insn, value);
		trace_kvm_mmio(vcpu, KVR_TRACE_MMIO_READ, insn->width, gpa, value);
	}
	vcpu->guest.frame.pc += insn->length;
	vcpu->stat.mmio_kernel++;
	return true;
}

/* The bytes that user space and the guest exchange, as one value */
static u64 *mmio_data(struct kvr_vcpu *vcpu)
{
	static_assert(offsetof(struct kvm_run, mmio.data) % sizeof(u64) == 0);

	return (u64 *)vcpu->run->mmio.data;
}

static int access_to_user(struct kvr_vcpu *vcpu, const struct kvr_insn *insn, u64 gpa)
{
	bool is_write = insn->kind == KVR_INSN_STORE;
	struct kvm_run *run = vcpu->run;
	u64 value = is_write ? store_value(vcpu, insn) : 0;

	run->exit_reason = KVM_EXIT_MMIO;
	run->mmio.phys_addr = gpa;
	run->mmio.len = insn->width;
	run->mmio.is_write = is_write;
	*mmio_data(vcpu) = value;
	trace_kvm_mmio(vcpu, is_write ? KVR_TRACE_MMIO_WRITE : KVR_TRACE_MMIO_READ_ASKED,
		       insn->width, gpa, value);

	vcpu->pending = (struct kvr_pending_access){
		.kind = KVR_PENDING_MMIO,
		.insn_len = insn->length,
		.rd = insn->rd,
		.width = insn->width,
		.is_write = is_write,
		.is_signed = insn->is_signed,
		.is_fp = insn->is_fp,
	};
	vcpu->stat.mmio_user++;
	return KVR_TO_USER;
}

int kvr_mmio_access(struct kvr_vcpu *vcpu, u64 gpa)
{
	struct kvr_insn insn;
	int ret;

	ret = insn_find(vcpu, &insn);
	if (ret == -EAGAIN)
		return KVR_RESUME;
	if (ret == -EINVAL)
		return access_fault(vcpu);
	if (ret)
		return ret;
	if (insn.is_fp)
		fp_settle(vcpu);

	switch (insn.kind) {
	case KVR_INSN_LOAD:
	case KVR_INSN_STORE:
		break;
	case KVR_INSN_CBO:
		if (insn.op == KVR_CBO_ZERO)
			return access_fault(vcpu);
		/* Nothing of a device is ever in a cache. */
		vcpu->guest.frame.pc += insn.length;
		return KVR_RESUME;
	default:
		return access_fault(vcpu);
	}

	/* Another hart has changed the code meanwhile: what is there now has not trapped yet. */
	if ((insn.kind == KVR_INSN_STORE) != trap_is_store(vcpu))
		return KVR_RESUME;
	if (!access_is_whole(vcpu, &insn, gpa))
		return access_fault(vcpu);
	if (access_in_kernel(vcpu, &insn, gpa))
		return KVR_RESUME;
	return access_to_user(vcpu, &insn, gpa);
}

/*
 * May what a device does be done from within the guest's run? Not where RCU takes that for user
 * space, and not where spinlocks sleep.
 */
static bool devices_at_fast_speed(void)
{
	return !IS_ENABLED(CONFIG_PREEMPT_RT) && !context_tracking_enabled_this_cpu();
}

bool KVR_FAST kvr_mmio_store_fast(struct kvr_vcpu *vcpu)
{
	const struct kvr_trap *trap = &vcpu->guest.frame.trap;
	struct kvr_insn insn;
	u64 gpa;

	if (kvr_iobus_is_empty(vcpu->mmio_bus) || !devices_at_fast_speed() ||
	    !trap->htval || !kvr_htinst_is_store(kvr_trap_htinst(trap), &insn))
		return false;
	gpa = trap->htval << 2 | (trap->stval & 3);
	if (offset_in_page(gpa) + insn.width > PAGE_SIZE ||
	    !kvr_slots_lack(&vcpu->memory->slots, gpa >> PAGE_SHIFT) ||
	    !visit_write(vcpu, gpa, insn.width, vcpu->guest.frame.x[insn.rs2]))
		return false;
	vcpu->guest.frame.pc += insn.length;
	vcpu->stat.gstage_fault++;
	vcpu->stat.mmio_kernel++;
	/*
	 * What it has led to on this very hart comes without an interrupt: a thread that is to run
	 * here, a signal to this one, something for this vCPU.
	 */
	if (unlikely(xfer_to_guest_mode_work_pending() || READ_ONCE(vcpu->requests) ||
		     READ_ONCE(vcpu->irq_changed)))
		return kvr_exit_to_kernel(vcpu);
	vcpu->stat.exits++;
	return true;
}

int kvr_mmio_complete(struct kvr_vcpu *vcpu)
{
	struct kvr_pending_access *pending = &vcpu->pending;
	const struct kvr_insn insn = {
		.kind = KVR_INSN_LOAD,
		.rd = pending->rd,
		.width = pending->width,
		.is_signed = pending->is_signed,
		.is_fp = pending->is_fp,
	};
	u64 value;

	pending->kind = KVR_PENDING_NONE;
	if (!pending->is_write) {
		/* User space may write here at any time, so look once. */
		value = READ_ONCE(*mmio_data(vcpu));
		load_finish(vcpu, &insn, value);
		trace_kvm_mmio(vcpu, KVR_TRACE_MMIO_READ, insn.width,
			       READ_ONCE(vcpu->run->mmio.phys_addr), value);
	}
	vcpu->guest.frame.pc += pending->insn_len;
	return KVR_RESUME;
}
