/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trace events. The system is called kvm, and kvm_entry and kvm_exit have the fields id and scause:
 * that is what perf and kvm_stat look for.
 *
 * An event that is off is a branch that the kernel has patched out. Fast handlers have not even
 * that, since RCU may not be watching where they run: while any of the events below is on that a
 * fast handler would have to tell of, all exits take the slow way (kvr_trace_slow).
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM kvm

#if !defined(KVR_VCPU_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define KVR_VCPU_TRACE_H

#include <linux/jump_label.h>
#include <linux/tracepoint.h>

#include "vcpu/vcpu.h"

/* Exits must be seen: nothing is settled at fast speed. On while an event is that says so. */
DECLARE_STATIC_KEY_FALSE(kvr_trace_slow);
int kvr_trace_slow_begin(void);
void kvr_trace_slow_end(void);

/* Written out, as perf cannot shift. */
#define KVR_TRACE_CAUSES						\
	{ 0x8000000000000001UL, "software interrupt" },			\
	{ 0x8000000000000005UL, "timer interrupt" },			\
	{ 0x8000000000000009UL, "external interrupt" },			\
	{ 0x800000000000000cUL, "guest external interrupt" },		\
	{ KVR_EXC_INST_ACCESS, "instruction access fault" },		\
	{ KVR_EXC_ILLEGAL_INST, "illegal instruction" },		\
	{ KVR_EXC_BREAKPOINT, "breakpoint" },				\
	{ KVR_EXC_LOAD_MISALIGNED, "load misaligned" },			\
	{ KVR_EXC_LOAD_ACCESS, "load access fault" },			\
	{ KVR_EXC_STORE_MISALIGNED, "store misaligned" },		\
	{ KVR_EXC_STORE_ACCESS, "store access fault" },			\
	{ KVR_EXC_ECALL_VS, "ecall" },					\
	{ KVR_EXC_HARDWARE_ERROR, "hardware error" },			\
	{ KVR_EXC_INST_GUEST_PAGE, "instruction guest-page fault" },	\
	{ KVR_EXC_LOAD_GUEST_PAGE, "load guest-page fault" },		\
	{ KVR_EXC_VIRTUAL_INST, "virtual instruction" },		\
	{ KVR_EXC_STORE_GUEST_PAGE, "store guest-page fault" }

/* The guest is entered. */
TRACE_EVENT_FN(kvm_entry,
	TP_PROTO(const struct kvr_vcpu *vcpu),
	TP_ARGS(vcpu),

	TP_STRUCT__entry(
		__field(u32, id)
		__field(unsigned long, pc)
	),

	TP_fast_assign(
		__entry->id = vcpu->id;
		__entry->pc = vcpu->guest.frame.pc;
	),

	TP_printk("vcpu %u pc %#lx", __entry->id, __entry->pc),

	kvr_trace_slow_begin, kvr_trace_slow_end
);

/* It has stopped. Of an interrupt for the host there are no details. */
TRACE_EVENT_FN(kvm_exit,
	TP_PROTO(const struct kvr_vcpu *vcpu),
	TP_ARGS(vcpu),

	TP_STRUCT__entry(
		__field(u32, id)
		__field(unsigned long, scause)
		__field(unsigned long, pc)
		__field(unsigned long, stval)
		__field(unsigned long, htval)
		__field(unsigned long, htinst)
	),

	TP_fast_assign(
		bool irq = vcpu->guest.frame.trap.scause & KVR_CAUSE_IRQ;

		__entry->id = vcpu->id;
		__entry->scause = vcpu->guest.frame.trap.scause;
		__entry->pc = vcpu->guest.frame.pc;
		__entry->stval = irq ? 0 : vcpu->guest.frame.trap.stval;
		__entry->htval = irq ? 0 : vcpu->guest.frame.trap.htval;
		__entry->htinst = irq ? 0 : vcpu->guest.frame.trap.htinst;
	),

	TP_printk("vcpu %u scause %#lx (%s) pc %#lx stval %#lx htval %#lx htinst %#lx",
		  __entry->id, __entry->scause,
		  __print_symbolic(__entry->scause, KVR_TRACE_CAUSES),
		  __entry->pc, __entry->stval, __entry->htval, __entry->htinst),

	kvr_trace_slow_begin, kvr_trace_slow_end
);

