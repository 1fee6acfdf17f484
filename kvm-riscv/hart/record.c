// SPDX-License-Identifier: GPL-2.0-only
/* Asking harts what they have, with everything put back that is changed on the way. */
#define pr_fmt(fmt) "kvm-riscv: " fmt

#include <linux/bitops.h>
#include <linux/gfp.h>
#include <linux/irqflags.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/spinlock.h>

#include "hart/csr_access.h"
#include "hart/fence.h"
#include "hart/record.h"
#include "hart/vmid.h"
#include "host/isa.h"

/* The root of a G-stage table is four pages (Hypervisor, "Guest Physical Address Translation"). */
#define ROOT_ORDER	2

struct kvr_hart_record kvr_hart_common;
DEFINE_PER_CPU(bool, kvr_hart_can_run);

static DEFINE_PER_CPU(struct kvr_hart_record, hart_record);
static DEFINE_RAW_SPINLOCK(common_lock);	/* kvr_hart_common and common_harts during init */
static unsigned int common_harts;		/* that kvr_hart_common has been reduced to */
static unsigned long empty_root;

unsigned long kvr_hart_empty_ppn(void)
{
	return __pa(empty_root) >> PAGE_SHIFT;
}

/*
 * A write to hgatp with an unsupported MODE changes nothing (Hypervisor, "Hypervisor Guest Address
 * Translation and Protection Register"), so what reads back tells.
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
 * hgatp holds a table without entries, so that nothing can be translated by the values that are
 * tried. A mode that the hart lacks does not stick (Hypervisor, vsatp).
 */
static void hart_ask_vsatp(struct kvr_hart_record *record)
{
	unsigned long mode;

	for (mode = KVR_SATP_MODE_SV57; mode > KVR_SATP_MODE_SV39; mode--) {
		kvr_csr_write(KVR_CSR_VSATP, mode << KVR_SATP_MODE_SHIFT);
		if (kvr_csr_read(KVR_CSR_VSATP) >> KVR_SATP_MODE_SHIFT == mode)
			break;
	}
	record->satp_mode = mode;
	kvr_csr_write(KVR_CSR_VSATP, 0);
}

static void hart_ask_vector(struct kvr_hart_record *record)
{
	if (!kvr_isa_host_has(KVM_RISCV_ISA_EXT_V))
		return;
	kvr_csr_set(KVR_CSR_SSTATUS, KVR_SSTATUS_VS);
	record->vlenb = kvr_csr_read(KVR_CSR_VLENB);
	kvr_csr_clear(KVR_CSR_SSTATUS, KVR_SSTATUS_VS);
}

/* Interrupts off. */
static void hart_ask(struct kvr_hart_record *record)
{
	unsigned long vsatp, hgatp;

	*record = (struct kvr_hart_record){ .h = kvr_csr_exists(KVR_CSR_HGATP) };
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

static void common_reduce(struct kvr_hart_record *common, const struct kvr_hart_record *record)
{
	common->envcfg &= record->envcfg;
	common->stateen &= record->stateen;
	common->sstc &= record->sstc;
	common->aia &= record->aia;
	common->gstage_modes &= record->gstage_modes;
	common->vmid_bits = min(common->vmid_bits, record->vmid_bits);
	common->satp_mode = min(common->satp_mode, record->satp_mode);
	if (common->vlenb != record->vlenb)
		common->vlenb = 0;
}

/* Can a hart with @record keep what guests were promised? */
static bool promises_kept(const struct kvr_hart_record *record)
{
	const struct kvr_hart_record *common = &kvr_hart_common;

	return record->h && record->envcfg >= common->envcfg &&
	       record->stateen >= common->stateen && record->sstc >= common->sstc &&
	       record->aia >= common->aia && !(common->gstage_modes & ~record->gstage_modes) &&
	       record->vmid_bits >= kvr_vmid_bits() && record->satp_mode >= common->satp_mode &&
	       (!common->vlenb || record->vlenb == common->vlenb);
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
		common_reduce(&kvr_hart_common, record);
	raw_spin_unlock(&common_lock);
	__this_cpu_write(kvr_hart_can_run, true);
}

bool kvr_hart_record_arrive(void)
{
	struct kvr_hart_record *record = this_cpu_ptr(&hart_record);

	hart_ask(record);
	__this_cpu_write(kvr_hart_can_run, promises_kept(record));
	return kvr_hart_usable();
}

void kvr_hart_record_depart(void)
{
	__this_cpu_write(kvr_hart_can_run, false);
}

int kvr_hart_record_init(void)
{
	struct kvr_hart_record *common = &kvr_hart_common;

	empty_root = __get_free_pages(GFP_KERNEL | __GFP_ZERO, ROOT_ORDER);
	if (!empty_root)
		return -ENOMEM;
	on_each_cpu(hart_ask_first, NULL, 1);
	if (common->gstage_modes) {
		common->gstage_mode = fls(common->gstage_modes) - 1;
		kvr_vmid_init(common->vmid_bits);
		return 0;
	}
	if (common_harts)
		pr_err("not loaded: the harts have no mode of two-stage address translation in common\n");
	else
		pr_err("not loaded: no hart has the hypervisor extension (H); use a machine that has it\n");
	kvr_hart_record_exit();
	return -ENODEV;
}

void kvr_hart_record_exit(void)
{
	free_pages(empty_root, ROOT_ORDER);
}
