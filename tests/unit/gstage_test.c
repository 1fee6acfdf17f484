// SPDX-License-Identifier: GPL-2.0-only
/* sources: translate/gstage.c */
#include <pthread.h>

#include <linux/gfp.h>
#include <linux/kernel.h>

#include "translate/gstage.h"
#include "tap.h"

long unit_pages;

static void table_open(struct kvr_gstage *gstage, unsigned int levels)
{
	gstage->root = (u64 *)unit_pages_get(KVR_ROOT_ORDER);
	gstage->levels = levels;
}

/* Tables that are linked now, by what stocks and gathers say. */
static long tables_linked;

static void gather_done(struct kvr_gstage_gather *gather)
{
	__atomic_sub_fetch(&tables_linked, gather->table_count, __ATOMIC_RELAXED);
	kvr_gstage_gather_free(gather);
	kvr_gstage_gather_init(gather, ~0U);
}

static void unmap(struct kvr_gstage *gstage, u64 first, u64 last)
{
	struct kvr_gstage_range range = kvr_gstage_range(first, last);
	struct kvr_gstage_gather gather;

	kvr_gstage_gather_init(&gather, ~0U);
	EXPECT(kvr_gstage_unmap(gstage, &range, &gather));
	gather_done(&gather);
}

/* Every page but the root's must have come back. */
static void table_close(struct kvr_gstage *gstage)
{
	unmap(gstage, 0, ~0ULL);
	EXPECT_EQ(unit_pages, 1 << KVR_ROOT_ORDER);
	EXPECT_EQ(tables_linked, 0);
	free_pages((unsigned long)gstage->root, KVR_ROOT_ORDER);
}

/* Leaves of each level that map() split. */
static u64 splits[KVR_LEAF_LEVELS];

/* As a fault does it: one table page at a time, as they are asked for. */
static enum kvr_gstage_status map(struct kvr_gstage *gstage, u64 gfn, unsigned int level, u64 leaf,
				  bool *upgraded)
{
	struct kvr_gstage_stock stock = {};
	enum kvr_gstage_status status;
	u64 *entry;

	while ((status = kvr_gstage_slot(gstage, gfn, level, &stock, &entry)) == KVR_GSTAGE_STOCK)
		stock.pages[stock.count++] = (u64 *)get_zeroed_page(0);
	if (status == KVR_GSTAGE_OK)
		status = kvr_gstage_install(entry, leaf, upgraded);
	while (stock.count)
		free_page((unsigned long)stock.pages[--stock.count]);
	__atomic_add_fetch(&tables_linked, stock.linked, __ATOMIC_RELAXED);
	for (int i = 0; i < KVR_LEAF_LEVELS; i++)
		__atomic_add_fetch(&splits[i], stock.splits[i], __ATOMIC_RELAXED);
	return status;
}

TEST(entries_have_the_format_of_the_specification)
{
	/* V R W X U A D are bits 0 1 2 3 4 6 7, the PPN starts at bit 10. */
	EXPECT_EQ(kvr_pte_make(0x12345, KVR_PTE_W | KVR_PTE_X), 0x12345UL << 10 | 0xdf);
	EXPECT_EQ(kvr_pte_make(0x12345, KVR_PTE_W), 0x12345UL << 10 | 0xd7);
	EXPECT_EQ(kvr_pte_make(0x12345, KVR_PTE_X), 0x12345UL << 10 | 0x5b);
	EXPECT_EQ(kvr_pte_make(1, 2UL << 61), 2UL << 61 | 1 << 10 | 0x53);
}

TEST(a_table_spans_two_bits_more_than_its_levels)
{
	EXPECT_EQ(kvr_gstage_gpa_bits(3), 41);
	EXPECT_EQ(kvr_gstage_gpa_bits(4), 50);
	EXPECT_EQ(kvr_gstage_gpa_bits(5), 59);
}

