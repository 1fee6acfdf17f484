// SPDX-License-Identifier: GPL-2.0-only
/* sources: translate/guest_walk.c */
/*
 * Against a model of a hart whose G-stage lacks pages, or lets it only read some: the model raises
 * guest page faults one after the other and tells where each was, the walk has to say the same.
 */
#include <linux/kernel.h>

#include "host/csr.h"
#include "translate/gstage.h"
#include "translate/guest_walk.h"
#include "tap.h"

#define PAGES		64		/* of guest memory that tables may lie in */
#define RW		(KVR_PTE_V | KVR_PTE_R | KVR_PTE_W)
#define AD		(KVR_PTE_A | KVR_PTE_D)
#define ROUNDS		20000
#define NOTHING		(~0ULL)

enum { G_NONE, G_READ, G_WRITE };

static u64 memory[PAGES][512];		/* guest memory, from guest-physical 0 on */
static u8 gstage[PAGES];		/* what the G-stage lets the hart do to each page */
static u8 elsewhere;			/* the same for all other memory */
static unsigned int next_table;

static u64 *entry_at(u64 gpa)
{
	return &memory[gpa >> 12][gpa >> 3 & 511];
}

static u8 allows(u64 gpa)
{
	return gpa >> 12 < PAGES ? gstage[gpa >> 12] : elsewhere;
}

static bool reach(void *context, u64 gpa, bool write, u64 *pte)
{
	EXPECT_EQ(gpa & 7, 0);
	if (allows(gpa) < (write ? G_WRITE : G_READ))
		return false;
	if (gpa >> 12 >= PAGES) {
		*pte = 0;
		return true;
	}
	*pte = *entry_at(gpa);
	return true;
}

static enum kvr_guest_walk_end walk(unsigned long vsatp, u64 address, bool write, bool sets_ad, u64 *gpa)
{
	const struct kvr_guest_walk it = {
		.vsatp = vsatp, .sets_ad = sets_ad, .write = write, .reach = reach,
	};

	*gpa = NOTHING;
	return kvr_guest_walk(&it, address, gpa);
}

static void model_open(u8 pages)
{
	memset(memory, 0, sizeof(memory));
	memset(gstage, pages, sizeof(gstage));
	elsewhere = pages;
	next_table = 1;			/* the root is page 0 */
}

/* Puts @pte where the leaf of @level for @address belongs; returns the entry's address. */
static u64 map(unsigned int levels, unsigned int level, u64 address, u64 pte)
{
	unsigned int l = levels - 1;
	u64 at, table = 0;

	for (;; l--) {
		at = table + (address >> (12 + 9 * l) & 511) * 8;
		if (l == level)
			break;
		if (!*entry_at(at))
			*entry_at(at) = (u64)next_table++ << 10 | KVR_PTE_V;
		table = *entry_at(at) >> 10 << 12;
	}
	*entry_at(at) = pte;
	return at;
}

static unsigned long satp(unsigned int levels)
{
	return (levels - 3 + KVR_SATP_MODE_SV39) << KVR_SATP_MODE_SHIFT;
}

/*
 * The hart's own walk, written down from the specification's steps in another order than the
 * module's: first all entries, then what each of them needs. Where it faults at G-stage.
 */
struct model_fault {
	enum { M_NONE, M_PAGE_FAULT, M_GUEST_PAGE_FAULT } kind;
	u64 gpa;
	bool walk, write;
};

static struct model_fault hart(unsigned int levels, u64 address, bool write, bool svadu)
{
	u64 at[5], pte[5] = {}, table = 0, size, leaf = 0, target;
	unsigned int shift = 12 + 9 * levels, step, i;

	for (step = 0; step < levels; step++) {
		shift -= 9;
		at[step] = table | (address >> shift & 511) << 3;
		pte[step] = at[step] >> 12 < PAGES ? *entry_at(at[step]) : 0;
		leaf = pte[step];
		if (!(leaf & 1) || leaf & 0xe)
			break;
		table = leaf << 10 >> 20 << 12;
	}
	for (i = 0; i <= step && i < levels; i++)
		if (allows(at[i]) == G_NONE)
			return (struct model_fault){ M_GUEST_PAGE_FAULT, at[i], true, false };
	if (step == levels || !(leaf & 1) || (write && !(leaf & 4)))
		return (struct model_fault){ M_PAGE_FAULT };
	size = 1ULL << shift;
	target = (leaf & ~(3ULL << 61)) << 10 >> 20 << 12;
	target &= (1ULL << 56) - 1;
	if (leaf >> 63) {
		if (shift != 12 || (target >> 12 & 15) != 8)
			return (struct model_fault){ M_PAGE_FAULT };
		size = 1 << 16;
		target -= 0x8000;
	}
	if (target % size)
		return (struct model_fault){ M_PAGE_FAULT };
	if (!(leaf & 0x40) || (write && !(leaf & 0x80))) {
		if (!svadu)
			return (struct model_fault){ M_PAGE_FAULT };
		if (allows(at[step]) != G_WRITE)
			return (struct model_fault){ M_GUEST_PAGE_FAULT, at[step], true, true };
	}
	target += address % size;
	if (allows(target) < (write ? G_WRITE : G_READ))
		return (struct model_fault){ M_GUEST_PAGE_FAULT, target, false, write };
	return (struct model_fault){ M_NONE };
}

