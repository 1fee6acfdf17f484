// SPDX-License-Identifier: GPL-2.0-only
/* 5.10: user_struct has locked_vm where the configuration has perf, BPF, networking or io_uring */
#include <linux/sched/user.h>

long kvr_probe(struct user_struct *user);
long kvr_probe(struct user_struct *user)
{
	return atomic_long_read(&user->locked_vm);
}