/* KVM_RUN returns: with exit reason @reason if @error is 0. */
TRACE_EVENT(kvm_userspace_exit,
	TP_PROTO(const struct kvr_vcpu *vcpu, u32 reason, int error),
	TP_ARGS(vcpu, reason, error),

	TP_STRUCT__entry(
		__field(u32, id)
		__field(u32, reason)
		__field(int, errno)
	),

	TP_fast_assign(
		__entry->id = vcpu->id;
		__entry->reason = reason;
		__entry->errno = -error;
	),

	TP_printk("vcpu %u reason %u errno %d", __entry->id, __entry->reason, __entry->errno)
);

/*
 * An access that the G-stage did not allow has been looked into. @result: 0 it is mapped now, 1
 * there is no memory, or a negative errno.
 */
TRACE_EVENT_FN(kvm_page_fault,
	TP_PROTO(const struct kvr_vcpu *vcpu, u64 gpa, int result),
	TP_ARGS(vcpu, gpa, result),

	TP_STRUCT__entry(
		__field(u32, id)
		__field(unsigned long, scause)
		__field(unsigned long, pc)
		__field(u64, gpa)
		__field(int, result)
	),

	TP_fast_assign(
		__entry->id = vcpu->id;
		__entry->scause = vcpu->guest.frame.trap.scause;
		__entry->pc = vcpu->guest.frame.pc;
		__entry->gpa = gpa;
		__entry->result = result;
	),

	TP_printk("vcpu %u scause %#lx (%s) pc %#lx gpa %#llx result %d",
		  __entry->id, __entry->scause,
		  __print_symbolic(__entry->scause, KVR_TRACE_CAUSES),
		  __entry->pc, __entry->gpa, __entry->result),

	kvr_trace_slow_begin, kvr_trace_slow_end
);

/* Of an access to a device; @type of kvm_mmio. */
#define KVR_TRACE_MMIO_READ_ASKED	0	/* user space has to answer */
#define KVR_TRACE_MMIO_READ		1
#define KVR_TRACE_MMIO_WRITE		2

/* An access to a device: by one in the kernel, or on its way to or from user space. */
TRACE_EVENT_FN(kvm_mmio,
	TP_PROTO(const struct kvr_vcpu *vcpu, u32 type, u32 len, u64 gpa, u64 val),
	TP_ARGS(vcpu, type, len, gpa, val),

	TP_STRUCT__entry(
		__field(u32, id)
		__field(u32, type)
		__field(u32, len)
		__field(u64, gpa)
		__field(u64, val)
	),

	TP_fast_assign(
		__entry->id = vcpu->id;
		__entry->type = type;
		__entry->len = len;
		__entry->gpa = gpa;
		__entry->val = val;
	),

	TP_printk("vcpu %u mmio %s len %u gpa %#llx val %#llx", __entry->id,
		  __print_symbolic(__entry->type,
				   { KVR_TRACE_MMIO_READ_ASKED, "read-asked" },
				   { KVR_TRACE_MMIO_READ, "read" },
				   { KVR_TRACE_MMIO_WRITE, "write" }),
		  __entry->len, __entry->gpa, __entry->val),

	kvr_trace_slow_begin, kvr_trace_slow_end
);

/* The guest calls its firmware (SBI): a7, a6 and the first arguments. */
TRACE_EVENT_FN(kvm_sbi_call,
	TP_PROTO(const struct kvr_vcpu *vcpu),
	TP_ARGS(vcpu),

	TP_STRUCT__entry(
		__field(u32, id)
		__field(unsigned long, extension)
		__field(unsigned long, function)
		__array(unsigned long, args, 4)
	),

	TP_fast_assign(
		__entry->id = vcpu->id;
		__entry->extension = vcpu->guest.frame.x[17];
		__entry->function = vcpu->guest.frame.x[16];
		memcpy(__entry->args, &vcpu->guest.frame.x[10], sizeof(__entry->args));
	),

	TP_printk("vcpu %u extension %#lx function %#lx args %#lx %#lx %#lx %#lx",
		  __entry->id, __entry->extension, __entry->function, __entry->args[0],
		  __entry->args[1], __entry->args[2], __entry->args[3]),

	kvr_trace_slow_begin, kvr_trace_slow_end
);

