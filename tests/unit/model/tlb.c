// SPDX-License-Identifier: GPL-2.0-only
/* Looking ahead, and looking at what was found. */
#include <linux/mm.h>
#include <linux/kernel.h>

#include "hart/frame.h"
#include "host/csr.h"
#include "model/frames.h"
#include "model/hart.h"
#include "model/sched.h"
#include "translate/gstage.h"

#define VMS	4
#define GUESTS	8
#define FOUND	8		/* translations of one address that are told apart */

static u64 vm_roots[VMS + 1];		/* physical addresses; VM 0 is none */
static struct {
	u64 root;			/* guest-physical */
	unsigned int vm;
} guests[GUESTS];
static unsigned int guest_count;
static u64 probes_gpa[MODEL_PROBES], probes_gva[MODEL_PROBES];
static unsigned int probes_gpa_count, probes_gva_count;
static u64 epoch;			/* moves on with every change */

const char *(*model_rule)(unsigned int vm, u64 gpa, u64 pa, unsigned int perms);

void model_memory_changed(void)
{
	epoch++;
}

void model_vm_root(unsigned int vm, u64 pa)
{
	vm_roots[vm] = pa;
	epoch++;
}

void model_guest_root(unsigned int vm, u64 gpa)
{
	guests[guest_count].root = gpa;
	guests[guest_count++].vm = vm;
}

void model_probe_gpa(u64 gpa)
{
	probes_gpa[probes_gpa_count++] = gpa;
}

void model_probe_gva(u64 gva)
{
	probes_gva[probes_gva_count++] = gva;
}

void model_probes_reset(void)
{
	memset(vm_roots, 0, sizeof(vm_roots));
	guest_count = 0;
	probes_gpa_count = 0;
	probes_gva_count = 0;
	model_rule = NULL;
	epoch++;
}

static unsigned int hart_vmid(const struct model_hart *hart)
{
	return (hart->csr[KVR_CSR_HGATP] & KVR_HGATP_VMID) >> KVR_HGATP_VMID_SHIFT;
}

static unsigned int hart_asid(const struct model_hart *hart)
{
	return (hart->csr[KVR_CSR_VSATP] & KVR_SATP_ASID) >> KVR_SATP_ASID_SHIFT;
}

static u64 hart_vs_root(const struct model_hart *hart)
{
	return (hart->csr[KVR_CSR_VSATP] & KVR_SATP_PPN) << PAGE_SHIFT;
}

static unsigned int hart_gstage_mode(const struct model_hart *hart)
{
	return hart->csr[KVR_CSR_HGATP] >> KVR_HGATP_MODE_SHIFT;
}

static unsigned int hart_vs_mode(const struct model_hart *hart)
{
	return hart->csr[KVR_CSR_VSATP] >> KVR_SATP_MODE_SHIFT;
}

static u64 hart_root(const struct model_hart *hart)
{
	return (hart->csr[KVR_CSR_HGATP] & KVR_HGATP_PPN) << PAGE_SHIFT;
}

/* Whose G-stage table is in hgatp; 0: nobody's. */
static unsigned int hart_vm(const struct model_hart *hart)
{
	if (hart_gstage_mode(hart) != KVR_HGATP_MODE_BARE)
		for (unsigned int vm = 1; vm <= VMS; vm++)
			if (vm_roots[vm] && vm_roots[vm] == hart_root(hart))
				return vm;
	return 0;
}

static unsigned int guest_vm(u64 root)
{
	for (unsigned int i = 0; i < guest_count; i++)
		if (guests[i].root == root)
			return guests[i].vm;
	return 0;
}

/* Guest code runs, or would without any further fence. */
static bool hart_is_armed(const struct model_hart *hart)
{
	return hart->v || hart_vs_mode(hart) != KVR_SATP_MODE_BARE;
}

/* ---- Finding ---- */

static bool entry_same(const struct tlb_entry *a, const struct tlb_entry *b)
{
	return a->kind == b->kind && a->vmid == b->vmid && a->gpa == b->gpa && a->pa == b->pa &&
	       a->perms == b->perms && a->gva == b->gva && a->asid == b->asid &&
	       a->identity == b->identity && a->root == b->root && a->span == b->span &&
	       a->global == b->global;
}

