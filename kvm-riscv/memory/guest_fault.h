/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest page faults, those of the guest itself and those that the hypervisor meets when it reads
 * the guest's memory for it: where it was, what is to be done about it, who is told.
 */
#ifndef KVR_MEMORY_GUEST_FAULT_H
#define KVR_MEMORY_GUEST_FAULT_H

#include "hart/frame.h"
#include "vcpu/vcpu.h"

/* What dealing with a fault came to, unless it is a negative errno for KVM_RUN to fail with. */
enum kvr_guest_fault_result {
	KVR_GUEST_FAULT_RESUME = KVR_RESUME,	/* the guest goes on, or takes a trap of its own */
	KVR_GUEST_FAULT_TO_USER = KVR_TO_USER,	/* kvm_run is filled */
	KVR_GUEST_FAULT_DEVICE,		/* a load or store where there is no memory for it */
};

/*
 * kvr_guest_fault - deal with guest page fault @trap, of cause 20, 21 or 23
 * @gpa: the guest-physical address, set on KVR_GUEST_FAULT_DEVICE
 *
 * The vCPU's own thread at kernel speed; current->mm is the VM's. The address is htval's; where
 * htval does not tell, or htinst does not tell whether it was the hart's own walk of the guest's
 * tables that failed, that walk is done again (Hypervisor, "Transformed Instruction or
 * Pseudoinstruction for mtinst or htinst").
 *
 * Neither code nor page tables live in devices: the guest takes the access fault that a bus would
 * answer with. A fault that comes again and again although nothing is wrong ends as
 * KVM_EXIT_INTERNAL_ERROR.
 *
 * Return: enum kvr_guest_fault_result; -EFAULT or -EHWPOISON, with KVM_EXIT_MEMORY_FAULT; -EINTR,
 * -ENOMEM.
 */
int kvr_guest_fault(struct kvr_vcpu *vcpu, const struct kvr_trap *trap, u64 *gpa);

#endif