TEST(walk_follows_the_specification)
{
	static const unsigned int levels[] = { 3, 4, 5 };

	for (unsigned int i = 0; i < ARRAY_SIZE(levels); i++) {
		struct kvr_gstage gstage;
		u64 gfn, *table;
		bool upgraded;

		NOTE("%u levels", levels[i]);
		table_open(&gstage, levels[i]);
		gfn = kvr_gstage_frames(&gstage) - 3;
		EXPECT_EQ(map(&gstage, gfn, 0, kvr_pte_make(77, KVR_PTE_W), &upgraded), KVR_GSTAGE_OK);

		/* VPN[i] is nine bits, the topmost one eleven (Hypervisor, Sv39x4 to Sv57x4). */
		table = gstage.root;
		for (int at = levels[i] - 1; at >= 0; at--) {
			u64 gpa = gfn << 12;
			u64 vpn = gpa >> (12 + 9 * at) & (at == (int)levels[i] - 1 ? 0x7ff : 0x1ff);
			u64 pte = table[vpn];

			REQUIRE(pte & 1);
			if (at)
				EXPECT_EQ(pte & 0x3ff, 1);
			else
				EXPECT_EQ(pte, 77UL << 10 | 0xd7);
			table = (u64 *)(pte >> 10 << 12);
		}
		table_close(&gstage);
	}
}

TEST(the_stock_is_asked_for_what_is_missing)
{
	struct kvr_gstage_stock stock = {};
	struct kvr_gstage gstage;
	unsigned int asked = 0;
	u64 *entry, *again;

	table_open(&gstage, 5);
	while (kvr_gstage_slot(&gstage, 12345, 0, &stock, &entry) == KVR_GSTAGE_STOCK) {
		stock.pages[stock.count++] = (u64 *)get_zeroed_page(0);
		asked++;
	}
	EXPECT_EQ(asked, 4);
	EXPECT_EQ(stock.count, 0);
	EXPECT_EQ(kvr_gstage_slot(&gstage, 12345 ^ 1, 0, &stock, &again), KVR_GSTAGE_OK);
	EXPECT_EQ(again - entry, (12345 ^ 1) - 12345);
	EXPECT_EQ(kvr_gstage_slot(&gstage, 12345 + 512, 0, &stock, &again), KVR_GSTAGE_STOCK);
	EXPECT_EQ(stock.linked, 4);
	tables_linked += stock.linked;
	table_close(&gstage);
}

TEST(a_leaf_gains_permission_and_never_changes_its_frame)
{
	struct kvr_gstage gstage;
	bool upgraded = true;
	unsigned int level;

	table_open(&gstage, 3);
	EXPECT_EQ(map(&gstage, 5, 0, kvr_pte_make(9, 0), &upgraded), KVR_GSTAGE_OK);
	EXPECT(!upgraded);
	EXPECT_EQ(map(&gstage, 5, 0, kvr_pte_make(9, 0), &upgraded), KVR_GSTAGE_SPURIOUS);
	EXPECT_EQ(map(&gstage, 5, 0, kvr_pte_make(9, KVR_PTE_W), &upgraded), KVR_GSTAGE_OK);
	EXPECT(upgraded);
	EXPECT_EQ(map(&gstage, 5, 0, kvr_pte_make(9, 0), &upgraded), KVR_GSTAGE_SPURIOUS);
	EXPECT(kvr_gstage_lookup(&gstage, 5, &level) & KVR_PTE_W);
	EXPECT_EQ(map(&gstage, 5, 0, kvr_pte_make(10, KVR_PTE_W), &upgraded), KVR_GSTAGE_OCCUPIED);
	EXPECT_EQ(map(&gstage, 5, 0, kvr_pte_make(9, KVR_PTE_W | 1UL << 61), &upgraded), KVR_GSTAGE_OCCUPIED);
	EXPECT_EQ(map(&gstage, 5, 1, kvr_pte_make(0, KVR_PTE_W), &upgraded), KVR_GSTAGE_OCCUPIED);
	EXPECT_EQ(kvr_pte_pfn(kvr_gstage_lookup(&gstage, 5, &level)), 9);
	table_close(&gstage);
}

