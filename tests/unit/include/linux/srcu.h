/* SPDX-License-Identifier: GPL-2.0-only */
/* One thread: a grace period is over at once when no reader is there, and never otherwise. */
#ifndef KVR_UNIT_LINUX_SRCU_H
#define KVR_UNIT_LINUX_SRCU_H

#include <linux/bug.h>
#include <linux/compiler.h>

struct srcu_struct {
	int readers;
	unsigned int grace_periods;
};

static inline int init_srcu_struct(struct srcu_struct *srcu)
{
	*srcu = (struct srcu_struct){ 0 };
	return 0;
}

static inline void cleanup_srcu_struct(struct srcu_struct *srcu)
{
	WARN_ON(srcu->readers);
}

static inline int srcu_read_lock(struct srcu_struct *srcu)
{
	return srcu->readers++;
}

static inline void srcu_read_unlock(struct srcu_struct *srcu, int idx)
{
	WARN_ON(--srcu->readers != idx);
}

static inline void synchronize_srcu_expedited(struct srcu_struct *srcu)
{
	WARN_ON(srcu->readers);
	srcu->grace_periods++;
}

#define srcu_read_lock_held(srcu) ((srcu)->readers)
#define srcu_dereference(p, srcu) ((void)(srcu), READ_ONCE(p))

#endif
