// SPDX-License-Identifier: GPL-2.0-only
/* sources: io/iobus.c */
/* The device that the bus finds, compared with a linear search of a list. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "io/iobus.h"
#include "tap.h"

long unit_allocs_left = 1L << 40;

/* How often a thread would have waited for look-ups, and whether it is killed then. */
static unsigned int waits;
static bool killed;

int kvr_visits_wait(struct kvr_vcpus *vcpus)
{
	waits++;
	return killed ? -EINTR : 0;
}

struct fake {
	struct kvr_iodev dev;
	bool released;
	bool declines;
	unsigned int reads, writes;
	u64 addr, value;
	unsigned int len;
};

static bool fake_read(struct kvr_iodev *dev, struct kvr_vcpu *vcpu, u64 addr,
		      unsigned int len, u64 *value)
{
	struct fake *fake = container_of(dev, struct fake, dev);

	fake->reads++;
	if (fake->declines)
		return false;
	*value = fake->value;
	return true;
}

static bool fake_write(struct kvr_iodev *dev, struct kvr_vcpu *vcpu, u64 addr,
		       unsigned int len, u64 value)
{
	struct fake *fake = container_of(dev, struct fake, dev);

	fake->writes++;
	fake->addr = addr;
	fake->len = len;
	fake->value = value;
	return !fake->declines;
}

static void fake_release(struct kvr_iodev *dev)
{
	struct fake *fake = container_of(dev, struct fake, dev);

	EXPECT(!fake->released);
	fake->released = true;
}

static const struct kvr_iodev_ops fake_ops = { fake_read, fake_write, fake_release };
static const struct kvr_iodev_ops write_only_ops = { NULL, fake_write, fake_release };

static int add(struct kvr_iobus *bus, struct fake *fake, u64 addr, u64 size)
{
	fake->dev.window = (struct kvr_iobus_window){ .addr = addr, .size = size };
	if (!fake->dev.ops)
		fake->dev.ops = &fake_ops;
	return kvr_iobus_add(bus, &fake->dev);
}

static int add_exact(struct kvr_iobus *bus, struct fake *fake, u64 addr, u64 size)
{
	fake->dev.ops = &fake_ops;
	fake->dev.window = (struct kvr_iobus_window){ .addr = addr, .size = size, .exact = true };
	return kvr_iobus_add(bus, &fake->dev);
}

static int add_match(struct kvr_iobus *bus, struct fake *fake, u64 addr, u64 size, u64 data)
{
	fake->dev.ops = &fake_ops;
	fake->dev.window = (struct kvr_iobus_window){
		.addr = addr, .size = size, .data = data, .match_data = true, .exact = true,
	};
	return kvr_iobus_add(bus, &fake->dev);
}

static void drop(struct kvr_iobus *bus, struct fake *fake)
{
	LIST_HEAD(devs);

	list_add(&fake->dev.removed, &devs);
	kvr_iobus_remove(bus, &devs);
	EXPECT(list_empty(&devs));
}

TEST(empty_bus_takes_nothing)
{
	struct kvr_iobus bus;
	u64 value = 7;

	kvr_iobus_init(&bus, NULL);
	EXPECT(!kvr_iobus_read(&bus, NULL, 0x1000, 4, &value));
	EXPECT(!kvr_iobus_write(&bus, NULL, 0x1000, 4, 1));
	EXPECT_EQ(value, 7);
	kvr_iobus_destroy(&bus);
}

TEST(an_access_must_lie_within_the_window)
{
	struct fake fake = { .value = 5 };
	struct kvr_iobus bus;
	u64 value;

	kvr_iobus_init(&bus, NULL);
	EXPECT_EQ(add(&bus, &fake, 0x1000, 0x10), 0);
	EXPECT(!kvr_iobus_read(&bus, NULL, 0xfff, 1, &value));
	EXPECT(!kvr_iobus_read(&bus, NULL, 0xffc, 8, &value));
	EXPECT(kvr_iobus_read(&bus, NULL, 0x1000, 8, &value));
	EXPECT(kvr_iobus_read(&bus, NULL, 0x100f, 1, &value));
	EXPECT(!kvr_iobus_read(&bus, NULL, 0x100e, 4, &value));
	EXPECT(!kvr_iobus_read(&bus, NULL, 0x1010, 1, &value));
	EXPECT(kvr_iobus_write(&bus, NULL, 0x1008, 4, 0x123456789));
	EXPECT_EQ(fake.addr, 0x1008);
	EXPECT_EQ(fake.len, 4);
	EXPECT_EQ(fake.value, 0x23456789);
	kvr_iobus_destroy(&bus);
}

