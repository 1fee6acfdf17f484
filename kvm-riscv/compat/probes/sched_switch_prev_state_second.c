// SPDX-License-Identifier: GPL-2.0-only
/* 5.18.0 to 5.18.2 only: sched_switch passes that state as its second argument */
#include <trace/events/sched.h>

void kvr_probe(void (*handler)(void *, bool, unsigned int, struct task_struct *,
			       struct task_struct *));
void kvr_probe(void (*handler)(void *, bool, unsigned int, struct task_struct *,
			       struct task_struct *))
{
	check_trace_callback_type_sched_switch(handler);
}
