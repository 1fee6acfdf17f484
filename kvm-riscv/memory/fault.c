// SPDX-License-Identifier: GPL-2.0-only
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "compat/mm.h"
#include "hart/space.h"
#include "memory/code.h"
#include "memory/dirty.h"
#include "memory/memory.h"
#include "memory/pinned.h"
#include "memory/revoke.h"
#include "translate/host_walk.h"
#include "uapi/types.h"
#include "vcpu/vcpu.h"

/*
 * What the host changes under us makes us look again; after this many times the guest gets to
 * try, so that signals and requests are seen.
 */
#define FAULT_TRIES	16

struct fault {
	struct kvr_vcpu *vcpu;
	struct kvr_slot_view view;
	u64 gfn;
	unsigned long hva;
	unsigned long ticket;
	bool write, exec;
	/* dirty logging: 4 KiB leaves, writable only once written */
	bool logging;
	unsigned int level;
	struct kvr_host_block host;
	struct kvr_gstage_stock stock;
};

/*
 * For what get_user_pages() does nothing about: entries that are writable and only have to become
 * dirty, and areas that are no ordinary memory (device mappings).
 */
static int fault_in_special(struct kvr_memory *memory, struct fault *fault)
{
	bool unlocked = false;
	int ret;

	mmap_read_lock(memory->mm);
	ret = fixup_user_fault(memory->mm, fault->hva, fault->write ? FAULT_FLAG_WRITE : 0,
			       &unlocked);
	mmap_read_unlock(memory->mm);
	if (!ret)
		return -EAGAIN;
	return ret == -EINTR || ret == -ENOMEM ? ret : -EFAULT;
}

/*
 * The page is there, but its memory is bad: the thread gets the signal that its own access would
 * have got. Where that is blocked KVM_RUN has to say it.
 */
static int fault_poisoned(const struct fault *fault)
{
	send_sig_mceerr(BUS_MCEERR_AR, (void __user *)fault->hva, PAGE_SHIFT, current);
	return signal_pending(current) ? -EINTR : -EHWPOISON;
}

/* Lets the host's own fault handler make the page present, writable if need be. */
static int fault_in_host(struct kvr_memory *memory, struct fault *fault)
{
	unsigned int flags = FOLL_HWPOISON | FOLL_INTERRUPTIBLE | (fault->write ? FOLL_WRITE : 0);
	long ret = get_user_pages_unlocked(fault->hva, 1, NULL, flags);

	if (ret == 1)
		return -EAGAIN;
	/* User space may have to bring the page (userfaultfd), and wants to be interrupted. */
	if (!ret)
		return signal_pending(current) ? -EINTR : -EAGAIN;
	switch (ret) {
	case -EFAULT:
		return fault_in_special(memory, fault);
	case -EHWPOISON:
		return fault_poisoned(fault);
	case -EINTR:
	case -ENOMEM:
		return ret;
	case -ERESTARTSYS:
		return -EINTR;
	default:
		return ret == -EAGAIN && !signal_pending(current) ? -EAGAIN : -EINTR;
	}
}

static int stock_fill(struct kvr_gstage_stock *stock)
{
	unsigned long page = get_zeroed_page(GFP_KERNEL_ACCOUNT);

	if (!page)
		return -ENOMEM;
	stock->pages[stock->count++] = (u64 *)page;
	return -EAGAIN;
}

static void stock_free(struct kvr_memory *memory, struct kvr_gstage_stock *stock)
{
	unsigned int level;

	if (unlikely(stock->linked))
		atomic64_add(stock->linked, &memory->tables);
	while (stock->count)
		free_page((unsigned long)stock->pages[--stock->count]);
	for (level = 1; level < KVR_LEAF_LEVELS; level++) {
		if (likely(!stock->splits[level]))
			continue;
		atomic64_sub(stock->splits[level], &memory->leaves[level]);
		atomic64_add(stock->splits[level] * KVR_TABLE_ENTRIES, &memory->leaves[level - 1]);
	}
}

static unsigned int leaf_level(const struct fault *fault)
{
	unsigned int level = min_t(unsigned int, fault->host.level, KVR_LEAF_LEVELS - 1);

	if (fault->logging)
		return KVR_LEVEL_4K;
	while (level && !kvr_slot_block_ok(&fault->view.region, fault->gfn, kvr_level_order(level)))
		level--;
	return level;
}