TEST(window_of_no_size_takes_any_length_at_its_address)
{
	struct fake fake = { .value = 5 };
	struct kvr_iobus bus;

	kvr_iobus_init(&bus, NULL);
	EXPECT_EQ(add(&bus, &fake, 0x1000, 0), 0);
	for (unsigned int len = 1; len <= 8; len *= 2)
		EXPECT(kvr_iobus_write(&bus, NULL, 0x1000, len, 0));
	EXPECT(!kvr_iobus_write(&bus, NULL, 0x1001, 1, 0));
	EXPECT(!kvr_iobus_write(&bus, NULL, 0xfff, 2, 0));
	kvr_iobus_destroy(&bus);
}

TEST(data_tells_devices_at_one_address_apart)
{
	struct fake fakes[3] = { };
	struct kvr_iobus bus;
	u64 value;

	kvr_iobus_init(&bus, NULL);
	for (unsigned int i = 0; i < ARRAY_SIZE(fakes); i++)
		EXPECT_EQ(add_match(&bus, &fakes[i], 0x50, 4, i), 0);
	EXPECT(kvr_iobus_write(&bus, NULL, 0x50, 4, 1));
	EXPECT(kvr_iobus_write(&bus, NULL, 0x50, 4, 2 | 1ULL << 32));
	EXPECT(!kvr_iobus_write(&bus, NULL, 0x50, 4, 3));
	EXPECT(!kvr_iobus_read(&bus, NULL, 0x50, 4, &value));
	EXPECT_EQ(fakes[0].writes, 0);
	EXPECT_EQ(fakes[1].writes, 1);
	EXPECT_EQ(fakes[2].writes, 1);
	kvr_iobus_destroy(&bus);
}

TEST(what_one_declines_the_next_is_offered)
{
	struct fake outer = { .value = 1 }, inner = { .value = 2 };
	struct kvr_iobus bus;
	u64 value = 0;

	kvr_iobus_init(&bus, NULL);
	EXPECT_EQ(add(&bus, &inner, 0x1100, 4), 0);
	EXPECT_EQ(add(&bus, &outer, 0x1000, 0x1000), 0);
	EXPECT(kvr_iobus_read(&bus, NULL, 0x1100, 4, &value));
	EXPECT_EQ(value, 2);
	inner.declines = true;
	EXPECT(kvr_iobus_read(&bus, NULL, 0x1100, 4, &value));
	EXPECT_EQ(value, 1);
	EXPECT_EQ(inner.reads, 2);
	inner.declines = false;
	inner.dev.ops = &write_only_ops;
	value = 0;
	EXPECT(kvr_iobus_read(&bus, NULL, 0x1100, 4, &value));
	EXPECT_EQ(value, 1);
	outer.declines = true;
	EXPECT(!kvr_iobus_read(&bus, NULL, 0x1100, 4, &value));
	kvr_iobus_destroy(&bus);
}

TEST(windows_and_accesses_at_the_end_of_the_address_space)
{
	struct fake fake = { };
	struct kvr_iobus bus;

	kvr_iobus_init(&bus, NULL);
	EXPECT_EQ(add(&bus, &fake, -4ULL, 8), -EINVAL);
	EXPECT_EQ(add(&bus, &fake, -8ULL, 8), 0);
	EXPECT(kvr_iobus_write(&bus, NULL, -8ULL, 8, 0));
	EXPECT(kvr_iobus_write(&bus, NULL, -1ULL, 1, 0));
	EXPECT(!kvr_iobus_write(&bus, NULL, -1ULL, 2, 0));
	kvr_iobus_destroy(&bus);
}

TEST(a_bus_without_memory_stays_as_it_was)
{
	struct fake first = { }, second = { };
	struct kvr_iobus bus;

	kvr_iobus_init(&bus, NULL);
	EXPECT_EQ(add(&bus, &first, 0x1000, 4), 0);
	unit_allocs_left = 0;
	EXPECT_EQ(add(&bus, &second, 0x2000, 4), -ENOMEM);
	EXPECT_EQ(add_exact(&bus, &second, 0x2000, 4), -ENOMEM);
	EXPECT(!kvr_iobus_write(&bus, NULL, 0x2000, 4, 0));
	EXPECT(kvr_iobus_write(&bus, NULL, 0x1000, 4, 0));
	drop(&bus, &first);
	EXPECT(!kvr_iobus_write(&bus, NULL, 0x1000, 4, 0));
	unit_allocs_left = 1L << 40;
	kvr_iobus_destroy(&bus);
}

