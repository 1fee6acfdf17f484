/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The firmware that the guest sees (RISC-V SBI specification). a7 chooses the extension, a6 the
 * function; the answer is an error in a0 and a value in a1.
 */
#ifndef KVR_SBI_SBI_H
#define KVR_SBI_SBI_H

#include <linux/bits.h>

#include "vcpu/vcpu.h"

/* SBI, "Binary Encoding", standard errors */
#define KVR_SBI_SUCCESS			0L
#define KVR_SBI_ERR_FAILED		-1L
#define KVR_SBI_ERR_NOT_SUPPORTED	-2L
#define KVR_SBI_ERR_INVALID_PARAM	-3L
#define KVR_SBI_ERR_DENIED		-4L
#define KVR_SBI_ERR_INVALID_ADDRESS	-5L
#define KVR_SBI_ERR_ALREADY_AVAILABLE	-6L
#define KVR_SBI_ERR_ALREADY_STARTED	-7L
#define KVR_SBI_ERR_ALREADY_STOPPED	-8L

#define KVR_SBI_ALWAYS	KVM_RISCV_SBI_EXT_MAX	/* the extension cannot be switched off */

/* One extension. Several rows may share an ABI id: DBCN and the vendor range have no code here. */
struct kvr_sbi_extension {
	u32 first, last;		/* extension IDs that it answers */
	/* KVM_RISCV_SBI_EXT_* that switches it, or KVR_SBI_ALWAYS */
	u8 abi;
	bool off_by_default;
	/*
	 * Fast speed, x8, x9, x18..x27 not in the frame. True: answered through
	 * kvr_sbi_return. False: declined, nothing changed. May be NULL. Not asked while
	 * exits are traced.
	 */
	bool (*fast)(struct kvr_vcpu *vcpu, unsigned long function);
	/*
	 * Kernel speed: an enum kvr_exit_result, answered through kvr_sbi_return unless
	 * to user space; or a negative errno for KVM_RUN.
	 */
	int (*call)(struct kvr_vcpu *vcpu, unsigned long function);
};

extern const struct kvr_sbi_extension kvr_sbi_extensions[];
extern const unsigned int kvr_sbi_extensions_count;

/* kvr_sbi_arg - argument register a@n of the call */
static inline unsigned long kvr_sbi_arg(const struct kvr_vcpu *vcpu, unsigned int n)
{
	return vcpu->guest.frame.x[10 + n];
}

/* kvr_sbi_return - answer the call and move past the ecall; returns KVR_RESUME as int 0 */
static inline int kvr_sbi_return(struct kvr_vcpu *vcpu, long error, unsigned long value)
{
	vcpu->guest.frame.x[10] = error;
	vcpu->guest.frame.x[11] = value;
	vcpu->guest.frame.pc += 4;
	return 0;
}

/* kvr_sbi_fast - fast speed: answer the ecall if its extension can do so at once */
bool kvr_sbi_fast(struct kvr_vcpu *vcpu);

/* kvr_sbi_call - kernel speed: answer the ecall. An enum kvr_exit_result or negative errno. */
int kvr_sbi_call(struct kvr_vcpu *vcpu);

/* kvr_sbi_forward - hand the call to user space as KVM_EXIT_RISCV_SBI; returns KVR_TO_USER */
int kvr_sbi_forward(struct kvr_vcpu *vcpu);

/* kvr_sbi_complete - take user space's answer to a forwarded call; KVR_RESUME */
int kvr_sbi_complete(struct kvr_vcpu *vcpu);

/*
 * kvr_sbi_system_event - KVM_EXIT_SYSTEM_EVENT of @type with one datum; stops all vCPUs.
 * Returns KVR_TO_USER.
 */
int kvr_sbi_system_event(struct kvr_vcpu *vcpu, u32 type, u64 datum);

/*
 * kvr_sbi_probe - does the guest have extension ID @id? (Base, "Probe SBI extension") False for
 * those that are user space's.
 */
bool kvr_sbi_probe(struct kvr_vcpu *vcpu, unsigned long id);

/*
 * kvr_sbi_probe_forwarded - is @id in a range of which user space knows what is there? It has said
 * so by switching the range on itself; calls reach it in any case, unless it switched them off.
 */
bool kvr_sbi_probe_forwarded(struct kvr_vcpu *vcpu, unsigned long id);

/*
 * kvr_sbi_available/default - bit KVM_RISCV_SBI_EXT_*: what guests can have, and have unless
 * user space says otherwise
 */
u64 kvr_sbi_available(void);
u64 kvr_sbi_default(void);

/* The extensions' entry points, one file each. */
bool kvr_sbi_base_fast(struct kvr_vcpu *vcpu, unsigned long function);
int kvr_sbi_base(struct kvr_vcpu *vcpu, unsigned long function);
bool kvr_sbi_time_fast(struct kvr_vcpu *vcpu, unsigned long function);
int kvr_sbi_time(struct kvr_vcpu *vcpu, unsigned long function);
bool kvr_sbi_ipi_fast(struct kvr_vcpu *vcpu, unsigned long function);
int kvr_sbi_ipi(struct kvr_vcpu *vcpu, unsigned long function);
bool kvr_sbi_rfence_fast(struct kvr_vcpu *vcpu, unsigned long function);
int kvr_sbi_rfence(struct kvr_vcpu *vcpu, unsigned long function);
int kvr_sbi_hsm(struct kvr_vcpu *vcpu, unsigned long function);
int kvr_sbi_srst(struct kvr_vcpu *vcpu, unsigned long function);
int kvr_sbi_dbcn(struct kvr_vcpu *vcpu, unsigned long function);
int kvr_sbi_legacy(struct kvr_vcpu *vcpu, unsigned long function);
int kvr_sbi_forwarded(struct kvr_vcpu *vcpu, unsigned long function);

/*
 * kvr_sbi_ipi_send - raise VSSIP of every hart in the mask; KVR_SBI_SUCCESS or
 * KVR_SBI_ERR_INVALID_PARAM. Kernel speed.
 */
long kvr_sbi_ipi_send(struct kvr_vcpu *vcpu, unsigned long mask, unsigned long base);

#endif
