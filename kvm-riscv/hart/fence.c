// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cache.h>
#include <linux/mm.h>

#include "hart/fence.h"
#include "host/isa.h"

bool kvr_inval_exists __ro_after_init;

void kvr_fence_gvma_range(u64 first, u64 last, unsigned long vmid)
{
	u64 gfn;

	if (last - first >= KVR_FENCE_PAGES_MAX) {
		kvr_fence_gvma_vmid(vmid);
		return;
	}
	if (first == last || !kvr_inval_usable()) {
		for (gfn = first; gfn <= last; gfn++)
			kvr_fence_gvma_addr(gfn << PAGE_SHIFT, vmid);
		return;
	}
	kvr_inval_begin();
	for (gfn = first; gfn <= last; gfn++)
		kvr_inval_gvma_addr(gfn << PAGE_SHIFT, vmid);
	kvr_inval_end();
}

void kvr_fence_init(void)
{
	kvr_inval_exists = kvr_isa_host_has(KVM_RISCV_ISA_EXT_SVINVAL);
}