/* What a hypervisor does about a fault; one page at a time. */
static void model_mend(const struct model_fault *fault)
{
	u8 *what = fault->gpa >> 12 < PAGES ? &gstage[fault->gpa >> 12] : &elsewhere;

	*what = fault->write ? G_WRITE : max_t(u8, *what, G_READ);
}

/* Each of the model's guest page faults in turn, until it has none left; how many there were. */
static unsigned int follow(unsigned int levels, u64 address, bool write, bool svadu)
{
	struct model_fault fault;
	unsigned int count = 0;
	u64 gpa;

	for (;;) {
		enum kvr_guest_walk_end end = walk(satp(levels), address, write, svadu, &gpa);

		fault = hart(levels, address, write, svadu);
		if (fault.kind == M_PAGE_FAULT) {
			EXPECT_EQ(end, KVR_WALK_FAULT);
			return count;
		}
		if (fault.kind == M_NONE) {
			/* Nothing is missing: the walk has the page itself. */
			EXPECT_EQ(end, KVR_WALK_PAGE);
			return count;
		}
		EXPECT_EQ(end, !fault.walk ? KVR_WALK_PAGE :
			       fault.write ? KVR_WALK_WRITE : KVR_WALK_READ);
		if (!EXPECT_EQ(gpa, fault.gpa) || ++count > 10)
			return count;
		model_mend(&fault);
	}
}

TEST(bare_is_the_address_itself)
{
	u64 gpa;

	model_open(G_NONE);
	EXPECT_EQ(walk(0, 0, false, false, &gpa), KVR_WALK_PAGE);
	EXPECT_EQ(gpa, 0);
	EXPECT_EQ(walk(0, 0x123456789abcdef, true, false, &gpa), KVR_WALK_PAGE);
	EXPECT_EQ(gpa, 0x123456789abcdef);
}

/* A leaf on every level of every mode, at both ends of the address space. */
TEST(leaves_of_all_sizes)
{
	for (unsigned int levels = 3; levels <= 5; levels++) {
		for (unsigned int level = 0; level < levels; level++) {
			const u64 top = -(1ULL << (12 + 9 * level));
			const u64 low = 1ULL << (12 + 9 * level);
			u64 base = 0x5ULL << (12 + 9 * level) & ((1ULL << 56) - 1), gpa;

			NOTE("%u levels, level %u", levels, level);
			model_open(G_WRITE);
			map(levels, level, top, base >> 2 | RW | AD);
			map(levels, level, low, base >> 2 | RW | AD);
			EXPECT_EQ(walk(satp(levels), -1ULL, true, false, &gpa), KVR_WALK_PAGE);
			EXPECT_EQ(gpa, base | (low - 1));
			EXPECT_EQ(walk(satp(levels), low + 0x678, false, false, &gpa), KVR_WALK_PAGE);
			EXPECT_EQ(gpa, base | 0x678);
		}
	}
}

/* Address 0 of the guest's memory is an address like any other. */
TEST(address_zero)
{
	u64 gpa;

	model_open(G_WRITE);
	map(3, 0, 0x40000000, RW | AD);
	EXPECT_EQ(walk(satp(3), 0x40000003, true, false, &gpa), KVR_WALK_PAGE);
	EXPECT_EQ(gpa, 3);
}

TEST(guests_own_faults)
{
	u64 gpa, at;

	model_open(G_WRITE);
	EXPECT_EQ(walk(satp(3), 0x40000000, false, false, &gpa), KVR_WALK_FAULT);
	at = map(3, 0, 0x40000000, 0x1234 << 10 | RW | AD);
	EXPECT_EQ(walk(satp(3), 0x40000000, false, false, &gpa), KVR_WALK_PAGE);
	/* not canonical, by one bit and by the highest */
	EXPECT_EQ(walk(satp(3), 0x4040000000, false, false, &gpa), KVR_WALK_FAULT);
	EXPECT_EQ(walk(satp(3), 0x8000000040000000, false, false, &gpa), KVR_WALK_FAULT);
	/* a leaf that may not be written, and a table where leaves have to be */
	*entry_at(at) = 0x1234 << 10 | KVR_PTE_V | KVR_PTE_R | AD;
	EXPECT_EQ(walk(satp(3), 0x40000000, true, false, &gpa), KVR_WALK_FAULT);
	*entry_at(at) = 0x1234 << 10 | KVR_PTE_V;
	EXPECT_EQ(walk(satp(3), 0x40000000, false, false, &gpa), KVR_WALK_FAULT);
	/* a huge page that does not begin at one */
	map(3, 1, 0x80000000, 0x1201 << 10 | RW | AD);
	EXPECT_EQ(walk(satp(3), 0x80000000, false, false, &gpa), KVR_WALK_FAULT);
	/* shadow stacks: written, but not by W with R */
	*entry_at(at) = 0x1234 << 10 | KVR_PTE_V | KVR_PTE_W | AD;
	EXPECT_EQ(walk(satp(3), 0x40000008, true, false, &gpa), KVR_WALK_PAGE);
	EXPECT_EQ(gpa, 0x1234008);
}

