/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's own test harness with a longer timeout: an emulated machine on a busy host runs at a
 * hundredth of the speed that the default of 30 seconds is meant for, and a debug kernel at a
 * quarter of that.
 */
#ifndef SELFTESTS_HARNESS_H
#define SELFTESTS_HARNESS_H

#include "kselftest_harness.h"

#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 480	/* seconds, each test */

#endif
