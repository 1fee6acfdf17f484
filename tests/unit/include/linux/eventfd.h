/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Event counters by number: a descriptor below UNIT_EVENTFDS is one, and counts its
 * references and signals; UNIT_EVENTFDS itself is open but something else.
 */
#ifndef KVR_UNIT_LINUX_EVENTFD_H
#define KVR_UNIT_LINUX_EVENTFD_H

#include <linux/err.h>
#include <linux/errno.h>

#define UNIT_EVENTFDS 8

struct eventfd_ctx {
	int references;
	int signals;
};

extern struct eventfd_ctx unit_eventfds[UNIT_EVENTFDS];

static inline struct eventfd_ctx *eventfd_ctx_fdget(int fd)
{
	if (fd == UNIT_EVENTFDS)
		return ERR_PTR(-EINVAL);
	if (fd < 0 || fd > UNIT_EVENTFDS)
		return ERR_PTR(-EBADF);
	unit_eventfds[fd].references++;
	return &unit_eventfds[fd];
}

static inline void eventfd_ctx_put(struct eventfd_ctx *ctx)
{
	ctx->references--;
}

static inline void eventfd_signal(struct eventfd_ctx *ctx)
{
	ctx->signals++;
}

#endif
