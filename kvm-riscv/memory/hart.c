// SPDX-License-Identifier: GPL-2.0-only
/* What a hart offers for guest-physical memory, and the way of a VM onto a hart. */
#include <linux/bitops.h>
#include <linux/cpuhotplug.h>
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
#include "vcpu/vcpu.h"

/* Of the hart's own; interrupts off. */
static DEFINE_PER_CPU(struct kvr_vmids, hart_vmids);

/*
 * Of all vCPUs of all VMs the one that entered this hart last; compared, never followed. While
 * that is so nothing has changed for it here, and nothing need be done.
 */
static DEFINE_PER_CPU(struct kvr_vcpu *, hart_last);

static unsigned long gstage_mode;
static enum cpuhp_state hart_cpuhp;

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

unsigned int kvr_gpa_bits(void)
{
	return kvr_gstage_gpa_bits(mode_levels(gstage_mode));
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
	unsigned long before = kvr_csr_read(KVR_CSR_HGATP);
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
	kvr_csr_write(KVR_CSR_HGATP, before);
	/* Nothing was translated under these values; but a hart may look ahead. */
	kvr_fence_gvma_all();
	atomic_and(modes, &probe->modes);
	atomic_and(vmids, &probe->vmids);
}

/* A hart joins, before any vCPU can run there: what its TLB holds is unknown. */
static int hart_online(unsigned int cpu)
{
	struct hart_probe probe = { ATOMIC_INIT(-1), ATOMIC_INIT(-1) };
	unsigned long flags;

	local_irq_save(flags);
	hart_ask(&probe);
	this_cpu_write(hart_last, NULL);
	kvr_vmid_retire(this_cpu_ptr(&hart_vmids));
	local_irq_restore(flags);
	if (!(atomic_read(&probe.modes) & BIT(gstage_mode)) ||
	    fls(atomic_read(&probe.vmids)) < kvr_vmid_bits())
		return -ENODEV;
	return 0;
}

int kvr_memory_module_init(void)
{
	struct hart_probe probe = { ATOMIC_INIT(-1), ATOMIC_INIT(-1) };
	int ret;

	on_each_cpu(hart_ask, &probe, 1);
	if (!atomic_read(&probe.modes))
		return -ENODEV;
	gstage_mode = fls(atomic_read(&probe.modes)) - 1;
	kvr_vmid_init(fls(atomic_read(&probe.vmids)));

	/* The callback runs on each hart that is there already, too. */
	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "virt/kvm-riscv/memory:online", hart_online,
				NULL);
	if (ret < 0)
		return ret;
	hart_cpuhp = ret;
	return 0;
}

void kvr_memory_module_exit(void)
{
	cpuhp_remove_state(hart_cpuhp);
}

static noinline unsigned long enter_slow(struct kvr_memory *memory, struct kvr_vcpu *vcpu,
					 struct kvr_memory_hart *hart, int cpu)
{
	bool is_new = kvr_vmid_renew(this_cpu_ptr(&hart_vmids), &hart->tag);
	unsigned long vmid = kvr_vmid_of(hart->tag);
	bool moved = vcpu->last_cpu != cpu;

	hart->hgatp = gstage_mode << KVR_HGATP_MODE_SHIFT | vmid << KVR_HGATP_VMID_SHIFT |
		      __pa(memory->gstage.root) >> PAGE_SHIFT;
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

	if (kvr_csr_read(KVR_CSR_HGATP) == hart->hgatp)
		return false;
	cpumask_clear_cpu(smp_processor_id(), memory->entered);
	hart->tag = 0;
	this_cpu_write(hart_last, NULL);
	return true;
}
