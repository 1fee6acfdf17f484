// SPDX-License-Identifier: GPL-2.0-only
/*
 * instret NAME COMMAND [ARGUMENT...]
 *
 * Runs COMMAND and prints "bench: NAME INSTRUCTIONS", the instructions that the
 * machine's hart 0 retired from before fork() until COMMAND was reaped, in
 * whatever mode, guests included. Idle time, which the time CSR would count,
 * retires none. Ends with COMMAND's exit status. Run as root.
 */
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int counter_open(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
	};
	int fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0) {
		perror("instret: perf_event_open");
		exit(1);
	}
	return fd;
}

static uint64_t counter_read(int fd)
{
	uint64_t count;

	if (read(fd, &count, sizeof(count)) != sizeof(count)) {
		perror("instret: reading the counter");
		exit(1);
	}
	return count;
}

int main(int argc, char **argv)
{
	uint64_t start, count;
	int fd, status;
	pid_t pid;

	if (argc < 3) {
		fputs("usage: instret NAME COMMAND [ARGUMENT...]\n", stderr);
		return 2;
	}
	fd = counter_open();
	start = counter_read(fd);
	pid = fork();
	if (pid < 0) {
		perror("instret: fork");
		return 1;
	}
	if (!pid) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid) {
		perror("instret: waitpid");
		return 1;
	}
	count = counter_read(fd) - start;
	if (!WIFEXITED(status)) {
		fprintf(stderr, "instret: %s died of signal %d\n", argv[2], WTERMSIG(status));
		return 1;
	}
	if (WEXITSTATUS(status))
		return WEXITSTATUS(status);
	if (!count) {
		fputs("instret: the counter stands still\n", stderr);
		return 1;
	}
	printf("bench: %s %llu\n", argv[1], (unsigned long long)count);
	return 0;
}
