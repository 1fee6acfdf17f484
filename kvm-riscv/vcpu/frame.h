/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of a vCPU that the world switch reads and writes, with its byte offsets for
 * assembly. vcpu.c asserts that both views agree.
 */
#ifndef KVR_VCPU_FRAME_H
#define KVR_VCPU_FRAME_H

#define KVR_FRAME_X(n)		((n) * 8)	/* x1..x31; slot 0 stays zero */
#define KVR_FRAME_PC		(32 * 8)
#define KVR_FRAME_SSTATUS	(33 * 8)
#define KVR_FRAME_HSTATUS	(34 * 8)
#define KVR_FRAME_SCAUSE	(35 * 8)
#define KVR_FRAME_FAST_EXIT	(36 * 8)
#define KVR_FRAME_HOST_SP	(37 * 8)
#define KVR_FRAME_HOST_GP	(38 * 8)
#define KVR_FRAME_HOST_TP	(39 * 8)
#define KVR_FRAME_HOST_STVEC	(40 * 8)
#define KVR_FRAME_HOST_SSTATUS	(41 * 8)
#define KVR_FRAME_HOST_HSTATUS	(42 * 8)

#ifndef __ASSEMBLY__
#include <linux/bits.h>
#include <linux/types.h>

/* Registers, a bit each, that are still in the hart while the fast exit handler runs. */
#define KVR_FRAME_LATE	((u32)(GENMASK(9, 8) | GENMASK(27, 18)))

struct kvr_vcpu;

/*
 * All of it belongs to the thread in KVM_RUN (under vcpu->mutex otherwise). While the fast
 * exit handler runs, those of KVR_FRAME_LATE are still in the hart and their slots here are
 * stale.
 */
struct kvr_frame {
	unsigned long x[32];		/* guest integer registers; x[0] is always 0 */
	unsigned long pc;		/* guest pc (sepc) */
	unsigned long sstatus;		/* HS-level sstatus that the guest runs under */
	unsigned long hstatus;		/* hstatus that the guest runs under */
	unsigned long scause;		/* why the guest stopped last */
	/*
	 * Called by the exit path with interrupts off on the vCPU's own stack frame; true means
	 * straight back into the guest.
	 */
	bool (*fast_exit)(struct kvr_vcpu *vcpu, unsigned long scause);
	unsigned long host_sp;
	unsigned long host_gp;
	unsigned long host_tp;
	unsigned long host_stvec;
	unsigned long host_sstatus;
	unsigned long host_hstatus;
};
#endif

#endif
