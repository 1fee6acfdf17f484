// SPDX-License-Identifier: GPL-2.0-only
/* Work that may hang is done in a child process, which is killed when its time is over. */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "limit.h"

#define STEP_MS	10

/* Whether child @pid ends within @ms. */
static bool child_ends(pid_t pid, int ms, int *status)
{
	const struct timespec step = { .tv_nsec = STEP_MS * 1000000 };

	for (; ms > 0; ms -= STEP_MS) {
		if (waitpid(pid, status, WNOHANG) == pid)
			return true;
		nanosleep(&step, NULL);
	}
	return false;
}

bool limit_run(void (*work)(void *data), void *data, int seconds)
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		work(data);
		_exit(0);
	}
	if (pid < 0)
		return false;
	if (child_ends(pid, seconds * 1000, &status))
		return !status;
	kill(pid, SIGKILL);
	/* A process that hangs in the kernel is not waited for: it does not die of the signal. */
	child_ends(pid, 1000, &status);
	return false;
}
