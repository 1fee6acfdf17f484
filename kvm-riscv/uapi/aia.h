/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UAPI_AIA_H
#define KVR_UAPI_AIA_H

/* The in-kernel AIA (KVM_DEV_TYPE_RISCV_AIA): its attributes, by group. */

#define KVM_DEV_RISCV_APLIC_ALIGN		0x1000
#define KVM_DEV_RISCV_APLIC_SIZE		0x4000
#define KVM_DEV_RISCV_APLIC_MAX_HARTS		0x4000
#define KVM_DEV_RISCV_IMSIC_ALIGN		0x1000
#define KVM_DEV_RISCV_IMSIC_SIZE		0x1000

/* Group: shape of the device, before KVM_DEV_RISCV_AIA_CTRL_INIT; 32-bit values */
#define KVM_DEV_RISCV_AIA_GRP_CONFIG		0
#define KVM_DEV_RISCV_AIA_CONFIG_MODE		0
#define KVM_DEV_RISCV_AIA_CONFIG_IDS		1
#define KVM_DEV_RISCV_AIA_CONFIG_SRCS		2
#define KVM_DEV_RISCV_AIA_CONFIG_GROUP_BITS	3
#define KVM_DEV_RISCV_AIA_CONFIG_GROUP_SHIFT	4
#define KVM_DEV_RISCV_AIA_CONFIG_HART_BITS	5
#define KVM_DEV_RISCV_AIA_CONFIG_GUEST_BITS	6

/* CONFIG_MODE: IMSICs in software, in guest interrupt files, or in the files that are free */
#define KVM_DEV_RISCV_AIA_MODE_EMUL		0
#define KVM_DEV_RISCV_AIA_MODE_HWACCEL		1
#define KVM_DEV_RISCV_AIA_MODE_AUTO		2

/* Limits of the other CONFIG values */
#define KVM_DEV_RISCV_AIA_IDS_MIN		63
#define KVM_DEV_RISCV_AIA_IDS_MAX		2048
#define KVM_DEV_RISCV_AIA_SRCS_MAX		1024
#define KVM_DEV_RISCV_AIA_GROUP_BITS_MAX	8
#define KVM_DEV_RISCV_AIA_GROUP_SHIFT_MIN	24
#define KVM_DEV_RISCV_AIA_GROUP_SHIFT_MAX	56
#define KVM_DEV_RISCV_AIA_HART_BITS_MAX		16
#define KVM_DEV_RISCV_AIA_GUEST_BITS_MAX	8

/* Group: guest physical addresses; 64-bit values */
#define KVM_DEV_RISCV_AIA_GRP_ADDR		1
#define KVM_DEV_RISCV_AIA_ADDR_APLIC		0
#define KVM_DEV_RISCV_AIA_ADDR_IMSIC(vcpu)	(1 + (vcpu))
#define KVM_DEV_RISCV_AIA_ADDR_MAX		(1 + KVM_DEV_RISCV_APLIC_MAX_HARTS)

/* Group: actions, no value */
#define KVM_DEV_RISCV_AIA_GRP_CTRL		2
#define KVM_DEV_RISCV_AIA_CTRL_INIT		0

/* Group: APLIC registers; the attribute is the byte offset, a multiple of 4, 32-bit values */
#define KVM_DEV_RISCV_AIA_GRP_APLIC		3

/* Group: IMSIC registers; the attribute is {vCPU, iselect 0x70 to 0xff}, XLEN-bit values */
#define KVM_DEV_RISCV_AIA_GRP_IMSIC		4
#define KVM_DEV_RISCV_AIA_IMSIC_ISEL_BITS	12
#define KVM_DEV_RISCV_AIA_IMSIC_ISEL_MASK	((1U << KVM_DEV_RISCV_AIA_IMSIC_ISEL_BITS) - 1)
#define KVM_DEV_RISCV_AIA_IMSIC_GET_ISEL(attr)	((attr) & KVM_DEV_RISCV_AIA_IMSIC_ISEL_MASK)
#define KVM_DEV_RISCV_AIA_IMSIC_GET_VCPU(attr)	((attr) >> KVM_DEV_RISCV_AIA_IMSIC_ISEL_BITS)
#define KVM_DEV_RISCV_AIA_IMSIC_MKATTR(vcpu, isel) \
	(((vcpu) << KVM_DEV_RISCV_AIA_IMSIC_ISEL_BITS) | KVM_DEV_RISCV_AIA_IMSIC_GET_ISEL(isel))

#endif /* KVR_UAPI_AIA_H */
