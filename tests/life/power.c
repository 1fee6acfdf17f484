// SPDX-License-Identifier: GPL-2.0-only
/* Guests keep running while harts of the host go offline and online, and while the host sleeps. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/rtc.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "hosts.h"
#include "parties.h"
#include "harness.h"

#define DEVICE	"kvm"
#define ROUNDS	25
#define SLEEP	8	/* seconds, more than the slowest takes to fall asleep */

static void parties_start(struct party *parties)
{
	for (int kind = 0; kind < PARTY_KINDS; kind++)
		party_start(&parties[kind], DEVICE, kind, -1);
	for (int kind = 0; kind < PARTY_KINDS; kind++)
		if (!party_proceeds(&parties[kind], 1))
			die("guest %d does not run", kind);
}

/* All of them still get on, and found nothing wrong. */
static unsigned int parties_stop(struct party *parties)
{
	unsigned int bad = 0;

	for (int kind = 0; kind < PARTY_KINDS; kind++) {
		bool proceeds = party_proceeds(&parties[kind], 2);
		uint64_t found = proceeds ? party_stop(&parties[kind]) : 1;

		if (found)
			note("guest %d: %s, %lu wrong", kind, proceeds ? "runs" : "stuck",
			     (unsigned long)found);
		bad += found != 0;
	}
	return bad;
}

FIXTURE(machine)
{
	struct party parties[PARTY_KINDS];
};

FIXTURE_SETUP(machine)
{
	/* A test before may have failed with a hart off-line. */
	hart_online(1, true);
	parties_start(self->parties);
}

FIXTURE_TEARDOWN(machine)
{
}

TEST_F(machine, hart_goes_and_comes_back)
{
	for (int i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(0, hart_online(1, false));
		EXPECT_TRUE(party_proceeds(&self->parties[i % PARTY_KINDS], 1));
		ASSERT_EQ(0, hart_online(1, true));
		EXPECT_TRUE(party_proceeds(&self->parties[(i + 1) % PARTY_KINDS], 1));
	}
	EXPECT_EQ(0, parties_stop(self->parties));
}

/* Those who were told to stay on a hart move when they must, and others find it clean. */
TEST_F(machine, hart_of_pinned_guests_goes)
{
	struct party pinned[2];

	party_start(&pinned[0], DEVICE, PARTY_CSRS, 1);
	party_start(&pinned[1], DEVICE, PARTY_FP, 1);
	EXPECT_TRUE(party_proceeds(&pinned[0], 1));
	EXPECT_TRUE(party_proceeds(&pinned[1], 1));
	ASSERT_EQ(0, hart_online(1, false));
	EXPECT_TRUE(party_proceeds(&pinned[0], 2));
	EXPECT_TRUE(party_proceeds(&pinned[1], 2));
	ASSERT_EQ(0, hart_online(1, true));
	EXPECT_EQ(0, party_stop(&pinned[0]));
	EXPECT_EQ(0, party_stop(&pinned[1]));
	EXPECT_EQ(0, parties_stop(self->parties));
}

TEST_F(machine, idle_that_loses_registers)
{
	if (file_say(HART_STATE, "sleep") == -EOPNOTSUPP)
		SKIP(return, "this kernel was built without such idle states");
	for (int i = 0; i < ROUNDS * 4; i++) {
		ASSERT_EQ(0, file_say(HART_STATE, "sleep"));
		if (i % 10 == 0) {
			EXPECT_TRUE(party_proceeds(&self->parties[i / 10 % PARTY_KINDS], 1));
		}
	}
	EXPECT_EQ(0, parties_stop(self->parties));
}

/* How far the kernel goes on its way to sleep before it turns round, after five seconds. */
static int sleep_to(const char *state, const char *level)
{
	int ret = file_say("/sys/power/pm_test", level);

	return ret ? ret : file_say("/sys/power/state", state);
}

/* All threads frozen, all devices suspended, everything but the harts' sleep itself. */
TEST_F(machine, suspend_to_idle)
{
	if (!machine_sleeps())
		SKIP(return, "this kernel was built without sleep");
	ASSERT_EQ(0, sleep_to("freeze", "platform"));
	EXPECT_EQ(0, parties_stop(self->parties));
}

