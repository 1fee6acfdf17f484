/* SPDX-License-Identifier: GPL-2.0-only */
/* The run loop. */
#ifndef KVR_EXITS_RUN_H
#define KVR_EXITS_RUN_H

struct kvr_vcpu;

/*
 * kvr_vcpu_run - KVM_RUN: run the guest until user space has something to do
 *
 * Under vcpu->mutex, in the VM's mm. Completes what the last exit left open, applies the
 * signal mask. 0 with vcpu->run filled (KVM_EXIT_FAIL_ENTRY when the thread may be on no hart that
 * can run guests), -EINTR (signal or immediate_exit), -EFAULT or -EHWPOISON
 * (guest memory that user space took away or the host lost, with KVM_EXIT_MEMORY_FAULT), -ENOMEM,
 * -EIO once the machine goes down.
 */
int kvr_vcpu_run(struct kvr_vcpu *vcpu);

/* kvr_exits_attach - make @vcpu's exits arrive here; once, after kvr_vcpu_init */
void kvr_exits_attach(struct kvr_vcpu *vcpu);

#endif