static struct fake many[KVR_IOBUS_DEVICES_MAX + 1];

/* A full bus is like a new one when all have gone, however they went. */
static void fill_and_empty(int (*add_one)(struct kvr_iobus *, struct fake *, u64, u64), bool at_once)
{
	struct kvr_iobus bus;
	LIST_HEAD(devs);

	kvr_iobus_init(&bus, NULL);
	for (unsigned int round = 0; round < 2; round++) {
		memset(many, 0, sizeof(many));
		NOTE("round %u", round);
		for (unsigned int i = 0; i < KVR_IOBUS_DEVICES_MAX; i++)
			EXPECT_EQ(add_one(&bus, &many[i], 8 * i, 8), 0);
		EXPECT_EQ(add_one(&bus, &many[KVR_IOBUS_DEVICES_MAX], 0, 8), -ENOSPC);
		EXPECT_EQ(kvr_iobus_reserve(&bus), -ENOSPC);
		for (unsigned int i = 0; i < KVR_IOBUS_DEVICES_MAX; i++)
			EXPECT(kvr_iobus_write(&bus, NULL, 8 * i, 8, 0));
		EXPECT(!kvr_iobus_write(&bus, NULL, 8 * KVR_IOBUS_DEVICES_MAX, 8, 0));
		waits = 0;
		for (unsigned int i = 0; i < KVR_IOBUS_DEVICES_MAX; i++) {
			if (at_once)
				list_add_tail(&many[i].dev.removed, &devs);
			else
				drop(&bus, &many[i]);
		}
		kvr_iobus_remove(&bus, &devs);
		EXPECT(waits <= (at_once ? 1 : KVR_IOBUS_DEVICES_MAX));
		EXPECT(kvr_iobus_is_empty(&bus));
		for (unsigned int i = 0; i < KVR_IOBUS_DEVICES_MAX; i++) {
			EXPECT_EQ(many[i].writes, 1);
			EXPECT(many[i].released);
		}
	}
	EXPECT_EQ(kvr_iobus_reserve(&bus), 0);
	kvr_iobus_destroy(&bus);
}

TEST(a_bus_has_an_end_and_recovers)
{
	fill_and_empty(add_exact, false);
	fill_and_empty(add_exact, true);
	fill_and_empty(add, true);
}

/* Each second one goes, so that nearly all of the table is of removed ones now and then. */
TEST(ranges_that_go_leave_the_others)
{
	struct kvr_iobus bus;

	memset(many, 0, sizeof(many));
	kvr_iobus_init(&bus, NULL);
	for (unsigned int i = 0; i < 64; i++)
		EXPECT_EQ(add(&bus, &many[i], 8 * i, 8), 0);
	for (unsigned int step = 1; step < 64; step *= 2) {
		/* Without memory they go, too. */
		unit_allocs_left = step & 2 ? 0 : 1L << 40;
		for (unsigned int i = 0; i < 64; i += 2 * step)
			drop(&bus, &many[i + step]);
		unit_allocs_left = 1L << 40;
		for (unsigned int i = 0; i < 64; i++)
			EXPECT_EQ(kvr_iobus_write(&bus, NULL, 8 * i, 8, 0), i % (2 * step) == 0);
	}
	kvr_iobus_destroy(&bus);
}

TEST(what_no_access_reaches_counts)
{
	struct fake fake = { };
	struct kvr_iobus bus;

	kvr_iobus_init(&bus, NULL);
	for (unsigned int i = 0; i < KVR_IOBUS_DEVICES_MAX; i++)
		EXPECT_EQ(kvr_iobus_reserve(&bus), 0);
	EXPECT_EQ(kvr_iobus_reserve(&bus), -ENOSPC);
	EXPECT_EQ(add(&bus, &fake, 0, 8), -ENOSPC);
	EXPECT(kvr_iobus_is_empty(&bus));
	kvr_iobus_release(&bus, 2);
	EXPECT_EQ(add(&bus, &fake, 0, 8), 0);
	EXPECT_EQ(kvr_iobus_reserve(&bus), 0);
	EXPECT_EQ(kvr_iobus_reserve(&bus), -ENOSPC);
	kvr_iobus_destroy(&bus);
}