TEST(an_unlinked_table_is_invalid_to_a_walker_inside)
{
	struct kvr_gstage_range range = kvr_gstage_range(0, ~0ULL);
	struct kvr_gstage_gather gather;
	struct kvr_gstage gstage;
	bool upgraded;

	table_open(&gstage, 3);
	kvr_gstage_gather_init(&gather, ~0U);
	for (u64 gfn = 0; gfn < 3 * 512; gfn += 512)
		map(&gstage, gfn, 0, kvr_pte_make(gfn, KVR_PTE_W), &upgraded);
	EXPECT(kvr_gstage_unmap(&gstage, &range, &gather));
	EXPECT_EQ(gather.leaves[0], 3);
	for (u64 *table = gather.tables; table; table = (u64 *)table[0])
		for (unsigned int i = 0; i < KVR_TABLE_ENTRIES; i++)
			EXPECT_EQ(table[i] & KVR_PTE_V, 0);
	gather_done(&gather);
	table_close(&gstage);
}

/*
 * A table of 4 KiB leaves is unmapped in two portions. Between them a fault fills its first half
 * again, or does not: then nothing of it may be left.
 */
static void unmap_halves(bool refill)
{
	struct kvr_gstage_range range = kvr_gstage_range(512, 1023);
	struct kvr_gstage_gather gather;
	struct kvr_gstage gstage;
	unsigned int level;
	bool upgraded;

	table_open(&gstage, 3);
	for (u64 gfn = 512; gfn < 1024; gfn++)
		map(&gstage, gfn, 0, kvr_pte_make(gfn, 0), &upgraded);
	kvr_gstage_gather_init(&gather, 256);
	EXPECT(!kvr_gstage_unmap(&gstage, &range, &gather));
	/* The root's and the middle table's entry count as well. */
	EXPECT_EQ(range.next, 512 + 254);
	EXPECT_EQ(gather.table_count, 0);
	EXPECT_EQ(gather.first, 512);
	EXPECT_EQ(gather.last, 512 + 253);
	if (refill)
		map(&gstage, 600, 0, kvr_pte_make(99, 0), &upgraded);
	gather.budget = ~0U;
	EXPECT(kvr_gstage_unmap(&gstage, &range, &gather));
	EXPECT_EQ(gather.leaves[0], 512);
	EXPECT_EQ(gather.table_count, refill ? 0 : 1);
	EXPECT_EQ(kvr_pte_pfn(kvr_gstage_lookup(&gstage, 600, &level)), refill ? 99 : 0);
	gather_done(&gather);
	table_close(&gstage);
}

TEST(a_table_unmapped_in_portions_goes_only_when_empty)
{
	unmap_halves(false);
	unmap_halves(true);
}

TEST(a_portion_visits_what_its_budget_allows)
{
	struct kvr_gstage_range range = kvr_gstage_range(0, ~0ULL);
	struct kvr_gstage_gather gather;
	struct kvr_gstage gstage;
	unsigned int calls = 1;
	bool upgraded;

	table_open(&gstage, 4);
	for (u64 gfn = 0; gfn < 20 * 512; gfn++)
		map(&gstage, gfn, 0, kvr_pte_make(gfn, 0), &upgraded);
	kvr_gstage_gather_init(&gather, 1000);
	for (; !kvr_gstage_unmap(&gstage, &range, &gather); calls++) {
		EXPECT_EQ(gather.budget, 0);
		gather.budget = 1000;
	}
	/* 20 tables of leaves, the two above, the root, and what is walked again. */
	EXPECT_EQ(calls, (20 * 512 + 512 + 512 + KVR_ROOT_ENTRIES) / 1000 + 1);
	EXPECT_EQ(gather.leaves[0], 20 * 512);
	EXPECT_EQ(gather.table_count, 22);
	gather_done(&gather);
	table_close(&gstage);
}

