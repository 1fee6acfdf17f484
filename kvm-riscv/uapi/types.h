/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UAPI_TYPES_H
#define KVR_UAPI_TYPES_H

/* The structures, flags and states that ioctls take, grouped by concern. */

#include <linux/types.h>

#include "uapi/riscv.h"

/* Kernel builds get this from the compiler's command line. */
#ifndef __user
#define __user
#endif

/* ---- Memory ---- */

/* kvm_userspace_memory_region.flags; the VMM has bits 0 to 15 */
#define KVM_MEM_LOG_DIRTY_PAGES		(1UL << 0)
#define KVM_MEM_READONLY		(1UL << 1)
#define KVM_MEM_GUEST_MEMFD		(1UL << 2)

struct kvm_userspace_memory_region {
	__u32 slot, flags;		/* slot: address space in bits 16 and up */
	__u64 guest_phys_addr;
	__u64 memory_size, userspace_addr;	/* bytes; of the VMM */
};

struct kvm_userspace_memory_region2 {
	__u32 slot, flags;
	__u64 guest_phys_addr;
	__u64 memory_size, userspace_addr;
	__u64 guest_memfd_offset;
	__u32 guest_memfd, pad1;
	__u64 pad2[14];
};

#define KVM_MEMORY_ATTRIBUTE_PRIVATE	(1ULL << 3)

struct kvm_memory_attributes {
	__u64 address, size;		/* bytes, both multiples of the page size */
	__u64 attributes, flags;
};

#define GUEST_MEMFD_FLAG_MMAP		(1ULL << 0)
#define GUEST_MEMFD_FLAG_INIT_SHARED	(1ULL << 1)

struct kvm_create_guest_memfd {
	__u64 size, flags;
	__u64 reserved[6];
};

/* The kernel writes back what is left to do in gpa and size. */
struct kvm_pre_fault_memory {
	__u64 gpa, size, flags;
	__u64 padding[5];
};

struct kvm_translation {
	__u64 linear_address;
	__u64 physical_address;
	__u8 valid, writeable, usermode;
	__u8 pad[5];
};

/* ---- Dirty pages ---- */

/* args[0] of KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2 */
#define KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE	(1 << 0)
#define KVM_DIRTY_LOG_INITIALLY_SET		(1 << 1)

struct kvm_dirty_log {
	__u32 slot, padding1;
	union {
		void __user *dirty_bitmap;	/* in the VMM: a bit per page, in whole u64 */
		__u64 padding2;
	};
};

struct kvm_clear_dirty_log {
	__u32 slot, num_pages;
	__u64 first_page;		/* from the start of the slot, a multiple of 64 */
	union {
		void __user *dirty_bitmap;
		__u64 padding2;
	};
};

/* Where in a vCPU's mapping, in pages, the dirty ring starts. */
#define KVM_DIRTY_LOG_PAGE_OFFSET	64

/* Ring entries go clean, F_DIRTY (by the kernel), F_RESET (by the VMM), clean. */
#define KVM_DIRTY_GFN_F_DIRTY		(1UL << 0)
#define KVM_DIRTY_GFN_F_RESET		(1UL << 1)
#define KVM_DIRTY_GFN_F_MASK		0x3

struct kvm_dirty_gfn {
	__u32 flags, slot;
	__u64 offset;			/* in pages, from the start of the slot */
};

/* ---- Interrupts ---- */

struct kvm_irq_level {
	union {
		__s32 status;		/* KVM_IRQ_LINE_STATUS answers here */
		__u32 irq;
	};
	__u32 level;
};

/* kvm_interrupt.irq */
#define KVM_INTERRUPT_SET		-1U
#define KVM_INTERRUPT_UNSET		-2U

struct kvm_interrupt {
	__u32 irq;
};

#define KVM_NR_IRQCHIPS			1

struct kvm_irqchip {
	__u32 chip_id, pad;
	union {
		char dummy[512];
	} chip;
};

struct kvm_irq_routing_irqchip {
	__u32 irqchip, pin;
};

