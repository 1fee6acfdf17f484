/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Translation fences. The local forms act on this hart and are a few instructions each;
 * they need preemption off where "this hart" is to mean anything.
 *
 * hfence.vvma acts on the VMID that hgatp holds at that moment. What a guest asks for goes through
 * hart/guest_fence.h.
 */
#ifndef KVR_HART_FENCE_H
#define KVR_HART_FENCE_H

#include <linux/types.h>

/* A range of more G-stage pages than this is fenced as a whole. */
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
 * "Svinval" Extension for Fine-Grained Address-Translation Cache Invalidation: what stands between
 * kvr_inval_begin and kvr_inval_end does what the fence of the same name does, and this hart waits
 * once, in kvr_inval_end. For harts that have it: kvr_inval_usable.
 */
extern bool kvr_inval_exists;

/* kvr_inval_usable - has each hart Svinval? */
static inline bool kvr_inval_usable(void)
{
	return kvr_inval_exists;
}

/* kvr_inval_begin - the stores that this hart has seen come before what is invalidated next */
static inline void kvr_inval_begin(void)
{
	asm volatile(".insn r 0x73, 0x0, 0x0c, x0, x0, x0" ::: "memory"); /* sfence.w.inval */
}

/* kvr_inval_end - what has been invalidated is gone before this hart next walks a table */
static inline void kvr_inval_end(void)
{
	asm volatile(".insn r 0x73, 0x0, 0x0c, x0, x0, x1" ::: "memory"); /* sfence.inval.ir */
}

static inline void kvr_inval_vvma_addr(unsigned long gva)
{
	asm volatile(".insn r 0x73, 0x0, 0x13, x0, %0, x0" : : "r" (gva) : "memory");
}

static inline void kvr_inval_vvma_addr_asid(unsigned long gva, unsigned long asid)
{
	asm volatile(".insn r 0x73, 0x0, 0x13, x0, %0, %1" : : "r" (gva), "r" (asid) : "memory");
}

static inline void kvr_inval_gvma_addr(u64 gpa, unsigned long vmid)
{
	asm volatile(".insn r 0x73, 0x0, 0x33, x0, %0, %1" : : "r" (gpa >> 2), "r" (vmid) : "memory");
}

/*
 * kvr_fence_gvma_range - this hart's G-stage translations of frames @first to @last of one VM; all
 * of that VM's if these are more than KVR_FENCE_PAGES_MAX
 */
void kvr_fence_gvma_range(u64 first, u64 last, unsigned long vmid);

/* kvr_fence_init - ask what the harts have; before the first guest runs, after kvr_isa_init */
void kvr_fence_init(void);

#endif
