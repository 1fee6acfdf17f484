// SPDX-License-Identifier: GPL-2.0-only
/* sources: io/ioeventfd.c io/iobus.c */
/* Which ioeventfds can coexist, and which writes signal them. */
#include <linux/errno.h>
#include <linux/eventfd.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "io/iobus.h"
#include "io/ioeventfd.h"
#include "tap.h"
#include "uapi/kvm.h"

#define MATCH	KVM_IOEVENTFD_FLAG_DATAMATCH
#define PORT	KVM_IOEVENTFD_FLAG_PIO
#define GONE	KVM_IOEVENTFD_FLAG_DEASSIGN

struct eventfd_ctx unit_eventfds[UNIT_EVENTFDS];
long unit_allocs_left = 1L << 40;

static unsigned int waits;

int kvr_visits_wait(struct kvr_vcpus *vcpus)
{
	waits++;
	return 0;
}

static struct kvr_iobus bus;
static struct kvr_ioeventfds all;

static void set_up(void)
{
	memset(unit_eventfds, 0, sizeof(unit_eventfds));
	kvr_iobus_init(&bus, NULL);
	kvr_ioeventfds_init(&all, &bus);
}

static void tear_down(void)
{
	kvr_ioeventfds_destroy(&all);
	kvr_iobus_destroy(&bus);
	for (unsigned int i = 0; i < UNIT_EVENTFDS; i++) {
		NOTE("eventfd %u", i);
		EXPECT_EQ(unit_eventfds[i].references, 0);
	}
}

static int set(int fd, u64 addr, u32 len, u32 flags, u64 data)
{
	struct kvm_ioeventfd args = {
		.fd = fd, .addr = addr, .len = len, .flags = flags, .datamatch = data,
	};

	return kvr_ioeventfd_set(&all, &args);
}

/* Writes, and tells which eventfd that signalled: -1 none, -2 more than one. */
static int signalled_by(u64 addr, unsigned int len, u64 value)
{
	int which = -1;
	bool taken;

	taken = kvr_iobus_write(&bus, NULL, addr, len, value);
	for (int i = 0; i < UNIT_EVENTFDS; i++) {
		if (unit_eventfds[i].signals)
			which = which == -1 && unit_eventfds[i].signals == 1 ? i : -2;
		unit_eventfds[i].signals = 0;
	}
	EXPECT_EQ(taken, which != -1);
	return which;
}

TEST(wrong_arguments)
{
	set_up();
	EXPECT_EQ(set(0, 0x1000, 3, 0, 0), -EINVAL);
	EXPECT_EQ(set(0, 0x1000, 16, 0, 0), -EINVAL);
	EXPECT_EQ(set(0, 0x1000, 0, MATCH, 0), -EINVAL);
	EXPECT_EQ(set(0, -4ULL, 8, 0, 0), -EINVAL);
	for (unsigned int bit = 3; bit < 32; bit++)
		EXPECT_EQ(set(0, 0x1000, 4, 1U << bit, 0), -EINVAL);
	EXPECT_EQ(set(-1, 0x1000, 4, 0, 0), -EBADF);
	EXPECT_EQ(set(UNIT_EVENTFDS, 0x1000, 4, 0, 0), -EINVAL);
	EXPECT_EQ(set(-1, 0x1000, 4, GONE, 0), -EBADF);
	EXPECT_EQ(set(0, 0x1000, 4, GONE, 0), -ENOENT);
	EXPECT(RB_EMPTY_ROOT(&all.tree));
	tear_down();
}

