/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of a guest's hart that the world switch reads and writes, with its byte offsets for
 * assembly. hart/guest_regs.c asserts that both views agree.
 */
#ifndef KVR_HART_FRAME_H
#define KVR_HART_FRAME_H

#define KVR_FRAME_X(n)		((n) * 8)	/* x1..x31; slot 0 stays zero */
#define KVR_FRAME_PC		(32 * 8)
#define KVR_FRAME_SSTATUS	(33 * 8)
#define KVR_FRAME_HSTATUS	(34 * 8)
#define KVR_FRAME_SCAUSE	(35 * 8)
#define KVR_FRAME_STVAL		(36 * 8)
#define KVR_FRAME_HTVAL		(37 * 8)
#define KVR_FRAME_HTINST	(38 * 8)
#define KVR_FRAME_FAST_EXIT	(39 * 8)
#define KVR_FRAME_HOST_SP	(40 * 8)
#define KVR_FRAME_HOST_GP	(41 * 8)
#define KVR_FRAME_HOST_TP	(42 * 8)
#define KVR_FRAME_HOST_STVEC	(43 * 8)
#define KVR_FRAME_HOST_SSTATUS	(44 * 8)
#define KVR_FRAME_HOST_HSTATUS	(45 * 8)

/* struct kvr_trap */
#define KVR_TRAP_SCAUSE		0
#define KVR_TRAP_STVAL		8
#define KVR_TRAP_HTVAL		16
#define KVR_TRAP_HTINST		24

#ifndef __ASSEMBLY__
#include <linux/bits.h>
#include <linux/types.h>

/* Registers, a bit each, that are still in the hart while the fast exit handler runs. */
#define KVR_FRAME_LATE	((u32)(GENMASK(9, 8) | GENMASK(27, 18)))

struct kvr_guest;

/* A trap as the hart reports it (Hypervisor, "Trap Entry") */
struct kvr_trap {
	unsigned long scause;
	unsigned long stval;
	unsigned long htval;
	unsigned long htinst;
};

/*
 * All of it belongs to the thread in KVM_RUN (under vcpu->mutex otherwise). While the fast
 * exit handler runs, those of KVR_FRAME_LATE are still in the hart and their slots here are
 * stale.
 */
struct kvr_frame {
	unsigned long x[32];		/* guest integer registers; x[0] is always 0 */
	unsigned long pc;		/* guest pc (sepc) */
	/* HS-level sstatus that the guest runs under; SPP is its privilege */
	unsigned long sstatus;
	unsigned long hstatus;		/* hstatus that the guest is entered with */
	/*
	 * Why the guest stopped last. The switch reads all four before any C code runs; after an
	 * interrupt and after an environment call only scause is new.
	 */
	struct kvr_trap trap;
	/*
	 * Called by the exit path with interrupts off on the thread's own stack; true means
	 * straight back into the guest.
	 */
	bool (*fast_exit)(struct kvr_guest *guest, unsigned long scause);
	unsigned long host_sp;
	unsigned long host_gp;
	unsigned long host_tp;
	unsigned long host_stvec;
	unsigned long host_sstatus;
	unsigned long host_hstatus;
};
#endif

#endif