struct kvm_irq_routing_msi {
	__u32 address_lo, address_hi, data;
	union {
		__u32 pad;
		__u32 devid;
	};
};

enum kvr_irq_routing_type {
	KVM_IRQ_ROUTING_IRQCHIP		= 1,
	KVM_IRQ_ROUTING_MSI		= 2,
};

struct kvm_irq_routing_entry {
	__u32 gsi, type, flags, pad;
	union {
		struct kvm_irq_routing_irqchip irqchip;
		struct kvm_irq_routing_msi msi;
		__u32 pad[8];
	} u;
};

struct kvm_irq_routing {
	__u32 nr, flags;
	struct kvm_irq_routing_entry entries[];
};

/* kvm_msi.flags, and of an MSI route */
#define KVM_MSI_VALID_DEVID		(1U << 0)

struct kvm_msi {
	__u32 address_lo, address_hi, data;
	__u32 flags, devid;
	__u8 pad[12];
};

#define KVM_IRQFD_FLAG_DEASSIGN		(1 << 0)
#define KVM_IRQFD_FLAG_RESAMPLE		(1 << 1)	/* level-triggered: resamplefd is valid */

struct kvm_irqfd {
	__u32 fd, gsi, flags, resamplefd;
	__u8 pad[16];
};

/* ---- I/O without an exit to the VMM ---- */

enum {
	kvm_ioeventfd_flag_nr_datamatch		= 0,
	kvm_ioeventfd_flag_nr_pio		= 1,
	kvm_ioeventfd_flag_nr_deassign		= 2,
	kvm_ioeventfd_flag_nr_virtio_ccw_notify	= 3,
	kvm_ioeventfd_flag_nr_fast_mmio		= 4,
	kvm_ioeventfd_flag_nr_max		= 5,
};

#define KVM_IOEVENTFD_FLAG_DATAMATCH	(1 << kvm_ioeventfd_flag_nr_datamatch)
#define KVM_IOEVENTFD_FLAG_PIO		(1 << kvm_ioeventfd_flag_nr_pio)
#define KVM_IOEVENTFD_FLAG_DEASSIGN	(1 << kvm_ioeventfd_flag_nr_deassign)
#define KVM_IOEVENTFD_FLAG_VIRTIO_CCW_NOTIFY	(1 << kvm_ioeventfd_flag_nr_virtio_ccw_notify)
#define KVM_IOEVENTFD_VALID_FLAG_MASK	((1 << kvm_ioeventfd_flag_nr_max) - 1)

struct kvm_ioeventfd {
	__u64 datamatch, addr;
	__u32 len;			/* 1, 2, 4 or 8; 0 matches every width */
	__s32 fd;
	__u32 flags;
	__u8 pad[36];
};

/* Where in a vCPU's mapping, in pages, the coalesced MMIO ring is. */
#define KVM_COALESCED_MMIO_PAGE_OFFSET	1

struct kvm_coalesced_mmio_zone {
	__u64 addr;
	__u32 size;
	union {
		__u32 pio;		/* x86's: not memory-mapped */
		__u32 pad;
	};
};

struct kvm_coalesced_mmio {
	__u64 phys_addr;
	__u32 len;
	union {
		__u32 pio;		/* x86's: not memory-mapped */
		__u32 pad;
	};
	__u8 data[8];
};

/* One page; empty when first == last. The kernel moves last, the VMM first. */
struct kvm_coalesced_mmio_ring {
	__u32 first, last;
	struct kvm_coalesced_mmio coalesced_mmio[];
};

/* How many writes the ring's page holds (needs PAGE_SIZE where it is used). */
#define KVM_COALESCED_MMIO_MAX \
	((PAGE_SIZE - sizeof(struct kvm_coalesced_mmio_ring)) / sizeof(struct kvm_coalesced_mmio))

/* ---- Devices and attributes ---- */

enum kvm_device_type {
	KVM_DEV_TYPE_VFIO		= 4,
	KVM_DEV_TYPE_RISCV_AIA		= 11,
	KVM_DEV_TYPE_MAX		= 17,
};

