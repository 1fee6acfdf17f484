// SPDX-License-Identifier: GPL-2.0-only
/*
 * instret NAME REPEATS COMMAND [ARGUMENT...]
 *
 * Runs COMMAND REPEATS times and prints "bench: NAME INSTRUCTIONS", the median of
 * the instructions that the machine's hart 0 retired from before fork() until
 * COMMAND was reaped, in whatever mode, guests included. Idle time, which the
 * time CSR would count, retires none. Status 1 unless COMMAND always ended with 0.
 * Run as root.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define REPEATS_MAX 15

static void die(const char *what)
{
	fprintf(stderr, "instret: %s (%s)\n", what, strerror(errno));
	exit(1);
}

static int counter_open(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
	};
	int fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0)
		die("perf_event_open failed");
	return fd;
}

static uint64_t counter_read(int fd)
{
	uint64_t count;

	if (read(fd, &count, sizeof(count)) != sizeof(count))
		die("the counter cannot be read");
	return count;
}

/* Instructions from fork() to wait(). */
static uint64_t measure(int counter, char **command)
{
	uint64_t start, count;
	int status;
	pid_t pid;

	start = counter_read(counter);
	pid = fork();
	if (pid < 0)
		die("fork failed");
	if (!pid) {
		execvp(command[0], command);
		perror(command[0]);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid failed");
	count = counter_read(counter) - start;
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "instret: %s ended with wait status %#x\n", command[0], status);
		exit(1);
	}
	if (!count) {
		fputs("instret: the counter stands still\n", stderr);
		exit(1);
	}
	return count;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	uint64_t counts[REPEATS_MAX];
	int i, counter, repeats = argc > 3 ? atoi(argv[2]) : 0;

	if (repeats < 1 || repeats > REPEATS_MAX) {
		fputs("usage: instret NAME REPEATS COMMAND [ARGUMENT...]\n", stderr);
		return 2;
	}
	counter = counter_open();
	for (i = 0; i < repeats; i++) {
		counts[i] = measure(counter, argv + 3);
		printf("# %s %llu\n", argv[1], (unsigned long long)counts[i]);
		fflush(stdout);
	}
	qsort(counts, repeats, sizeof(counts[0]), compare);
	printf("bench: %s %llu\n", argv[1], (unsigned long long)counts[repeats / 2]);
	return 0;
}
