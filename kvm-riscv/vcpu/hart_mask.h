/* SPDX-License-Identifier: GPL-2.0-only */
/* Hart masks as the SBI has them: bit n of a mask is hart ID base + n; base -1 means all harts. */
#ifndef KVR_VCPU_HART_MASK_H
#define KVR_VCPU_HART_MASK_H

#include "vcpu/vcpu.h"

#define KVR_HART_MASK_ALL	(-1UL)

/* kvr_hart_mask_has - does the mask name hart @id? */
static inline bool kvr_hart_mask_has(unsigned long mask, unsigned long base, unsigned long id)
{
	if (base == KVR_HART_MASK_ALL)
		return true;
	return id >= base && id - base < BITS_PER_LONG && (mask >> (id - base)) & 1;
}

/* kvr_hart_mask_is_self - does it name @vcpu and no other? */
static inline bool kvr_hart_mask_is_self(const struct kvr_vcpu *vcpu, unsigned long mask,
					 unsigned long base)
{
	if (base == KVR_HART_MASK_ALL)
		return READ_ONCE(vcpu->siblings->count) == 1;
	return vcpu->id - base < BITS_PER_LONG && mask == 1UL << (vcpu->id - base);
}

#endif
