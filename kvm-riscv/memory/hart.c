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
#include "memory/vmid.h"
#include "vcpu/vcpu.h"

/* Without VMIDs: the tag of the VM whose entries this hart's TLB holds. */
static DEFINE_PER_CPU(u64, hart_owner);

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
	local_irq_restore(flags);
	if (!(atomic_read(&probe.modes) & BIT(gstage_mode)) ||
	    fls(atomic_read(&probe.vmids)) < kvr_vmid_bits())
		return -ENODEV;
	this_cpu_write(hart_owner, 0);
	kvr_vmid_retire();
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

/* Has the hart's TLB nothing of @tag's VM that it may rely on? */
static bool hart_is_new(const struct kvr_memory_hart *hart, u64 tag)
{
	if (kvr_vmid_bits())
		return hart->tag != tag;
	return this_cpu_read(hart_owner) != tag;
}

static noinline unsigned long enter_slow(struct kvr_memory *memory, struct kvr_vcpu *vcpu,
					 struct kvr_memory_hart *hart, int cpu)
{
	u64 tag = kvr_vmid_renew(&memory->vmid_tag);
	unsigned long vmid = kvr_vmid_tag_vmid(tag);
	bool is_new = hart_is_new(hart, tag);
	bool moved = vcpu->last_cpu != cpu;

	hart->hgatp = gstage_mode << KVR_HGATP_MODE_SHIFT | vmid << KVR_HGATP_VMID_SHIFT |
		      __pa(memory->gstage.root) >> PAGE_SHIFT;
	kvr_csr_write(KVR_CSR_HGATP, hart->hgatp);
	if (is_new) {
		hart->tag = tag;
		this_cpu_write(hart_owner, tag);
		cpumask_set_cpu(cpu, memory->entered);
		/* Either kvr_fence_remote finds this hart, or the hart sees the tables as they are now. */
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
	/* Without VMIDs the fast way never applies: another VM may have run here meanwhile. */
	hart->generation = kvr_vmid_bits() ? kvr_vmid_tag_generation(tag) : 0;
	vcpu->last_cpu = cpu;
	return hart->hgatp;
}

unsigned long kvr_memory_enter(struct kvr_memory *memory, struct kvr_vcpu *vcpu)
{
	struct kvr_memory_hart *hart = this_cpu_ptr(memory->harts);
	int cpu = smp_processor_id();

	if (likely(hart->vcpu == vcpu && vcpu->last_cpu == cpu &&
		   hart->generation == READ_ONCE(kvr_vmid_generation)))
		return hart->hgatp;
	return enter_slow(memory, vcpu, hart, cpu);
}
