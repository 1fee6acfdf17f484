/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's own test harness, with more patience: a machine emulated on a busy
 * box runs at a hundredth of the speed that its default of 30 seconds was made for, and a kernel
 * that watches itself at a quarter of that.
 */
#ifndef SELFTESTS_HARNESS_H
#define SELFTESTS_HARNESS_H

#include "kselftest_harness.h"

#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 480	/* seconds, each test */

#endif
