/* SPDX-License-Identifier: GPL-2.0-only */
/* Hart masks as the SBI has them: bit n of a mask is hart ID base + n; base -1 means all harts. */
#ifndef KVR_VCPU_HART_MASK_H
#define KVR_VCPU_HART_MASK_H

#include "vcpu/vcpu.h"

#define KVR_HART_MASK_ALL	(-1UL)

/* kvr_hart_mask_is_self - does it name @vcpu and no other? */
static inline bool kvr_hart_mask_is_self(const struct kvr_vcpu *vcpu, unsigned long mask,
					 unsigned long base)
{
	if (base == KVR_HART_MASK_ALL)
		return READ_ONCE(vcpu->siblings->count) == 1;
	return vcpu->id - base < BITS_PER_LONG && mask == 1UL << (vcpu->id - base);
}

/*
 * kvr_hart_mask_next - the first vCPU that the mask names at or after place @place, NULL if none
 * @place: 0 at first; moved behind the vCPU that is returned
 *
 * Costs what the mask names, not what the VM has. Any context.
 */
static inline struct kvr_vcpu *kvr_hart_mask_next(struct kvr_vcpus *vcpus, unsigned long mask,
						  unsigned long base, unsigned long *place)
{
	struct kvr_vcpu *vcpu;

	if (base == KVR_HART_MASK_ALL) {
		vcpu = xa_find(&vcpus->by_id, place, ULONG_MAX, XA_PRESENT);
		++*place;
		return vcpu;
	}
	while (*place < BITS_PER_LONG) {
		unsigned long bit = (*place)++;

		vcpu = (mask >> bit) & 1 ? kvr_vcpus_find(vcpus, base + bit) : NULL;
		if (vcpu)
			return vcpu;
	}
	return NULL;
}

#define kvr_hart_mask_for_each(vcpus, mask, base, place, vcpu)			\
	for ((place) = 0;							\
	     ((vcpu) = kvr_hart_mask_next(vcpus, mask, base, &(place))) != NULL;)

#endif