static void tlb_add(struct model_hart *hart, const struct tlb_entry *entry)
{
	for (unsigned int i = 0; i < hart->tlb_count; i++)
		if (entry_same(&hart->tlb[i], entry))
			return;
	if (hart->tlb_count == MODEL_TLB)
		model_violation("the model's TLB is too small for this test");
	else
		hart->tlb[hart->tlb_count++] = *entry;
}

/* Tables that walks of one address have been in. */
struct g_walk {
	u64 gpa;
	u64 tables[FOUND];
	unsigned int count;
};

static bool g_walk_was_in(const struct g_walk *walk, u64 table)
{
	for (unsigned int i = 0; i < walk->count; i++)
		if (walk->tables[i] == table)
			return true;
	return false;
}

/* Walks on from @table, which has entries of @level. */
static void g_walk(struct model_hart *hart, struct g_walk *walk, u64 table, unsigned int level,
		   unsigned int entries)
{
	u64 gpa = walk->gpa;
	struct tlb_entry found = { .vmid = hart_vmid(hart), .gpa = gpa };

	for (;; level--, entries = KVR_TABLE_ENTRIES) {
		u64 at = gpa >> (PAGE_SHIFT + kvr_level_order(level)) & (entries - 1);
		const struct frame *frame = frame_find(table + at * sizeof(u64));
		u64 pte;

		if (!frame || frame->owner != FRAME_TABLE) {
			if (hart_is_armed(hart) || table == hart_root(hart))
				model_violation("hart %u walks a table that was freed",
						(unsigned int)(hart - model_harts));
			return;
		}
		if (walk->count < FOUND)
			walk->tables[walk->count++] = table;
		pte = ((const u64 *)table)[at];
		found.span = PAGE_SIZE << kvr_level_order(level);
		if (kvr_pte_is_leaf(pte)) {
			found.kind = TLB_G;
			found.perms = pte & KVR_PTE_LEAF;
			found.pa = (kvr_pte_pfn(pte) << PAGE_SHIFT) + (gpa & (found.span - 1));
			tlb_add(hart, &found);
			return;
		}
		if (!kvr_pte_is_table(pte) || !level)
			return;
		table = kvr_pte_pfn(pte) << PAGE_SHIFT;
		found.kind = TLB_G_TABLE;
		found.level = level - 1;
		found.pa = table;
		tlb_add(hart, &found);
	}
}

/* Addresses that the present look has been at; nothing changes while it lasts. */
static u64 looked[4 * MODEL_PROBES];
static unsigned int looked_count;

static bool was_looked_at(u64 gpa)
{
	for (unsigned int i = 0; i < looked_count; i++)
		if (looked[i] == gpa)
			return true;
	if (looked_count < ARRAY_SIZE(looked))
		looked[looked_count++] = gpa;
	return false;
}

/* Everything that @gpa can be translated to now joins the TLB. */
static void g_look(struct model_hart *hart, u64 gpa)
{
	unsigned int mode = hart_gstage_mode(hart);
	unsigned int count = hart->tlb_count;
	struct g_walk walk = { .gpa = gpa };

	if (was_looked_at(gpa))
		return;
	if (mode == KVR_HGATP_MODE_BARE) {
		tlb_add(hart, &(struct tlb_entry){
			.kind = TLB_G, .identity = true, .perms = KVR_PTE_LEAF,
			.vmid = hart_vmid(hart), .gpa = gpa, .pa = gpa, .span = PAGE_SIZE,
		});
		return;
	}
	g_walk(hart, &walk, hart_root(hart), mode - KVR_HGATP_MODE_SV39X4 + 2, KVR_ROOT_ENTRIES);
	for (unsigned int i = 0; i < count; i++) {
		const struct tlb_entry *entry = &hart->tlb[i];

		if (entry->kind == TLB_G_TABLE && entry->vmid == hart_vmid(hart) &&
		    !((entry->gpa ^ gpa) & ~(entry->span - 1)) && !g_walk_was_in(&walk, entry->pa))
			g_walk(hart, &walk, entry->pa, entry->level, KVR_TABLE_ENTRIES);
	}
}

