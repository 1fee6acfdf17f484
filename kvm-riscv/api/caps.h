/* SPDX-License-Identifier: GPL-2.0-only */
/* Capabilities: one table says what KVM_CHECK_EXTENSION answers. */
#ifndef KVR_API_CAPS_H
#define KVR_API_CAPS_H

struct kvm_enable_cap;
struct kvr_vm;

/*
 * kvr_cap_check - KVM_CHECK_EXTENSION, for /dev/kvm and for a VM
 * @cap: KVM_CAP_*, or any other number
 *
 * 0: not there; 1, or what the capability's description says, where it is.
 */
long kvr_cap_check(unsigned long cap);

/*
 * kvr_cap_enable - KVM_ENABLE_CAP of a VM
 *
 * 0, or -EINVAL for a capability that needs no enabling, is unknown, or is given flags or
 * arguments that it does not take. Any time, any thread.
 */
long kvr_cap_enable(struct kvr_vm *vm, const struct kvm_enable_cap *enable);

#endif
