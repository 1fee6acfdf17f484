/* SPDX-License-Identifier: GPL-2.0-only */
/* A core that warns has failed its test: say where, and end. */
#ifndef KVR_UNIT_LINUX_BUG_H
#define KVR_UNIT_LINUX_BUG_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <stdio.h>
#include <stdlib.h>

#define WARN_ON(cond) ({						\
	int warn_hit = !!(cond);					\
									\
	if (warn_hit) {							\
		fprintf(stderr, "%s:%d: WARN_ON(%s)\n", __FILE__, __LINE__, #cond); \
		abort();						\
	}								\
	warn_hit;							\
})
#define WARN_ON_ONCE(cond) WARN_ON(cond)

#endif
