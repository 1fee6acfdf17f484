/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A model of harts that does whatever the specification lets a hart do: it looks ahead at every
 * step with what hgatp and vsatp hold then, keeps every translation that it ever found until a
 * fence names it, and takes instructions from a cache that only fence.i makes new. What a real
 * hart has in its TLB at some moment is a part of what the model has, so that nothing need be left
 * to
 * chance.
 *
 * After each step all harts are looked at: model_violation says what a guest could do that it may
 * not.
 *
 * Sources: Privileged Architecture, Hypervisor extension: "Hypervisor Guest Address Translation and
 * Protection (hgatp) Register", "Virtual Supervisor Address Translation and Protection (vsatp)
 * Register", "Hypervisor Memory-Management Fence Instructions", "Memory-Management Fences".
 */
#ifndef KVR_MODEL_HART_H
#define KVR_MODEL_HART_H

#include <linux/types.h>

#define MODEL_HARTS	4
#define MODEL_CSRS	4096
#define MODEL_TLB	512
#define MODEL_PROBES	8

/* What a hart has; fixed while a world lasts. */
struct model_hart_config {
	bool no_h;			/* no hypervisor extension */
	unsigned int vmidlen;		/* 0 to 14 */
	unsigned int gstage_modes;	/* bit n: hgatp.MODE n, beside Bare */
	unsigned int vsatp_modes;	/* bit n: vsatp.MODE n, beside Bare */
	bool sstc, envcfg, stateen, aia;
	bool vsatp_warl;		/* an unsupported MODE makes vsatp Bare; else it is ignored */
	bool hgatp_keeps;		/* an unsupported MODE leaves hgatp.MODE; else it is Bare */
	bool incoherent;		/* instruction fetches see stores after fence.i only */
	bool no_htval;			/* htval and htinst are 0 */
};

/*
 * Combined entries, gva to pa, need no kind of their own: each fence that has to remove one of the
 * two entries that make it up has to remove it too, so that it never knows more than they do.
 */
enum tlb_kind {
	TLB_VS,				/* gva to gpa */
	TLB_G,				/* gpa to pa */
	TLB_G_TABLE,			/* gpa's bits above a level to the table below */
};

/* All addresses are those of pages. */
struct tlb_entry {
	enum tlb_kind kind;
	unsigned int perms;		/* bits R, W, X of a page-table entry */
	unsigned int vmid;
	unsigned int asid;		/* TLB_VS */
	bool global;			/* TLB_VS: the G bit, every ASID */
	bool identity;			/* TLB_G: found while hgatp was Bare */
	u64 root;			/* TLB_VS: the root table, in vsatp, that it was found with */
	u64 gva, gpa, pa;
	u64 span;			/* TLB_G*: bytes that the entry of the table covers */
	unsigned int level;		/* TLB_G_TABLE: of the table at pa */
};

struct model_hart {
	struct model_hart_config config;
	u64 csr[MODEL_CSRS];
	bool v;				/* guest code runs, or an access is made as if it did */
	u64 insn_time;			/* model_time of the last fence.i */
	struct tlb_entry tlb[MODEL_TLB];
	unsigned int tlb_count;
	u64 looked;			/* the last change of anything that it has looked at */
};

extern struct model_hart model_harts[MODEL_HARTS];
extern unsigned int model_hart_count;
extern u64 model_time;			/* steps so far */
extern char model_report[160];		/* the first violation; "" none */

/* A deliberate fault in the fakes, to test the model with. */
enum model_mutant {
	MUTANT_NONE,
	MUTANT_NO_GVMA_ALL,		/* hfence.gvma of all VMs does nothing */
	MUTANT_NO_GVMA_VMID,
	MUTANT_NO_GVMA_ADDR,
	MUTANT_GVMA_ADDR_FOR_VMID,	/* a VM's fence is one of an address */
	MUTANT_NO_VVMA_ALL,
	MUTANT_NO_FENCE_I,
	MUTANT_VSATP_STAYS,		/* no write makes vsatp zero */
	MUTANT_NO_IPI,			/* other harts are not told */
	MUTANT_UNLOCK_AROUND_FENCE,	/* mmu_lock is given up while harts are told */
	MUTANT_NO_EXCLUSION,		/* a writer does not wait for readers */
	MUTANT_ENTERED_LOST,		/* a hart does not note that it has entries */
};

extern enum model_mutant model_mutant;

/* model_hart - this hart */
struct model_hart *model_hart(void);

/* model_harts_reset - @count harts as after power-on, their caches empty */
void model_harts_reset(unsigned int count, const struct model_hart_config *configs);

/* model_step - all harts look ahead, and are looked at */
void model_step(void);

/* model_memory_changed - something was written that harts may find when they look ahead */
void model_memory_changed(void);

/* model_violation - something happened that must not; the first is kept in model_report */
void __attribute__((format(printf, 1, 2))) model_violation(const char *format, ...);

/* ---- What may be reached ---- */

/* model_vm_root - G-stage root @pa is VM @vm's; 0 forgets the VM */
void model_vm_root(unsigned int vm, u64 pa);

/* model_probe_gpa/gva - an address that harts look ahead at */
void model_probe_gpa(u64 gpa);
void model_probe_gva(u64 gva);

/* model_probes_reset - forget all of these */
void model_probes_reset(void);

/* model_guest_root - VS-stage root @gpa is a guest's of @vm */
void model_guest_root(unsigned int vm, u64 gpa);

/*
 * model_rule - may VM @vm reach frame @pa at @gpa with permissions @perms? NULL: yes; else why not.
 * For what the owner of a frame does not tell.
 */
extern const char *(*model_rule)(unsigned int vm, u64 gpa, u64 pa, unsigned int perms);

/* ---- What instructions do ---- */

bool model_csr_exists(unsigned int csr);
u64 model_csr_read(unsigned int csr);
void model_csr_write(unsigned int csr, u64 value);

/* model_fence_vvma/gvma - with NULL for a register that is x0 */
void model_fence_vvma(const u64 *gva, const u64 *asid);
void model_fence_gvma(const u64 *gpa, const u64 *vmid);
void model_fence_i(void);

struct kvr_trap;

/*
 * model_access - an access to @gva as a guest's, @perm one of the permission bits; false: @trap
 * says why not
 */
bool model_access(u64 gva, unsigned int perm, struct kvr_trap *trap);

#endif