TEST(a_leaf_gains_execution_by_an_upgrade)
{
	struct kvr_gstage gstage;
	unsigned int level;
	bool upgraded;
	u64 entry = 0;

	table_open(&gstage, 3);
	map(&gstage, 5, 0, kvr_pte_make(9, KVR_PTE_W), &upgraded);
	EXPECT(!(kvr_gstage_lookup(&gstage, 5, &level) & KVR_PTE_X));
	map(&gstage, 5, 0, kvr_pte_make(9, KVR_PTE_X), &upgraded);
	EXPECT(upgraded);
	EXPECT_EQ(kvr_gstage_lookup(&gstage, 5, &level), kvr_pte_make(9, KVR_PTE_W | KVR_PTE_X));
	/* Loads and stores do not take it away again. */
	map(&gstage, 5, 0, kvr_pte_make(9, KVR_PTE_W), &upgraded);
	EXPECT_EQ(kvr_gstage_lookup(&gstage, 5, &level), kvr_pte_make(9, KVR_PTE_W | KVR_PTE_X));

	kvr_gstage_upgrade(&entry, kvr_pte_make(7, KVR_PTE_X));
	EXPECT_EQ(entry, 0);
	entry = kvr_pte_make(8, KVR_PTE_W);
	kvr_gstage_upgrade(&entry, kvr_pte_make(7, KVR_PTE_X));
	EXPECT_EQ(entry, kvr_pte_make(8, KVR_PTE_W));
	kvr_gstage_upgrade(&entry, kvr_pte_make(8, KVR_PTE_X));
	EXPECT_EQ(entry, kvr_pte_make(8, KVR_PTE_W | KVR_PTE_X));
	table_close(&gstage);
}

/*
 * Random sequences against a model: what the leaf of each frame should be, in three windows of the
 * address space. A frame's host frame is a function of it, so the model keeps flags only.
 */
#define WINDOW_FRAMES	(2UL << 18)	/* 2 GiB */
#define WINDOWS		3

#define M_MAPPED	1
#define M_WRITABLE	2
#define M_ACCESSED	4
#define M_EXEC		8
#define M_LEVEL(n)	((n) << 4)
#define M_LEVEL_OF(m)	((m) >> 4)

struct model {
	struct kvr_gstage gstage;
	u64 base[WINDOWS];
	unsigned char *frames[WINDOWS];
	u64 rng;
	u64 changed_first, changed_last;	/* frames that an operation changed */
	u64 removed[KVR_LEAF_LEVELS];
};

static u64 rng_next(struct model *m)
{
	m->rng ^= m->rng << 13;
	m->rng ^= m->rng >> 7;
	m->rng ^= m->rng << 17;
	return m->rng;
}

static u64 host_frame(u64 gfn)
{
	return (gfn ^ (5UL << 18)) & ((1UL << 44) - 1);
}

static void model_open(struct model *m, unsigned int levels, u64 seed)
{
	*m = (struct model){ .rng = seed };
	table_open(&m->gstage, levels);
	m->base[1] = kvr_gstage_frames(&m->gstage) / 2 - WINDOW_FRAMES / 2;
	m->base[2] = kvr_gstage_frames(&m->gstage) - WINDOW_FRAMES;
	for (int w = 0; w < WINDOWS; w++)
		m->frames[w] = calloc(WINDOW_FRAMES, 1);
}

static void model_close(struct model *m)
{
	for (int w = 0; w < WINDOWS; w++)
		free(m->frames[w]);
	table_close(&m->gstage);
}

static u64 block_first(u64 frame, unsigned int level)
{
	return frame & ~(kvr_level_pages(level) - 1);
}

/* Splits what is mapped at @frame until its leaf is of @level or below, and expects map() did. */
static void model_split(unsigned char *frames, u64 frame, unsigned int level)
{
	u64 want[KVR_LEAF_LEVELS] = {};

	while (frames[frame] & M_MAPPED && M_LEVEL_OF(frames[frame]) > (int)level) {
		unsigned int above = M_LEVEL_OF(frames[frame]);
		u64 first = block_first(frame, above);

		for (u64 i = first; i < first + kvr_level_pages(above); i++)
			frames[i] = (frames[i] & 0xf) | M_LEVEL(above - 1);
		want[above]++;
	}
	EXPECT(!memcmp(splits, want, sizeof(want)));
}