/* Guests that never leave KVM_RUN by themselves: who freezes the threads gets them out. */
TEST_F(machine, suspend_finds_guests_that_wait_and_run)
{
	const uint64_t start[2] = { G_irq_wfi, G_irq_forever }, arg[2] = { 9, GUEST_SCRATCH };
	struct vcpu_thread thread[2];
	struct vcpu vcpu[2];
	struct vm vm[2];

	if (!machine_sleeps())
		SKIP(return, "this kernel was built without sleep");
	for (int i = 0; i < 2; i++) {
		vm_open(&vm[i]);
		vcpu_open(&vcpu[i], &vm[i], 0);
		guest_set(&vcpu[i], start[i], arg[i]);
		thread_start(&thread[i], &vcpu[i], -1);
	}
	ASSERT_TRUE(wait_for(&ram64(&vm[1], GUEST_SCRATCH), 60000));
	ASSERT_FALSE(thread[0].done);
	ASSERT_EQ(0, sleep_to("freeze", "freezer"));
	for (int i = 0; i < 2; i++) {
		pthread_join(thread[i].thread, NULL);
		EXPECT_EQ(EV_ERROR, thread[i].event);
		EXPECT_EQ(EINTR, vcpu[i].err);
	}
	EXPECT_EQ(0, parties_stop(self->parties));
}

#define CLOCK	"/dev/rtc0"

/* Seconds on the board's clock; what it shall ring at, unless 0. */
static time_t board_clock(time_t alarm)
{
	int fd = open(CLOCK, O_RDONLY | O_CLOEXEC);
	struct rtc_wkalrm ring = { .enabled = 1 };
	struct rtc_time now;
	struct tm tm = {};

	if (fd < 0 || ioctl(fd, RTC_RD_TIME, &now))
		die(CLOCK ": %s", strerror(errno));
	if (alarm) {
		gmtime_r(&alarm, &tm);
		/* The kernel's structure is the C library's in its first fields. */
		memcpy(&ring.time, &tm, sizeof(ring.time));
		if (ioctl(fd, RTC_WKALM_SET, &ring))
			die(CLOCK ": alarm: %s", strerror(errno));
	}
	close(fd);
	memcpy(&tm, &now, sizeof(now));
	return timegm(&tm);
}

/* All the way down, and nothing but the clock's interrupt to get up by. */
static int sleep_until_the_clock_rings(const char *state)
{
	time_t start = board_clock(0);
	int ret = file_say(HART_STATE, "clock");

	if (ret)
		return ret;
	board_clock(start + SLEEP);
	ret = sleep_to(state, "none");
	if (!ret && board_clock(0) < start + SLEEP) {
		note("awake after %ld s already", (long)(board_clock(0) - start));
		return -EBUSY;
	}
	return ret;
}

TEST_F(machine, sleep_until_the_clock_rings)
{
	struct vcpu_thread thread;
	struct vcpu vcpu;
	struct vm vm;

	if (!machine_sleeps())
		SKIP(return, "this kernel was built without sleep");
	if (access(CLOCK, F_OK))
		SKIP(return, "this kernel does not show its clock");
	/* The others look in at user space, this one never does. */
	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	guest_set(&vcpu, G_irq_forever, GUEST_SCRATCH);
	thread_start(&thread, &vcpu, -1);
	ASSERT_TRUE(wait_for(&ram64(&vm, GUEST_SCRATCH), 60000));
	ASSERT_EQ(0, sleep_until_the_clock_rings("freeze"));
	pthread_join(thread.thread, NULL);
	EXPECT_EQ(EV_ERROR, thread.event);
	EXPECT_EQ(EINTR, vcpu.err);
	EXPECT_EQ(0, parties_stop(self->parties));
}

/*
 * By the firmware, which is free to lose the last hart's registers: CPU_PM tells of it. The other
 * hart is off-line then.
 */
