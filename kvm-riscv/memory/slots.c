// SPDX-License-Identifier: GPL-2.0-only
#include <linux/interval_tree_generic.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "memory/slots.h"
#include "uapi/types.h"

#define slot_of(node)	rb_entry(node, struct kvr_slot, by_gfn)

static inline unsigned long slot_hva_first(struct kvr_slot *slot)
{
	return slot->region.hva;
}

static inline unsigned long slot_hva_last(struct kvr_slot *slot)
{
	return slot->region.hva + (kvr_range_pages(&slot->region.gfns) << PAGE_SHIFT) - 1;
}

INTERVAL_TREE_DEFINE(struct kvr_slot, by_hva, unsigned long, by_hva_last, slot_hva_first,
		     slot_hva_last, static, slot_by_hva)

void kvr_slots_init(struct kvr_slots *slots, rwlock_t *lock)
{
	slots->lock = lock;
	slots->by_gfn = RB_ROOT;
	slots->by_hva = RB_ROOT_CACHED;
	slots->generation = 0;
	xa_init(&slots->by_id);
}

void kvr_slots_destroy(struct kvr_slots *slots)
{
	struct kvr_slot *slot;
	unsigned long id;

	xa_for_each(&slots->by_id, id, slot) {
		kvfree(slot->dirty);
		kfree(slot);
	}
	xa_destroy(&slots->by_id);
}

/*
 * Any slot that shares a frame with @range. Without a lock a change of the tree may hide slots from
 * this, but never send it in circles (lib/rbtree.c).
 */
static struct kvr_slot *tree_find(const struct kvr_slots *slots, const struct kvr_gfn_range *range)
{
	struct rb_node *node = READ_ONCE(slots->by_gfn.rb_node);

	while (node) {
		int order = kvr_range_compare(range, &slot_of(node)->region.gfns);

		if (!order)
			return slot_of(node);
		node = order < 0 ? READ_ONCE(node->rb_left) : READ_ONCE(node->rb_right);
	}
	return NULL;
}

static void tree_insert(struct kvr_slots *slots, struct kvr_slot *slot)
{
	struct rb_node **link = &slots->by_gfn.rb_node;
	struct rb_node *parent = NULL;

	while (*link) {
		parent = *link;
		if (kvr_range_compare(&slot->region.gfns, &slot_of(parent)->region.gfns) < 0)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	/* Who finds the slot finds it complete: its contents, and no children yet. */
	smp_wmb();
	rb_link_node(&slot->by_gfn, parent, link);
	rb_insert_color(&slot->by_gfn, &slots->by_gfn);
}

/* The generation is odd while a change is under way, so that a look-up can tell. */
static void change_begin(struct kvr_slots *slots)
{
	lockdep_assert_held_write(slots->lock);
	WRITE_ONCE(slots->generation, slots->generation + 1);
	/* Odd before anything changes; pairs with the smp_rmb() in kvr_slots_find. */
	smp_wmb();
}

static void change_end(struct kvr_slots *slots)
{
	/* Even after everything has changed; pairs with the load in kvr_slots_find. */
	smp_store_release(&slots->generation, slots->generation + 1);
}

static bool view_fill(struct kvr_slots *slots, u64 gfn, struct kvr_slot_view *view)
{
	const struct kvr_gfn_range range = { gfn, gfn };

	view->slot = tree_find(slots, &range);
	if (!view->slot)
		return false;
	view->region = view->slot->region;
	return true;
}

bool kvr_slots_find(struct kvr_slots *slots, u64 gfn, struct kvr_slot_view *view)
{
	bool found;

	/* The tree is read between two looks at the generation; pairs with change_begin/end. */
	view->generation = smp_load_acquire(&slots->generation);
	rcu_read_lock();
	found = view_fill(slots, gfn, view);
	rcu_read_unlock();
	smp_rmb();	/* see above */
	if (likely(!(view->generation & 1) && view->generation == READ_ONCE(slots->generation)))
		return found;

	/* Not by trying again: the thread that changes the slots may need this CPU to go on. */
	read_lock(slots->lock);
	view->generation = slots->generation;
	found = view_fill(slots, gfn, view);
	read_unlock(slots->lock);
	return found;
}

bool kvr_slots_lack(struct kvr_slots *slots, u64 gfn)
{
	const struct kvr_gfn_range range = { gfn, gfn };
	u64 generation;
	bool found;

	/* As in kvr_slots_find */
	generation = smp_load_acquire(&slots->generation);
	rcu_read_lock();
	found = tree_find(slots, &range);
	rcu_read_unlock();
	smp_rmb();	/* see there */
	return !found && !(generation & 1) && generation == READ_ONCE(slots->generation);
}

bool kvr_slots_overlap(struct kvr_slots *slots, const struct kvr_gfn_range *range)
{
	return tree_find(slots, range);
}

void kvr_slots_show(struct kvr_slots *slots, struct kvr_slot *slot)
{
	change_begin(slots);
	tree_insert(slots, slot);
	slot_by_hva_insert(slot, &slots->by_hva);
	change_end(slots);
}

void kvr_slots_hide(struct kvr_slots *slots, struct kvr_slot *slot)
{
	change_begin(slots);
	rb_erase(&slot->by_gfn, &slots->by_gfn);
	change_end(slots);
}

void kvr_slots_replace(struct kvr_slots *slots, struct kvr_slot *old, struct kvr_slot *slot)
{
	change_begin(slots);
	rb_erase(&old->by_gfn, &slots->by_gfn);
	tree_insert(slots, slot);
	slot_by_hva_insert(slot, &slots->by_hva);
	change_end(slots);
}

void kvr_slots_set_log(struct kvr_slots *slots, struct kvr_slot *slot, bool log,
		       unsigned long *dirty)
{
	change_begin(slots);
	slot->dirty = dirty;
	if (log)
		slot->region.flags |= KVM_MEM_LOG_DIRTY_PAGES;
	else
		slot->region.flags &= ~KVM_MEM_LOG_DIRTY_PAGES;
	change_end(slots);
}

void kvr_slots_forget(struct kvr_slots *slots, struct kvr_slot *slot)
{
	lockdep_assert_held_write(slots->lock);
	slot_by_hva_remove(slot, &slots->by_hva);
}

struct kvr_slot *kvr_slots_first_hva(struct kvr_slots *slots, unsigned long first,
				     unsigned long last)
{
	return slot_by_hva_iter_first(&slots->by_hva, first, last);
}

struct kvr_slot *kvr_slots_next_hva(struct kvr_slot *slot, unsigned long first,
				    unsigned long last)
{
	return slot_by_hva_iter_next(slot, first, last);
}
