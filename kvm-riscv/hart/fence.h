/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Translation fences. The local forms act on this hart and are a few instructions each;
 * they need preemption off where "this hart" is to mean anything.
 *
 * hfence.vvma acts on the VMID that hgatp holds at that moment, so the VS-stage forms are for code
 * that runs with the guest live (hart/hart.h).
 */
#ifndef KVR_HART_FENCE_H
#define KVR_HART_FENCE_H

#include <linux/types.h>

/* Ranges of more pages than this are fenced as a whole. */
#define KVR_FENCE_PAGES_MAX	64

/* kvr_fence_vvma_all - this hart's VS-stage translations of the present VMID */
static inline void kvr_fence_vvma_all(void)
{
	asm volatile(".insn r 0x73, 0x0, 0x11, x0, x0, x0" ::: "memory");
}

/* kvr_fence_vvma_asid - those of one address space of the guest; global ones stay */
static inline void kvr_fence_vvma_asid(unsigned long asid)
{
	asm volatile(".insn r 0x73, 0x0, 0x11, x0, x0, %0" : : "r" (asid) : "memory");
}

/* kvr_fence_vvma_addr - those of one guest-virtual address, every address space */
static inline void kvr_fence_vvma_addr(unsigned long gva)
{
	asm volatile(".insn r 0x73, 0x0, 0x11, x0, %0, x0" : : "r" (gva) : "memory");
}

/* kvr_fence_vvma_addr_asid - those of one guest-virtual address in one address space */
static inline void kvr_fence_vvma_addr_asid(unsigned long gva, unsigned long asid)
{
	asm volatile(".insn r 0x73, 0x0, 0x11, x0, %0, %1" : : "r" (gva), "r" (asid) : "memory");
}

/* kvr_fence_gvma_all - this hart's G-stage translations of all VMs */
static inline void kvr_fence_gvma_all(void)
{
	asm volatile(".insn r 0x73, 0x0, 0x31, x0, x0, x0" ::: "memory");
}

/* kvr_fence_gvma_vmid - those of one VM */
static inline void kvr_fence_gvma_vmid(unsigned long vmid)
{
	asm volatile(".insn r 0x73, 0x0, 0x31, x0, x0, %0" : : "r" (vmid) : "memory");
}

/* kvr_fence_gvma_addr - those of one guest-physical byte address of one VM */
static inline void kvr_fence_gvma_addr(u64 gpa, unsigned long vmid)
{
	asm volatile(".insn r 0x73, 0x0, 0x31, x0, %0, %1" : : "r" (gpa >> 2), "r" (vmid) : "memory");
}

/* kvr_fence_insn - this hart's instruction fetches see its earlier stores, and those it has seen */
static inline void kvr_fence_insn(void)
{
	asm volatile("fence.i" ::: "memory");
}

/*
 * kvr_fence_vvma_range - VS-stage translations of [@gva, @gva + @size) of the present VMID
 *
 * All of them when @size is 0 or ~0, or beyond KVR_FENCE_PAGES_MAX pages. Hostile arguments
 * are fine: the cost is bounded.
 */
void kvr_fence_vvma_range(unsigned long gva, unsigned long size);

/* kvr_fence_vvma_range_asid - the same for one address space of the guest */
void kvr_fence_vvma_range_asid(unsigned long gva, unsigned long size, unsigned long asid);

#endif
