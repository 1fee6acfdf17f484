/* SPDX-License-Identifier: GPL-2.0-only */
/* Capabilities: one table says what KVM_CHECK_EXTENSION answers. */
#ifndef KVR_API_CAPS_H
#define KVR_API_CAPS_H

struct kvm_enable_cap;
struct kvr_vm;

/*
 * kvr_cap_check - KVM_CHECK_EXTENSION for @vm, or for /dev/kvm when that is NULL
 * @cap: KVM_CAP_*, or any other number
 *
 * 0: not there; 1, or what the capability's description says, where it is.
 */
long kvr_cap_check(const struct kvr_vm *vm, unsigned long cap);

/*
 * kvr_cap_enable - KVM_ENABLE_CAP of a VM
 *
 * 0, or -EINVAL for a capability that needs no enabling, is unknown, or is given flags or
 * arguments that it does not take. Any time, any thread.
 */
long kvr_cap_enable(struct kvr_vm *vm, const struct kvm_enable_cap *enable);

#endif