static void model_map(struct model *m, int w, u64 frame)
{
	unsigned char *frames = m->frames[w];
	unsigned int level = rng_next(m) % 16 == 0 ? 2 : rng_next(m) % 4 == 0 ? 1 : 0;
	bool writable = rng_next(m) & 1, exec = rng_next(m) & 1, upgraded = false, held;
	u64 first = block_first(frame, level), gfn = m->base[w] + first;
	u64 leaf = kvr_pte_make(host_frame(gfn), (writable ? KVR_PTE_W : 0) |
				(exec ? KVR_PTE_X : 0));
	unsigned char flags = M_MAPPED | M_ACCESSED | (writable ? M_WRITABLE : 0) |
			      (exec ? M_EXEC : 0) | M_LEVEL(level);
	enum kvr_gstage_status status;
	u64 i;

	memset(splits, 0, sizeof(splits));
	status = map(&m->gstage, m->base[w] + frame, level, leaf, &upgraded);
	if (status == KVR_GSTAGE_OCCUPIED) {
		/* Only a table may be in the way of this model; with it gone there is room. */
		EXPECT(level);
		unmap(&m->gstage, gfn, gfn + kvr_level_pages(level) - 1);
		memset(frames + first, 0, kvr_level_pages(level));
		status = map(&m->gstage, gfn, level, leaf, &upgraded);
		EXPECT_EQ(status, KVR_GSTAGE_OK);
		EXPECT(!upgraded);
	}
	model_split(frames, frame, level);
	held = frames[frame] & M_MAPPED;
	EXPECT_EQ(status, held && (frames[frame] | flags) == frames[frame] ?
		  KVR_GSTAGE_SPURIOUS : KVR_GSTAGE_OK);
	if (status == KVR_GSTAGE_OK)
		EXPECT_EQ(upgraded, held);
	for (i = first; i < first + kvr_level_pages(level); i++) {
		EXPECT(!held || M_LEVEL_OF(frames[i]) == (int)level);
		frames[i] |= flags;
	}
}

enum model_op { OP_UNMAP, OP_UNMAP_TABLES, OP_PROTECT, OP_AGE, OP_TEST_AGE };

static void model_change(struct model *m, u64 first_gfn, unsigned char *frames, enum model_op op)
{
	unsigned int level = M_LEVEL_OF(*frames);
	u64 pages = kvr_level_pages(level);

	if (op == OP_UNMAP || op == OP_UNMAP_TABLES) {
		m->removed[level]++;
		memset(frames, 0, pages);
	} else {
		for (u64 i = 0; i < pages; i++)
			frames[i] &= ~(op == OP_PROTECT ? M_WRITABLE : M_ACCESSED);
	}
	m->changed_first = min(m->changed_first, first_gfn);
	m->changed_last = max(m->changed_last, first_gfn + pages - 1);
}

/* Does @op to the model; true when a leaf was young. */
static bool model_sweep(struct model *m, int w, u64 first, u64 last, enum model_op op)
{
	unsigned char *frames = m->frames[w];
	bool young = false;
	u64 i = first, pages;

	m->changed_first = ~0ULL;
	m->changed_last = 0;
	memset(m->removed, 0, sizeof(m->removed));
	for (; i <= last; i += pages) {
		unsigned char state = frames[i];
		unsigned int level = M_LEVEL_OF(state);

		pages = 1;
		if (!(state & M_MAPPED))
			continue;
		i = block_first(i, level);
		pages = kvr_level_pages(level);
		young |= !!(state & M_ACCESSED);
		if (op == OP_TEST_AGE || (op == OP_UNMAP_TABLES && level) ||
		    (op == OP_PROTECT && !(state & M_WRITABLE)) ||
		    (op == OP_AGE && !(state & M_ACCESSED)))
			continue;
		model_change(m, m->base[w] + i, frames + i, op);
	}
	return young;
}

/*
 * One operation over a range, in portions of random size; the leaves of a portion are to be
 * fenced before the next.
 */
