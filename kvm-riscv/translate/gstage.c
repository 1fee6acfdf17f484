// SPDX-License-Identifier: GPL-2.0-only
#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "translate/gstage.h"

/* What a sweep over a range does to each leaf. */
enum sweep_action {
	SWEEP_UNMAP,
	SWEEP_PROTECT,
	SWEEP_AGE,
	SWEEP_TEST_AGE,
};

struct sweep {
	enum sweep_action action;
	unsigned int level_max;		/* leaves above this level are left alone */
	u64 first, last;		/* the whole range */
	u64 from;			/* where this call began */
	u64 next;			/* where it had to stop */
	struct kvr_gstage_gather *gather;
};

static unsigned int entry_index(const struct kvr_gstage *gstage, u64 gfn, unsigned int level)
{
	unsigned int entries = level == gstage->levels - 1 ? KVR_ROOT_ENTRIES : KVR_TABLE_ENTRIES;

	return (gfn >> kvr_level_order(level)) & (entries - 1);
}

static u64 *entry_table(u64 pte)
{
	return __va(kvr_pte_pfn(pte) << 12);
}

/* The parts of a leaf that lies one level above them. */
static void table_fill(u64 *table, u64 leaf, unsigned int level)
{
	u64 step = kvr_level_pages(level) << KVR_PTE_PPN_SHIFT;
	unsigned int i;

	for (i = 0; i < KVR_TABLE_ENTRIES; i++)
		table[i] = leaf + i * step;
}

/*
 * Puts a table from @stock under *@entry, which was @old (empty, or a leaf of @level to be split).
 * Returns what *@entry is then: that table, or what another caller was quicker to put there.
 */
static u64 table_link(u64 *entry, u64 old, unsigned int level, struct kvr_gstage_stock *stock)
{
	u64 *table = stock->pages[stock->count - 1];
	u64 pte = (u64)__pa(table) >> 12 << KVR_PTE_PPN_SHIFT | KVR_PTE_V;
	u64 found;

	if (old)
		table_fill(table, old, level - 1);
	/* Full ordering: a walker that sees the link sees the table's contents. */
	found = cmpxchg(entry, old, pte);
	if (found == old) {
		stock->count--;
		stock->linked++;
		if (old)
			stock->splits[level]++;
		return pte;
	}
	if (old)
		memset(table, 0, KVR_TABLE_ENTRIES * sizeof(*table));
	return found;
}

enum kvr_gstage_status kvr_gstage_slot(struct kvr_gstage *gstage, u64 gfn, unsigned int level,
				       struct kvr_gstage_stock *stock, u64 **entry)
{
	unsigned int at = gstage->levels - 1;
	u64 *table = gstage->root;

	for (; at > level; at--) {
		u64 *link = table + entry_index(gstage, gfn, at);
		u64 pte = READ_ONCE(*link);

		while (unlikely(!kvr_pte_is_table(pte))) {
			if (!stock->count)
				return KVR_GSTAGE_STOCK;
			pte = table_link(link, pte, at, stock);
		}
		table = entry_table(pte);
	}
	*entry = table + entry_index(gstage, gfn, level);
	return KVR_GSTAGE_OK;
}

enum kvr_gstage_status kvr_gstage_install(u64 *entry, u64 leaf, bool *upgraded)
{
	u64 old = READ_ONCE(*entry);

	for (;;) {
		u64 want = leaf;
		u64 found;

		if (old) {
			if (!kvr_pte_is_leaf(old) ||
			    (old ^ leaf) & (KVR_PTE_PPN | KVR_PTE_PBMT | KVR_PTE_N))
				return KVR_GSTAGE_OCCUPIED;
			want |= old;
			if (want == old)
				return KVR_GSTAGE_SPURIOUS;
		}
		found = cmpxchg(entry, old, want);
		if (found == old) {
			*upgraded = old;
			return KVR_GSTAGE_OK;
		}
		old = found;
	}
}

void kvr_gstage_upgrade(u64 *entry, u64 leaf)
{
	bool upgraded;

	if (READ_ONCE(*entry))
		kvr_gstage_install(entry, leaf, &upgraded);
}

u64 kvr_gstage_lookup(const struct kvr_gstage *gstage, u64 gfn, unsigned int *level)
{
	unsigned int at = gstage->levels - 1;
	u64 *table = gstage->root;

	for (;; at--) {
		u64 pte = READ_ONCE(table[entry_index(gstage, gfn, at)]);

		if (kvr_pte_is_leaf(pte)) {
			*level = at;
			return pte;
		}
		if (!pte || !at)
			return 0;
		table = entry_table(pte);
	}
}

static void gather_range(struct kvr_gstage_gather *gather, u64 first, u64 last)
{
	if (first < gather->first)
		gather->first = first;
	if (last > gather->last)
		gather->last = last;
}

/* The hart's walker may set A and D at any time (Svadu). */
static void entry_clear(u64 *entry, u64 bits)
{
	u64 old = READ_ONCE(*entry);

	for (;;) {
		u64 found = cmpxchg(entry, old, old & ~bits);

		if (found == old)
			return;
		old = found;
	}
}

static void sweep_leaf(struct sweep *sweep, u64 *entry, u64 pte, unsigned int level, u64 gfn)
{
	u64 last = gfn + kvr_level_pages(level) - 1;

	switch (sweep->action) {
	case SWEEP_UNMAP:
		WRITE_ONCE(*entry, 0);
		sweep->gather->leaves[level]++;
		break;
	case SWEEP_PROTECT:
		if (!(pte & KVR_PTE_W))
			return;
		entry_clear(entry, KVR_PTE_W | KVR_PTE_D);
		break;
	case SWEEP_AGE:
		if (!(pte & KVR_PTE_A))
			return;
		sweep->gather->young = true;
		entry_clear(entry, KVR_PTE_A);
		break;
	case SWEEP_TEST_AGE:
		sweep->gather->young |= !!(pte & KVR_PTE_A);
		return;
	}
	gather_range(sweep->gather, gfn, last);
}

