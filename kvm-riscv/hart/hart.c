// SPDX-License-Identifier: GPL-2.0-only
/* What a hart holds of guests: choosing the mode, and taking everything of guests out of a hart. */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/irqflags.h>
#include <linux/moduleparam.h>
#include <linux/smp.h>

#include "compat/preempt.h"
#include "hart/csr_access.h"
#include "hart/fence.h"
#include "hart/guest_regs.h"
#include "hart/hart.h"
#include "hart/hgatp.h"
#include "hart/record.h"

/* How often all harts are asked, with a millisecond in between, whether they are rid of guests. */
#define END_TRIES	100

static bool preempt_notifiers = true;
module_param(preempt_notifiers, bool, 0444);
MODULE_PARM_DESC(preempt_notifiers, "let the kernel notify the module of task switches (0: do without, for tests)");

enum kvr_hart_mode kvr_hart_mode;

DEFINE_PER_CPU(struct kvr_hart, kvr_harts);

static bool notified;	/* the kernel notifies of task switches; fixed by kvr_hart_init */

void kvr_hart_share(void)
{
	kvr_hart_mode = KVR_HART_SHARED;
}

int kvr_hart_init(void)
{
	bool shared = kvr_hart_is_shared();

	kvr_fence_init();
	notified = preempt_notifiers && kvr_preempt_init();
	if (shared)
		kvr_hart_mode = notified ? KVR_HART_SHARED : KVR_HART_SHARED_UNTOLD;
	else
		kvr_hart_mode = notified ? KVR_HART_RESIDENT : KVR_HART_PUT_EARLY;
	return 0;
}

void kvr_hart_exit(void)
{
	if (notified)
		kvr_preempt_exit();
}

void kvr_hart_regs_clear(void)
{
	struct kvr_hart *hart = this_cpu_ptr(&kvr_harts);

	if (kvr_hart_is_shared() || !kvr_hart_usable())
		return;
	hart->regs = NULL;
	kvr_hart_untranslate(hart);
	/* The hart may have lost its registers without us, as in a sleep. */
	hart->hgatp = kvr_csr_read(KVR_CSR_HGATP);
	kvr_hgatp_write(hart, 0);
	kvr_csr_write(KVR_CSR_VSIE, 0);
#define CSR_CLEAR(field, number)					\
	do {								\
		static_assert(sizeof_field(struct kvr_csrs, field) == 8);	\
		kvr_csr_write(number, 0);				\
	} while (0);
	KVR_GUEST_CSRS(CSR_CLEAR)
#undef CSR_CLEAR
#define CSR_CLEAR(name, present, ...)					\
	do {								\
		if (present)						\
			kvr_csr_write(KVR_CSR_##name, 0);		\
	} while (0);
	KVR_HYPERVISOR_CSRS(CSR_CLEAR)
#undef CSR_CLEAR
	if (kvr_hart_common.sstc)
		kvr_csr_write(KVR_CSR_VSTIMECMP, ~0UL);
}

void kvr_hart_tlb_distrust(void)
{
	kvr_vmid_retire(&this_cpu_ptr(&kvr_harts)->vmids);
}

void kvr_hart_tlb_clear(void)
{
	struct kvr_hart *hart = this_cpu_ptr(&kvr_harts);
	unsigned long vmid, vsatp, hgatp;

	if (!kvr_hart_usable())
		return;
	vsatp = kvr_csr_swap(KVR_CSR_VSATP, 0);
	hgatp = kvr_csr_read(KVR_CSR_HGATP);
	/* hfence.vvma acts on the VMID in hgatp, hfence.gvma need not touch VS-stage entries. */
	for (vmid = 0; vmid <= hart->vmids.last; vmid++) {
		kvr_csr_write(KVR_CSR_HGATP, kvr_hgatp_empty(vmid));
		kvr_fence_vvma_all();
	}
	kvr_csr_write(KVR_CSR_HGATP, hgatp);
	kvr_fence_gvma_all();
	kvr_csr_write(KVR_CSR_VSATP, vsatp);
	kvr_hart_tlb_distrust();
	hart->vmids.last = 0;
}

static void hart_forget(void *owner)
{
	/* It has not been freed: its owner would have made this hart forget it. */
	const struct kvr_guest *guest = __this_cpu_read(kvr_harts.regs);

	if (guest && guest->owner == owner)
		kvr_hart_regs_clear();
}

void kvr_hart_forget(const void *owner)
{
	on_each_cpu(hart_forget, (void *)owner, 1);
}

/* A guest that is loaded goes with its next put: nobody else may touch its registers. */
static void hart_end(void *loaded)
{
	const struct kvr_guest *guest = __this_cpu_read(kvr_harts.regs);

	if (!guest || !guest->loaded || guest->loaded_cpu != smp_processor_id())
		kvr_hart_regs_clear();
	else
		atomic_set(loaded, 1);
}

static void hart_end_tlb(void *unused)
{
	kvr_hart_tlb_clear();
}

void kvr_hart_end(void)
{
	unsigned int tries = END_TRIES;
	atomic_t loaded;

	/* A hart that is shared is left clean at every put already. */
	if (!kvr_hart_is_shared())
		WRITE_ONCE(kvr_hart_mode, KVR_HART_ENDING);
	do {
		atomic_set(&loaded, 0);
		on_each_cpu(hart_end, &loaded, 1);
		if (atomic_read(&loaded))
			usleep_range(1000, 2000);
	} while (atomic_read(&loaded) && --tries);
	on_each_cpu(hart_end_tlb, NULL, 1);
}
