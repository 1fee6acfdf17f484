/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A G-stage page table: Sv39x4, Sv48x4 or Sv57x4 (Privileged Architecture, Hypervisor extension,
 * "Guest Physical Address Translation").
 *
 * An object of its own: it knows nothing of VMs, slots or the host's memory management, takes
 * table pages from a stock that the caller fills, and hands unlinked ones back for the caller
 * to free when no hart can walk them any more. Compiled into the unit tests as it is.
 *
 * Two ways of access. *Shared* (mmu_lock held for reading): any number of callers walk,
 * link tables and install leaves at once; entries only ever go from empty to linked, from a leaf
 * to the table that splits it, or from a leaf to the same leaf with more permission.
 * *Exclusive* (mmu_lock held for writing): everything else.
 */
#ifndef KVR_TRANSLATE_GSTAGE_H
#define KVR_TRANSLATE_GSTAGE_H

#include <linux/types.h>

/*
 * Page-table entries: the same format as the VS-stage's and the host's (Sv39, "Page table entry")
 */
#define KVR_PTE_V		(1UL << 0)
#define KVR_PTE_R		(1UL << 1)
#define KVR_PTE_W		(1UL << 2)
#define KVR_PTE_X		(1UL << 3)
#define KVR_PTE_U		(1UL << 4)	/* G-stage: every access counts as a user's */
#define KVR_PTE_A		(1UL << 6)
#define KVR_PTE_D		(1UL << 7)
#define KVR_PTE_PPN_SHIFT	10
#define KVR_PTE_PPN		(((1UL << 44) - 1) << KVR_PTE_PPN_SHIFT)
#define KVR_PTE_PBMT		(3UL << 61)	/* Svpbmt */
#define KVR_PTE_N		(1UL << 63)	/* Svnapot */
#define KVR_PTE_LEAF		(KVR_PTE_R | KVR_PTE_W | KVR_PTE_X)

#define KVR_TABLE_SHIFT		9
#define KVR_TABLE_ENTRIES	512
#define KVR_LEVELS_MAX		5
#define KVR_ROOT_ORDER		2	/* the root is four pages: two more bits of address */
#define KVR_ROOT_ENTRIES	2048

/* Levels count up from the leaves: 0 is 4 KiB, 1 is 2 MiB, 2 is 1 GiB. */
#define KVR_LEVEL_4K		0
#define KVR_LEVEL_2M		1
#define KVR_LEVEL_1G		2
#define KVR_LEAF_LEVELS		3

struct kvr_gstage {
	u64 *root;			/* 16 KiB, aligned to its size */
	unsigned int levels;		/* 3 Sv39x4, 4 Sv48x4, 5 Sv57x4 */
};

/* Zeroed table pages, for one caller. */
struct kvr_gstage_stock {
	unsigned int count;
	u8 linked;			/* pages that became tables; only ever grows, as splits */
	u8 splits[KVR_LEAF_LEVELS];	/* leaves of each level that were split */
	u64 *pages[KVR_LEVELS_MAX];
};

/* What exclusive operations did, summed over calls, and how far they may yet go. */
struct kvr_gstage_gather {
	u64 *tables;			/* unlinked tables, chained through their first entry */
	/* frames to fence before the tables may go; first > last: none */
	u64 first, last;
	u64 leaves[KVR_LEAF_LEVELS];	/* leaves removed, by level */
	u64 table_count;		/* how many tables were unlinked */
	bool young;			/* a leaf was accessed whose age was asked for */
	/* entries that may be visited before the caller pauses; enough for a walk to a leaf */
	unsigned int budget;
};

/* Frames that an exclusive operation goes over, in as many calls as the budget asks for. */
struct kvr_gstage_range {
	u64 first, last;		/* both included; last may lie beyond the table */
	u64 next;			/* where the next call goes on; @first to begin with */
};

/* log2 of the frames that one entry of @level spans */
static inline unsigned int kvr_level_order(unsigned int level)
{
	return level * KVR_TABLE_SHIFT;
}

static inline u64 kvr_level_pages(unsigned int level)
{
	return 1UL << kvr_level_order(level);
}

static inline bool kvr_pte_is_leaf(u64 pte)
{
	return (pte & KVR_PTE_V) && (pte & KVR_PTE_LEAF);
}

static inline bool kvr_pte_is_table(u64 pte)
{
	return (pte & KVR_PTE_V) && !(pte & KVR_PTE_LEAF);
}

static inline u64 kvr_pte_pfn(u64 pte)
{
	return (pte & KVR_PTE_PPN) >> KVR_PTE_PPN_SHIFT;
}

/*
 * kvr_pte_make - a G-stage leaf for @pfn that can be read, accessed already
 * @more: KVR_PTE_W (dirty then as well), KVR_PTE_X and KVR_PTE_PBMT as the leaf is to have them
 */
static inline u64 kvr_pte_make(u64 pfn, u64 more)
{
	return pfn << KVR_PTE_PPN_SHIFT | KVR_PTE_V | KVR_PTE_R | KVR_PTE_U | KVR_PTE_A |
	       (more & KVR_PTE_W ? KVR_PTE_D : 0) | more;
}