#define KVM_CREATE_DEVICE_TEST		1	/* kvm_create_device.flags: only ask */

struct kvm_create_device {
	__u32 type, fd, flags;		/* fd is the answer */
};

struct kvm_device_attr {
	__u32 flags, group;
	__u64 attr, addr;		/* addr: of the value, in the VMM */
};

/* The VFIO device: its one group, and what is done in it; GROUP is the older name of FILE */
enum kvr_vfio_attr {
	KVM_DEV_VFIO_FILE		= 1,
	KVM_DEV_VFIO_GROUP		= KVM_DEV_VFIO_FILE,

	KVM_DEV_VFIO_FILE_ADD		= 1,
	KVM_DEV_VFIO_GROUP_ADD		= KVM_DEV_VFIO_FILE_ADD,
	KVM_DEV_VFIO_FILE_DEL		= 2,
	KVM_DEV_VFIO_GROUP_DEL		= KVM_DEV_VFIO_FILE_DEL,
};

struct kvm_enable_cap {
	__u32 cap, flags;
	__u64 args[4];
	__u8 pad[64];
};

/* ---- The virtual hart ---- */

enum kvr_mp_state {
	KVM_MP_STATE_RUNNABLE		= 0,
	KVM_MP_STATE_UNINITIALIZED	= 1,
	KVM_MP_STATE_INIT_RECEIVED	= 2,
	KVM_MP_STATE_HALTED		= 3,
	KVM_MP_STATE_STOPPED		= 5,
	KVM_MP_STATE_SUSPENDED		= 10,
};

struct kvm_mp_state {
	__u32 mp_state;
};

struct kvm_signal_mask {
	__u32 len;			/* bytes of sigset: the kernel's sigset_t, or 4 + 4 */
	__u8 sigset[];
};

#define KVM_GUESTDBG_ENABLE		0x00000001
#define KVM_GUESTDBG_SINGLESTEP		0x00000002

struct kvm_guest_debug {
	__u32 control, pad;
	struct kvm_guest_debug_arch arch;
};

/* args[0] of KVM_CAP_PMU_CAPABILITY */
#define KVM_PMU_CAP_DISABLE		(1 << 0)

/* ---- ONE_REG: the parts of an id that all architectures share ---- */

#define KVM_REG_ARCH_MASK		0xff00000000000000ULL
#define KVM_REG_GENERIC			0x0000000000000000ULL
#define KVM_REG_RISCV			0x8000000000000000ULL

#define KVM_REG_SIZE_SHIFT		52	/* log2 of the bytes */
#define KVM_REG_SIZE_MASK		0x00f0000000000000ULL
#define KVM_REG_SIZE(id)		(1U << (((id) & KVM_REG_SIZE_MASK) >> KVM_REG_SIZE_SHIFT))
#define KVM_REG_SIZE_U8			(0ULL << KVM_REG_SIZE_SHIFT)
#define KVM_REG_SIZE_U16		(1ULL << KVM_REG_SIZE_SHIFT)
#define KVM_REG_SIZE_U32		(2ULL << KVM_REG_SIZE_SHIFT)
#define KVM_REG_SIZE_U64		(3ULL << KVM_REG_SIZE_SHIFT)
#define KVM_REG_SIZE_U128		(4ULL << KVM_REG_SIZE_SHIFT)
#define KVM_REG_SIZE_U256		(5ULL << KVM_REG_SIZE_SHIFT)
#define KVM_REG_SIZE_U512		(6ULL << KVM_REG_SIZE_SHIFT)
#define KVM_REG_SIZE_U1024		(7ULL << KVM_REG_SIZE_SHIFT)
#define KVM_REG_SIZE_U2048		(8ULL << KVM_REG_SIZE_SHIFT)

struct kvm_one_reg {
	__u64 id;
	__u64 addr;			/* of the value, in the VMM */
};

struct kvm_reg_list {
	__u64 n;			/* in: room in reg; out: how many there are */
	__u64 reg[];
};

#endif /* KVR_UAPI_TYPES_H */
