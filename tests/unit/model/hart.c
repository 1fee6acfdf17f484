// SPDX-License-Identifier: GPL-2.0-only
/* The model's harts: registers, and what instructions do to caches. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "host/csr.h"
#include "model/hart.h"
#include "model/sched.h"

struct model_hart model_harts[MODEL_HARTS];
unsigned int model_hart_count;
u64 model_time;
char model_report[160];
enum model_mutant model_mutant;

void model_violation(const char *format, ...)
{
	va_list args;

	if (*model_report)
		return;
	va_start(args, format);
	vsnprintf(model_report, sizeof(model_report), format, args);
	va_end(args);
}

struct model_hart *model_hart(void)
{
	return &model_harts[model_cpu()];
}

void model_harts_reset(unsigned int count, const struct model_hart_config *configs)
{
	model_hart_count = count;
	model_time = 1;
	*model_report = '\0';
	for (unsigned int i = 0; i < MODEL_HARTS; i++) {
		struct model_hart *hart = &model_harts[i];

		memset(hart, 0, offsetof(struct model_hart, tlb));
		hart->tlb_count = 0;
		hart->looked = 0;
		if (i < count)
			hart->config = configs[i];
		hart->csr[KVR_CSR_SATP] = KVR_SATP_MODE_SV39 << KVR_SATP_MODE_SHIFT;
	}
}

/* ---- Registers ---- */

static bool csr_is_hypervisor(unsigned int csr)
{
	return (csr >= 0x200 && csr < 0x300) || (csr >= 0x600 && csr < 0x700) ||
	       csr == KVR_CSR_HGEIP || csr == KVR_CSR_VSTOPI;
}

bool model_csr_exists(unsigned int csr)
{
	const struct model_hart_config *config = &model_hart()->config;

	if (csr_is_hypervisor(csr) && config->no_h)
		return false;
	switch (csr) {
	case KVR_CSR_HENVCFG:
	case KVR_CSR_SENVCFG:
		return config->envcfg;
	case KVR_CSR_HSTATEEN0:
	case KVR_CSR_SSTATEEN0:
		return config->stateen;
	case KVR_CSR_VSTIMECMP:
	case KVR_CSR_STIMECMP:
		return config->sstc;
	case KVR_CSR_HVICTL:
	case KVR_CSR_HVIEN:
	case KVR_CSR_HVIPRIO1:
	case KVR_CSR_HVIPRIO2:
	case KVR_CSR_VSISELECT:
		return config->aia;
	}
	return true;
}

static void csr_must_exist(unsigned int csr)
{
	if (!model_csr_exists(csr))
		model_violation("hart %u takes an illegal-instruction exception on CSR 0x%x",
				model_cpu(), csr);
}

u64 model_csr_read(unsigned int csr)
{
	struct model_hart *hart = model_hart();

	csr_must_exist(csr);
	switch (csr) {
	case KVR_CSR_VSIP:
		return (hart->csr[KVR_CSR_HVIP] & hart->csr[KVR_CSR_HIDELEG]) >>
		       KVR_IP_VS_TO_S_SHIFT;
	case KVR_CSR_VSIE:
		return (hart->csr[KVR_CSR_HIE] & hart->csr[KVR_CSR_HIDELEG]) >>
		       KVR_IP_VS_TO_S_SHIFT;
	case KVR_CSR_TIME:
		return model_time;
	}
	return hart->csr[csr];
}

/* WARL: MODE, as many bits of VMID as there are, and a PPN that is a multiple of four. */
static u64 hgatp_legal(const struct model_hart *hart, u64 value)
{
	u64 mode = value >> KVR_HGATP_MODE_SHIFT;
	u64 vmids = (1UL << hart->config.vmidlen) - 1;

	if (mode != KVR_HGATP_MODE_BARE && !(hart->config.gstage_modes >> mode & 1))
		mode = hart->config.hgatp_keeps ?
		       hart->csr[KVR_CSR_HGATP] >> KVR_HGATP_MODE_SHIFT : KVR_HGATP_MODE_BARE;
	return mode << KVR_HGATP_MODE_SHIFT | (value & vmids << KVR_HGATP_VMID_SHIFT) |
	       (value & KVR_HGATP_PPN & ~3UL);
}

