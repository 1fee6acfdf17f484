// SPDX-License-Identifier: GPL-2.0-only
/* Room for the vector registers of a guest. */
#include <linux/slab.h>
#include <linux/string.h>

#include "hart/guest_regs.h"
#include "hart/vector.h"

#define VTYPE_ILLEGAL	(1UL << 63)

int kvr_vector_init(struct kvr_guest *guest)
{
	struct kvr_vector *vector;

	if (!kvr_hart_common.vlenb)
		return 0;
	vector = kzalloc(sizeof(*vector), GFP_KERNEL_ACCOUNT);
	if (!vector)
		return -ENOMEM;
	vector->data = kzalloc(32 * kvr_hart_common.vlenb, GFP_KERNEL_ACCOUNT);
	if (!vector->data) {
		kfree(vector);
		return -ENOMEM;
	}
	vector->vlenb = kvr_hart_common.vlenb;
	guest->vector = vector;
	kvr_vector_reset(vector);
	return 0;
}

void kvr_vector_fini(struct kvr_guest *guest)
{
	if (!guest->vector)
		return;
	kfree(guest->vector->data);
	kfree(guest->vector);
	guest->vector = NULL;
}

void kvr_vector_reset(struct kvr_vector *vector)
{
	vector->vstart = 0;
	vector->vl = 0;
	vector->vtype = VTYPE_ILLEGAL;
	vector->vcsr = 0;
	memset(vector->data, 0, 32 * vector->vlenb);
}
