// SPDX-License-Identifier: GPL-2.0-only
/* by 6.1 (5.10 has not): the sched_switch tracepoint passes the state of the thread that goes */
#include <trace/events/sched.h>

void kvr_probe(void (*handler)(void *, bool, struct task_struct *, struct task_struct *,
			       unsigned int));
void kvr_probe(void (*handler)(void *, bool, struct task_struct *, struct task_struct *,
			       unsigned int))
{
	check_trace_callback_type_sched_switch(handler);
}
