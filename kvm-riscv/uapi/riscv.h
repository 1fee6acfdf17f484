/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UAPI_RISCV_H
#define KVR_UAPI_RISCV_H

/*
 * RISC-V's own part of the ABI: the registers of a virtual hart and their ONE_REG ids.
 *
 * An id is KVM_REG_RISCV | KVM_REG_SIZE_x | type << 24 | subtype << 16 | index. The
 * index of a register is its place in the structure of its group, counted in
 * registers; the KVM_REG_RISCV_*_REG(member) macros below compute it. All unsigned
 * long are XLEN = 64 bits.
 */

#include <linux/types.h>

#include "uapi/riscv_ids.h"

/* RISC-V defines nothing for these; the ioctls that carry them exist. */
struct kvm_regs { };
struct kvm_sregs { };
struct kvm_fpu { };
struct kvm_sync_regs { };
struct kvm_debug_exit_arch { };
struct kvm_guest_debug_arch { };

/* Where type and subtype are in an id */
#define KVM_REG_RISCV_TYPE_SHIFT	24
#define KVM_REG_RISCV_TYPE_MASK		0x00000000FF000000
#define KVM_REG_RISCV_SUBTYPE_SHIFT	16
#define KVM_REG_RISCV_SUBTYPE_MASK	0x0000000000FF0000

#define KVR_REG_TYPE(n)			((n) << KVM_REG_RISCV_TYPE_SHIFT)
#define KVR_REG_SUBTYPE(n)		((n) << KVM_REG_RISCV_SUBTYPE_SHIFT)
#define KVR_REG_INDEX(type, member, width) \
	(__builtin_offsetof(struct type, member) / sizeof(width))

/* ---- Type 1: configuration, fixed once the vCPU has run ---- */

struct kvm_riscv_config {
	unsigned long isa;			/* misa's letters, bits 25:0 */
	unsigned long zicbom_block_size;	/* bytes */
	unsigned long mvendorid, marchid, mimpid;
	unsigned long zicboz_block_size;	/* bytes */
	unsigned long satp_mode;		/* the widest that satp.MODE takes */
	unsigned long zicbop_block_size;	/* bytes */
};

#define KVM_REG_RISCV_CONFIG		KVR_REG_TYPE(0x01)
#define KVM_REG_RISCV_CONFIG_REG(name)	KVR_REG_INDEX(kvm_riscv_config, name, unsigned long)

/* ---- Type 2: core: pc in x0's place, x1 to x31, privilege mode ---- */

struct kvr_user_regs {
	unsigned long pc, ra, sp, gp, tp;
	unsigned long t0, t1, t2;
	unsigned long s0, s1;
	unsigned long a0, a1, a2, a3, a4, a5, a6, a7;
	unsigned long s2, s3, s4, s5, s6, s7, s8, s9, s10, s11;
	unsigned long t3, t4, t5, t6;
};

struct kvm_riscv_core {
	struct kvr_user_regs regs;
	unsigned long mode;			/* KVM_RISCV_MODE_* */
};

#define KVM_RISCV_MODE_U		0
#define KVM_RISCV_MODE_S		1

#define KVM_REG_RISCV_CORE		KVR_REG_TYPE(0x02)
#define KVM_REG_RISCV_CORE_REG(name)	KVR_REG_INDEX(kvm_riscv_core, name, unsigned long)

/* ---- Type 3: supervisor CSRs, a subtype per extension that brings them ---- */

struct kvm_riscv_csr {
	unsigned long sstatus, sie, stvec, sscratch;
	unsigned long sepc, scause, stval, sip;
	unsigned long satp, scounteren, senvcfg;
};

struct kvm_riscv_aia_csr {
	unsigned long siselect;
	unsigned long iprio1, iprio2;
	unsigned long sieh, siph;		/* RV32's, zero here */
	unsigned long iprio1h, iprio2h;		/* likewise */
};

struct kvm_riscv_smstateen_csr {
	unsigned long sstateen0;
};

struct kvm_riscv_zicfiss_csr {
	unsigned long ssp;
};

#define KVM_REG_RISCV_CSR		KVR_REG_TYPE(0x03)
#define KVM_REG_RISCV_CSR_GENERAL	KVR_REG_SUBTYPE(0x0)
#define KVM_REG_RISCV_CSR_AIA		KVR_REG_SUBTYPE(0x1)
#define KVM_REG_RISCV_CSR_SMSTATEEN	KVR_REG_SUBTYPE(0x2)
#define KVM_REG_RISCV_CSR_ZICFISS	KVR_REG_SUBTYPE(0x3)
#define KVM_REG_RISCV_CSR_REG(name)	KVR_REG_INDEX(kvm_riscv_csr, name, unsigned long)
#define KVM_REG_RISCV_CSR_AIA_REG(name)	KVR_REG_INDEX(kvm_riscv_aia_csr, name, unsigned long)
#define KVM_REG_RISCV_CSR_SMSTATEEN_REG(name) \
	KVR_REG_INDEX(kvm_riscv_smstateen_csr, name, unsigned long)
#define KVM_REG_RISCV_CSR_ZICFISS_REG(name) \
	KVR_REG_INDEX(kvm_riscv_zicfiss_csr, name, unsigned long)

