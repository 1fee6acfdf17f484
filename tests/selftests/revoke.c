// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that is taken from a guest by two at once. One thread goes over a big slot, another gives
 * single pages of it back to the kernel in the middle of that, and the guest writes to them all the
 * time. Once madvise() has returned a page may be anybody's: here it becomes a canary, memory that
 * no slot covers, and no canary may ever change.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <string.h>

#include "lib.h"
#include "harness.h"

#define GIB		(1UL << 30)
#define BOX		GUEST_SCRATCH
#define FILE_SIZE	(4 * MIB)
#define HOT_PAGES	16UL
/*
 * The slot: many small leaves, so that going over it takes a while and several portions, and one
 * page more. The hot pages end a portion of any size up to a GiB.
 */
#define SMALL_SIZE	(256 * MIB)
#define SLOT_GPA	(5 * GIB - SMALL_SIZE)
#define SLOT_SIZE	(SMALL_SIZE + PAGE)
#define HOT_AT		(SMALL_SIZE - HOT_PAGES * PAGE)
#define CANARY		0x5ca1ab1e00000000UL
#define ROUNDS		6
#define TIME_MS		40000

FIXTURE(revoke)
{
	struct vm vm;
	struct vcpu vcpu;
	uint8_t *hva;			/* SLOT_SIZE bytes */
	uint64_t *canaries;		/* HOT_PAGES pages in no slot */
	pthread_t guest, discarder;
	volatile bool stop;		/* to the discarder */
	volatile uint64_t discarded, changed;
	enum event event;		/* how the guest's thread ended */
};

static void *map(void *at, size_t size, int flags, int fd)
{
	void *p = mmap(at, size, PROT_READ | PROT_WRITE, flags | (at ? MAP_FIXED : 0), fd, 0);

	if (p == MAP_FAILED)
		die("mmap of %zu bytes: %s", size, strerror(errno));
	return p;
}

