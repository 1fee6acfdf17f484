// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>
#include <linux/stddef.h>

#include "host/csr.h"
#include "host/isa.h"
#include "vcpu/fp.h"
#include "vcpu/unit_regs.h"
#include "vcpu/vector.h"

static_assert(offsetof(struct kvr_fp, fcsr) == KVR_FP_FCSR);
static_assert(offsetof(struct kvr_vector, vstart) == KVR_VECTOR_VSTART);
static_assert(offsetof(struct kvr_vector, vl) == KVR_VECTOR_VL);
static_assert(offsetof(struct kvr_vector, vtype) == KVR_VECTOR_VTYPE);
static_assert(offsetof(struct kvr_vector, vcsr) == KVR_VECTOR_VCSR);
static_assert(offsetof(struct kvr_vector, vlenb) == KVR_VECTOR_VLENB);
static_assert(offsetof(struct kvr_vector, data) == KVR_VECTOR_DATA);

void kvr_fp_load(struct kvr_vcpu *vcpu)
{
	if (!vcpu->has_fp)
		return;
	kvr_csr_set(KVR_CSR_SSTATUS, KVR_SSTATUS_FS);
	kvr_fp_regs_save(&vcpu->host_fp);
	kvr_fp_regs_restore(&vcpu->fp);
	kvr_csr_clear(KVR_CSR_SSTATUS, KVR_SSTATUS_FS);
	vcpu->frame.sstatus |= KVR_SSTATUS_FS_CLEAN;
}

void kvr_fp_put(struct kvr_vcpu *vcpu)
{
	if (!vcpu->has_fp)
		return;
	kvr_csr_set(KVR_CSR_SSTATUS, KVR_SSTATUS_FS);
	if ((vcpu->frame.sstatus & KVR_SSTATUS_FS) == KVR_SSTATUS_FS_DIRTY)
		kvr_fp_regs_save(&vcpu->fp);
	kvr_fp_regs_restore(&vcpu->host_fp);
	kvr_csr_clear(KVR_CSR_SSTATUS, KVR_SSTATUS_FS);
	vcpu->frame.sstatus &= ~KVR_SSTATUS_FS;
}

void kvr_vector_bring(struct kvr_vcpu *vcpu)
{
	kvr_csr_set(KVR_CSR_SSTATUS, KVR_SSTATUS_VS);
	kvr_vector_regs_restore(vcpu->vector);
	kvr_csr_clear(KVR_CSR_SSTATUS, KVR_SSTATUS_VS);
	vcpu->frame.sstatus |= KVR_SSTATUS_VS_CLEAN;
}

void kvr_vector_take(struct kvr_vcpu *vcpu)
{
	kvr_csr_set(KVR_CSR_SSTATUS, KVR_SSTATUS_VS);
	if ((vcpu->frame.sstatus & KVR_SSTATUS_VS) == KVR_SSTATUS_VS_DIRTY)
		kvr_vector_regs_save(vcpu->vector);
	/* A system call leaves no vector state to user space: clean is all it may see. */
	kvr_vector_regs_clear();
	kvr_csr_clear(KVR_CSR_SSTATUS, KVR_SSTATUS_VS);
	vcpu->frame.sstatus &= ~KVR_SSTATUS_VS;
}