/*
 * Takes the empty table off *@entry. It joins the chain through its own first entry, where a
 * page-aligned address reads as an invalid entry (V is bit 0) to a walker that is still in there.
 */
static void table_unlink(struct kvr_gstage_gather *gather, u64 *entry, u64 *table)
{
	WRITE_ONCE(*entry, 0);
	WRITE_ONCE(table[0], (u64)(unsigned long)gather->tables);
	gather->tables = table;
	gather->table_count++;
}

/*
 * May the table be unlinked that the sweep has come to the end of? A call that began inside of it
 * knows only the rest: what earlier calls emptied may have been filled since.
 */
static bool table_is_done(const struct sweep *sweep, const u64 *table, u64 gfn, unsigned int order)
{
	unsigned int i;

	if (gfn < sweep->first || gfn + ((1UL << order) - 1) > sweep->last)
		return false;
	if (likely(gfn >= sweep->from))
		return true;
	for (i = 0; i < KVR_TABLE_ENTRIES; i++)
		if (READ_ONCE(table[i]))
			return false;
	return true;
}

/*
 * @table holds entries of @level for the frames from @base on. Recursion ends at level 0. False
 * when the budget was used up before the end.
 */
static bool sweep_table(struct sweep *sweep, u64 *table, unsigned int level, u64 base,
			unsigned int entries)
{
	unsigned int order = kvr_level_order(level);
	u64 first = sweep->from > base ? (sweep->from - base) >> order : 0;
	u64 last = (sweep->last - base) >> order;
	u64 i;

	if (last >= entries)
		last = entries - 1;
	for (i = first; i <= last; i++) {
		u64 gfn = base + (i << order);
		u64 pte = READ_ONCE(table[i]);

		if (unlikely(!sweep->gather->budget)) {
			sweep->next = max(gfn, sweep->from);
			return false;
		}
		sweep->gather->budget--;
		if (!pte)
			continue;
		if (kvr_pte_is_leaf(pte)) {
			if (level <= sweep->level_max)
				sweep_leaf(sweep, &table[i], pte, level, gfn);
			continue;
		}
		if (!sweep_table(sweep, entry_table(pte), level - 1, gfn, KVR_TABLE_ENTRIES))
			return false;
		if (sweep->action == SWEEP_UNMAP && level - 1 <= sweep->level_max &&
		    table_is_done(sweep, entry_table(pte), gfn, order))
			table_unlink(sweep->gather, &table[i], entry_table(pte));
	}
	return true;
}

/* True when the range is done; moves range->next on. */
static bool sweep_run(struct kvr_gstage *gstage, struct kvr_gstage_range *range,
		      struct sweep *sweep)
{
	sweep->first = range->first;
	sweep->last = min(range->last, kvr_gstage_frames(gstage) - 1);
	sweep->from = range->next;
	sweep->next = sweep->last + 1;
	if (sweep->from <= sweep->last &&
	    !sweep_table(sweep, gstage->root, gstage->levels - 1, 0, KVR_ROOT_ENTRIES)) {
		range->next = sweep->next;
		return false;
	}
	range->next = sweep->last + 1;
	return true;
}

bool kvr_gstage_unmap(struct kvr_gstage *gstage, struct kvr_gstage_range *range,
		      struct kvr_gstage_gather *gather)
{
	struct sweep sweep = {
		.action = SWEEP_UNMAP,
		.level_max = KVR_LEVELS_MAX,
		.gather = gather,
	};

	return sweep_run(gstage, range, &sweep);
}

bool kvr_gstage_unmap_tables(struct kvr_gstage *gstage, struct kvr_gstage_range *range,
			     struct kvr_gstage_gather *gather)
{
	struct sweep sweep = {
		.action = SWEEP_UNMAP,
		.level_max = KVR_LEVEL_4K,
		.gather = gather,
	};

	return sweep_run(gstage, range, &sweep);
}

bool kvr_gstage_protect(struct kvr_gstage *gstage, struct kvr_gstage_range *range,
			struct kvr_gstage_gather *gather)
{
	struct sweep sweep = {
		.action = SWEEP_PROTECT,
		.level_max = KVR_LEVELS_MAX,
		.gather = gather,
	};

	return sweep_run(gstage, range, &sweep);
}

bool kvr_gstage_age(struct kvr_gstage *gstage, struct kvr_gstage_range *range,
		    struct kvr_gstage_gather *gather)
{
	struct sweep sweep = {
		.action = SWEEP_AGE,
		.level_max = KVR_LEVELS_MAX,
		.gather = gather,
	};

	return sweep_run(gstage, range, &sweep);
}

bool kvr_gstage_is_young(struct kvr_gstage *gstage, u64 first, u64 last)
{
	struct kvr_gstage_range range = kvr_gstage_range(first, last);
	struct kvr_gstage_gather gather;
	struct sweep sweep = {
		.action = SWEEP_TEST_AGE,
		.level_max = KVR_LEVELS_MAX,
		.gather = &gather,
	};

	kvr_gstage_gather_init(&gather, ~0U);
	sweep_run(gstage, &range, &sweep);
	return gather.young;
}

void kvr_gstage_gather_free(struct kvr_gstage_gather *gather)
{
	while (gather->tables) {
		u64 *table = gather->tables;

		gather->tables = (u64 *)(unsigned long)table[0];
		free_page((unsigned long)table);
	}
}
