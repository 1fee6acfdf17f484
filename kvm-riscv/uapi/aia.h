/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UAPI_AIA_H
#define KVR_UAPI_AIA_H

/* The in-kernel AIA (KVM_DEV_TYPE_RISCV_AIA): its attributes, by group. */

/* Guest physical address space: bytes; an APLIC also limits the harts */
enum kvr_aia_space {
	KVM_DEV_RISCV_APLIC_ALIGN		= 0x1000,
	KVM_DEV_RISCV_APLIC_SIZE		= 0x4000,
	KVM_DEV_RISCV_APLIC_MAX_HARTS		= 0x4000,
	KVM_DEV_RISCV_IMSIC_ALIGN		= 0x1000,
	KVM_DEV_RISCV_IMSIC_SIZE		= 0x1000,
};

enum kvr_aia_group {
	KVM_DEV_RISCV_AIA_GRP_CONFIG	= 0,	/* the device's shape, before INIT; 32 bits */
	KVM_DEV_RISCV_AIA_GRP_ADDR	= 1,	/* guest physical addresses; 64 bits */
	KVM_DEV_RISCV_AIA_GRP_CTRL	= 2,	/* actions, without a value */
	KVM_DEV_RISCV_AIA_GRP_APLIC	= 3,	/* registers by byte offset; 32 bits */
	KVM_DEV_RISCV_AIA_GRP_IMSIC	= 4,	/* registers by {vCPU, iselect}; XLEN bits */
};

/* Attributes of _GRP_CONFIG */
enum kvr_aia_config {
	KVM_DEV_RISCV_AIA_CONFIG_MODE		= 0,
	KVM_DEV_RISCV_AIA_CONFIG_IDS		= 1,
	KVM_DEV_RISCV_AIA_CONFIG_SRCS		= 2,
	KVM_DEV_RISCV_AIA_CONFIG_GROUP_BITS	= 3,
	KVM_DEV_RISCV_AIA_CONFIG_GROUP_SHIFT	= 4,
	KVM_DEV_RISCV_AIA_CONFIG_HART_BITS	= 5,
	KVM_DEV_RISCV_AIA_CONFIG_GUEST_BITS	= 6,
};

/* _CONFIG_MODE: interrupt files in software, in hardware, or in hardware while they last */
enum kvr_aia_mode {
	KVM_DEV_RISCV_AIA_MODE_EMUL		= 0,
	KVM_DEV_RISCV_AIA_MODE_HWACCEL		= 1,
	KVM_DEV_RISCV_AIA_MODE_AUTO		= 2,
};

/* Limits of the other values of _GRP_CONFIG */
enum kvr_aia_limit {
	KVM_DEV_RISCV_AIA_IDS_MIN		= 63,
	KVM_DEV_RISCV_AIA_IDS_MAX		= 2048,
	KVM_DEV_RISCV_AIA_SRCS_MAX		= 1024,
	KVM_DEV_RISCV_AIA_GROUP_BITS_MAX	= 8,
	KVM_DEV_RISCV_AIA_GROUP_SHIFT_MIN	= 24,
	KVM_DEV_RISCV_AIA_GROUP_SHIFT_MAX	= 56,
	KVM_DEV_RISCV_AIA_HART_BITS_MAX		= 16,
	KVM_DEV_RISCV_AIA_GUEST_BITS_MAX	= 8,
};

/* Attributes of _GRP_ADDR: the APLIC, then an IMSIC for each vCPU */
#define KVM_DEV_RISCV_AIA_ADDR_APLIC		0
#define KVM_DEV_RISCV_AIA_ADDR_IMSIC(vcpu)	((vcpu) + 1)
#define KVM_DEV_RISCV_AIA_ADDR_MAX \
	KVM_DEV_RISCV_AIA_ADDR_IMSIC(KVM_DEV_RISCV_APLIC_MAX_HARTS)

/* The attribute of _GRP_CTRL: the shape is settled, the device starts */
#define KVM_DEV_RISCV_AIA_CTRL_INIT		0

/* Attributes of _GRP_IMSIC: iselect, 0x70 to 0xff, in the low bits and the vCPU above */
#define KVM_DEV_RISCV_AIA_IMSIC_ISEL_BITS	12
#define KVM_DEV_RISCV_AIA_IMSIC_ISEL_MASK	((1U << KVM_DEV_RISCV_AIA_IMSIC_ISEL_BITS) - 1)
#define KVM_DEV_RISCV_AIA_IMSIC_GET_VCPU(attr)	((attr) >> KVM_DEV_RISCV_AIA_IMSIC_ISEL_BITS)
#define KVM_DEV_RISCV_AIA_IMSIC_GET_ISEL(attr)	((attr) & KVM_DEV_RISCV_AIA_IMSIC_ISEL_MASK)
#define KVM_DEV_RISCV_AIA_IMSIC_MKATTR(vcpu, isel) \
	(((vcpu) << KVM_DEV_RISCV_AIA_IMSIC_ISEL_BITS) | KVM_DEV_RISCV_AIA_IMSIC_GET_ISEL(isel))

#endif /* KVR_UAPI_AIA_H */
