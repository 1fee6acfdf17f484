// SPDX-License-Identifier: GPL-2.0-only
/* Instruction caches, see code.h. */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/compiler.h>

#include "memory/code.h"
#include "vcpu/hart_mask.h"
#include "vcpu/request.h"
#include "vcpu/vcpu.h"

int kvr_code_publish(struct kvr_vcpu *vcpu)
{
	/*
	 * The host's entry has been read before it is decided who need not be asked: a vCPU that is
	 * made later begins with a fence.i of its own (kvr_hart_translate).
	 */
	smp_mb();
	if (READ_ONCE(vcpu->siblings->count) > 1)
		return kvr_vcpus_request_wait(vcpu->siblings, 0, KVR_HART_MASK_ALL,
					      KVR_REQ_FENCE_I);
	/* Not here and now: the thread may yet move, and come back to a hart that saw no fence. */
	set_bit(KVR_REQ_FENCE_I, &vcpu->requests);
	return 0;
}
