/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UAPI_RUN_H
#define KVR_UAPI_RUN_H

/* The page that a vCPU shares with its VMM: why KVM_RUN returned, and with what. */

#include <linux/types.h>

#include "uapi/riscv.h"

enum kvr_exit_reason {
	KVM_EXIT_UNKNOWN		= 0,
	KVM_EXIT_EXCEPTION		= 1,
	KVM_EXIT_IO			= 2,
	KVM_EXIT_HYPERCALL		= 3,
	KVM_EXIT_DEBUG			= 4,
	KVM_EXIT_HLT			= 5,
	KVM_EXIT_MMIO			= 6,
	KVM_EXIT_IRQ_WINDOW_OPEN	= 7,
	KVM_EXIT_SHUTDOWN		= 8,
	KVM_EXIT_FAIL_ENTRY		= 9,
	KVM_EXIT_INTR			= 10,
	KVM_EXIT_NMI			= 16,
	KVM_EXIT_INTERNAL_ERROR		= 17,
	KVM_EXIT_WATCHDOG		= 21,
	KVM_EXIT_SYSTEM_EVENT		= 24,
	KVM_EXIT_DIRTY_RING_FULL	= 31,
	KVM_EXIT_RISCV_SBI		= 35,
	KVM_EXIT_RISCV_CSR		= 36,
	KVM_EXIT_NOTIFY			= 37,
	KVM_EXIT_MEMORY_FAULT		= 39,
};

/* fail_entry.hardware_entry_failure_reason: every interrupt file of this hart is taken. */
#define KVM_EXIT_FAIL_ENTRY_NO_VSFILE	(1ULL << 0)
/*
 * This module's own, from the other end: none of the harts that the thread may run on, by its
 * affinity or because they are off-line, can run guests.
 */
#define KVR_EXIT_FAIL_ENTRY_NO_HART	(1ULL << 63)

/* io.direction */
#define KVM_EXIT_IO_IN			0
#define KVM_EXIT_IO_OUT			1

/* notify.flags */
#define KVM_NOTIFY_CONTEXT_INVALID	(1 << 0)

/* memory_fault.flags */
#define KVM_MEMORY_EXIT_FLAG_PRIVATE	(1ULL << 3)

/* emulation_failure.flags */
#define KVM_INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES	(1ULL << 0)

enum kvr_internal_error {	/* internal.suberror */
	KVM_INTERNAL_ERROR_EMULATION			= 1,
	KVM_INTERNAL_ERROR_SIMUL_EX			= 2,
	KVM_INTERNAL_ERROR_DELIVERY_EV			= 3,
	KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON	= 4,
};

enum kvr_system_event {		/* system_event.type */
	KVM_SYSTEM_EVENT_SHUTDOWN	= 1,
	KVM_SYSTEM_EVENT_RESET		= 2,
	KVM_SYSTEM_EVENT_CRASH		= 3,
	KVM_SYSTEM_EVENT_WAKEUP		= 4,
	KVM_SYSTEM_EVENT_SUSPEND	= 5,
};

/* One structure per exit reason; KVM_EXIT_x answers in kvm_run's member for x. */

struct kvr_exit_hw {
	__u64 hardware_exit_reason;
};

struct kvr_exit_fail_entry {
	__u64 hardware_entry_failure_reason;
	__u32 cpu;
};

struct kvr_exit_exception {
	__u32 exception, error_code;
};

struct kvr_exit_io {
	__u8 direction, size;
	__u16 port;
	__u32 count;
	__u64 data_offset;	/* bytes from the start of struct kvm_run */
};

struct kvr_exit_debug {
	struct kvm_debug_exit_arch arch;
};

/* The guest touched an address outside of its slots; a read is answered in data. */
struct kvr_exit_mmio {
	__u64 phys_addr;
	__u8 data[8];
	__u32 len;		/* 1, 2, 4 or 8 bytes of data */
	__u8 is_write;
};

struct kvr_exit_hypercall {
	__u64 nr, args[6], ret;
	union {
		__u32 longmode;
		__u64 flags;
	};
};

struct kvr_exit_internal {
	__u32 suberror, ndata;	/* ndata: used elements of data */
	__u64 data[16];
};

/* The same bytes as struct kvr_exit_internal when suberror is _EMULATION. */
struct kvr_exit_emulation_failure {
	__u32 suberror, ndata;
	__u64 flags;		/* KVM_INTERNAL_ERROR_EMULATION_FLAG_*: what follows is valid */
	union {
		struct {
			__u8 insn_size, insn_bytes[15];
		};
	};
};

struct kvr_exit_system_event {
	__u32 type, ndata;
	union {
		__u64 flags;	/* first word of data, by its older name */
		__u64 data[16];
	};
};

/* An SBI call left to the VMM, which answers in ret: error, value. */
struct kvr_exit_riscv_sbi {
	unsigned long extension_id, function_id;
	unsigned long args[6], ret[2];
};

/* A CSR access left to the VMM: csr = (csr & ~write_mask) | (new_value & write_mask). */
struct kvr_exit_riscv_csr {
	unsigned long csr_num;
	unsigned long new_value, write_mask;
	unsigned long ret_value;	/* the old value, from the VMM */
};

struct kvr_exit_notify {
	__u32 flags;
};

struct kvr_exit_memory_fault {
	__u64 flags, gpa, size;
};

#define SYNC_REGS_SIZE_BYTES		2048

/*
 * Mapped at offset 0 of a vCPU fd. The VMM may write all of it at any moment:
 * read a field once, then check and use that copy.
 */
struct kvm_run {
	/* from the VMM */
	__u8 request_interrupt_window, immediate_exit;
	__u8 padding1[6];

	/* to the VMM */
	__u32 exit_reason;
	__u8 ready_for_interrupt_injection, if_flag;
	__u16 flags;

	/* x86's; room that RISC-V leaves alone */
	__u64 cr8, apic_base;

	union {
		struct kvr_exit_hw hw;
		struct kvr_exit_fail_entry fail_entry;
		struct kvr_exit_exception ex;
		struct kvr_exit_io io;
		struct kvr_exit_debug debug;
		struct kvr_exit_mmio mmio;
		struct kvr_exit_hypercall hypercall;
		struct kvr_exit_internal internal;
		struct kvr_exit_emulation_failure emulation_failure;
		struct kvr_exit_system_event system_event;
		struct kvr_exit_riscv_sbi riscv_sbi;
		struct kvr_exit_riscv_csr riscv_csr;
		struct kvr_exit_notify notify;
		struct kvr_exit_memory_fault memory_fault;
		char padding[256];	/* fixes where kvm_valid_regs is */
	};

	/* KVM_CAP_SYNC_REGS: RISC-V defines no set of them */
	__u64 kvm_valid_regs, kvm_dirty_regs;
	union {
		struct kvm_sync_regs regs;
		char padding[SYNC_REGS_SIZE_BYTES];
	} s;
};

#endif /* KVR_UAPI_RUN_H */