/* What the firmware answers, unless user space is asked first. */
TRACE_EVENT_FN(kvm_sbi_return,
	TP_PROTO(const struct kvr_vcpu *vcpu),
	TP_ARGS(vcpu),

	TP_STRUCT__entry(
		__field(u32, id)
		__field(long, error)
		__field(unsigned long, value)
	),

	TP_fast_assign(
		__entry->id = vcpu->id;
		__entry->error = vcpu->guest.frame.x[10];
		__entry->value = vcpu->guest.frame.x[11];
	),

	TP_printk("vcpu %u error %ld value %#lx", __entry->id, __entry->error, __entry->value),

	kvr_trace_slow_begin, kvr_trace_slow_end
);

/* An interrupt of a virtual hart is stated pending or not; @irq is its number in hvip. */
TRACE_EVENT_FN(kvm_hart_irq,
	TP_PROTO(const struct kvr_vcpu *vcpu, u32 irq, bool level),
	TP_ARGS(vcpu, irq, level),

	TP_STRUCT__entry(
		__field(u32, id)
		__field(u32, irq)
		__field(bool, level)
	),

	TP_fast_assign(
		__entry->id = vcpu->id;
		__entry->irq = irq;
		__entry->level = level;
	),

	TP_printk("vcpu %u irq %u (%s) level %d", __entry->id, __entry->irq,
		  __print_symbolic(__entry->irq, { KVR_IRQ_VSS, "software" },
				   { KVR_IRQ_VST, "timer" }, { KVR_IRQ_VSE, "external" }),
		  __entry->level),

	kvr_trace_slow_begin, kvr_trace_slow_end
);

/* A wait in WFI is over after @ns nanoseconds; @waited: asleep, not polling. */
TRACE_EVENT(kvm_vcpu_wakeup,
	TP_PROTO(const struct kvr_vcpu *vcpu, u64 ns, bool waited),
	TP_ARGS(vcpu, ns, waited),

	TP_STRUCT__entry(
		__field(u32, id)
		__field(u64, ns)
		__field(bool, waited)
	),

	TP_fast_assign(
		__entry->id = vcpu->id;
		__entry->ns = ns;
		__entry->waited = waited;
	),

	TP_printk("vcpu %u %s time %llu ns", __entry->id, __entry->waited ? "wait" : "poll",
		  __entry->ns)
);

/*
 * The vCPU, about to enter, makes a fence of the guest's own translations that a hart of the guest
 * asked for: of @pages from @gva (0: all addresses) in address space @asid (-1: in all).
 */
TRACE_EVENT_FN(kvm_guest_fence,
	TP_PROTO(const struct kvr_vcpu *vcpu, const struct kvr_guest_fence *fence),
	TP_ARGS(vcpu, fence),

	TP_STRUCT__entry(
		__field(u32, id)
		__field(unsigned long, gva)
		__field(u32, pages)
		__field(s32, asid)
	),

	TP_fast_assign(
		__entry->id = vcpu->id;
		__entry->gva = fence->gva;
		__entry->pages = fence->pages;
		__entry->asid = fence->asid;
	),

	TP_printk("vcpu %u gva %#lx pages %u asid %d", __entry->id, __entry->gva, __entry->pages,
		  __entry->asid),

	kvr_trace_slow_begin, kvr_trace_slow_end
);

/*
 * G-stage translations of guest page frames @first to @last go, on all harts that may have them.
 */
TRACE_EVENT(kvm_fence,
	TP_PROTO(u64 first, u64 last),
	TP_ARGS(first, last),

	TP_STRUCT__entry(
		__field(u64, first)
		__field(u64, last)
	),

	TP_fast_assign(
		__entry->first = first;
		__entry->last = last;
	),

	TP_printk("gfn %#llx to %#llx", __entry->first, __entry->last)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH vcpu
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace

#include <trace/define_trace.h>
