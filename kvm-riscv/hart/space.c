// SPDX-License-Identifier: GPL-2.0-only
/* The way of a guest's translation into a hart, and fences for what changed in its table. */
#include <linux/bitops.h>
#include <linux/gfp.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/smp.h>

#include "hart/csr_access.h"
#include "hart/fence.h"
#include "hart/hgatp.h"
#include "hart/record.h"
#include "hart/space.h"
#include "hart/vmid.h"

struct fence_call {
	struct kvr_space *space;
	u64 first, last;
};

int kvr_space_init(struct kvr_space *space)
{
	if (!zalloc_cpumask_var(&space->entered, GFP_KERNEL_ACCOUNT))
		return -ENOMEM;
	space->harts = alloc_percpu_gfp(struct kvr_space_hart, GFP_KERNEL_ACCOUNT);
	if (!space->harts) {
		free_cpumask_var(space->entered);
		return -ENOMEM;
	}
	atomic64_set(&space->fences, 0);
	return 0;
}

/*
 * A guest that is put leaves its hgatp behind, and so does one whose registers another has replaced
 * that never came to translate.
 */
static void space_close_on_hart(void *data)
{
	struct kvr_hart *hart = this_cpu_ptr(&kvr_harts);
	const struct kvr_space *space = data;

	if (!kvr_hart_usable() || kvr_hart_is_shared() ||
	    (hart->hgatp ^ space->table) & ~KVR_HGATP_VMID)
		return;
	kvr_hart_untranslate(hart);
	kvr_hgatp_write(hart, 0);
}

void kvr_space_close(struct kvr_space *space)
{
	on_each_cpu(space_close_on_hart, space, 1);
}

void kvr_space_destroy(struct kvr_space *space)
{
	free_percpu(space->harts);
	free_cpumask_var(space->entered);
}

void kvr_space_set_table(struct kvr_space *space, unsigned long mode, phys_addr_t root)
{
	space->table = mode << KVR_HGATP_MODE_SHIFT | root >> PAGE_SHIFT;
}

/*
 * Where harts are shared the other hypervisor's values have been in hgatp and vsatp since this
 * space was here last, and the hart may have looked ahead with them: under the same VMID what it
 * found there would be taken for ours.
 */
static bool vmid_lent(const struct kvr_hart *hart, const struct kvr_space_hart *here)
{
	return kvr_hart_is_shared() && !((hart->hgatp ^ here->hgatp) & KVR_HGATP_VMID);
}

void kvr_hart_translate_slow(struct kvr_guest *guest)
{
	struct kvr_hart *hart = this_cpu_ptr(&kvr_harts);
	struct kvr_space *space = guest->space;
	struct kvr_space_hart *here = this_cpu_ptr(space->harts);
	int cpu = smp_processor_id();
	bool is_new = kvr_vmid_renew(&hart->vmids, &here->tag);
	unsigned long vmid = kvr_vmid_of(here->tag);
	bool moved = guest->last_cpu != cpu;

	kvr_hart_untranslate(hart);
	here->hgatp = space->table | vmid << KVR_HGATP_VMID_SHIFT;
	is_new |= vmid_lent(hart, here);
	kvr_hgatp_write(hart, here->hgatp);
	if (is_new) {
		cpumask_set_cpu(cpu, space->entered);
		/* Either kvr_space_fence finds this hart, or it sees the table as it is. */
		smp_mb();
		kvr_fence_gvma_vmid(vmid);
	}
	/* The guest's own translations are this guest's only, and those of its last stay here. */
	if (is_new || moved || here->guest != guest)
		kvr_fence_vvma_all();
	/* The guest's fence.i took effect where the guest was. */
	if (moved)
		kvr_fence_insn();
	kvr_csr_write(KVR_CSR_VSATP, guest->csr.vsatp);

	here->guest = guest;
	guest->last_cpu = cpu;
	hart->live = guest;
}

/*
 * If this hart translates by another space it may forget this one: then the next entry here fences
 * everything, so that nothing need be fenced now, nor the hart be asked again before that.
 */
static bool space_forget(struct kvr_space *space, struct kvr_space_hart *here)
{
	/* Where a thread that leaves takes all along, hgatp does not tell whether it has. */
	if (kvr_hart_is_tidy() || __this_cpu_read(kvr_harts.hgatp) == here->hgatp)
		return false;
	cpumask_clear_cpu(smp_processor_id(), space->entered);
	here->tag = 0;
	return true;
}

/* On each hart that ran the space, interrupts off. */
static void fence_on_hart(void *data)
{
	struct fence_call *call = data;
	struct kvr_space_hart *here = this_cpu_ptr(call->space->harts);

	/* A hart that went has forgotten all, and may have come back without H. */
	if (!kvr_hart_usable() || space_forget(call->space, here))
		return;
	kvr_fence_gvma_range(call->first, call->last, kvr_vmid_of(here->tag));
}

void kvr_space_fence(struct kvr_space *space, u64 first, u64 last)
{
	struct fence_call call = { space, first, last };

	/* The table changed before harts are looked for; pairs with kvr_hart_translate_slow. */
	smp_mb();
	on_each_cpu_mask(space->entered, fence_on_hart, &call, true);
	atomic64_inc(&space->fences);
}

void kvr_space_fence_here(struct kvr_space *space, u64 gfn, bool all)
{
	unsigned long vmid = kvr_vmid_of(this_cpu_ptr(space->harts)->tag);

	/* The thread has left the hart that faulted: where it runs no guest there is no fence. */
	if (unlikely(!kvr_hart_usable()))
		return;
	if (all)
		kvr_fence_gvma_vmid(vmid);
	else
		kvr_fence_gvma_addr(gfn << PAGE_SHIFT, vmid);
}

void kvr_space_leave(struct kvr_guest *guest)
{
	struct kvr_space *space = guest->space;
	struct kvr_space_hart *here;
	unsigned long flags, hgatp, vsatp;

	if (guest->last_cpu != smp_processor_id() || !kvr_hart_usable())
		return;
	local_irq_save(flags);
	here = this_cpu_ptr(space->harts);
	vsatp = kvr_csr_swap(KVR_CSR_VSATP, 0);
	hgatp = kvr_csr_swap(KVR_CSR_HGATP, here->hgatp);
	kvr_fence_vvma_all();
	kvr_csr_write(KVR_CSR_HGATP, hgatp);
	kvr_fence_gvma_all();
	kvr_csr_write(KVR_CSR_VSATP, vsatp);

	/* At its next entry a VMID is as good as new here, and fenced as such. */
	cpumask_clear_cpu(smp_processor_id(), space->entered);
	here->tag = 0;
	guest->last_cpu = -1;
	local_irq_restore(flags);
}