/* ---- Type 4: timer, always 64 bits wide ---- */

struct kvm_riscv_timer {
	__u64 frequency;			/* Hz, read only */
	__u64 time, compare;			/* in ticks of frequency */
	__u64 state;				/* KVM_RISCV_TIMER_STATE_* */
};

#define KVM_RISCV_TIMER_STATE_OFF	0
#define KVM_RISCV_TIMER_STATE_ON	1

#define KVM_REG_RISCV_TIMER		KVR_REG_TYPE(0x04)
#define KVM_REG_RISCV_TIMER_REG(name)	KVR_REG_INDEX(kvm_riscv_timer, name, __u64)

/* ---- Types 5 and 6: floating point; fcsr is 32 bits wide in both ---- */

struct kvr_f_state {
	__u32 f[32], fcsr;
};

struct kvr_d_state {
	__u64 f[32];
	__u32 fcsr;
};

#define KVM_REG_RISCV_FP_F		KVR_REG_TYPE(0x05)
#define KVM_REG_RISCV_FP_F_REG(name)	KVR_REG_INDEX(kvr_f_state, name, __u32)
#define KVM_REG_RISCV_FP_D		KVR_REG_TYPE(0x06)
#define KVM_REG_RISCV_FP_D_REG(name)	KVR_REG_INDEX(kvr_d_state, name, __u64)

/* ---- Types 7 and 8: which ISA and SBI extensions the guest has ---- */

/* SINGLE: index is an id, the value 0 or 1. MULTI: 64 ids per register, to enable or disable. */
#define KVM_REG_RISCV_ISA_EXT		KVR_REG_TYPE(0x07)
#define KVM_REG_RISCV_ISA_SINGLE	KVR_REG_SUBTYPE(0x0)
#define KVM_REG_RISCV_ISA_MULTI_EN	KVR_REG_SUBTYPE(0x1)
#define KVM_REG_RISCV_ISA_MULTI_DIS	KVR_REG_SUBTYPE(0x2)
#define KVM_REG_RISCV_ISA_MULTI_REG(id)		((id) / 64)
#define KVM_REG_RISCV_ISA_MULTI_MASK(id)	(1UL << ((id) % 64))
#define KVM_REG_RISCV_ISA_MULTI_REG_LAST \
	KVM_REG_RISCV_ISA_MULTI_REG(KVM_RISCV_ISA_EXT_MAX - 1)

#define KVM_REG_RISCV_SBI_EXT		KVR_REG_TYPE(0x08)
#define KVM_REG_RISCV_SBI_SINGLE	KVR_REG_SUBTYPE(0x0)
#define KVM_REG_RISCV_SBI_MULTI_EN	KVR_REG_SUBTYPE(0x1)
#define KVM_REG_RISCV_SBI_MULTI_DIS	KVR_REG_SUBTYPE(0x2)
#define KVM_REG_RISCV_SBI_MULTI_REG(id)		((id) / 64)
#define KVM_REG_RISCV_SBI_MULTI_MASK(id)	(1UL << ((id) % 64))
#define KVM_REG_RISCV_SBI_MULTI_REG_LAST \
	KVM_REG_RISCV_SBI_MULTI_REG(KVM_RISCV_SBI_EXT_MAX - 1)

/* ---- Type 9: vector: CSRs, then v0 to v31, each VLEN wide by the id's size field ---- */

struct kvr_v_state {
	unsigned long vstart, vl, vtype, vcsr, vlenb;
	void *datap;				/* only takes up an index */
};

#define KVM_REG_RISCV_VECTOR		KVR_REG_TYPE(0x09)
#define KVM_REG_RISCV_VECTOR_CSR_REG(name)	KVR_REG_INDEX(kvr_v_state, name, unsigned long)
#define KVM_REG_RISCV_VECTOR_REG(n)	((n) + sizeof(struct kvr_v_state) / sizeof(unsigned long))

/* ---- Type 10: state of the SBI implementation, a subtype per SBI extension ---- */

struct kvm_riscv_sbi_sta {
	unsigned long shmem_lo, shmem_hi;	/* guest physical; all ones is none */
};

struct kvm_riscv_sbi_fwft_feature {
	unsigned long enable, flags, value;
};

struct kvm_riscv_sbi_fwft {
	struct kvm_riscv_sbi_fwft_feature misaligned_deleg, pointer_masking;
	struct kvm_riscv_sbi_fwft_feature pte_ad_hw_updating;
	struct kvm_riscv_sbi_fwft_feature landing_pad, shadow_stack;
};

#define KVM_REG_RISCV_SBI_STATE		KVR_REG_TYPE(0x0a)
#define KVM_REG_RISCV_SBI_STA		KVR_REG_SUBTYPE(0x0)
#define KVM_REG_RISCV_SBI_STA_REG(name)	KVR_REG_INDEX(kvm_riscv_sbi_sta, name, unsigned long)
#define KVM_REG_RISCV_SBI_FWFT		KVR_REG_SUBTYPE(0x1)
#define KVM_REG_RISCV_SBI_FWFT_REG(name) \
	KVR_REG_INDEX(kvm_riscv_sbi_fwft, name, unsigned long)

#endif /* KVR_UAPI_RISCV_H */
