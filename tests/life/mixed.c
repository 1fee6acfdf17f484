// SPDX-License-Identifier: GPL-2.0-only
/* Guests on a machine of which some harts cannot run guests, by its device tree. */
#define _GNU_SOURCE
#include <sched.h>

#include "hosts.h"
#include "parties.h"
#include "harness.h"

#define HARTS_MAX	8
#define FLAG		GUEST_SCRATCH
#define ROUNDS		20

/* The node that the module made */
static const char *device(void)
{
	return access("/dev/kvm-riscv", F_OK) ? "kvm" : "kvm-riscv";
}

/* Does the device tree name H of host CPU @cpu? */
static bool has_h(int cpu)
{
	char path[80], isa[512] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/of_node/riscv,isa", cpu);
	file = fopen(path, "r");
	if (!file || !fgets(isa, sizeof(isa), file))
		die("%s cannot be read", path);
	fclose(file);
	return memchr(isa, 'h', strcspn(isa, "_"));
}

FIXTURE(harts)
{
	int with[HARTS_MAX], without;	/* the one without H, the others */
	int count;			/* of the others */
	cpu_set_t all;
	struct vm vm;
	struct vcpu vcpu;
};

FIXTURE_SETUP(harts)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/%s", device());
	setenv("KVM_DEVICE", path, 1);
	self->without = -1;
	self->count = 0;
	for (int cpu = 0; cpu < sysconf(_SC_NPROCESSORS_CONF); cpu++) {
		/* A test before may have failed with a hart off-line. */
		hart_online(cpu, true);
		if (has_h(cpu))
			self->with[self->count++] = cpu;
		else
			self->without = cpu;
	}
	ASSERT_EQ(2, self->count);
	ASSERT_LE(0, self->without);
	ASSERT_EQ(0, sched_getaffinity(0, sizeof(self->all), &self->all));
	ASSERT_EQ(3, CPU_COUNT(&self->all));
	vm_open(&self->vm);
	vcpu_open(&self->vcpu, &self->vm, 0);
}

FIXTURE_TEARDOWN(harts)
{
}

static bool affinity_is(const cpu_set_t *want)
{
	cpu_set_t set;

	return !sched_getaffinity(0, sizeof(set), &set) && CPU_EQUAL(&set, want);
}

static cpu_set_t set_of(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return set;
}

/* On hart @cpu now, though it may go to others. */
static void start_on(int cpu, const cpu_set_t *set)
{
	pin(cpu);
	if (sched_setaffinity(0, sizeof(*set), set))
		die("sched_setaffinity: %s", strerror(errno));
}

/* Did KVM_RUN say that there is no hart for the guest? */
static bool entry_failed(struct vcpu *vcpu, enum event event)
{
	struct kvm_run *run = vcpu->run;

	if (event == EV_OTHER && run->exit_reason == KVM_EXIT_FAIL_ENTRY &&
	    run->fail_entry.hardware_entry_failure_reason == KVR_EXIT_FAIL_ENTRY_NO_HART)
		return true;
	note("%s, errno %d, exit reason %u", event_name(event), vcpu->err, run->exit_reason);
	return false;
}

TEST_F(harts, log_says_which_harts_run_guests)
{
	char command[128];

	snprintf(command, sizeof(command),
		 "dmesg | grep -q 'kvm-riscv: harts differ; on %d: .*(H) that the device tree'",
		 self->without);
	EXPECT_EQ(0, system(command));
	snprintf(command, sizeof(command), "dmesg | grep -q 'kvm-riscv: guests run on harts %d%c%d '",
		 self->with[0], self->with[1] == self->with[0] + 1 ? '-' : ',', self->with[1]);
	EXPECT_EQ(0, system(command));
}

/* Those that begin on the wrong hart move, and may go everywhere afterwards. */
TEST_F(harts, thread_moves_and_its_affinity_comes_back)
{
	for (int i = 0; i < ROUNDS; i++) {
		start_on(self->without, &self->all);
		ASSERT_EQ(i + 1, guest_call(&self->vcpu, G_mem_write, FLAG, i + 1));
		EXPECT_TRUE(affinity_is(&self->all));
	}
}

