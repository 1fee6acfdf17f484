/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads and stores of the guest where it has no memory. */
#ifndef KVR_EXITS_MMIO_H
#define KVR_EXITS_MMIO_H

#include <linux/types.h>

struct kvr_vcpu;

/*
 * kvr_mmio_access - carry out the access that trapped, or have user space do it
 * @gpa: guest-physical address that faulted, outside of all slots (or a write to a
 *	 read-only one)
 *
 * Kernel speed; frame.trap holds the details, the fault is that of a load or store itself.
 * Devices on vcpu->mmio_bus are asked first, then user space (KVM_EXIT_MMIO).
 *
 * What devices cannot be accessed with ends in the guest's access fault, as a platform's
 * PMAs would have it (Privileged Architecture, "Physical Memory Attributes"): AMOs, LR, SC,
 * CBO.ZERO, vector accesses, HLV and HSV, accesses that straddle a page boundary, and
 * whatever the decoder does not know. Other cache-block operations complete and do nothing.
 *
 * Return: an enum kvr_exit_result, or a negative errno for KVM_RUN.
 */
int kvr_mmio_access(struct kvr_vcpu *vcpu, u64 gpa);

/*
 * kvr_mmio_store_fast - carry out a store that is for a device in the kernel
 *
 * Fast speed with all registers in the frame. Declines, for kvr_mmio_access to look, whatever is
 * not plain: loads, other registers than integer ones, a hart that left htinst or htval zero.
 */
bool kvr_mmio_store_fast(struct kvr_vcpu *vcpu);

/*
 * kvr_mmio_complete - finish an access that user space has carried out
 *
 * At the start of KVM_RUN, vcpu->pending.kind being KVR_PENDING_MMIO. Writes a load's
 * register from vcpu->run->mmio.data, extended as the instruction says, and moves the pc.
 *
 * Return: KVR_RESUME.
 */
int kvr_mmio_complete(struct kvr_vcpu *vcpu);

#endif
