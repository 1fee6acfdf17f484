// SPDX-License-Identifier: GPL-2.0-only
/* by 6.12 (6.1 has not): rcu_virt_note_context_switch() takes no CPU */
#include <linux/rcupdate.h>

void kvr_probe(void);
void kvr_probe(void)
{
	rcu_virt_note_context_switch();
}