/* A thread that is killed while it waits leaves what it took away to the next, or to the end. */
TEST(the_killed_leave_it_to_others)
{
	struct fake fakes[4] = { };
	struct kvr_iobus bus;

	kvr_iobus_init(&bus, NULL);
	EXPECT_EQ(add(&bus, &fakes[0], 0x1000, 8), 0);
	EXPECT_EQ(add_exact(&bus, &fakes[1], 0x2000, 8), 0);
	EXPECT_EQ(add_exact(&bus, &fakes[2], 0x3000, 8), 0);
	killed = true;
	EXPECT_EQ(add(&bus, &fakes[3], 0x4000, 8), 0);
	drop(&bus, &fakes[0]);
	drop(&bus, &fakes[1]);
	EXPECT(!fakes[0].released && !fakes[1].released);
	EXPECT(!kvr_iobus_write(&bus, NULL, 0x1000, 8, 0));
	EXPECT(!kvr_iobus_write(&bus, NULL, 0x2000, 8, 0));
	killed = false;
	drop(&bus, &fakes[2]);
	EXPECT(fakes[0].released && fakes[1].released && fakes[2].released);
	killed = true;
	drop(&bus, &fakes[3]);
	killed = false;
	EXPECT(!fakes[3].released);
	kvr_iobus_destroy(&bus);
	EXPECT(fakes[3].released);
}

#define MODEL_DEVICES 24

struct model {
	struct fake fake;
	struct kvr_iobus_window window;
	bool present;
};

static u32 random_below(u32 bound)
{
	static u64 state = 0x9e3779b97f4a7c15ULL;

	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (state >> 33) % bound;
}

static bool model_takes(const struct model *model, u64 addr, unsigned int len, u64 value)
{
	const struct kvr_iobus_window *w = &model->window;

	if (!model->present || model->fake.declines)
		return false;
	if (w->exact || !w->size ? addr != w->addr || (w->size && w->size != len) :
				   addr < w->addr || addr + len > w->addr + w->size)
		return false;
	return !w->match_data || w->data == value;
}

/* Of those that take an access, one with the highest has it: doorbells, then the last to begin. */
static u64 model_rank(const struct model *model)
{
	const struct kvr_iobus_window *w = &model->window;

	return w->exact || !w->size ? -1ULL : w->addr;
}

static void compare_with_model(struct kvr_iobus *bus, struct model *models)
{
	unsigned int takers = 0, took = 0, best = 0, len = 1U << random_below(4);
	u64 addr = random_below(64), value = random_below(4);
	bool taken;

	for (unsigned int i = 0; i < MODEL_DEVICES; i++) {
		models[i].fake.writes = 0;
		if (!model_takes(&models[i], addr, len, value))
			continue;
		if (!takers++ || model_rank(&models[i]) > model_rank(&models[best]))
			best = i;
	}
	taken = kvr_iobus_write(bus, NULL, addr, len, value);
	NOTE("addr %llu len %u value %llu", addr, len, value);
	EXPECT_EQ(taken, takers > 0);
	for (unsigned int i = 0; i < MODEL_DEVICES; i++) {
		if (!models[i].fake.writes || models[i].fake.declines)
			continue;
		took++;
		EXPECT(model_takes(&models[i], addr, len, value));
		EXPECT_EQ(model_rank(&models[i]), model_rank(&models[best]));
	}
	EXPECT_EQ(took, takers > 0);
}

TEST(random_windows_answer_as_a_plain_search_does)
{
	static struct model models[MODEL_DEVICES];
	struct kvr_iobus bus;

	kvr_iobus_init(&bus, NULL);
	for (unsigned int round = 0; round < 20000; round++) {
		struct model *model = &models[random_below(MODEL_DEVICES)];

		if (model->present) {
			drop(&bus, &model->fake);
			EXPECT(model->fake.released);
			model->present = false;
		} else {
			model->fake.dev.ops = &fake_ops;
			model->fake.declines = !random_below(5);
			model->fake.released = false;
			model->window = (struct kvr_iobus_window) {
				.addr = random_below(64), .size = random_below(24),
				.data = random_below(4), .exact = random_below(2),
			};
			model->window.match_data = model->window.exact && random_below(2);
			model->fake.dev.window = model->window;
			EXPECT_EQ(kvr_iobus_add(&bus, &model->fake.dev), 0);
			model->present = true;
		}
		for (unsigned int i = 0; i < 8; i++)
			compare_with_model(&bus, models);
	}
	kvr_iobus_destroy(&bus);
}
