// SPDX-License-Identifier: GPL-2.0-only
/* 5.11, and about 5.10.195: modules may read an eventfd with its lock held */
#include <linux/eventfd.h>

void kvr_probe(struct eventfd_ctx *ctx, __u64 *count);
void kvr_probe(struct eventfd_ctx *ctx, __u64 *count)
{
	eventfd_ctx_do_read(ctx, count);
}
