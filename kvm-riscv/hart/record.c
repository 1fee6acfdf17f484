// SPDX-License-Identifier: GPL-2.0-only
/* Asking harts what they have, with everything put back that is changed on the way. */
#define pr_fmt(fmt) "kvm-riscv: " fmt

#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "hart/csr_access.h"
#include "hart/fence.h"
#include "hart/record.h"
#include "hart/vmid.h"
#include "host/isa.h"

/* The root of a G-stage table is four pages (Hypervisor, "Guest Physical Address Translation"). */
#define ROOT_ORDER	2

struct kvr_hart_record kvr_hart_common;
DEFINE_PER_CPU(bool, kvr_hart_can_run);
struct cpumask kvr_harts_usable;

static DEFINE_PER_CPU(struct kvr_hart_record, hart_record);
static DEFINE_RAW_SPINLOCK(common_lock);	/* kvr_hart_common and common_harts during init */
static unsigned int common_harts;		/* that kvr_hart_common has been reduced to */
static unsigned long empty_root;

unsigned long kvr_hart_empty_ppn(void)
{
	return __pa(empty_root) >> PAGE_SHIFT;
}

/*
 * A write to hgatp with an unsupported MODE puts a supported one there, Bare perhaps (Hypervisor,
 * "Hypervisor Guest Address Translation and Protection Register"): what reads back tells.
 */
static bool hart_has_mode(unsigned long mode)
{
	kvr_csr_write(KVR_CSR_HGATP, mode << KVR_HGATP_MODE_SHIFT | kvr_hart_empty_ppn());
	return kvr_csr_read(KVR_CSR_HGATP) >> KVR_HGATP_MODE_SHIFT == mode;
}

static void hart_ask_gstage(struct kvr_hart_record *record)
{
	unsigned long mode, vmids = 0;

	for (mode = KVR_HGATP_MODE_SV39X4; mode <= KVR_HGATP_MODE_SV57X4; mode++) {
		if (!hart_has_mode(mode))
			continue;
		record->gstage_modes |= BIT(mode);
		record->gstage_mode = mode;
		kvr_csr_set(KVR_CSR_HGATP, KVR_HGATP_VMID);
		vmids = (kvr_csr_read(KVR_CSR_HGATP) & KVR_HGATP_VMID) >> KVR_HGATP_VMID_SHIFT;
	}
	record->vmid_bits = fls(vmids);
}

/*
 * hgatp holds a table without entries, and nothing that was found under Bare is known any more, so
 * that nothing can be translated by the values that are tried. A mode that the hart lacks does not
 * stick (Hypervisor, vsatp).
 */
static void hart_ask_vsatp(struct kvr_hart_record *record)
{
	unsigned long mode;

	kvr_csr_write(KVR_CSR_HGATP,
		      record->gstage_mode << KVR_HGATP_MODE_SHIFT | kvr_hart_empty_ppn());
	kvr_fence_gvma_all();
	for (mode = KVR_SATP_MODE_SV57; mode > KVR_SATP_MODE_SV39; mode--) {
		kvr_csr_write(KVR_CSR_VSATP, mode << KVR_SATP_MODE_SHIFT);
		if (kvr_csr_read(KVR_CSR_VSATP) >> KVR_SATP_MODE_SHIFT == mode)
			break;
	}
	record->satp_mode = mode;
	kvr_csr_write(KVR_CSR_VSATP, 0);
}

/* Which hart the ISA was read of may not be known: the CSR has to be there as well. */
static void hart_ask_vector(struct kvr_hart_record *record)
{
	if (!kvr_isa_host_has(KVM_RISCV_ISA_EXT_V))
		return;
	kvr_csr_set(KVR_CSR_SSTATUS, KVR_SSTATUS_VS);
	if (kvr_csr_exists(KVR_CSR_VLENB))
		record->vlenb = kvr_csr_read(KVR_CSR_VLENB);
	kvr_csr_clear(KVR_CSR_SSTATUS, KVR_SSTATUS_VS);
}

/* Interrupts off. */
static void hart_ask(struct kvr_hart_record *record)
{
	unsigned long vsatp, hgatp;

	*record = (struct kvr_hart_record){ };
	if (!kvr_csr_exists(KVR_CSR_HGATP))
		return;
	record->h = kvr_isa_hart_has_h(smp_processor_id());
	record->h_unnamed = !record->h;
	if (!record->h)
		return;
	/* Nobody's tables are walked under the values that are tried. */
	vsatp = kvr_csr_swap(KVR_CSR_VSATP, 0);
	hgatp = kvr_csr_read(KVR_CSR_HGATP);
	hart_ask_gstage(record);
	if (record->gstage_modes)
		hart_ask_vsatp(record);
	kvr_fence_vvma_all();
	kvr_csr_write(KVR_CSR_HGATP, hgatp);
	kvr_fence_gvma_all();
	kvr_csr_write(KVR_CSR_VSATP, vsatp);

	record->envcfg = kvr_csr_exists(KVR_CSR_HENVCFG);
	record->stateen = kvr_csr_exists(KVR_CSR_HSTATEEN0);
	record->sstc = kvr_csr_exists(KVR_CSR_VSTIMECMP) &&
		       kvr_isa_host_has(KVM_RISCV_ISA_EXT_SSTC);
	record->aia = kvr_csr_exists(KVR_CSR_HVICTL);
	hart_ask_vector(record);
}