TEST_F(harts, affinity_is_never_widened)
{
	cpu_set_t set = set_of(self->without);

	/* One of the others is not asked for. */
	CPU_SET(self->with[1], &set);
	for (int i = 0; i < ROUNDS; i++) {
		start_on(self->without, &set);
		ASSERT_EQ(i + 1, guest_call(&self->vcpu, G_mem_write, FLAG, i + 1));
		EXPECT_TRUE(affinity_is(&set));
		EXPECT_NE(self->with[0], sched_getcpu());
	}
}

TEST_F(harts, no_hart_left_by_affinity)
{
	cpu_set_t set = set_of(self->without);

	guest_set(&self->vcpu, G_mem_write, FLAG, 7);
	pin(self->without);
	for (int i = 0; i < 3; i++) {
		ASSERT_TRUE(entry_failed(&self->vcpu, guest_run(&self->vcpu)));
		EXPECT_EQ(self->without, self->vcpu.run->fail_entry.cpu);
		EXPECT_TRUE(affinity_is(&set));
	}
	/* Nothing has happened to the vCPU. */
	ASSERT_EQ(0, sched_setaffinity(0, sizeof(self->all), &self->all));
	guest_expect(&self->vcpu, EV_DONE);
	EXPECT_EQ(7, ram64(&self->vm, FLAG));
}

/* A thread that begins where it cannot stay, in KVM_RUN until somebody gets it out */
struct runner {
	pthread_t thread;
	struct vcpu *vcpu;
	int start;
	cpu_set_t set, after;
	enum event event;
	volatile bool done;
};

static void *runner_main(void *arg)
{
	struct runner *r = arg;

	start_on(r->start, &r->set);
	r->event = guest_run(r->vcpu);
	sched_getaffinity(0, sizeof(r->after), &r->after);
	r->done = true;
	return NULL;
}

static void runner_start(struct runner *r, struct vcpu *vcpu, int start, const cpu_set_t *set)
{
	*r = (struct runner){ .vcpu = vcpu, .start = start, .set = *set };
	guest_set(vcpu, G_irq_forever, FLAG);
	if (pthread_create(&r->thread, NULL, runner_main, r))
		die("pthread_create failed");
	if (!wait_for(&ram64(vcpu->vm, FLAG), 60000))
		die("the guest does not run");
}

static void runner_end(struct runner *r)
{
	signal_catch(SIGUSR1);
	while (!r->done) {
		pthread_kill(r->thread, SIGUSR1);
		sleep_ms(5);
	}
	pthread_join(r->thread, NULL);
}

/* The kernel may have moved the thread before it came to KVM_RUN: then there is nothing to narrow. */
TEST_F(harts, thread_in_the_guest_is_confined)
{
	cpu_set_t want = set_of(self->with[0]), set;
	bool narrowed = false;
	struct runner r;

	CPU_SET(self->with[1], &want);
	for (int i = 0; i < ROUNDS && !narrowed; i++) {
		ram64(&self->vm, FLAG) = 0;
		runner_start(&r, &self->vcpu, self->without, &self->all);
		ASSERT_EQ(0, pthread_getaffinity_np(r.thread, sizeof(set), &set));
		narrowed = CPU_EQUAL(&want, &set);
		EXPECT_TRUE(narrowed || CPU_EQUAL(&self->all, &set));
		runner_end(&r);
		EXPECT_EQ(EV_ERROR, r.event);
		EXPECT_EQ(EINTR, self->vcpu.err);
		EXPECT_TRUE(CPU_EQUAL(&self->all, &r.after));
	}
	EXPECT_TRUE(narrowed);
}

/* What user space says while the guest runs is what counts. */
TEST_F(harts, affinity_set_meanwhile_stays)
{
	cpu_set_t set = set_of(self->with[1]);
	struct runner r;

	runner_start(&r, &self->vcpu, self->without, &self->all);
	ASSERT_EQ(0, pthread_setaffinity_np(r.thread, sizeof(set), &set));
	sleep_ms(50);
	ASSERT_FALSE(r.done);
	runner_end(&r);
	EXPECT_EQ(EV_ERROR, r.event);
	EXPECT_TRUE(CPU_EQUAL(&set, &r.after));
}

