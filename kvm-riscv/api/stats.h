/* SPDX-License-Identifier: GPL-2.0-only */
/* Statistics file descriptors (KVM_GET_STATS_FD): the counters, and what they are called. */
#ifndef KVR_API_STATS_H
#define KVR_API_STATS_H

struct kvr_vcpu;
struct kvr_vm;

/*
 * kvr_stats_fd - a file descriptor that reads as the statistics of @vcpu, or of @vm when that is
 * NULL (Documentation/virt/kvm/api.rst, KVM_GET_STATS_FD)
 *
 * Sleeps. The descriptor holds the VM. -ENOMEM, -EMFILE.
 */
long kvr_stats_fd(struct kvr_vm *vm, struct kvr_vcpu *vcpu);

#endif
