// SPDX-License-Identifier: GPL-2.0-only
/* What a hart offers for guest-physical memory, and the way of a VM onto a hart. */
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/smp.h>

#include "host/csr.h"
#include "memory/fence.h"
#include "memory/memory.h"
#include "memory/upkeep.h"
#include "memory/vmid.h"
#include "vcpu/csrs.h"

/* Of the hart's own; interrupts off. */
static DEFINE_PER_CPU(struct kvr_vmids, hart_vmids);

/*
 * Of all vCPUs of all VMs the one that entered this hart last; compared, never followed. While
 * that is so nothing has changed for it here, and nothing need be done.
 */
static DEFINE_PER_CPU(struct kvr_vcpu *, hart_last);

/* The modes that all harts have, bit n: hgatp.MODE n, and the largest; fixed from module init on */
static unsigned int gstage_modes;
static unsigned long gstage_mode;

/* What all harts have in common, while they are asked. */
struct hart_probe {
	atomic_t modes;			/* bit n: hgatp.MODE n */
	atomic_t vmids;			/* implemented bits of hgatp.VMID, from bit 0 */
};

unsigned long kvr_gstage_mode(void)
{
	return gstage_mode;
}

static unsigned int mode_levels(unsigned long mode)
{
	return mode - KVR_HGATP_MODE_SV39X4 + 3;
}

static unsigned long levels_mode(unsigned int levels)
{
	return levels - 3 + KVR_HGATP_MODE_SV39X4;
}

unsigned int kvr_gpa_bits(void)
{
	return kvr_gstage_gpa_bits(mode_levels(gstage_mode));
}

unsigned int kvr_gstage_levels_for(u64 bits)
{
	unsigned long mode;

	for (mode = KVR_HGATP_MODE_SV39X4; mode <= gstage_mode; mode++)
		if (gstage_modes & BIT(mode) && kvr_gstage_gpa_bits(mode_levels(mode)) >= bits)
			return mode_levels(mode);
	return 0;
}

/*
 * A write to hgatp with an unsupported MODE changes nothing (Hypervisor, "Hypervisor Guest Address
 * Translation and Protection Register"), so what reads back tells.
 */
static bool hart_has_mode(unsigned long mode)
{
	kvr_csr_write(KVR_CSR_HGATP, mode << KVR_HGATP_MODE_SHIFT);
	return kvr_csr_read(KVR_CSR_HGATP) >> KVR_HGATP_MODE_SHIFT == mode;
}

static void hart_ask(void *data)
{
	/* Nobody's tables are walked under the values that are tried. */
	unsigned long vsatp = kvr_csr_swap(KVR_CSR_VSATP, 0);
	unsigned long hgatp = kvr_csr_read(KVR_CSR_HGATP);
	struct hart_probe *probe = data;
	unsigned long mode, vmids = 0;
	int modes = 0;

	for (mode = KVR_HGATP_MODE_SV39X4; mode <= KVR_HGATP_MODE_SV57X4; mode++) {
		if (!hart_has_mode(mode))
			continue;
		modes |= BIT(mode);
		kvr_csr_set(KVR_CSR_HGATP, KVR_HGATP_VMID);
		vmids = (kvr_csr_read(KVR_CSR_HGATP) & KVR_HGATP_VMID) >> KVR_HGATP_VMID_SHIFT;
	}
	kvr_csr_write(KVR_CSR_HGATP, hgatp);
	/* Nothing was translated under these values; but a hart may look ahead. */
	kvr_fence_gvma_all();
	kvr_csr_write(KVR_CSR_VSATP, vsatp);
	atomic_and(modes, &probe->modes);
	atomic_and(vmids, &probe->vmids);
}

int kvr_memory_hart_arrive(void)
{
	struct hart_probe probe = { ATOMIC_INIT(-1), ATOMIC_INIT(-1) };

	kvr_memory_hart_renew();
	hart_ask(&probe);
	if (gstage_modes & ~atomic_read(&probe.modes) ||
	    fls(atomic_read(&probe.vmids)) < kvr_vmid_bits())
		return -ENODEV;
	return 0;
}

void kvr_memory_hart_renew(void)
{
	__this_cpu_write(hart_last, NULL);
	kvr_vmid_retire(this_cpu_ptr(&hart_vmids));
}

