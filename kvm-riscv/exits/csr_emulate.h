/* SPDX-License-Identifier: GPL-2.0-only */
/* CSRs that a guest may use but that the hypervisor answers for. */
#ifndef KVR_EXITS_CSR_EMULATE_H
#define KVR_EXITS_CSR_EMULATE_H

#include "insn/decode.h"
#include "vcpu/vcpu.h"

/*
 * kvr_csr_emulate_fast - carry out a CSR instruction that needs neither sleep nor user space
 *
 * Fast speed with all registers in the frame. True when done, pc moved and counted.
 */
bool kvr_csr_emulate_fast(struct kvr_vcpu *vcpu, const struct kvr_insn *insn);

/*
 * kvr_csr_emulate_read - carry out @insn if it but reads such a CSR, as rdcycle does
 *
 * Fast speed, inside the world switch: declines for a register that is not in the frame then.
 * True when done, pc moved and counted.
 */
bool kvr_csr_emulate_read(struct kvr_vcpu *vcpu, u32 insn);

/*
 * kvr_csr_emulate - carry out any CSR instruction
 *
 * Kernel speed. An enum kvr_exit_result; -ENOENT: the guest has no such CSR, or it was VU-mode that
 * wanted it, for which it is closed: an illegal instruction.
 */
int kvr_csr_emulate(struct kvr_vcpu *vcpu, const struct kvr_insn *insn);

/* kvr_csr_complete - take user space's answer to KVM_EXIT_RISCV_CSR; KVR_RESUME */
int kvr_csr_complete(struct kvr_vcpu *vcpu);

#endif
