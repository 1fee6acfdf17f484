// SPDX-License-Identifier: GPL-2.0-only
/* sources: hart/clock.c */
/* A guest's clock over the sleeps of its machine, the time CSR being what the test says. */
#include <linux/cpumask.h>

#include "hart/clock.h"
#include "tap.h"

unsigned int unit_online_cpus = 1;

/* The clock as guests' time is counted from it, while the time CSR is @time. */
static u64 clock(u64 time)
{
	return time + kvr_clock_lost;
}

static void sleep_from_to(u64 before, u64 after)
{
	kvr_clock_sleep(before);
	kvr_clock_wake(after);
}

TEST(goes_on_where_it_was_when_the_time_csr_began_anew)
{
	u64 before = clock(5000000);

	sleep_from_to(5000000, 300);
	EXPECT_EQ(clock(300), before);
	EXPECT_EQ(clock(400), before + 100);
}

TEST(loses_nothing_over_many_hibernations)
{
	u64 time = 1000, before = clock(time);

	for (unsigned int n = 0; n < 10; n++) {
		sleep_from_to(time, n);
		EXPECT_EQ(clock(n), before);
		time = n + 1000;
		before += 1000;
		EXPECT_EQ(clock(time), before);
	}
}

TEST(believes_a_time_csr_that_went_on)
{
	u64 before = clock(7000);

	sleep_from_to(7000, 9000);
	EXPECT_EQ(clock(9000), before + 2000);
	sleep_from_to(9000, 9000);
	EXPECT_EQ(clock(9000), before + 2000);
	/* As a sleep that failed, of which there is news twice */
	kvr_clock_wake(9001);
	kvr_clock_wake(10);
	EXPECT_EQ(clock(9001), before + 2001);
}

/* Other harts' guests would see it jump. */
TEST(stands_when_one_hart_of_several_sleeps)
{
	u64 before = clock(8000);

	unit_online_cpus = 2;
	sleep_from_to(8000, 10);
	EXPECT_EQ(clock(8000), before);
	unit_online_cpus = 1;
	kvr_clock_sleep(8000);
	unit_online_cpus = 2;
	kvr_clock_wake(10);
	EXPECT_EQ(clock(8000), before);
	unit_online_cpus = 1;
}
