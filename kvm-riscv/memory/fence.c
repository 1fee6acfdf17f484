// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/smp.h>

#include "memory/fence.h"
#include "memory/memory.h"
#include "memory/upkeep.h"
#include "memory/vmid.h"
#include "vcpu/trace.h"

struct fence_call {
	struct kvr_memory *memory;
	u64 first, last;
};

/*
 * Is [@start, @start + @size) too large for a fence of each page, or "everything" in SBI's words?
 */
static bool range_is_all(unsigned long start, unsigned long size)
{
	return !size || size > KVR_FENCE_PAGES_MAX * PAGE_SIZE || start + size < start;
}

void kvr_fence_vvma_range(unsigned long gva, unsigned long size)
{
	unsigned long at;

	if (range_is_all(gva, size)) {
		kvr_fence_vvma_all();
		return;
	}
	for (at = gva & PAGE_MASK; at < gva + size; at += PAGE_SIZE)
		kvr_fence_vvma_addr(at);
}

void kvr_fence_vvma_range_asid(unsigned long gva, unsigned long size, unsigned long asid)
{
	unsigned long at;

	if (range_is_all(gva, size)) {
		kvr_fence_vvma_asid(asid);
		return;
	}
	for (at = gva & PAGE_MASK; at < gva + size; at += PAGE_SIZE)
		kvr_fence_vvma_addr_asid(at, asid);
}

/* On each hart that ran the VM, interrupts off. */
static void fence_on_hart(void *data)
{
	struct fence_call *call = data;
	struct kvr_memory_hart *hart = this_cpu_ptr(call->memory->harts);
	unsigned long vmid = kvr_vmid_of(hart->tag);
	u64 gfn;

	if (kvr_memory_hart_leave(call->memory))
		return;
	if (call->last - call->first >= KVR_FENCE_PAGES_MAX) {
		kvr_fence_gvma_vmid(vmid);
		return;
	}
	for (gfn = call->first; gfn <= call->last; gfn++)
		kvr_fence_gvma_addr(gfn << PAGE_SHIFT, vmid);
}

void kvr_fence_remote(struct kvr_memory *memory, u64 first, u64 last)
{
	struct fence_call call = { memory, first, last };

	trace_kvm_fence(first, last);
	/* The tables changed before harts are looked for; pairs with kvr_memory_enter. */
	smp_mb();
	on_each_cpu_mask(memory->entered, fence_on_hart, &call, true);
	atomic64_inc(&memory->fences);
}