/* Executable for a fetch only: what else is mapped, no hart may run before the next fetch fault. */
static u64 leaf_for(const struct fault *fault, u64 pte, bool writable)
{
	u64 pfn = kvr_pte_pfn(pte) & ~(kvr_level_pages(fault->level) - 1);

	return kvr_pte_make(pfn, (pte & KVR_PTE_PBMT) | (writable ? KVR_PTE_W : 0) |
			    (fault->exec ? KVR_PTE_X : 0));
}

static bool leaf_writable(const struct fault *fault, u64 pte)
{
	return kvr_host_pte_allows(pte, true) && !(fault->view.region.flags & KVM_MEM_READONLY);
}

/*
 * The pages around the one that faulted, as far as the same tables hold them, the host has them
 * present, and somebody used them lately (else their age would be lost). Returns how many.
 */
static unsigned int map_around(const struct fault *fault, u64 *entry)
{
	const struct kvr_gfn_range *gfns = &fault->view.region.gfns;
	const struct kvr_host_block *host = &fault->host;
	u64 in_table = fault->gfn & (KVR_TABLE_ENTRIES - 1);
	unsigned int before = min3((u64)host->at, fault->gfn - gfns->first, in_table);
	unsigned int after = min3((u64)KVR_AROUND_PAGES - 1 - host->at, gfns->last - fault->gfn,
				  KVR_TABLE_ENTRIES - 1 - in_table);
	bool writes = !fault->logging && !(fault->view.region.flags & KVM_MEM_READONLY);
	u64 exec = fault->exec ? KVR_PTE_X : 0;
	unsigned int i, count = 0;

	entry -= host->at;
	for (i = host->at - before; i <= host->at + after; i++) {
		u64 pte = host->ptes[i];
		u64 more = (pte & KVR_PTE_PBMT) | exec;

		if (!(pte & KVR_PTE_A) || !kvr_host_pte_allows(pte, false))
			continue;
		if (READ_ONCE(entry[i])) {
			if (unlikely(exec))
				kvr_gstage_upgrade(&entry[i], kvr_pte_make(kvr_pte_pfn(pte), more));
			continue;
		}
		if (writes && kvr_host_pte_allows(pte, true))
			more |= KVR_PTE_W;
		count += !cmpxchg_relaxed(&entry[i], 0, kvr_pte_make(kvr_pte_pfn(pte), more));
	}
	return count;
}

/* Under mmu_lock, with everything that was read before known to be good still. */
static enum kvr_gstage_status map_locked(struct kvr_memory *memory, struct fault *fault,
					 bool *upgraded)
{
	u64 pte = fault->host.ptes[fault->host.at];
	enum kvr_gstage_status status;
	unsigned int count = 0;
	u64 *entry;

	status = kvr_gstage_slot(&memory->gstage, fault->gfn, fault->level, &fault->stock, &entry);
	if (status != KVR_GSTAGE_OK)
		return status;
	pte = leaf_for(fault, pte, leaf_writable(fault, pte) && (fault->write || !fault->logging));
	status = kvr_gstage_install(entry, pte, upgraded);
	if (status == KVR_GSTAGE_OCCUPIED)
		return status;
	/* Where the leaf was writable already, the fault that made it so noted the page. */
	if (fault->write && status == KVR_GSTAGE_OK)
		kvr_dirty_mark(fault->vcpu, &fault->view, fault->gfn);
	if (status == KVR_GSTAGE_OK && !*upgraded)
		count = 1;
	if (!fault->level)
		count += map_around(fault, entry);
	if (count)
		atomic64_add(count, &memory->leaves[fault->level]);
	return status;
}

/* Something else is where the leaf belongs, by a change that the host did not announce. */
static void clear_block(struct kvr_memory *memory, const struct fault *fault)
{
	u64 mask = kvr_level_pages(fault->level) - 1;
	struct kvr_revoke revoke;

	kvr_revoke_begin(&revoke, memory, true);
	kvr_revoke_range(&revoke, kvr_gstage_unmap, fault->gfn & ~mask, fault->gfn | mask);
	kvr_revoke_end(&revoke);
}

/* This hart may still hold what the entry said before. */
static void fence_here(struct kvr_memory *memory, u64 gfn, bool spurious)
{
	/*
	 * By address the hart need not look at entries above the leaf, and one of those may be the
	 * reason.
	 */
	preempt_disable();
	kvr_space_fence_here(memory->space, gfn, spurious);
	preempt_enable();
}