TEST(svnapot_and_svpbmt)
{
	u64 gpa, at;

	model_open(G_WRITE);
	at = map(3, 0, 0x40005000, KVR_PTE_N | 0x1238 << 10 | RW | AD);
	EXPECT_EQ(walk(satp(3), 0x40005123, true, false, &gpa), KVR_WALK_PAGE);
	EXPECT_EQ(gpa, 0x1235123);
	*entry_at(at) = KVR_PTE_N | 0x1234 << 10 | RW | AD;
	EXPECT_EQ(walk(satp(3), 0x40005123, true, false, &gpa), KVR_WALK_FAULT);
	*entry_at(at) = 2ULL << 61 | 0x1234 << 10 | RW | AD;
	EXPECT_EQ(walk(satp(3), 0x40005123, true, false, &gpa), KVR_WALK_PAGE);
	EXPECT_EQ(gpa, 0x1234123);
	map(3, 1, 0x80000000, KVR_PTE_N | 0x1208 << 10 | RW | AD);
	EXPECT_EQ(walk(satp(3), 0x80000000, false, false, &gpa), KVR_WALK_FAULT);
}

/* Whose A or D bit is missing: without Svadu the guest's fault, with it a write of the entry. */
TEST(accessed_and_dirty)
{
	u64 gpa, at;

	model_open(G_READ);
	at = map(3, 0, 0x40000000, 0x1234 << 10 | RW);
	EXPECT_EQ(walk(satp(3), 0x40000000, false, false, &gpa), KVR_WALK_FAULT);
	EXPECT_EQ(walk(satp(3), 0x40000000, false, true, &gpa), KVR_WALK_WRITE);
	EXPECT_EQ(gpa, at);
	*entry_at(at) |= KVR_PTE_A;
	EXPECT_EQ(walk(satp(3), 0x40000000, false, true, &gpa), KVR_WALK_PAGE);
	EXPECT_EQ(walk(satp(3), 0x40000000, true, true, &gpa), KVR_WALK_WRITE);
	EXPECT_EQ(walk(satp(3), 0x40000000, true, false, &gpa), KVR_WALK_FAULT);
	gstage[at >> 12] = G_WRITE;
	EXPECT_EQ(walk(satp(3), 0x40000000, true, true, &gpa), KVR_WALK_PAGE);
	EXPECT_EQ(gpa, 0x1234000);
}

/* From nothing in the G-stage to an access that succeeds, a page at a time. */
TEST(faults_in_turn)
{
	for (unsigned int levels = 3; levels <= 5; levels++) {
		NOTE("%u levels", levels);
		model_open(G_NONE);
		map(levels, 0, 0x40000000, 0x1234 << 10 | RW);
		/* each table, the leaf's once more to be written, the page */
		EXPECT_EQ(follow(levels, 0x40000000, true, true), levels + 2);
		model_open(G_NONE);
		map(levels, 0, 0x40000000, 0x1234 << 10 | RW | AD);
		EXPECT_EQ(follow(levels, 0x40000000, false, false), levels + 1);
	}
}

static u64 random_state = 88172645463325252ULL;

static u64 random_u64(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	return random_state ^= random_state << 17;
}

/* Entries of all kinds, tables that run into each other, and what the G-stage has left out. */
TEST(random_tables)
{
	unsigned int round, page, i;
	unsigned long faults = 0;

	for (round = 0; round < ROUNDS; round++) {
		unsigned int levels = 3 + random_u64() % 3;
		u64 address = random_u64() & ((1ULL << (11 + 9 * levels)) - 1);

		model_open(G_NONE);
		for (page = 0; page < PAGES; page++)
			gstage[page] = random_u64() % 3;
		elsewhere = random_u64() % 3;
		for (i = 0; i < levels; i++) {
			/* the entries that this address meets, in each page that could be the table */
			u64 index = address >> (12 + 9 * i) & 511;

			for (page = 0; page < PAGES; page++) {
				u64 flags = random_u64() & 0xff;
				u64 pfn = random_u64() % PAGES;

				if (random_u64() % 4)
					flags = KVR_PTE_V | (random_u64() % 3 ? 0 : RW | (flags & AD));
				if (random_u64() % 16 == 0)
					pfn = random_u64() >> 20;
				if (random_u64() % 3 == 0)
					pfn &= ~((1ULL << (9 * i)) - 1);
				memory[page][index] = pfn << 10 | flags;
				if (random_u64() % 16 == 0)
					memory[page][index] |= random_u64() & (7ULL << 61);
			}
		}
		NOTE("round %u", round);
		faults += follow(levels, address, random_u64() & 1, random_u64() & 1);
	}
	/* The walks were not all over before they began. */
	printf("# %lu faults\n", faults);
	EXPECT(faults > ROUNDS / 2);
}
