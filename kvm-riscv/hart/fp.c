// SPDX-License-Identifier: GPL-2.0-only
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/stddef.h>

#include <asm/processor.h>
#include <asm/ptrace.h>

#include "hart/csr_access.h"
#include "hart/fp.h"
#include "hart/unit_regs.h"
#include "hart/vector.h"
#include "host/isa.h"

static_assert(offsetof(struct kvr_fp, fcsr) == KVR_FP_FCSR);
static_assert(offsetof(struct kvr_vector, vstart) == KVR_VECTOR_VSTART);
static_assert(offsetof(struct kvr_vector, vl) == KVR_VECTOR_VL);
static_assert(offsetof(struct kvr_vector, vtype) == KVR_VECTOR_VTYPE);
static_assert(offsetof(struct kvr_vector, vcsr) == KVR_VECTOR_VCSR);
static_assert(offsetof(struct kvr_vector, vlenb) == KVR_VECTOR_VLENB);
static_assert(offsetof(struct kvr_vector, data) == KVR_VECTOR_DATA);

/*
 * Host user space's registers stand in its thread's own state unless it changed them since: then
 * they are saved beside the guest's. Which of the two holds until the guest is put.
 */
static const struct kvr_fp *host_fp_keep(struct kvr_guest *guest)
{
	static_assert(offsetof(typeof(current->thread.fstate), fcsr) == KVR_FP_FCSR);

	if ((task_pt_regs(current)->status & KVR_SSTATUS_FS) != KVR_SSTATUS_FS_DIRTY)
		return (const struct kvr_fp *)&current->thread.fstate;
	kvr_fp_regs_save(&guest->host_fp);
	return &guest->host_fp;
}

void kvr_fp_load(struct kvr_guest *guest)
{
	if (!guest->has_fp)
		return;
	kvr_csr_set(KVR_CSR_SSTATUS, KVR_SSTATUS_FS);
	guest->host_fp_at = host_fp_keep(guest);
	kvr_fp_regs_restore(&guest->fp);
	kvr_csr_clear(KVR_CSR_SSTATUS, KVR_SSTATUS_FS);
	guest->frame.sstatus |= KVR_SSTATUS_FS_CLEAN;
}

void kvr_fp_put(struct kvr_guest *guest)
{
	if (!guest->has_fp)
		return;
	kvr_csr_set(KVR_CSR_SSTATUS, KVR_SSTATUS_FS);
	if ((guest->frame.sstatus & KVR_SSTATUS_FS) == KVR_SSTATUS_FS_DIRTY)
		kvr_fp_regs_save(&guest->fp);
	else
		guest->fp.fcsr = kvr_csr_read(KVR_CSR_FCSR);
	kvr_fp_regs_restore(guest->host_fp_at);
	kvr_csr_clear(KVR_CSR_SSTATUS, KVR_SSTATUS_FS);
	guest->frame.sstatus &= ~KVR_SSTATUS_FS;
}

void kvr_vector_bring(struct kvr_guest *guest)
{
	kvr_csr_set(KVR_CSR_SSTATUS, KVR_SSTATUS_VS);
	kvr_vector_regs_restore(guest->vector);
	kvr_csr_clear(KVR_CSR_SSTATUS, KVR_SSTATUS_VS);
	guest->frame.sstatus |= KVR_SSTATUS_VS_CLEAN;
}

void kvr_vector_take(struct kvr_guest *guest)
{
	kvr_csr_set(KVR_CSR_SSTATUS, KVR_SSTATUS_VS);
	if ((guest->frame.sstatus & KVR_SSTATUS_VS) == KVR_SSTATUS_VS_DIRTY) {
		kvr_vector_regs_save(guest->vector);
	} else {
		guest->vector->vstart = kvr_csr_read(KVR_CSR_VSTART);
		guest->vector->vcsr = kvr_csr_read(KVR_CSR_VCSR);
	}
	/* A system call leaves no vector state to user space: clean is all it may see. */
	kvr_vector_regs_clear();
	kvr_csr_clear(KVR_CSR_SSTATUS, KVR_SSTATUS_VS);
	guest->frame.sstatus &= ~KVR_SSTATUS_VS;
}
