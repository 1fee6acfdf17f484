/* SPDX-License-Identifier: GPL-2.0-only */
/* Vector registers, kept as the V extension lays them out in memory. */
#ifndef KVR_VCPU_VECTOR_H
#define KVR_VCPU_VECTOR_H

#include <linux/types.h>

struct kvr_vcpu;

struct kvr_vector {
	unsigned long vstart, vl, vtype, vcsr;
	unsigned long vlenb;		/* bytes per register; fixed, the hart's */
	u8 *data;			/* v0..v31, vlenb bytes each */
};

/* kvr_vector_init/fini - allocate the state if the hart has a vector unit. 0 or -ENOMEM. */
int kvr_vector_init(struct kvr_vcpu *vcpu);
void kvr_vector_fini(struct kvr_vcpu *vcpu);

/* kvr_vector_reset - as after a reset: zeroes, vtype illegal */
void kvr_vector_reset(struct kvr_vector *vector);

/*
 * kvr_vector_vlenb - bytes per vector register of this hart; 0 without the unit. Module init
 * found it.
 */
unsigned long kvr_vector_vlenb(void);

/* kvr_vector_probe - learn vlenb; module init, interrupts on */
void kvr_vector_probe(void);

#endif