TEST(writes_signal_by_address_length_and_data)
{
	set_up();
	EXPECT_EQ(set(0, 0x1000, 4, 0, 0), 0);
	EXPECT_EQ(set(1, 0x1000, 2, 0, 0), 0);
	EXPECT_EQ(set(2, 0x2000, 0, 0, 0), 0);
	EXPECT_EQ(set(3, 0x3000, 4, MATCH, 1), 0);
	EXPECT_EQ(set(4, 0x3000, 4, MATCH, 2), 0);
	EXPECT_EQ(set(5, 0x4000, 1, MATCH, 0x100), 0);

	EXPECT_EQ(signalled_by(0x1000, 4, 9), 0);
	EXPECT_EQ(signalled_by(0x1000, 2, 9), 1);
	EXPECT_EQ(signalled_by(0x1000, 1, 9), -1);
	EXPECT_EQ(signalled_by(0x1000, 8, 9), -1);
	EXPECT_EQ(signalled_by(0x1002, 2, 9), -1);
	for (unsigned int len = 1; len <= 8; len *= 2)
		EXPECT_EQ(signalled_by(0x2000, len, 9), 2);
	EXPECT_EQ(signalled_by(0x3000, 4, 1), 3);
	EXPECT_EQ(signalled_by(0x3000, 4, 2 | 1ULL << 32), 4);
	EXPECT_EQ(signalled_by(0x3000, 4, 3), -1);
	EXPECT_EQ(signalled_by(0x3000, 8, 1), -1);
	EXPECT_EQ(signalled_by(0x4000, 1, 0x100), -1);	/* one byte is never 0x100 */
	tear_down();
}

TEST(one_write_has_one_meaning)
{
	set_up();
	EXPECT_EQ(set(0, 0x1000, 4, 0, 0), 0);
	EXPECT_EQ(set(1, 0x1000, 4, 0, 0), -EEXIST);
	EXPECT_EQ(set(0, 0x1000, 4, 0, 0), -EEXIST);
	EXPECT_EQ(set(1, 0x1000, 4, MATCH, 5), -EEXIST);
	EXPECT_EQ(set(1, 0x1000, 0, 0, 0), -EEXIST);
	EXPECT_EQ(set(1, 0x1000, 8, 0, 0), 0);

	EXPECT_EQ(set(2, 0x2000, 4, MATCH, 5), 0);
	EXPECT_EQ(set(2, 0x2000, 4, 0, 0), -EEXIST);
	EXPECT_EQ(set(2, 0x2000, 4, MATCH, 5), -EEXIST);
	EXPECT_EQ(set(2, 0x2000, 4, MATCH, 6), 0);
	EXPECT_EQ(set(2, 0x2000, 0, 0, 0), -EEXIST);

	EXPECT_EQ(set(3, 0x3000, 0, 0, 0), 0);
	EXPECT_EQ(set(3, 0x3000, 8, 0, 0), -EEXIST);
	EXPECT_EQ(set(3, 0x3000, 4, MATCH, 1), -EEXIST);
	tear_down();
}

TEST(deassignment_names_what_was_assigned)
{
	set_up();
	EXPECT_EQ(set(0, 0x1000, 4, MATCH, 5), 0);
	EXPECT_EQ(set(1, 0x1000, 4, GONE | MATCH, 5), -ENOENT);
	EXPECT_EQ(set(0, 0x1000, 4, GONE | MATCH, 6), -ENOENT);
	EXPECT_EQ(set(0, 0x1000, 4, GONE, 5), -ENOENT);
	EXPECT_EQ(set(0, 0x1000, 8, GONE | MATCH, 5), -ENOENT);
	EXPECT_EQ(set(0, 0x1004, 4, GONE | MATCH, 5), -ENOENT);
	EXPECT_EQ(set(0, 0x1000, 4, GONE | MATCH | PORT, 5), -ENOENT);
	EXPECT_EQ(signalled_by(0x1000, 4, 5), 0);
	EXPECT_EQ(unit_eventfds[0].references, 1);
	waits = 0;
	EXPECT_EQ(set(0, 0x1000, 4, GONE | MATCH, 5), 0);
	EXPECT_EQ(waits, 1);
	EXPECT_EQ(unit_eventfds[0].references, 0);
	EXPECT_EQ(signalled_by(0x1000, 4, 5), -1);
	EXPECT_EQ(set(0, 0x1000, 4, GONE | MATCH, 5), -ENOENT);
	EXPECT_EQ(set(0, 0x1000, 4, MATCH, 5), 0);
	EXPECT_EQ(signalled_by(0x1000, 4, 5), 0);
	tear_down();
}

