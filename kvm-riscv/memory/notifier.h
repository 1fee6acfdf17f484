/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeping the G-stage in step with the host's own page tables.
 *
 * A fault reads the host's tables with no lock: it takes a ticket first, and asks under mmu_lock
 * whether what it read may have changed since.
 *
 * An invalidation has a start and an end. Which slots' user memory it meets must be the same for
 * both, and while its start goes over them it drops mmu_lock: so slots enter and leave the tree by
 * host address only while no invalidation is under way. One that meets no slot changes nothing here
 * but the count of those under way.
 */
#ifndef KVR_MEMORY_NOTIFIER_H
#define KVR_MEMORY_NOTIFIER_H

#include <linux/atomic.h>
#include <linux/rcuwait.h>
#include <linux/types.h>

#include "compat/mmu_notifier.h"

struct kvr_memory;

struct kvr_notifier {
	struct mmu_notifier mn;
	/* all invalidations between start and end; grows under mmu_lock, either side */
	atomic_t active;
	struct rcuwait idle;		/* the holder of slots_lock, until active is 0 */
	/* Of those that meet a slot; written under mmu_lock for writing. */
	unsigned long sequence;		/* invalidations completed; read anywhere */
	unsigned int running;		/* invalidations between start and end */
	unsigned long first, last;	/* user addresses that the running ones cover */
};

/* kvr_notifier_init - start to follow memory->mm; may sleep; 0, -ENOMEM or -EINTR */
int kvr_notifier_init(struct kvr_memory *memory);

/* kvr_notifier_exit - stop; on return no callback runs nor will; may sleep */
void kvr_notifier_exit(struct kvr_memory *memory);

/*
 * kvr_notifier_lock_idle - take mmu_lock for writing at a moment when no invalidation is under way,
 * as it takes to show slots, and to forget them
 *
 * Under slots_lock, which nothing takes between start and end of an invalidation; sleeps.
 */
void kvr_notifier_lock_idle(struct kvr_memory *memory) __acquires(&memory->mmu_lock);

/* kvr_notifier_ticket - any context, before the host's tables are read */
static inline unsigned long kvr_notifier_ticket(const struct kvr_notifier *notifier)
{
	unsigned long ticket = READ_ONCE(notifier->sequence);

	/* The tables are read after the sequence; pairs with mmu_lock in the callbacks. */
	smp_rmb();
	return ticket;
}

/*
 * kvr_notifier_stale - may anything that was read of user bytes @first … @last after @ticket be
 * out of date?
 *
 * Under mmu_lock. Ask for all that is about to be mapped, not just for the page that faulted.
 */
static inline bool kvr_notifier_stale(const struct kvr_notifier *notifier, unsigned long ticket,
				      unsigned long first, unsigned long last)
{
	if (unlikely(notifier->running) && first <= notifier->last && last >= notifier->first)
		return true;
	return notifier->sequence != ticket;
}

#endif
