/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CHECK_LIMIT_H
#define CHECK_LIMIT_H

#include <stdbool.h>

/*
 * limit_run - calls @work with @data in a child process, which has @seconds for it
 *
 * What @work is to leave behind has to lie in memory that is shared with child processes. Returns
 * false if the child could not be started, did not end in time, or ended by a signal.
 */
bool limit_run(void (*work)(void *data), void *data, int seconds);

#endif