TEST(ports_are_a_space_of_their_own_that_nobody_writes)
{
	set_up();
	EXPECT_EQ(set(0, 0x1000, 2, PORT, 0), 0);
	EXPECT_EQ(set(0, 0x1000, 2, PORT, 0), -EEXIST);
	EXPECT_EQ(signalled_by(0x1000, 2, 0), -1);
	EXPECT_EQ(set(1, 0x1000, 2, 0, 0), 0);
	EXPECT_EQ(signalled_by(0x1000, 2, 0), 1);
	EXPECT_EQ(set(0, 0x1000, 2, GONE | PORT, 0), 0);
	EXPECT_EQ(signalled_by(0x1000, 2, 0), 1);
	tear_down();
}

/* Also those that no write reaches: all of a VM's are within one bound. */
TEST(there_is_an_end)
{
	unsigned int count = 0;
	int ret;

	set_up();
	do {
		ret = set(0, 0x1000 + 4 * (count / 2), 4, count & 1 ? PORT : 0, 0);
		count++;
	} while (!ret && count < 100000);
	EXPECT_EQ(ret, -ENOSPC);
	EXPECT_EQ(count - 1, KVR_IOBUS_DEVICES_MAX);
	EXPECT_EQ(set(0, 0x1000, 4, GONE | PORT, 0), 0);
	EXPECT_EQ(set(1, 0x2, 4, 0, 0), 0);
	EXPECT_EQ(set(1, 0x1000, 4, PORT, 0), -ENOSPC);
	tear_down();
}

/* Any order of assignments and deassignments, against comparing with each that is there. */
struct assigned {
	bool present;
	u64 addr, data;
	u32 len, flags;
};

static bool may_collide(const struct assigned *a, const struct assigned *b)
{
	if (!a->present || (a->flags ^ b->flags) & PORT || a->addr != b->addr ||
	    (a->len && b->len && a->len != b->len))
		return false;
	return !(a->flags & MATCH) || !(b->flags & MATCH) || a->data == b->data;
}

static u32 random_below(u32 bound)
{
	static u64 state = 0x9e3779b97f4a7c15ULL;

	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (state >> 33) % bound;
}

TEST(collisions_as_a_plain_search_finds_them)
{
	static const u32 lengths[] = { 0, 1, 2, 4, 8 };
	static struct assigned all_of[24];

	set_up();
	for (unsigned int round = 0; round < 50000; round++) {
		struct assigned *slot = &all_of[random_below(ARRAY_SIZE(all_of))];
		bool collides = false;

		if (slot->present) {
			EXPECT_EQ(set(0, slot->addr, slot->len, GONE | slot->flags, slot->data), 0);
			slot->present = false;
			continue;
		}
		slot->addr = 8 * random_below(4);
		slot->len = lengths[random_below(ARRAY_SIZE(lengths))];
		slot->flags = (slot->len && random_below(4) ? MATCH : 0) |
			      (random_below(4) ? 0 : PORT);
		slot->data = random_below(4);
		for (unsigned int i = 0; i < ARRAY_SIZE(all_of); i++)
			collides |= may_collide(&all_of[i], slot);
		NOTE("round %u", round);
		EXPECT_EQ(set(0, slot->addr, slot->len, slot->flags, slot->data),
			  collides ? -EEXIST : 0);
		slot->present = !collides;
	}
	tear_down();
}

TEST(without_memory_nothing_changes)
{
	set_up();
	for (long left = 0; left < 2; left++) {
		unit_allocs_left = left;
		EXPECT_EQ(set(1, 0x2000, 4, 0, 0), -ENOMEM);
		EXPECT_EQ(unit_eventfds[1].references, 0);
	}
	unit_allocs_left = 1L << 40;
	EXPECT_EQ(signalled_by(0x2000, 4, 0), -1);
	EXPECT_EQ(set(0, 0x1000, 4, 0, 0), 0);
	unit_allocs_left = 0;
	EXPECT_EQ(set(1, 0x2000, 4, 0, 0), -ENOMEM);
	unit_allocs_left = 1L << 40;
	EXPECT_EQ(signalled_by(0x1000, 4, 0), 0);
	EXPECT_EQ(signalled_by(0x2000, 4, 0), -1);
	tear_down();
}
