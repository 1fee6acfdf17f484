/* SPDX-License-Identifier: GPL-2.0-only */
/* Vector registers, kept as the V extension lays them out in memory. */
#ifndef KVR_HART_VECTOR_H
#define KVR_HART_VECTOR_H

#include <linux/types.h>

struct kvr_guest;

struct kvr_vector {
	unsigned long vstart, vl, vtype, vcsr;
	unsigned long vlenb;		/* bytes per register; fixed, the hart's */
	u8 *data;			/* v0..v31, vlenb bytes each */
};

/* kvr_vector_init/fini - allocate the state if the hart has a vector unit. 0 or -ENOMEM. */
int kvr_vector_init(struct kvr_guest *guest);
void kvr_vector_fini(struct kvr_guest *guest);

/* kvr_vector_reset - as after a reset: zeroes, vtype illegal */
void kvr_vector_reset(struct kvr_vector *vector);

#endif