static u64 vsatp_legal(const struct model_hart *hart, u64 value)
{
	u64 mode = value >> KVR_SATP_MODE_SHIFT;

	if (mode == KVR_SATP_MODE_BARE || hart->config.vsatp_modes >> mode & 1)
		return value;
	return hart->config.vsatp_warl ? value & ~KVR_SATP_MODE : hart->csr[KVR_CSR_VSATP];
}

void model_csr_write(unsigned int csr, u64 value)
{
	struct model_hart *hart = model_hart();
	u64 vsie = hart->csr[KVR_CSR_HIDELEG];

	csr_must_exist(csr);
	if (model_mutant == MUTANT_VSATP_STAYS && csr == KVR_CSR_VSATP && !value)
		return;
	switch (csr) {
	case KVR_CSR_HGATP:
		value = hgatp_legal(hart, value);
		break;
	case KVR_CSR_VSATP:
		value = vsatp_legal(hart, value);
		break;
	case KVR_CSR_VSIE:
		csr = KVR_CSR_HIE;
		value = (hart->csr[csr] & ~vsie) | (value << KVR_IP_VS_TO_S_SHIFT & vsie);
		break;
	}
	/* The hart looks ahead before the write as well as after it. */
	model_step();
	hart->csr[csr] = value;
	if (csr == KVR_CSR_HGATP || csr == KVR_CSR_VSATP)
		model_memory_changed();
	model_step();
}

/* ---- Fences ---- */

static unsigned int hart_vmid(const struct model_hart *hart)
{
	return (hart->csr[KVR_CSR_HGATP] & KVR_HGATP_VMID) >> KVR_HGATP_VMID_SHIFT;
}

/* Removes the entries of which @is_named says so. */
static void tlb_remove(struct model_hart *hart,
		       bool (*is_named)(const struct tlb_entry *entry, const u64 *address,
					const u64 *space, unsigned int vmid),
		       const u64 *address, const u64 *space)
{
	unsigned int vmid = hart_vmid(hart);
	unsigned int kept = 0;

	model_step();
	for (unsigned int i = 0; i < hart->tlb_count; i++)
		if (!is_named(&hart->tlb[i], address, space, vmid))
			hart->tlb[kept++] = hart->tlb[i];
	hart->tlb_count = kept;
	model_memory_changed();
	model_step();
}

/* hfence.vvma acts on the VMID in hgatp; with an ASID it leaves global entries alone. */
static bool vvma_names(const struct tlb_entry *entry, const u64 *gva, const u64 *asid,
		       unsigned int vmid)
{
	return entry->kind == TLB_VS && entry->vmid == vmid &&
	       (!gva || entry->gva == *gva >> 12 << 12) &&
	       (!asid || (!entry->global && entry->asid == *asid));
}

/*
 * hfence.gvma need not touch VS-stage entries, and with an address nothing but leaves. A VMID has
 * no more bits than the hart's hgatp.
 */
static bool gvma_names(const struct tlb_entry *entry, const u64 *gpa, const u64 *vmid,
		       unsigned int unused)
{
	if (entry->kind == TLB_VS || (gpa && entry->kind == TLB_G_TABLE))
		return false;
	if (gpa && (*gpa < (entry->gpa & ~(entry->span - 1)) ||
		    *gpa >= (entry->gpa | (entry->span - 1))))
		return false;
	return !vmid || entry->vmid == *vmid;
}

void model_fence_vvma(const u64 *gva, const u64 *asid)
{
	if (model_mutant == MUTANT_NO_VVMA_ALL && !gva && !asid)
		return;
	tlb_remove(model_hart(), vvma_names, gva, asid);
}

void model_fence_gvma(const u64 *gpa, const u64 *vmid)
{
	static const u64 zero;

	if ((model_mutant == MUTANT_NO_GVMA_ALL && !gpa && !vmid) ||
	    (model_mutant == MUTANT_NO_GVMA_VMID && !gpa && vmid) ||
	    (model_mutant == MUTANT_NO_GVMA_ADDR && gpa))
		return;
	if (model_mutant == MUTANT_GVMA_ADDR_FOR_VMID && !gpa && vmid)
		gpa = &zero;
	tlb_remove(model_hart(), gvma_names, gpa, vmid);
}

void model_fence_i(void)
{
	if (model_mutant == MUTANT_NO_FENCE_I)
		return;
	model_hart()->insn_time = ++model_time;
	model_memory_changed();
	model_step();
}