void kvr_memory_hart_depart(void)
{
	unsigned long vmid, last = __this_cpu_read(hart_vmids.last);
	unsigned long vsatp = kvr_csr_swap(KVR_CSR_VSATP, 0);
	unsigned long hgatp = kvr_csr_read(KVR_CSR_HGATP);

	/* hfence.vvma acts on the VMID in hgatp, hfence.gvma need not touch VS-stage entries. */
	for (vmid = 0; vmid <= last; vmid++) {
		kvr_csr_write(KVR_CSR_HGATP, gstage_mode << KVR_HGATP_MODE_SHIFT |
					     vmid << KVR_HGATP_VMID_SHIFT);
		kvr_fence_vvma_all();
	}
	kvr_csr_write(KVR_CSR_HGATP, hgatp);
	kvr_fence_gvma_all();
	kvr_csr_write(KVR_CSR_VSATP, vsatp);
	kvr_memory_hart_renew();
	__this_cpu_write(hart_vmids.last, 0);
}

/*
 * The vCPU's thread leaves this hart, and none of the translations under its VMID stay behind: to
 * the next user of the hart the same VMID may mean something else. Preemption off.
 */
static void hart_tidy_up(struct kvr_vcpu *vcpu)
{
	struct kvr_memory_hart *hart;
	unsigned long flags, hgatp, vsatp;

	if (vcpu->last_cpu != smp_processor_id())
		return;
	local_irq_save(flags);
	hart = this_cpu_ptr(vcpu->memory->harts);
	vsatp = kvr_csr_swap(KVR_CSR_VSATP, 0);
	hgatp = kvr_csr_swap(KVR_CSR_HGATP, hart->hgatp);
	kvr_fence_vvma_all();
	kvr_csr_write(KVR_CSR_HGATP, hgatp);
	kvr_fence_gvma_all();
	kvr_csr_write(KVR_CSR_VSATP, vsatp);

	/* At its next entry a VMID is as good as new here, and fenced as such. */
	cpumask_clear_cpu(smp_processor_id(), vcpu->memory->entered);
	hart->tag = 0;
	__this_cpu_write(hart_last, NULL);
	vcpu->last_cpu = -1;
	local_irq_restore(flags);
}

int kvr_memory_module_init(void)
{
	struct hart_probe probe = { ATOMIC_INIT(-1), ATOMIC_INIT(-1) };

	on_each_cpu(hart_ask, &probe, 1);
	if (!atomic_read(&probe.modes))
		return -ENODEV;
	gstage_modes = atomic_read(&probe.modes);
	gstage_mode = fls(gstage_modes) - 1;
	kvr_vmid_init(fls(atomic_read(&probe.vmids)));
	kvr_hart_tidy_up = hart_tidy_up;
	return 0;
}

static noinline unsigned long enter_slow(struct kvr_memory *memory, struct kvr_vcpu *vcpu,
					 struct kvr_memory_hart *hart, int cpu)
{
	bool is_new = kvr_vmid_renew(this_cpu_ptr(&hart_vmids), &hart->tag);
	unsigned long vmid = kvr_vmid_of(hart->tag);
	bool moved = vcpu->last_cpu != cpu;

	hart->hgatp = levels_mode(memory->gstage.levels) << KVR_HGATP_MODE_SHIFT |
		      vmid << KVR_HGATP_VMID_SHIFT | __pa(memory->gstage.root) >> PAGE_SHIFT;
	/* First, because hfence.vvma acts on the VMID in hgatp. */
	kvr_csr_write(KVR_CSR_HGATP, hart->hgatp);
	if (is_new) {
		cpumask_set_cpu(cpu, memory->entered);
		/* Either kvr_fence_remote finds this hart, or it sees the tables as they are. */
		smp_mb();
		kvr_fence_gvma_vmid(vmid);
	}
	/* The guest's own translations are this vCPU's only, and those of its last stay here. */
	if (is_new || moved || hart->vcpu != vcpu)
		kvr_fence_vvma_all();
	/* The guest's fence.i took effect where the vCPU was. */
	if (moved)
		kvr_fence_insn();

	hart->vcpu = vcpu;
	vcpu->last_cpu = cpu;
	this_cpu_write(hart_last, vcpu);
	return hart->hgatp;
}

unsigned long kvr_memory_enter(struct kvr_memory *memory, struct kvr_vcpu *vcpu)
{
	struct kvr_memory_hart *hart = this_cpu_ptr(memory->harts);
	int cpu = smp_processor_id();

	if (likely(this_cpu_read(hart_last) == vcpu && vcpu->last_cpu == cpu))
		return hart->hgatp;
	return enter_slow(memory, vcpu, hart, cpu);
}

bool kvr_memory_hart_leave(struct kvr_memory *memory)
{
	struct kvr_memory_hart *hart = this_cpu_ptr(memory->harts);

	/* Where a thread that leaves takes all along, hgatp does not tell whether it has. */
	if (READ_ONCE(kvr_hart_tidy) || kvr_csr_read(KVR_CSR_HGATP) == hart->hgatp)
		return false;
	cpumask_clear_cpu(smp_processor_id(), memory->entered);
	hart->tag = 0;
	this_cpu_write(hart_last, NULL);
	return true;
}
