// SPDX-License-Identifier: GPL-2.0-only
/*
 * First process of a guest that is saved, restored and carried to another machine while it runs.
 * It counts on its console, a line every COUNT_MS of its time, and looks for what may be lost:
 *
 *   registers  a thread per vCPU keeps a pattern in s1 to s11 and fs0 to fs11, and looks at it
 *   memory     another writes and checks a pattern in MEMORY bytes
 *   time       CLOCK_MONOTONIC runs on, never back, and at each count not by more than JUMP_MS
 *
 * It ends with the machine.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define COUNT_MS	250
#define JUMP_MS		8000
/* Little, and seldom: memory that changes faster than it is sent never arrives. */
#define MEMORY		(512 << 10)
#define MEMORY_MS	500
#define HELD		24
#define SPINS		200000

static void fail(const char *what, uint64_t is, uint64_t was)
{
	printf("guest: FAILED: %s: %lx, was %lx\n", what, is, was);
}

/* By system call: user space of hart 0 may not read the time CSR under QEMU 10.0. */
static int64_t now_ms(void)
{
	struct timespec t;

	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* Loads the saved registers from held[], spins, and writes them back. */
void hold(uint64_t *held, uint64_t spins);
asm(".pushsection .text\n"
	".macro each insn, prefix, from, to, offset\n"
	".altmacro\n"
	".set n, \\from\n"
	".rept \\to - \\from + 1\n"
	"each_one \\insn, \\prefix, %n, \\offset\n"
	".set n, n + 1\n"
	".endr\n"
	".noaltmacro\n"
	".endm\n"
	".macro each_one insn, prefix, number, offset\n"
	"\\insn \\prefix\\number, 8 * (\\number + \\offset)(t0)\n"
	".endm\n"
	".globl hold\n"
	"hold:\n"
	"addi sp, sp, -192\n"
	"mv t0, sp\n"
	"each sd, s, 1, 11, 0\n"
	"each fsd, fs, 0, 11, 12\n"
	"mv t0, a0\n"
	"each ld, s, 1, 11, 0\n"
	"each fld, fs, 0, 11, 12\n"
	"1: addi a1, a1, -1\n"
	"bnez a1, 1b\n"
	"each sd, s, 1, 11, 0\n"
	"each fsd, fs, 0, 11, 12\n"
	"mv t0, sp\n"
	"each ld, s, 1, 11, 0\n"
	"each fld, fs, 0, 11, 12\n"
	"addi sp, sp, 192\n"
	"ret\n"
	".popsection\n");

static void *registers_hold(void *arg)
{
	uint64_t cpu = (uintptr_t)arg, held[HELD], round;
	cpu_set_t set;
	int i;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("sched_setaffinity", cpu, 0);
	for (round = 1;; round++) {
		for (i = 0; i < HELD; i++)
			held[i] = (cpu + 1) << 56 | round << 8 | i;
		hold(held, SPINS);
		for (i = 1; i < HELD; i++)
			if (held[i] != ((cpu + 1) << 56 | round << 8 | i))
				fail("a register changed", held[i], i);
		usleep(10000);
	}
	return NULL;
}

static void *memory_hold(void *arg)
{
	size_t words = MEMORY / sizeof(uint64_t), i;
	uint64_t *memory = arg, round;

	for (round = 1;; round++) {
		for (i = 0; i < words; i += 64)
			memory[i] = round * words + i;
		usleep(MEMORY_MS * 1000);
		for (i = 0; i < words; i += 64)
			if (memory[i] != round * words + i)
				fail("memory changed", memory[i], round * words + i);
	}
	return NULL;
}

static void time_count(void)
{
	int64_t was = now_ms(), now;
	unsigned long count;

	for (count = 1;; count++) {
		usleep(COUNT_MS * 1000);
		now = now_ms();
		if (now < was + COUNT_MS || now > was + JUMP_MS)
			fail("time jumped", now, was);
		printf("guest: count %lu at %ld ms\n", count, now);
		was = now;
	}
}

int main(void)
{
	long cpus, cpu;
	pthread_t thread;
	int console;

	mkdir("/dev", 0755);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	console = open("/dev/console", O_RDWR);
	if (console < 0)
		return 1;
	dup2(console, 1);
	setvbuf(stdout, NULL, _IOLBF, 0);
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	printf("guest: up, %ld harts\n", cpus);
	for (cpu = 0; cpu < cpus; cpu++)
		pthread_create(&thread, NULL, registers_hold, (void *)cpu);
	pthread_create(&thread, NULL, memory_hold, calloc(1, MEMORY));
	time_count();
}