/* kvr_gstage_gpa_bits - width of a guest-physical address under @levels levels */
static inline unsigned int kvr_gstage_gpa_bits(unsigned int levels)
{
	return 12 + levels * KVR_TABLE_SHIFT + KVR_ROOT_ORDER;
}

/* kvr_gstage_frames - how many frames the table can map */
static inline u64 kvr_gstage_frames(const struct kvr_gstage *gstage)
{
	return 1UL << (kvr_gstage_gpa_bits(gstage->levels) - 12);
}

enum kvr_gstage_status {
	KVR_GSTAGE_OK,
	KVR_GSTAGE_SPURIOUS,	/* the leaf was good already */
	KVR_GSTAGE_STOCK,	/* more table pages are needed; nothing is lost, call again */
	KVR_GSTAGE_OCCUPIED,	/* a table, or a leaf for other memory, is there: unmap it first */
};

/*
 * kvr_gstage_slot - find or make the entry of @level for @gfn, which must be in range
 * @stock: tables that are missing on the way come from here
 * @entry: where the entry is
 *
 * Shared. A leaf that is larger than @level is split in place, with unchanged permissions, and
 * counted in @stock->splits. Returns KVR_GSTAGE_OK or KVR_GSTAGE_STOCK.
 */
enum kvr_gstage_status kvr_gstage_slot(struct kvr_gstage *gstage, u64 gfn, unsigned int level,
				       struct kvr_gstage_stock *stock, u64 **entry);

/*
 * kvr_gstage_install - make *@entry translate as @leaf says
 *
 * Shared. An existing leaf for the same frame keeps the permissions it has and gains those of
 * @leaf.
 * Returns KVR_GSTAGE_OK, KVR_GSTAGE_SPURIOUS or KVR_GSTAGE_OCCUPIED. After SPURIOUS, or when
 * *@entry was a leaf before (@upgraded), this hart may hold an older translation: fence it.
 */
enum kvr_gstage_status kvr_gstage_install(u64 *entry, u64 leaf, bool *upgraded);

/*
 * kvr_gstage_upgrade - give the leaf in *@entry the permissions of @leaf too, if it is one for the
 * same frame
 *
 * Shared. A hart may hold the older translation for a while, and take a fault for it.
 */
void kvr_gstage_upgrade(u64 *entry, u64 leaf);

/*
 * kvr_gstage_lookup - the leaf that translates @gfn, 0 when none does
 * @level: set to the leaf's level
 *
 * Shared.
 */
u64 kvr_gstage_lookup(const struct kvr_gstage *gstage, u64 gfn, unsigned int *level);

/*
 * kvr_gstage_unmap - remove the leaves that meet @range, and tables wholly inside
 *
 * Exclusive. True when the range is done; false when @gather's budget was used up before, and then
 * another call goes on at range->next: in between the lock may be dropped, and others may map.
 * A table that a call finds half done is unlinked only if nothing was put into it meanwhile.
 * A huge leaf that is only partly inside goes as well. @gather grows by what was removed; fence
 * gather->first … last, then kvr_gstage_gather_free.
 */
bool kvr_gstage_unmap(struct kvr_gstage *gstage, struct kvr_gstage_range *range,
		      struct kvr_gstage_gather *gather);

/* kvr_gstage_unmap_tables - the same for leaves of 4 KiB and the tables that hold them only */
bool kvr_gstage_unmap_tables(struct kvr_gstage *gstage, struct kvr_gstage_range *range,
			     struct kvr_gstage_gather *gather);

/*
 * kvr_gstage_protect - take write permission from the leaves that meet @range
 *
 * Exclusive; in portions as kvr_gstage_unmap. @gather's range grows by the leaves that had it.
 */
bool kvr_gstage_protect(struct kvr_gstage *gstage, struct kvr_gstage_range *range,
			struct kvr_gstage_gather *gather);

/*
 * kvr_gstage_age - have the leaves that meet @range count as not accessed
 *
 * Exclusive; in portions as kvr_gstage_unmap. @gather is young when one of them was accessed, and
 * its range grows by those.
 */
bool kvr_gstage_age(struct kvr_gstage *gstage, struct kvr_gstage_range *range,
		    struct kvr_gstage_gather *gather);

/* kvr_gstage_is_young - was any leaf that meets frames @first … @last accessed? Shared. */
bool kvr_gstage_is_young(struct kvr_gstage *gstage, u64 first, u64 last);

/* kvr_gstage_range - a range that no call has gone over yet */
static inline struct kvr_gstage_range kvr_gstage_range(u64 first, u64 last)
{
	return (struct kvr_gstage_range){ .first = first, .last = last, .next = first };
}

/* kvr_gstage_gather_init - nothing gathered yet, and no pause before @budget entries */
static inline void kvr_gstage_gather_init(struct kvr_gstage_gather *gather, unsigned int budget)
{
	*gather = (struct kvr_gstage_gather){ .first = ~0ULL, .budget = budget };
}

/* kvr_gstage_gather_free - free the unlinked tables; no hart can walk them any more */
void kvr_gstage_gather_free(struct kvr_gstage_gather *gather);

#endif