static bool model_portions(struct model *m, enum model_op op, u64 from, u64 to,
			   struct kvr_gstage_gather *gather)
{
	static bool (*const ops[])(struct kvr_gstage *gstage, struct kvr_gstage_range *range,
				   struct kvr_gstage_gather *gather) = {
		[OP_UNMAP] = kvr_gstage_unmap,
		[OP_UNMAP_TABLES] = kvr_gstage_unmap_tables,
		[OP_PROTECT] = kvr_gstage_protect,
		[OP_AGE] = kvr_gstage_age,
	};
	struct kvr_gstage_range range = kvr_gstage_range(from, to);
	u64 next = from;

	if (op == OP_TEST_AGE)
		return kvr_gstage_is_young(&m->gstage, from, to);
	do {
		/* A walk to a leaf costs as many entries as there are levels. */
		gather->budget = rng_next(m) & 1 ? ~0U : KVR_LEVELS_MAX + 1 + rng_next(m) % 700;
		EXPECT(range.next == next && next <= to);
		if (ops[op](&m->gstage, &range, gather))
			break;
		EXPECT_EQ(gather->budget, 0);
		EXPECT(range.next >= next);
		next = range.next;
	} while (1);
	return gather->young;
}

static void model_op(struct model *m, int w, u64 first, u64 last, enum model_op op)
{
	struct kvr_gstage_gather gather;
	bool young = model_sweep(m, w, first, last, op), found;

	kvr_gstage_gather_init(&gather, 0);
	found = model_portions(m, op, m->base[w] + first, m->base[w] + last, &gather);
	if (op == OP_AGE || op == OP_TEST_AGE)
		EXPECT_EQ(found, young);
	for (int level = 0; level < KVR_LEAF_LEVELS; level++)
		EXPECT_EQ(gather.leaves[level], m->removed[level]);
	/* Exactly what changed is to be fenced. */
	EXPECT_EQ(gather.first, m->changed_first);
	EXPECT_EQ(gather.last, m->changed_last);
	gather_done(&gather);
}

static void model_compare(struct model *m, int w, u64 frame)
{
	unsigned char state = m->frames[w][frame];
	unsigned int level = 99;
	u64 gfn = m->base[w] + frame;
	u64 pte = kvr_gstage_lookup(&m->gstage, gfn, &level);

	if (!(state & M_MAPPED)) {
		EXPECT_EQ(pte, 0);
		return;
	}
	EXPECT_EQ(level, M_LEVEL_OF(state));
	EXPECT_EQ(kvr_pte_pfn(pte), host_frame(block_first(gfn, level)));
	EXPECT_EQ(!!(pte & KVR_PTE_W), !!(state & M_WRITABLE));
	EXPECT_EQ(!!(pte & KVR_PTE_D), !!(state & M_WRITABLE));
	EXPECT_EQ(!!(pte & KVR_PTE_A), !!(state & M_ACCESSED));
	EXPECT_EQ(!!(pte & KVR_PTE_X), !!(state & M_EXEC));
	EXPECT_EQ(pte & (KVR_PTE_V | KVR_PTE_R | KVR_PTE_U), KVR_PTE_V | KVR_PTE_R | KVR_PTE_U);
}

/* A frame near where much happens: table and block boundaries. */
static u64 model_pick(struct model *m)
{
	static const u64 places[] = { 0, 512, 1UL << 18, (1UL << 18) + 4096, WINDOW_FRAMES - 1024 };
	u64 spread = rng_next(m) % 8 ? 1024 : WINDOW_FRAMES;

	return (places[rng_next(m) % ARRAY_SIZE(places)] + rng_next(m) % spread) % WINDOW_FRAMES;
}

static void model_step(struct model *m)
{
	int w = rng_next(m) % WINDOWS;
	u64 first = model_pick(m);
	u64 size = 1UL << (rng_next(m) % 8 ? rng_next(m) % 10 : rng_next(m) % 20);
	u64 last = min(first + rng_next(m) % size, WINDOW_FRAMES - 1);

	if (rng_next(m) % 4)
		model_map(m, w, first);
	else
		model_op(m, w, first, last, rng_next(m) % (OP_TEST_AGE + 1));
	model_compare(m, w, first);
	model_compare(m, w, last);
}

