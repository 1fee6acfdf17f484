// SPDX-License-Identifier: GPL-2.0-only
/*
 * Usage: guest-load SECONDS
 * Loads every CPU of a guest and looks for what a hypervisor may lose:
 *
 *   wake-ups   threads on neighbouring CPUs pass a token through pipes; a lost
 *              IPI leaves the token lying
 *   timers     a thread per CPU sleeps for short times; a lost timer shows as
 *              a late awakening
 *   fences     one thread swaps the page behind an address while others read
 *              it; a lost remote fence shows as an old value
 *   memory     a thread per CPU writes and checks a pattern
 *   FP         the same thread checks a sum that is exact in double
 *
 * One fifth of the time only the timer threads run, so that harts go idle.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MAX_CPUS	8
/* An emulator on a busy machine stops for long; a lost event is for ever. */
#define LATE_MS		8000
#define PERIOD_MS	5000
#define BUSY_MS		4000
#define WORDS		(1 << 18)

static int cpus;
static int64_t end_ms;
static atomic_int failures;
static atomic_long tokens, sleeps, worst_late_ms, remaps, reads, sweeps;

static int rings[MAX_CPUS][2];

static uint64_t *volatile window;
static int window_fd;
static atomic_uint window_seq;

/*
 * By system call, for the vDSO reads the time CSR: QEMU 10.0 clears scounteren
 * of hart 0 at reset, and a guest kernel without the SBI PMU leaves it so.
 */
static int64_t now_ms(void)
{
	struct timespec t;

	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static int running(void)
{
	return now_ms() < end_ms && !atomic_load(&failures);
}

static void fail(const char *what, long value)
{
	atomic_fetch_add(&failures, 1);
	printf("guest: load FAILED: %s (%ld)\n", what, value);
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("cannot pin to CPU", cpu);
}

/* Waits out the part of each period in which harts may go idle. */
static void rest_a_while(void)
{
	int64_t phase = now_ms() % PERIOD_MS;

	if (phase >= BUSY_MS)
		usleep((PERIOD_MS - phase) * 1000);
}

/* Each CPU waits for the token on its own pipe and hands it to the next one. */
static void *token_pass(void *arg)
{
	int cpu = (intptr_t)arg, ready;
	struct pollfd in = { .fd = rings[cpu][0], .events = POLLIN };
	char token;

	pin(cpu);
	while (running()) {
		ready = poll(&in, 1, LATE_MS);
		if (ready != 1) {
			if (running())
				fail("a token was lost on its way to CPU", cpu);
			break;
		}
		if (read(in.fd, &token, 1) != 1)
			fail("read", cpu);
		if (cpu == 0) {
			atomic_fetch_add(&tokens, 1);
			rest_a_while();
		}
		if (write(rings[(cpu + 1) % cpus][1], &token, 1) != 1)
			fail("write", cpu);
	}
	return NULL;
}

static void *timer_sleep(void *arg)
{
	int cpu = (intptr_t)arg;
	int64_t start, late;
	long worst, ms = 1;

	pin(cpu);
	while (running()) {
		start = now_ms();
		usleep(ms * 1000);
		late = now_ms() - start - ms;
		atomic_fetch_add(&sleeps, 1);
		worst = atomic_load(&worst_late_ms);
		while (late > worst &&
		       !atomic_compare_exchange_weak(&worst_late_ms, &worst, late))
			;
		if (late > LATE_MS)
			fail("a timer came late by ms", late);
		ms = ms % 37 + 3;
	}
	return NULL;
}

/* An odd window_seq says that the page is about to change. */
static void *window_swap(void *arg)
{
	unsigned int seq = 0;

	(void)arg;
	while (running()) {
		rest_a_while();
		atomic_store(&window_seq, ++seq);
		if (mmap(window, 4096, PROT_READ, MAP_SHARED | MAP_FIXED, window_fd,
			 (seq / 2 % 2) * 4096) == MAP_FAILED)
			fail("mmap", seq);
		atomic_store(&window_seq, ++seq);
		atomic_fetch_add(&remaps, 1);
	}
	return NULL;
}

static void window_check(void)
{
	unsigned int seq = atomic_load(&window_seq);
	uint64_t value = *window;

	/* The page that belongs to an even number n was mapped by n - 1. */
	if (seq && !(seq & 1) && atomic_load(&window_seq) == seq) {
		atomic_fetch_add(&reads, 1);
		if (value != (seq - 1) / 2 % 2)
			fail("an old translation was used, sequence", seq);
	}
}

static void *memory_sweep(void *arg)
{
	int cpu = (intptr_t)arg;
	uint64_t *words = malloc(WORDS * sizeof(*words)), x;
	uint64_t seed = 88172645463325252ULL + cpu;
	double sum, step = 1.0 / (1 << (cpu + 4));
	int i;

	pin(cpu);
	while (running()) {
		rest_a_while();
		for (i = 0, x = seed, sum = 0; i < WORDS; i++) {
			x ^= x << 13, x ^= x >> 7, x ^= x << 17;
			words[i] = x;
			sum += step;
			if (i % 1024 == 0)
				window_check();
		}
		if (sum != step * WORDS)
			fail("a sum went wrong on CPU", cpu);
		for (i = 0, x = seed; i < WORDS; i++) {
			x ^= x << 13, x ^= x >> 7, x ^= x << 17;
			if (words[i] != x) {
				fail("memory changed at word", i);
				break;
			}
		}
		seed = x;
		atomic_fetch_add(&sweeps, 1);
	}
	free(words);
	return NULL;
}

static int window_open(void)
{
	uint64_t page[2][512] = { { 0 }, { 1 } };

	window_fd = memfd_create("window", 0);
	if (window_fd < 0 || write(window_fd, page, sizeof(page)) != sizeof(page))
		return -1;
	window = mmap(NULL, 4096, PROT_READ, MAP_SHARED, window_fd, 0);
	return window == MAP_FAILED ? -1 : 0;
}

int main(int argc, char **argv)
{
	static void *(*const work[])(void *) = { token_pass, timer_sleep, memory_sweep };
	pthread_t threads[3 * MAX_CPUS + 1];
	int seconds = argc > 1 ? atoi(argv[1]) : 10;
	int n = 0, cpu, i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	if (cpus > MAX_CPUS)
		cpus = MAX_CPUS;
	end_ms = now_ms() + seconds * 1000LL;
	if (window_open()) {
		perror("window");
		return 1;
	}
	for (cpu = 0; cpu < cpus; cpu++)
		if (pipe(rings[cpu])) {
			perror("pipe");
			return 1;
		}
	for (cpu = 0; cpu < cpus; cpu++)
		for (i = 0; i < 3; i++)
			pthread_create(&threads[n++], NULL, work[i], (void *)(intptr_t)cpu);
	pthread_create(&threads[n++], NULL, window_swap, NULL);
	if (write(rings[0][1], "t", 1) != 1)
		fail("write", 0);
	while (n)
		pthread_join(threads[--n], NULL);
	printf("guest: load %d s on %d CPUs: %ld tokens round, %ld sleeps (worst late %ld ms), %ld remaps, %ld reads, %ld sweeps\n",
	       seconds, cpus, tokens, sleeps, worst_late_ms, remaps, reads, sweeps);
	if (!tokens || !sleeps || !remaps || !reads || !sweeps)
		fail("a part did nothing", 0);
	return failures ? 1 : 0;
}
