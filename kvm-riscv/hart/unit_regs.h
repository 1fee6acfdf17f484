/* SPDX-License-Identifier: GPL-2.0-only */
/* Moving FP and vector registers: assembly. */
#ifndef KVR_HART_UNIT_REGS_H
#define KVR_HART_UNIT_REGS_H

#define KVR_FP_FCSR		(32 * 8)

#define KVR_VECTOR_VSTART	0
#define KVR_VECTOR_VL		8
#define KVR_VECTOR_VTYPE	16
#define KVR_VECTOR_VCSR		24
#define KVR_VECTOR_VLENB	32
#define KVR_VECTOR_DATA		40

#ifndef __ASSEMBLY__
struct kvr_fp;
struct kvr_vector;

/* All: interrupts off, the unit on in sstatus. */
void kvr_fp_regs_save(struct kvr_fp *fp);
void kvr_fp_regs_restore(const struct kvr_fp *fp);
void kvr_vector_regs_save(struct kvr_vector *vector);
void kvr_vector_regs_restore(const struct kvr_vector *vector);

/* Zero all vector registers and make vtype illegal, as the kernel leaves them at a system call. */
void kvr_vector_regs_clear(void);
#endif

#endif
