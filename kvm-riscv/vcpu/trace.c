// SPDX-License-Identifier: GPL-2.0-only
#include <linux/smp.h>

#define CREATE_TRACE_POINTS
#include "vcpu/trace.h"

DEFINE_STATIC_KEY_FALSE(kvr_trace_slow);

/* Called when an event gets its first listener; may sleep. */
int kvr_trace_slow_begin(void)
{
	static_branch_inc(&kvr_trace_slow);
	/* A guest that runs may go on for long with exits that nobody sees. */
	kick_all_cpus_sync();
	return 0;
}

void kvr_trace_slow_end(void)
{
	static_branch_dec(&kvr_trace_slow);
}