/* Physical pages that @gpa is translated to for an access of @perm; how many */
static unsigned int g_find(struct model_hart *hart, u64 gpa, unsigned int perm, u64 pas[FOUND])
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < hart->tlb_count && count < FOUND; i++) {
		const struct tlb_entry *entry = &hart->tlb[i];

		if (entry->kind == TLB_G && entry->vmid == hart_vmid(hart) && entry->gpa == gpa &&
		    (entry->perms & perm) == perm)
			pas[count++] = entry->pa;
	}
	return count;
}

struct vs_walk {
	u64 gva;
	u64 missing;			/* set to a table's gpa that could not be read */
};

/* The VS-stage table at @table, of @level, as read through every translation of its address. */
static void vs_walk(struct model_hart *hart, struct vs_walk *walk, u64 table, unsigned int level)
{
	u64 at = walk->gva >> (PAGE_SHIFT + kvr_level_order(level)) & (KVR_TABLE_ENTRIES - 1);
	u64 pas[FOUND];
	unsigned int count;

	g_look(hart, table);
	count = g_find(hart, table, KVR_PTE_R, pas);
	if (!count)
		walk->missing = table;
	for (unsigned int i = 0; i < count; i++) {
		u64 pte;

		if (!frame_find(pas[i]))
			continue;
		pte = ((const u64 *)pas[i])[at];
		if (kvr_pte_is_leaf(pte) && !level)
			tlb_add(hart, &(struct tlb_entry){
				.kind = TLB_VS, .vmid = hart_vmid(hart), .asid = hart_asid(hart),
				.root = hart_vs_root(hart), .gva = walk->gva,
				.gpa = kvr_pte_pfn(pte) << PAGE_SHIFT,
				.perms = pte & KVR_PTE_LEAF, .global = pte & BIT(5),
			});
		else if (kvr_pte_is_table(pte) && level)
			vs_walk(hart, walk, kvr_pte_pfn(pte) << PAGE_SHIFT, level - 1);
	}
}

static unsigned int hart_vs_levels(const struct model_hart *hart)
{
	return hart_vs_mode(hart) - KVR_SATP_MODE_SV39 + 3;
}

static void hart_look_ahead(struct model_hart *hart)
{
	looked_count = 0;
	for (unsigned int i = 0; i < probes_gpa_count; i++)
		g_look(hart, probes_gpa[i]);
	if (hart_vs_mode(hart) == KVR_SATP_MODE_BARE)
		return;
	for (unsigned int i = 0; i < probes_gva_count; i++) {
		struct vs_walk walk = { .gva = probes_gva[i] };

		vs_walk(hart, &walk, hart_vs_root(hart), hart_vs_levels(hart) - 1);
	}
}

/* ---- Judging ---- */

static void g_entry_check(const struct model_hart *hart, const struct tlb_entry *entry,
			  unsigned int vm)
{
	unsigned int number = hart - model_harts;
	const struct frame *frame = frame_find(entry->pa);
	const char *why = model_rule ? model_rule(vm, entry->gpa, entry->pa, entry->perms) : NULL;

	if (entry->identity)
		model_violation("hart %u: an identity translation of 0x%llx serves VM %u", number,
				(unsigned long long)entry->gpa, vm);
	else if (!frame || frame->owner != FRAME_GUEST || frame->vm != vm)
		model_violation("hart %u: VM %u reaches at 0x%llx a page that is %s", number, vm,
				(unsigned long long)entry->gpa,
				frame && frame->owner == FRAME_GUEST ? "another VM's" : "the host's");
	else if (entry->perms & KVR_PTE_X && hart->config.incoherent && hart->v &&
		 frame->written >= hart->insn_time)
		model_violation("hart %u: VM %u may execute stale code at 0x%llx", number, vm,
				(unsigned long long)entry->gpa);
	else if (why)
		model_violation("hart %u: VM %u reaches 0x%llx: %s", number, vm,
				(unsigned long long)entry->gpa, why);
}

