// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "hart/guest_csr.h"
#include "hart/trap.h"
#include "insn/decode.h"
#include "memory/guest_fault.h"
#include "memory/memory.h"
#include "translate/guest_walk.h"
#include "uapi/kvm.h"
#include "vcpu/trace.h"

/* No address: the guest's own tables do not translate */
#define GPA_NONE	(~0ULL)

struct fault_place {
	u64 gpa;
	enum kvr_access access;
	bool implicit;			/* the hart's walk of the guest's tables, not the access */
};

/* The access of the instruction itself */
static enum kvr_access cause_access(unsigned long cause)
{
	if (cause == KVR_EXC_INST_GUEST_PAGE)
		return KVR_ACCESS_EXEC;
	return cause == KVR_EXC_STORE_GUEST_PAGE ? KVR_ACCESS_WRITE : KVR_ACCESS_READ;
}

/* The access fault, or with @page the page fault, that goes with each guest page fault */
static unsigned long cause_for_guest(unsigned long cause, bool page)
{
	if (cause == KVR_EXC_INST_GUEST_PAGE)
		return page ? KVR_EXC_INST_PAGE : KVR_EXC_INST_ACCESS;
	if (cause == KVR_EXC_LOAD_GUEST_PAGE)
		return page ? KVR_EXC_LOAD_PAGE : KVR_EXC_LOAD_ACCESS;
	return page ? KVR_EXC_STORE_PAGE : KVR_EXC_STORE_ACCESS;
}

/* Would the hart find a leaf for @gpa that lets it read, or write with @write? */
static bool leaf_allows(struct kvr_memory *memory, u64 gpa, bool write)
{
	u64 need = KVR_PTE_V | KVR_PTE_R | KVR_PTE_A | (write ? KVR_PTE_W | KVR_PTE_D : 0);
	u64 gfn = gpa >> PAGE_SHIFT, pte;
	unsigned int level;

	if (gfn >= kvr_gstage_frames(&memory->gstage))
		return false;
	read_lock(&memory->mmu_lock);
	pte = kvr_gstage_lookup(&memory->gstage, gfn, &level);
	read_unlock(&memory->mmu_lock);
	return (pte & need) == need;
}

/* struct kvr_guest_walk's reach; what is not in user memory at the moment is brought in. */
static bool walk_reach(void *context, u64 gpa, bool write, u64 *pte)
{
	struct kvr_memory *memory = ((struct kvr_vcpu *)context)->memory;
	struct kvr_slot_view view;
	u64 __user *user;

	if (!leaf_allows(memory, gpa, write) ||
	    !kvr_slots_find(&memory->slots, gpa >> PAGE_SHIFT, &view))
		return false;
	user = (u64 __user *)(kvr_slot_hva(&view.region, gpa >> PAGE_SHIFT) + offset_in_page(gpa));
	return !get_user(*pte, user);
}

/* What the hart did not tell: where its translation of trap->stval failed. */
static void place_walk(struct kvr_vcpu *vcpu, const struct kvr_trap *trap,
		       struct fault_place *place)
{
	struct kvr_guest_walk walk = {
		.sets_ad = vcpu->guest.henvcfg & KVR_ENVCFG_ADUE,
		.write = place->access == KVR_ACCESS_WRITE,
		.reach = walk_reach,
		.context = vcpu,
	};

	preempt_disable();
	walk.vsatp = kvr_guest_csr_get(&vcpu->guest, vsatp);
	preempt_enable();
	switch (kvr_guest_walk(&walk, trap->stval, &place->gpa)) {
	case KVR_WALK_PAGE:
		break;
	case KVR_WALK_READ:
		place->implicit = true;
		place->access = KVR_ACCESS_READ;
		break;
	case KVR_WALK_WRITE:
		place->implicit = true;
		place->access = KVR_ACCESS_WRITE;
		break;
	case KVR_WALK_FAULT:
		place->gpa = GPA_NONE;
		break;
	}
}

static struct fault_place fault_place(struct kvr_vcpu *vcpu, const struct kvr_trap *trap)
{
	struct fault_place place = {
		.gpa = (u64)trap->htval << 2 | (trap->stval & 3),
		.access = cause_access(trap->scause),
	};
	bool walk_writes;

	if (unlikely(!trap->htval || kvr_htinst_forged())) {
		place_walk(vcpu, trap, &place);
		return place;
	}
	place.implicit = kvr_htinst_is_pseudo(trap->htinst, &walk_writes);
	if (unlikely(place.implicit))
		place.access = walk_writes ? KVR_ACCESS_WRITE : KVR_ACCESS_READ;
	return place;
}

