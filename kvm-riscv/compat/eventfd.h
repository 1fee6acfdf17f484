/* SPDX-License-Identifier: GPL-2.0-only */
/* Event counters as linux/eventfd.h has them since 6.8. */
#ifndef KVR_COMPAT_EVENTFD_H
#define KVR_COMPAT_EVENTFD_H

#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/kconfig.h>
#include <linux/types.h>

#include "compat/generated/have.h"

/* Unnecessary since 6.8: the amount was an argument. */
#ifndef KVR_HAVE_EVENTFD_SIGNAL_ONE
#define eventfd_signal(ctx) eventfd_signal(ctx, 1)
#endif

/*
 * Unnecessary since 5.11, which the stable releases from about 5.10.195 on follow: the function was
 * static before. Events then stay in the counter until the irqfd is deassigned, which empties it;
 * each signal calls the waiters all the same.
 */
#ifndef KVR_HAVE_EVENTFD_CTX_DO_READ
static inline void eventfd_ctx_do_read(struct eventfd_ctx *ctx, u64 *count)
{
	*count = 0;
}
#endif

/* kvr_eventfds_exist - does the kernel have any? */
static inline bool kvr_eventfds_exist(void)
{
	return IS_ENABLED(CONFIG_EVENTFD);
}

/*
 * Necessary as long as kernels can be built without eventfds: they have no stand-ins for these.
 */
#ifndef CONFIG_EVENTFD
struct file;
static inline struct file *eventfd_fget(int fd)
{
	return ERR_CAST(eventfd_ctx_fdget(fd));
}

static inline struct eventfd_ctx *eventfd_ctx_fileget(struct file *file)
{
	return eventfd_ctx_fdget(-1);
}
#endif

#endif
