// SPDX-License-Identifier: GPL-2.0-only
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "host/csr.h"
#include "host/isa.h"
#include "vcpu/vcpu.h"
#include "vcpu/vector.h"

#define VTYPE_ILLEGAL	(1UL << 63)

static unsigned long vector_vlenb;

unsigned long kvr_vector_vlenb(void)
{
	return vector_vlenb;
}

void kvr_vector_probe(void)
{
	unsigned long flags;

	if (!kvr_isa_host_has(KVM_RISCV_ISA_EXT_V))
		return;
	local_irq_save(flags);
	kvr_csr_set(KVR_CSR_SSTATUS, KVR_SSTATUS_VS);
	vector_vlenb = kvr_csr_read(KVR_CSR_VLENB);
	kvr_csr_clear(KVR_CSR_SSTATUS, KVR_SSTATUS_VS);
	local_irq_restore(flags);
}

int kvr_vector_init(struct kvr_vcpu *vcpu)
{
	struct kvr_vector *vector;

	if (!vector_vlenb)
		return 0;
	vector = kzalloc(sizeof(*vector), GFP_KERNEL_ACCOUNT);
	if (!vector)
		return -ENOMEM;
	vector->data = kzalloc(32 * vector_vlenb, GFP_KERNEL_ACCOUNT);
	if (!vector->data) {
		kfree(vector);
		return -ENOMEM;
	}
	vector->vlenb = vector_vlenb;
	vcpu->vector = vector;
	kvr_vector_reset(vector);
	return 0;
}

void kvr_vector_fini(struct kvr_vcpu *vcpu)
{
	if (!vcpu->vector)
		return;
	kfree(vcpu->vector->data);
	kfree(vcpu->vector);
	vcpu->vector = NULL;
}

void kvr_vector_reset(struct kvr_vector *vector)
{
	vector->vstart = 0;
	vector->vl = 0;
	vector->vtype = VTYPE_ILLEGAL;
	vector->vcsr = 0;
	memset(vector->data, 0, 32 * vector->vlenb);
}
