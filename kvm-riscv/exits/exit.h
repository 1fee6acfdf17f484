/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why the guest stopped, and who deals with it.
 *
 * Exits have three speeds. Fast: interrupts off, no lock that sleeps, no user memory, straight
 * back into the guest. Kernel: interrupts on, may sleep, stays in KVM_RUN. User: fills kvm_run
 * and returns from KVM_RUN. A fast handler that cannot settle the exit declines, having changed
 * nothing, and the kernel handler of the same row sees it. While exits are traced (vcpu/trace.h)
 * all of them are kernel's: what a fast handler can do its kernel handler can do, too.
 */
#ifndef KVR_EXITS_EXIT_H
#define KVR_EXITS_EXIT_H

#include "host/csr.h"
#include "vcpu/vcpu.h"

struct kvr_exit_handler {
	/*
	 * First chance, inside the world switch: x8, x9, x18..x27 of the guest are not in
	 * the frame. May be NULL.
	 */
	bool (*fast)(struct kvr_vcpu *vcpu);
	/*
	 * Second chance: interrupts still off, all registers in the frame. May be NULL. One that
	 * has settled the exit but finds that the kernel is wanted calls kvr_exit_to_kernel.
	 */
	bool (*fast_regs)(struct kvr_vcpu *vcpu);
	/* Kernel speed. frame.trap holds the details. */
	int (*kernel)(struct kvr_vcpu *vcpu);
	/* A row is a power of two bytes, which makes it cheap to find. */
	unsigned long unused;
};

/*
 * By exception number, KVR_EXC_COUNT of them; rows without a kernel handler never occur on a sound
 * machine. The number is left out here to keep the kernel's own checks of it off the fast way,
 * where they cost a stack frame.
 */
extern const struct kvr_exit_handler kvr_exit_handlers[];

/*
 * kvr_exit_to_kernel - leave the guest by an exit that is settled already
 *
 * For fast_regs, which returns it: false, and the kernel takes the exit for an interrupt's.
 */
static inline bool kvr_exit_to_kernel(struct kvr_vcpu *vcpu)
{
	vcpu->guest.frame.trap.scause = KVR_CAUSE_IRQ;
	return false;
}

/* kvr_exit_guest_fault - causes 20, 21, 23: a guest-physical address that is not mapped */
int kvr_exit_guest_fault(struct kvr_vcpu *vcpu);

/* Virtual instruction exceptions (cause 22): WFI, WRS, CSRs that the host keeps. */
bool kvr_exit_virtual_inst_fast(struct kvr_vcpu *vcpu);
bool kvr_exit_virtual_inst_regs(struct kvr_vcpu *vcpu);
int kvr_exit_virtual_inst(struct kvr_vcpu *vcpu);

/*
 * kvr_exit_fetch - the instruction at the guest's pc, for one that trapped
 *
 * Kernel speed. Taken from stval where the hart gave it, read from guest memory otherwise.
 * 0; -EAGAIN: the guest must run again first (a trap was injected, or a page was
 * brought in); KVR_TO_USER or another negative errno for KVM_RUN.
 */
int kvr_exit_fetch(struct kvr_vcpu *vcpu, u32 *insn);

#endif
