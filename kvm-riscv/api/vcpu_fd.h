/* SPDX-License-Identifier: GPL-2.0-only */
/* The vCPU file descriptor: its ioctls, and the page that it shares with user space. */
#ifndef KVR_API_VCPU_FD_H
#define KVR_API_VCPU_FD_H

struct kvr_vm;

/* Bytes of a vCPU that user space maps at offset 0: struct kvm_run, the coalesced MMIO ring. */
#define KVR_VCPU_MMAP_SIZE	((KVM_COALESCED_MMIO_PAGE_OFFSET + 1) * PAGE_SIZE)

/*
 * kvr_vcpu_fd_create - KVM_CREATE_VCPU: vCPU @id of @vm, in its reset state
 *
 * Sleeps. The new file descriptor, close-on-exec; -EINVAL: @id is KVR_MAX_VCPUS or more;
 * -EEXIST: there is one already; -ENOMEM, -EMFILE, -EINTR (a fatal signal).
 */
long kvr_vcpu_fd_create(struct kvr_vm *vm, unsigned long id);

/* kvr_vcpu_fd_destroy_all - free all vCPUs of a VM whose file descriptors are all closed; sleeps */
void kvr_vcpu_fd_destroy_all(struct kvr_vm *vm);

#endif
