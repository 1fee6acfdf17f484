/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UAPI_KVM_H
#define KVR_UAPI_KVM_H

/*
 * The KVM ABI of Linux 7.3 as a RISC-V VMM meets it, stated for this module.
 *
 * Kernels that the module loads into carry an older RISC-V KVM ABI or none, so
 * none of their KVM headers is used. Names are the public ones. What belongs to
 * other architectures alone is left out. tests/abi/ holds every number, size
 * and offset here against Debian's newest linux-libc-dev.
 *
 * This file has the ioctl numbers, by the file descriptor that takes them, and
 * brings in the rest:
 *   caps.h     capability numbers
 *   run.h      exit reasons and struct kvm_run
 *   types.h    the structures that ioctls take
 *   stats.h    the binary statistics file descriptor
 *   riscv.h    RISC-V registers: structures and ONE_REG ids
 *   riscv_ids.h  ISA and SBI extension ids
 *   aia.h      the in-kernel AIA device
 */

#include <linux/ioctl.h>
#include <linux/types.h>

#include "uapi/aia.h"
#include "uapi/kvm_caps.h"
#include "uapi/kvm_run.h"
#include "uapi/kvm_stats.h"
#include "uapi/riscv.h"
#include "uapi/types.h"

#define KVM_API_VERSION			12
#define KVMIO				0xAE

/* Facilities that generic VMM code looks for with #ifdef. */
#define __KVM_HAVE_GUEST_DEBUG
#define __KVM_HAVE_IRQ_LINE

/* /dev/kvm */
#define KVM_GET_API_VERSION		_IO(KVMIO, 0x00)
#define KVM_CREATE_VM			_IO(KVMIO, 0x01)
#define KVM_GET_VCPU_MMAP_SIZE		_IO(KVMIO, 0x04)

/* /dev/kvm and VM */
#define KVM_CHECK_EXTENSION		_IO(KVMIO, 0x03)

/* VM: harts and memory */
#define KVM_CREATE_VCPU			_IO(KVMIO, 0x41)
#define KVM_SET_USER_MEMORY_REGION	_IOW(KVMIO, 0x46, struct kvm_userspace_memory_region)
#define KVM_SET_USER_MEMORY_REGION2	_IOW(KVMIO, 0x49, struct kvm_userspace_memory_region2)
#define KVM_SET_NR_MMU_PAGES		_IO(KVMIO, 0x44)
#define KVM_GET_NR_MMU_PAGES		_IO(KVMIO, 0x45)
#define KVM_GET_DIRTY_LOG		_IOW(KVMIO, 0x42, struct kvm_dirty_log)
#define KVM_CLEAR_DIRTY_LOG		_IOWR(KVMIO, 0xc0, struct kvm_clear_dirty_log)
#define KVM_RESET_DIRTY_RINGS		_IO(KVMIO, 0xc7)
#define KVM_SET_MEMORY_ATTRIBUTES	_IOW(KVMIO, 0xd2, struct kvm_memory_attributes)
#define KVM_CREATE_GUEST_MEMFD		_IOWR(KVMIO, 0xd4, struct kvm_create_guest_memfd)

/* VM: interrupts and I/O */
#define KVM_CREATE_IRQCHIP		_IO(KVMIO, 0x60)
#define KVM_GET_IRQCHIP			_IOWR(KVMIO, 0x62, struct kvm_irqchip)
#define KVM_SET_IRQCHIP			_IOR(KVMIO, 0x63, struct kvm_irqchip)
#define KVM_IRQ_LINE			_IOW(KVMIO, 0x61, struct kvm_irq_level)
#define KVM_IRQ_LINE_STATUS		_IOWR(KVMIO, 0x67, struct kvm_irq_level)
#define KVM_SET_GSI_ROUTING		_IOW(KVMIO, 0x6a, struct kvm_irq_routing)
#define KVM_SIGNAL_MSI			_IOW(KVMIO, 0xa5, struct kvm_msi)
#define KVM_IRQFD			_IOW(KVMIO, 0x76, struct kvm_irqfd)
#define KVM_IOEVENTFD			_IOW(KVMIO, 0x79, struct kvm_ioeventfd)
#define KVM_REGISTER_COALESCED_MMIO	_IOW(KVMIO, 0x67, struct kvm_coalesced_mmio_zone)
#define KVM_UNREGISTER_COALESCED_MMIO	_IOW(KVMIO, 0x68, struct kvm_coalesced_mmio_zone)
#define KVM_SET_BOOT_CPU_ID		_IO(KVMIO, 0x78)
#define KVM_CREATE_DEVICE		_IOWR(KVMIO, 0xe0, struct kvm_create_device)

/* Devices, and the attributes of VM and vCPU */
#define KVM_SET_DEVICE_ATTR		_IOW(KVMIO, 0xe1, struct kvm_device_attr)
#define KVM_GET_DEVICE_ATTR		_IOW(KVMIO, 0xe2, struct kvm_device_attr)
#define KVM_HAS_DEVICE_ATTR		_IOW(KVMIO, 0xe3, struct kvm_device_attr)

/* VM and vCPU */
#define KVM_ENABLE_CAP			_IOW(KVMIO, 0xa3, struct kvm_enable_cap)
#define KVM_GET_STATS_FD		_IO(KVMIO, 0xce)

/* vCPU: running */
#define KVM_RUN				_IO(KVMIO, 0x80)
#define KVM_SET_SIGNAL_MASK		_IOW(KVMIO, 0x8b, struct kvm_signal_mask)
#define KVM_INTERRUPT			_IOW(KVMIO, 0x86, struct kvm_interrupt)
#define KVM_NMI				_IO(KVMIO, 0x9a)
#define KVM_GET_MP_STATE		_IOR(KVMIO, 0x98, struct kvm_mp_state)
#define KVM_SET_MP_STATE		_IOW(KVMIO, 0x99, struct kvm_mp_state)
#define KVM_SET_GUEST_DEBUG		_IOW(KVMIO, 0x9b, struct kvm_guest_debug)
#define KVM_PRE_FAULT_MEMORY		_IOWR(KVMIO, 0xd5, struct kvm_pre_fault_memory)

/* vCPU: state. RISC-V keeps it all in ONE_REG; the empty structures exist for the numbers. */
#define KVM_GET_ONE_REG			_IOW(KVMIO, 0xab, struct kvm_one_reg)
#define KVM_SET_ONE_REG			_IOW(KVMIO, 0xac, struct kvm_one_reg)
#define KVM_GET_REG_LIST		_IOWR(KVMIO, 0xb0, struct kvm_reg_list)
#define KVM_GET_REGS			_IOR(KVMIO, 0x81, struct kvm_regs)
#define KVM_SET_REGS			_IOW(KVMIO, 0x82, struct kvm_regs)
#define KVM_GET_SREGS			_IOR(KVMIO, 0x83, struct kvm_sregs)
#define KVM_SET_SREGS			_IOW(KVMIO, 0x84, struct kvm_sregs)
#define KVM_GET_FPU			_IOR(KVMIO, 0x8c, struct kvm_fpu)
#define KVM_SET_FPU			_IOW(KVMIO, 0x8d, struct kvm_fpu)
#define KVM_TRANSLATE			_IOWR(KVMIO, 0x85, struct kvm_translation)

#endif /* KVR_UAPI_KVM_H */
