/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Instruction caches: a leaf lets the guest execute only after the harts that may run it see, by
 * fetches, what the host has put into the page (Unprivileged Architecture, "Zifencei").
 *
 * The host copies pages when it swaps them in, migrates, collapses or merges them, and user space
 * fills them (post-copy). Before it does it takes the old leaf away. So leaves are made without
 * X, and gain it at the first fetch, with kvr_code_publish() in between.
 */
#ifndef KVR_MEMORY_CODE_H
#define KVR_MEMORY_CODE_H

struct kvr_vcpu;

/*
 * kvr_code_publish - have every hart that may run guests of @vcpu's VM fetch what is in memory
 *
 * Kernel speed: interrupts on, the thread of @vcpu, no lock held. Comes after the host's tables
 * were looked at and before a leaf with X appears. On return each vCPU executes fence.i before it
 * runs guest code again, and none still runs code that it began before. 0 or -ENOMEM.
 */
int kvr_code_publish(struct kvr_vcpu *vcpu);

#endif
