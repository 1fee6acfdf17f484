/* SPDX-License-Identifier: GPL-2.0-only */
/* In place of kvm-riscv/vcpu/request.h: what is met on the way into the guest. model/guest.c */
#ifndef KVR_VCPU_REQUEST_H
#define KVR_VCPU_REQUEST_H

#include "vcpu/vcpu.h"

enum kvr_request {
	KVR_REQ_RING_FULL,
	KVR_REQ_FENCE_I,
	KVR_REQ_FENCE_VVMA,
	KVR_REQ_FENCE_GVMA,
};

int kvr_vcpus_request_wait(struct kvr_vcpus *vcpus, unsigned long mask, unsigned long base,
			   enum kvr_request request);

#endif