/* How to go about the fault. Devices' registers, which fault each time, are not noted. */
static enum kvr_fault_try fault_try(struct kvr_vcpu *vcpu, const struct fault_place *place)
{
	unsigned long pc = vcpu->guest.frame.pc;
	bool wanting;

	if (likely(!kvr_fault_again(&vcpu->fault, pc, place->gpa)))
		return KVR_FAULT_AS_TOLD;
	wanting = place->gpa != GPA_NONE &&
		  !leaf_allows(vcpu->memory, place->gpa, place->access == KVR_ACCESS_WRITE);
	return kvr_fault_note(&vcpu->fault, pc, place->gpa, wanting);
}

/* The fault was dealt with, for all that is known: if it comes again, that is noticed. */
static void fault_dealt_with(struct kvr_vcpu *vcpu, u64 gpa)
{
	unsigned long pc = vcpu->guest.frame.pc;

	if (likely(!kvr_fault_again(&vcpu->fault, pc, gpa)))
		kvr_fault_note(&vcpu->fault, pc, gpa, true);
}

static int fault_give_up(struct kvr_vcpu *vcpu, const struct kvr_trap *trap, u64 gpa)
{
	struct kvm_run *run = vcpu->run;

	memset(&run->internal, 0, sizeof(run->internal));
	run->exit_reason = KVM_EXIT_INTERNAL_ERROR;
	run->internal.suberror = KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON;
	run->internal.ndata = 5;
	run->internal.data[0] = trap->scause;
	run->internal.data[1] = trap->stval;
	run->internal.data[2] = trap->htval;
	run->internal.data[3] = trap->htinst;
	run->internal.data[4] = gpa;
	return KVR_GUEST_FAULT_TO_USER;
}

/* kvr_memory_fault, for user space to learn where it was that its memory failed the guest. */
static int fault_resolve(struct kvr_vcpu *vcpu, u64 gpa, enum kvr_access access)
{
	int result = kvr_memory_fault(vcpu, gpa, access);

	trace_kvm_page_fault(vcpu, gpa, result);
	if (unlikely(result == -EFAULT || result == -EHWPOISON)) {
		vcpu->run->exit_reason = KVM_EXIT_MEMORY_FAULT;
		vcpu->run->memory_fault.flags = 0;
		vcpu->run->memory_fault.gpa = gpa & PAGE_MASK;
		vcpu->run->memory_fault.size = PAGE_SIZE;
	}
	return result;
}

/* The tables have changed since the hart walked them: it will meet the guest's own fault. */
static int fault_of_guest(struct kvr_vcpu *vcpu, const struct kvr_trap *trap,
			  enum kvr_fault_try how)
{
	if (likely(how == KVR_FAULT_AS_TOLD))
		fault_dealt_with(vcpu, GPA_NONE);
	else
		kvr_trap_inject(&vcpu->guest, cause_for_guest(trap->scause, true), trap->stval);
	return KVR_GUEST_FAULT_RESUME;
}

int kvr_guest_fault(struct kvr_vcpu *vcpu, const struct kvr_trap *trap, u64 *gpa)
{
	struct fault_place place = fault_place(vcpu, trap);
	enum kvr_fault_try how = fault_try(vcpu, &place);
	enum kvr_access access = place.access;
	int result;

	if (unlikely(place.gpa == GPA_NONE))
		return fault_of_guest(vcpu, trap, how);
	if (unlikely(how == KVR_FAULT_GIVE_UP))
		return fault_give_up(vcpu, trap, place.gpa);
	if (unlikely(how == KVR_FAULT_AS_WRITE))
		access = KVR_ACCESS_WRITE;
	result = fault_resolve(vcpu, place.gpa, access);
	if (result < 0)
		return result;
	if (result == KVR_FAULT_MAPPED) {
		fault_dealt_with(vcpu, place.gpa);
		return KVR_GUEST_FAULT_RESUME;
	}
	if (place.implicit || place.access == KVR_ACCESS_EXEC) {
		kvr_trap_inject(&vcpu->guest, cause_for_guest(trap->scause, false), trap->stval);
		return KVR_GUEST_FAULT_RESUME;
	}
	/* Memory that can be read, of which a write was tried for want of anything better */
	if (unlikely(access != place.access))
		return fault_give_up(vcpu, trap, place.gpa);
	*gpa = place.gpa;
	return KVR_GUEST_FAULT_DEVICE;
}