static void model_run(unsigned int levels, u64 seed)
{
	struct model m;

	model_open(&m, levels, seed);
	for (unsigned int step = 0; step < 6000; step++) {
		NOTE("%u levels, seed %llu, step %u", levels, (unsigned long long)seed, step);
		model_step(&m);
	}
	for (int w = 0; w < WINDOWS; w++)
		for (u64 frame = 0; frame < WINDOW_FRAMES; frame += 1 + rng_next(&m) % 7)
			model_compare(&m, w, frame);
	model_close(&m);
}

TEST(random_sequences_agree_with_a_model_sv39x4)
{
	for (u64 seed = 1; seed <= 4; seed++)
		model_run(3, seed);
}

TEST(random_sequences_agree_with_a_model_sv48x4)
{
	for (u64 seed = 5; seed <= 6; seed++)
		model_run(4, seed);
}

TEST(random_sequences_agree_with_a_model_sv57x4)
{
	for (u64 seed = 7; seed <= 8; seed++)
		model_run(5, seed);
}

/*
 * Several harts fault at once: each leaf is new to exactly one of them, no table is lost or
 * doubled.
 */
#define THREADS		4
#define RACE_FRAMES	(3 * 512UL)

struct racer {
	struct kvr_gstage *gstage;
	pthread_t thread;
	u64 seed;
	u64 fresh, bad;
};

static void *race(void *data)
{
	struct racer *racer = data;

	for (u64 i = 0; i < RACE_FRAMES; i++) {
		/* Odd factors walk all frames of a power of two, so of three of them. */
		u64 gfn = i / 512 * 512 + (i * (2 * racer->seed + 1) + racer->seed * 37) % 512;
		bool upgraded = false;
		enum kvr_gstage_status status;

		status = map(racer->gstage, gfn, 0, kvr_pte_make(host_frame(gfn), racer->seed & 1 ? KVR_PTE_W : 0),
			     &upgraded);
		racer->fresh += status == KVR_GSTAGE_OK && !upgraded;
		racer->bad += status != KVR_GSTAGE_OK && status != KVR_GSTAGE_SPURIOUS;
	}
	return NULL;
}

static u64 race_run(struct kvr_gstage *gstage)
{
	struct racer racers[THREADS];
	u64 fresh = 0;

	for (int i = 0; i < THREADS; i++) {
		racers[i] = (struct racer){ .gstage = gstage, .seed = i };
		pthread_create(&racers[i].thread, NULL, race, &racers[i]);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(racers[i].thread, NULL);
		fresh += racers[i].fresh;
		EXPECT_EQ(racers[i].bad, 0);
	}
	for (u64 gfn = 0; gfn < RACE_FRAMES; gfn++) {
		unsigned int level = 99;
		u64 pte = kvr_gstage_lookup(gstage, gfn, &level);

		EXPECT_EQ(level, 0);
		EXPECT_EQ(pte, kvr_pte_make(host_frame(gfn), KVR_PTE_W));
	}
	return fresh;
}

TEST(parallel_faults_share_tables_and_leaves)
{
	for (int round = 0; round < 20; round++) {
		struct kvr_gstage gstage;

		table_open(&gstage, 4);
		EXPECT_EQ(race_run(&gstage), RACE_FRAMES);
		/* Root, two tables on the way, three with leaves. */
		EXPECT_EQ(unit_pages, (1 << KVR_ROOT_ORDER) + 2 + 3);
		table_close(&gstage);
	}
}

TEST(parallel_faults_split_a_huge_leaf_once)
{
	for (int round = 0; round < 20; round++) {
		struct kvr_gstage gstage;
		bool upgraded;

		table_open(&gstage, 4);
		map(&gstage, 0, KVR_LEVEL_1G, kvr_pte_make(host_frame(0), 0), &upgraded);
		memset(splits, 0, sizeof(splits));
		EXPECT_EQ(race_run(&gstage), 0);
		EXPECT_EQ(splits[KVR_LEVEL_1G], 1);
		EXPECT_EQ(splits[KVR_LEVEL_2M], 3);
		EXPECT_EQ(unit_pages, (1 << KVR_ROOT_ORDER) + 1 + 1 + 3);
		table_close(&gstage);
	}
}