/* On the hart itself, interrupts off. */
static void hart_set_usable(bool usable)
{
	__this_cpu_write(kvr_hart_can_run, usable);
	if (usable)
		cpumask_set_cpu(smp_processor_id(), &kvr_harts_usable);
	else
		cpumask_clear_cpu(smp_processor_id(), &kvr_harts_usable);
}

static void hart_ask_first(void *unused)
{
	struct kvr_hart_record *record = this_cpu_ptr(&hart_record);

	hart_ask(record);
	if (!record->h)
		return;
	raw_spin_lock(&common_lock);
	if (!common_harts++)
		kvr_hart_common = *record;
	else
		kvr_promise_reduce(&kvr_hart_common, record);
	raw_spin_unlock(&common_lock);
	hart_set_usable(true);
}

bool kvr_hart_record_arrive(void)
{
	struct kvr_hart_record *record = this_cpu_ptr(&hart_record);

	hart_ask(record);
	hart_set_usable(kvr_promise_kept(&kvr_hart_common, record, kvr_vmid_bits()));
	return kvr_hart_usable();
}

void kvr_hart_record_depart(void)
{
	hart_set_usable(false);
}

void kvr_hart_record_tell(unsigned int cpu)
{
	char text[KVR_RECORD_TEXT_MAX];

	kvr_record_text(per_cpu_ptr(&hart_record, cpu), text);
	pr_info("hart %u runs no guests, as it has less than they were promised: %s\n", cpu, text);
}

/* Harts that are the same are named together. @told and @same: for use here. */
static void differences_tell(struct cpumask *told, struct cpumask *same)
{
	char text[KVR_RECORD_TEXT_MAX], other[KVR_RECORD_TEXT_MAX];
	unsigned int cpu, next;

	cpumask_clear(told);
	for_each_online_cpu(cpu) {
		if (cpumask_test_cpu(cpu, told))
			continue;
		kvr_record_text(per_cpu_ptr(&hart_record, cpu), text);
		cpumask_clear(same);
		for_each_online_cpu(next) {
			kvr_record_text(per_cpu_ptr(&hart_record, next), other);
			if (!strcmp(text, other))
				cpumask_set_cpu(next, same);
		}
		if (cpumask_equal(same, cpu_online_mask))
			return;
		cpumask_or(told, told, same);
		pr_info("harts differ; on %*pbl: %s\n", cpumask_pr_args(same), text);
	}
	pr_info("guests run on harts %*pbl (by the kernel's numbers)\n",
		cpumask_pr_args(&kvr_harts_usable));
	if (kvr_isa_host_has(KVM_RISCV_ISA_EXT_V) && !kvr_hart_common.vlenb)
		pr_info("guests get no vectors (V), as the length of vector registers differs between these harts\n");
}

/* What firmware names and a hart's CSRs do not have, guests are not offered. */
static void isa_confirm(void)
{
	const struct kvr_hart_record *common = &kvr_hart_common;

	if (!common->vlenb)
		kvr_isa_withhold(KVM_RISCV_ISA_EXT_V);
	if (!common->sstc)
		kvr_isa_withhold(KVM_RISCV_ISA_EXT_SSTC);
	if (!common->stateen)
		kvr_isa_withhold(KVM_RISCV_ISA_EXT_SMSTATEEN);
}

static void ids_ask(void *unused)
{
	kvr_isa_ask_ids();
}

int kvr_hart_record_init(void)
{
	cpumask_var_t told, same;
	int ret = -ENOMEM;

	empty_root = __get_free_pages(GFP_KERNEL | __GFP_ZERO, ROOT_ORDER);
	if (!empty_root || !zalloc_cpumask_var(&told, GFP_KERNEL))
		goto err_root;
	if (!zalloc_cpumask_var(&same, GFP_KERNEL))
		goto err_told;
	on_each_cpu(hart_ask_first, NULL, 1);
	differences_tell(told, same);
	ret = 0;
	if (kvr_hart_common.gstage_modes) {
		kvr_vmid_init(kvr_hart_common.vmid_bits);
		isa_confirm();
		smp_call_function_any(&kvr_harts_usable, ids_ask, NULL, 1);
	} else {
		pr_err("not loaded: %s\n", common_harts ?
		       "the harts have no mode of two-stage address translation in common" :
		       "no hart has the hypervisor extension (H); use a machine that has it");
		ret = -ENODEV;
	}
	free_cpumask_var(same);
err_told:
	free_cpumask_var(told);
err_root:
	if (ret)
		kvr_hart_record_exit();
	return ret;
}

void kvr_hart_record_exit(void)
{
	free_pages(empty_root, ROOT_ORDER);
}