static void vs_entry_check(const struct model_hart *hart, const struct tlb_entry *entry,
			   unsigned int vm)
{
	if (hart_vs_mode(hart) == KVR_SATP_MODE_BARE || entry->root == hart_vs_root(hart))
		return;
	if (!entry->global && entry->asid != hart_asid(hart))
		return;
	model_violation("hart %u: a guest of VM %u uses %s's VS-stage translation of 0x%llx",
			(unsigned int)(hart - model_harts), vm,
			guest_vm(entry->root) == vm ? "another guest" : "another VM",
			(unsigned long long)entry->gva);
}

static void hart_check(const struct model_hart *hart)
{
	unsigned int vm = hart_vm(hart);
	unsigned int vs_vm = guest_vm(hart_vs_root(hart));

	if (!hart_is_armed(hart))
		return;
	if (hart_gstage_mode(hart) == KVR_HGATP_MODE_BARE) {
		model_violation("hart %u takes physical addresses from vsatp: hgatp is Bare",
				(unsigned int)(hart - model_harts));
		return;
	}
	if (hart_vs_mode(hart) != KVR_SATP_MODE_BARE && vs_vm != vm) {
		model_violation("hart %u has vsatp of VM %u under hgatp of VM %u",
				(unsigned int)(hart - model_harts), vs_vm, vm);
		return;
	}
	if (hart->v && !vm)
		model_violation("hart %u runs a guest without a table of its VM",
				(unsigned int)(hart - model_harts));
	for (unsigned int i = 0; i < hart->tlb_count; i++) {
		const struct tlb_entry *entry = &hart->tlb[i];

		if (entry->vmid != hart_vmid(hart))
			continue;
		if (entry->kind == TLB_G)
			g_entry_check(hart, entry, vm);
		else if (entry->kind == TLB_VS)
			vs_entry_check(hart, entry, vm);
	}
}

void model_step(void)
{
	model_time++;
	for (unsigned int i = 0; i < model_hart_count; i++) {
		struct model_hart *hart = &model_harts[i];

		if (hart->config.no_h || hart->looked == epoch)
			continue;
		hart->looked = epoch;
		hart_look_ahead(hart);
		hart_check(hart);
	}
}

/* ---- Using ---- */

static unsigned long fault_cause(unsigned int perm)
{
	return perm == KVR_PTE_X ? KVR_EXC_INST_GUEST_PAGE :
	       perm == KVR_PTE_W ? KVR_EXC_STORE_GUEST_PAGE : KVR_EXC_LOAD_GUEST_PAGE;
}

static bool access_fault(u64 gva, u64 gpa, unsigned int perm, struct kvr_trap *trap)
{
	*trap = (struct kvr_trap){
		.scause = fault_cause(perm),
		.stval = gva,
		.htval = model_hart()->config.no_htval ? 0 : gpa >> 2,
	};
	return false;
}

bool model_access(u64 gva, unsigned int perm, struct kvr_trap *trap)
{
	struct model_hart *hart = model_hart();
	struct vs_walk walk = { .gva = gva };
	u64 pas[FOUND], gpa = 0;

	looked_count = 0;
	if (hart_vs_mode(hart) == KVR_SATP_MODE_BARE) {
		g_look(hart, gva);
		return g_find(hart, gva, perm, pas) || access_fault(gva, gva, perm, trap);
	}
	vs_walk(hart, &walk, hart_vs_root(hart), hart_vs_levels(hart) - 1);
	for (unsigned int i = 0; i < hart->tlb_count; i++) {
		const struct tlb_entry entry = hart->tlb[i];

		if (entry.kind != TLB_VS || entry.vmid != hart_vmid(hart) || entry.gva != gva ||
		    (!entry.global && entry.asid != hart_asid(hart)) || !(entry.perms & perm))
			continue;
		gpa = entry.gpa;
		g_look(hart, gpa);
		if (g_find(hart, gpa, perm, pas))
			return true;
	}
	return access_fault(gva, gpa ?: walk.missing, perm, trap);
}