/* May slots, or anything in the host's tables that map_locked would use, have changed? */
static bool fault_stale(struct kvr_memory *memory, const struct fault *fault)
{
	unsigned int order = max_t(unsigned int, kvr_level_order(fault->level), KVR_AROUND_ORDER);
	unsigned long mask = (PAGE_SIZE << order) - 1;

	return fault->view.generation != memory->slots.generation ||
	       kvr_notifier_stale(&memory->notifier, fault->ticket, fault->hva & ~mask,
				  fault->hva | mask);
}

static int fault_map(struct kvr_memory *memory, struct fault *fault)
{
	enum kvr_gstage_status status;
	bool upgraded = false;

	kvr_memory_read_lock(memory);
	if (fault_stale(memory, fault)) {
		read_unlock(&memory->mmu_lock);
		return -EAGAIN;
	}
	status = map_locked(memory, fault, &upgraded);
	read_unlock(&memory->mmu_lock);

	switch (status) {
	case KVR_GSTAGE_STOCK:
		return stock_fill(&fault->stock);
	case KVR_GSTAGE_OCCUPIED:
		clear_block(memory, fault);
		return -EAGAIN;
	default:
		if (unlikely(upgraded || status == KVR_GSTAGE_SPURIOUS))
			fence_here(memory, fault->gfn, !upgraded);
		return KVR_FAULT_MAPPED;
	}
}

/*
 * What the host has behind the page, good until fault_stale() says otherwise. 0; -EAGAIN when
 * something was done to have it there; another negative errno.
 */
static int host_look(struct kvr_memory *memory, struct fault *fault)
{
	bool pins = kvr_memory_pins();
	u64 pte;
	int ret;

	if (unlikely(pins)) {
		ret = kvr_pins_find(memory, &fault->view, fault->gfn, fault->write, &fault->host);
		if (ret != -ENOENT)
			return ret;
	}
	if (!kvr_host_walk(memory->mm, fault->hva, &fault->host))
		return fault_in_host(memory, fault);
	pte = fault->host.ptes[fault->host.at];
	if (!kvr_host_pte_allows(pte, fault->write))
		return pte & KVR_PTE_W ? fault_in_special(memory, fault) :
					 fault_in_host(memory, fault);
	if (likely(!pins))
		return 0;
	return kvr_pins_add(memory, &fault->view, fault->gfn, fault->write, fault->host.level);
}

/* One look at slot and host, one attempt to map; -EAGAIN when things moved meanwhile. */
static int fault_try(struct kvr_memory *memory, struct fault *fault)
{
	const struct kvr_slot_region *region = &fault->view.region;
	int ret;

	if (!kvr_slots_find(&memory->slots, fault->gfn, &fault->view))
		return KVR_FAULT_MMIO;
	if (fault->write && region->flags & KVM_MEM_READONLY)
		return KVR_FAULT_MMIO;
	fault->logging = region->flags & KVM_MEM_LOG_DIRTY_PAGES;
	fault->hva = kvr_slot_hva(region, fault->gfn);
	fault->ticket = kvr_notifier_ticket(&memory->notifier);

	ret = host_look(memory, fault);
	if (ret)
		return ret;
	fault->level = leaf_level(fault);
	/* What the host had written when we looked is what harts fetch when the leaf is there. */
	if (unlikely(fault->exec)) {
		ret = kvr_code_publish(fault->vcpu);
		if (ret)
			return ret;
	}
	return fault_map(memory, fault);
}

/* Kept apart: a fault takes room on the stack, which some kernels zero, and MMIO needs none. */
static noinline int fault_resolve(struct kvr_vcpu *vcpu, u64 gfn, enum kvr_access access)
{
	struct kvr_memory *memory = vcpu->memory;
	unsigned int tries = FAULT_TRIES;
	struct fault fault;
	int ret;

	fault.vcpu = vcpu;
	fault.gfn = gfn;
	fault.write = access == KVR_ACCESS_WRITE;
	fault.exec = access == KVR_ACCESS_EXEC;
	fault.stock.count = 0;
	fault.stock.linked = 0;
	memset(fault.stock.splits, 0, sizeof(fault.stock.splits));
	do {
		ret = fault_try(memory, &fault);
	} while (ret == -EAGAIN && --tries);
	stock_free(memory, &fault.stock);
	return ret == -EAGAIN ? KVR_FAULT_MAPPED : ret;
}

int kvr_memory_fault(struct kvr_vcpu *vcpu, u64 gpa, enum kvr_access access)
{
	u64 gfn = gpa >> PAGE_SHIFT;

	if (kvr_slots_lack(&vcpu->memory->slots, gfn))
		return KVR_FAULT_MMIO;
	return fault_resolve(vcpu, gfn, access);
}