TEST_F(harts, affinity_set_meanwhile_to_a_hart_without_h)
{
	cpu_set_t set = set_of(self->without);
	struct runner r;

	runner_start(&r, &self->vcpu, self->without, &self->all);
	ASSERT_EQ(0, pthread_setaffinity_np(r.thread, sizeof(set), &set));
	pthread_join(r.thread, NULL);
	EXPECT_TRUE(entry_failed(&self->vcpu, r.event));
	EXPECT_TRUE(CPU_EQUAL(&set, &r.after));
}

/* Many, that share the harts and sleep and wake, with work on all harts beside them. */
static void *spin(void *arg)
{
	volatile bool *stop = arg;

	while (!*stop)
		;
	return NULL;
}

/* The registers of hart @cpu as text, to be freed */
static char *state_of(int cpu)
{
	char *all = hart_state(), *text = calloc(1, strlen(all) + 1), *line;

	for (line = strtok(all, "\n"); line; line = strtok(NULL, "\n"))
		if (atoi(line) == cpu)
			strcat(strcat(text, line), "\n");
	free(all);
	return text;
}

TEST_F(harts, many_guests_among_other_work)
{
	char *before = state_of(self->without), *after;
	struct party parties[PARTY_KINDS * 2];
	volatile bool stop = false;
	pthread_t work[2];

	for (unsigned int i = 0; i < ARRAY_LEN(work); i++)
		ASSERT_EQ(0, pthread_create(&work[i], NULL, spin, (void *)&stop));
	for (unsigned int i = 0; i < ARRAY_LEN(parties); i++)
		party_start(&parties[i], device(), i % PARTY_KINDS, -1);
	for (unsigned int i = 0; i < ARRAY_LEN(parties); i++)
		EXPECT_TRUE(party_proceeds(&parties[i], 5));
	for (unsigned int i = 0; i < ARRAY_LEN(parties); i++)
		EXPECT_EQ(0, party_stop(&parties[i]));
	stop = true;
	for (unsigned int i = 0; i < ARRAY_LEN(work); i++)
		pthread_join(work[i], NULL);
	/* Nothing of a guest ever was where none may run. */
	after = state_of(self->without);
	ASSERT_NE(0, strlen(before));
	EXPECT_EQ(0, hart_state_differs(before, after));
	free(before);
	free(after);
}

/* With a guest on it, the other busy as well. */
TEST_F(harts, usable_hart_goes_and_comes_back)
{
	struct party parties[PARTY_KINDS];

	if (!harts_come_and_go())
		SKIP(return, "this kernel was built without CPU hotplug");
	for (unsigned int i = 0; i < ARRAY_LEN(parties); i++)
		party_start(&parties[i], device(), i, -1);
	for (int i = 0; i < ROUNDS; i++) {
		int cpu = self->with[1];

		ASSERT_EQ(0, hart_online(cpu, false));
		EXPECT_TRUE(party_proceeds(&parties[i % PARTY_KINDS], 1));
		ASSERT_EQ(0, hart_online(cpu, true));
		EXPECT_TRUE(party_proceeds(&parties[(i + 1) % PARTY_KINDS], 1));
	}
	for (unsigned int i = 0; i < ARRAY_LEN(parties); i++)
		EXPECT_EQ(0, party_stop(&parties[i]));
}

/* A thread that was on the last of them comes back, and goes on when there is one again. */
TEST_F(harts, all_usable_harts_go)
{
	struct runner r;

	if (!harts_come_and_go())
		SKIP(return, "this kernel was built without CPU hotplug");
	runner_start(&r, &self->vcpu, self->with[1], &self->all);
	ASSERT_EQ(0, hart_online(self->with[0], false));
	ASSERT_EQ(0, hart_online(self->with[1], false));
	pthread_join(r.thread, NULL);
	EXPECT_TRUE(entry_failed(&self->vcpu, r.event));
	EXPECT_TRUE(entry_failed(&self->vcpu, guest_run(&self->vcpu)));
	ASSERT_EQ(0, hart_online(self->with[1], true));
	ram64(&self->vm, FLAG) = 0;
	runner_start(&r, &self->vcpu, self->without, &self->all);
	runner_end(&r);
	EXPECT_EQ(EINTR, self->vcpu.err);
	ASSERT_EQ(0, hart_online(self->with[0], true));
}

TEST_HARNESS_MAIN
