/* SPDX-License-Identifier: GPL-2.0-only */
/* In place of kvm-riscv/hart/fence.h: fences act on the caches of the model's harts. */
#ifndef KVR_HART_FENCE_H
#define KVR_HART_FENCE_H

#include <linux/types.h>

#include "model/hart.h"

#define KVR_FENCE_PAGES_MAX	64

static inline void kvr_fence_vvma_all(void)
{
	model_fence_vvma(NULL, NULL);
}

static inline void kvr_fence_vvma_asid(unsigned long asid)
{
	model_fence_vvma(NULL, &(u64){ asid });
}

static inline void kvr_fence_vvma_addr(unsigned long gva)
{
	model_fence_vvma(&(u64){ gva }, NULL);
}

static inline void kvr_fence_vvma_addr_asid(unsigned long gva, unsigned long asid)
{
	model_fence_vvma(&(u64){ gva }, &(u64){ asid });
}

static inline void kvr_fence_gvma_all(void)
{
	model_fence_gvma(NULL, NULL);
}

static inline void kvr_fence_gvma_vmid(unsigned long vmid)
{
	model_fence_gvma(NULL, &(u64){ vmid });
}

static inline void kvr_fence_gvma_addr(u64 gpa, unsigned long vmid)
{
	model_fence_gvma(&(u64){ gpa }, &(u64){ vmid });
}

static inline void kvr_fence_insn(void)
{
	model_fence_i();
}

/* Svinval: what stands between begin and end is done at once. */
extern bool kvr_inval_exists;

#define kvr_inval_usable()	kvr_inval_exists
#define kvr_inval_begin()	model_step()
#define kvr_inval_end()		model_step()

static inline void kvr_inval_vvma_addr(unsigned long gva)
{
	kvr_fence_vvma_addr(gva);
}

static inline void kvr_inval_vvma_addr_asid(unsigned long gva, unsigned long asid)
{
	kvr_fence_vvma_addr_asid(gva, asid);
}

static inline void kvr_inval_gvma_addr(u64 gpa, unsigned long vmid)
{
	kvr_fence_gvma_addr(gpa, vmid);
}

void kvr_fence_gvma_range(u64 first, u64 last, unsigned long vmid);
void kvr_fence_init(void);

#endif