FIXTURE_SETUP(revoke)
{
	int fd = memfd_create("small pages", 0);

	vm_open(&self->vm);
	vcpu_open(&self->vcpu, &self->vm, 0);
	if (!memory_follows(&self->vm))
		SKIP(return, "guest memory is pinned here");
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "the guest needs a hart of its own");
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ftruncate(fd, FILE_SIZE));
	self->hva = map(NULL, SLOT_SIZE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
	for (size_t at = 0; at < SMALL_SIZE; at += FILE_SIZE)
		map(self->hva + at, FILE_SIZE, MAP_SHARED | MAP_POPULATE, fd);
	map(self->hva + HOT_AT, HOT_PAGES * PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	self->canaries = map(NULL, HOT_PAGES * PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	ASSERT_EQ(0, slot_set(&self->vm, 1, 0, SLOT_GPA, SLOT_SIZE, self->hva));
}

FIXTURE_TEARDOWN(revoke)
{
}

/* Leaves for the whole slot. */
static void populate(struct _test_data_revoke *self)
{
	guest_call(&self->vcpu, G_mem_check, SLOT_GPA, SLOT_SIZE / PAGE, 0);
}

/* The guest writes to hot pages; where there is no slot for a moment it is told anything. */
static void *guest_main(void *arg)
{
	struct _test_data_revoke *self = arg;

	pin(1);
	do {
		self->event = guest_run(&self->vcpu);
	} while (self->event == EV_MMIO);
	return NULL;
}

static void canaries_set(uint64_t *canaries)
{
	for (uint64_t i = 0; i < HOT_PAGES; i++)
		canaries[i * PAGE / 8] = CANARY + i;
}

static unsigned int canaries_changed(const uint64_t *canaries)
{
	unsigned int changed = 0;

	for (uint64_t i = 0; i < HOT_PAGES; i++)
		changed += *(volatile const uint64_t *)&canaries[i * PAGE / 8] != CANARY + i;
	return changed;
}

/* Wakes up in the middle of whatever the other thread does, and takes this hart from it. */
static void *discarder_main(void *arg)
{
	const struct sched_param first = { .sched_priority = 10 };
	struct _test_data_revoke *self = arg;
	uint64_t end;

	pin(0);
	if (sched_setscheduler(0, SCHED_FIFO, &first))
		die("SCHED_FIFO: %s", strerror(errno));
	while (!self->stop) {
		usleep(1500);
		for (uint64_t i = 0; i < HOT_PAGES; i++)
			madvise(self->hva + HOT_AT + i * PAGE, PAGE, MADV_DONTNEED);
		canaries_set(self->canaries);
		/* The guest's hart may have left out no more than its next interrupt. */
		for (end = now_ms() + 3; now_ms() < end;)
			;
		self->changed += canaries_changed(self->canaries);
		self->discarded += HOT_PAGES;
		madvise(self->canaries, HOT_PAGES * PAGE, MADV_DONTNEED);
	}
	return NULL;
}

/* Takes the slot's memory from the guest with @take, while others are at work on it. */
static void round_run(struct _test_data_revoke *self, void (*take)(struct _test_data_revoke *self))
{
	populate(self);
	ram64(&self->vm, BOX) = 0;
	guest_set(&self->vcpu, G_mem_scatter, SLOT_GPA + HOT_AT, HOT_PAGES, BOX, 1);
	self->stop = false;
	pin(0);
	if (pthread_create(&self->guest, NULL, guest_main, self) ||
	    pthread_create(&self->discarder, NULL, discarder_main, self))
		die("pthread_create failed");
	sleep_ms(20);
	take(self);
	self->stop = true;
	pthread_join(self->discarder, NULL);
	ram64(&self->vm, BOX) = 1;
	pthread_join(self->guest, NULL);
	if (self->event != EV_DONE)
		die("the guest ended by %s", event_name(self->event));
}

static void rounds_run(struct _test_data_revoke *self, void (*take)(struct _test_data_revoke *self))
{
	uint64_t end = now_ms() + TIME_MS;
	int rounds = 0;

	do {
		round_run(self, take);
		rounds++;
	} while (rounds < ROUNDS && now_ms() < end);
	note("%d rounds, %lu pages discarded, %lu changed afterwards", rounds,
	     (unsigned long)self->discarded, (unsigned long)self->changed);
}

static void log_stop(struct _test_data_revoke *self)
{
	if (slot_set(&self->vm, 1, KVM_MEM_LOG_DIRTY_PAGES, SLOT_GPA, SLOT_SIZE, self->hva) ||
	    slot_set(&self->vm, 1, 0, SLOT_GPA, SLOT_SIZE, self->hva))
		die("logging: %s", strerror(errno));
}

static void slot_renew(struct _test_data_revoke *self)
{
	if (slot_set(&self->vm, 1, 0, SLOT_GPA, 0, self->hva) ||
	    slot_set(&self->vm, 1, 0, SLOT_GPA, SLOT_SIZE, self->hva))
		die("slot: %s", strerror(errno));
}

static void slot_move_away(struct _test_data_revoke *self)
{
	if (slot_set(&self->vm, 1, 0, SLOT_GPA + 4 * GIB, SLOT_SIZE, self->hva) ||
	    slot_set(&self->vm, 1, 0, SLOT_GPA, SLOT_SIZE, self->hva))
		die("slot: %s", strerror(errno));
}

TEST_F(revoke, pages_discarded_while_logging_stops)
{
	rounds_run(self, log_stop);
	EXPECT_EQ(0, self->changed);
	EXPECT_LT(0, self->discarded);
}

TEST_F(revoke, pages_discarded_while_their_slot_goes)
{
	rounds_run(self, slot_renew);
	EXPECT_EQ(0, self->changed);
	EXPECT_LT(0, self->discarded);
}

TEST_F(revoke, pages_discarded_while_their_slot_moves)
{
	rounds_run(self, slot_move_away);
	EXPECT_EQ(0, self->changed);
	EXPECT_LT(0, self->discarded);
}

TEST_HARNESS_MAIN