TEST_F(machine, sleep_of_the_firmware)
{
	if (!file_has("/sys/power/mem_sleep", "deep"))
		SKIP(return, "this kernel knows no sleep of the firmware's");
	if (access(CLOCK, F_OK))
		SKIP(return, "this kernel does not show its clock");
	ASSERT_EQ(0, file_say("/sys/power/mem_sleep", "deep"));
	ASSERT_EQ(0, sleep_until_the_clock_rings("mem"));
	EXPECT_EQ(0, parties_stop(self->parties));
	/* With others on its hart a guest's registers would be loaded again anyway. */
	party_start(&self->parties[0], DEVICE, PARTY_CSRS, 0);
	EXPECT_TRUE(party_proceeds(&self->parties[0], 1));
	ASSERT_EQ(0, sleep_until_the_clock_rings("mem"));
	EXPECT_TRUE(party_proceeds(&self->parties[0], 2));
	EXPECT_EQ(0, party_stop(&self->parties[0]));
}

/* Nor is anything trusted that a hart wakes with where no guest had been. */
TEST(hart_that_wakes_is_empty)
{
	int idle = file_say(HART_STATE, "sleep");

	if (idle == -EOPNOTSUPP)
		SKIP(return, "this kernel was built without such idle states");
	ASSERT_EQ(0, idle);
	EXPECT_EQ(0, hart_state_traces(-1));
}

/* A hart that goes takes no trace of a guest along. */
TEST(hart_that_comes_back_is_empty)
{
	struct party p;

	party_start(&p, DEVICE, PARTY_CSRS, 1);
	EXPECT_TRUE(party_proceeds(&p, 2));
	/* Otherwise the rest would prove nothing. */
	EXPECT_LT(0, hart_state_traces(1));
	ASSERT_EQ(0, hart_online(1, false));
	EXPECT_EQ(0, party_stop(&p));
	ASSERT_EQ(0, hart_online(1, true));
	EXPECT_EQ(0, hart_state_traces(1));
}

/*
 * A vCPU whose thread stays on a hart that goes, as long as the kernel lets it (before Linux 5.11
 * that is until the end), is not in its registers any more.
 */
TEST(hart_that_goes_is_empty)
{
	const enum party_kind kinds[] = { PARTY_CSRS, PARTY_FP, PARTY_TIMER };
	struct party p[ARRAY_LEN(kinds)];

	for (unsigned int i = 0; i < ARRAY_LEN(kinds); i++) {
		party_start(&p[i], DEVICE, kinds[i], 1);
		EXPECT_TRUE(party_proceeds(&p[i], 1));
	}
	for (int round = 0; round < 5; round++) {
		ASSERT_EQ(0, hart_online(1, false));
		EXPECT_EQ(0, hart_state_traces(1));
		ASSERT_EQ(0, hart_online(1, true));
		for (unsigned int i = 0; i < ARRAY_LEN(kinds); i++) {
			/* The kernel has forgotten where it was to be. */
			thread_pin(p[i].thread, 1);
			EXPECT_TRUE(party_proceeds(&p[i], 1));
		}
	}
	for (unsigned int i = 0; i < ARRAY_LEN(kinds); i++)
		EXPECT_EQ(0, party_stop(&p[i]));
}

/* The kernel's own KVM would set up the harts for itself before it finds its node taken. */
TEST_F(machine, rival_is_refused)
{
	int status;

	if (!system("grep -q /kvm.ko /lib/modules/$(uname -r)/modules.builtin"))
		SKIP(return, "the kernel's own KVM is built in and was kept from starting");
	/* Guests keep every hart busy, and it is a large module. */
	ASSERT_EQ(0, setpriority(PRIO_PROCESS, 0, -20));
	status = system("modprobe kvm 2>/dev/null");
	ASSERT_EQ(0, setpriority(PRIO_PROCESS, 0, 0));
	EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	EXPECT_NE(0, access("/sys/module/kvm", F_OK));
	EXPECT_TRUE(file_has("/proc/modules", "kvm_riscv"));
	EXPECT_EQ(0, parties_stop(self->parties));
}

/* After the last VM the harts are as if no guest had ever been there. */
TEST(harts_are_empty_after_the_last_guest)
{
	struct party p[2];

	party_start(&p[0], DEVICE, PARTY_CSRS, 0);
	party_start(&p[1], DEVICE, PARTY_MEMORY, 1);
	EXPECT_TRUE(party_proceeds(&p[0], 2));
	EXPECT_TRUE(party_proceeds(&p[1], 2));
	EXPECT_EQ(0, party_stop(&p[0]));
	EXPECT_EQ(0, party_stop(&p[1]));
	EXPECT_EQ(0, hart_state_traces(-1));
}

TEST_HARNESS_MAIN
