/* SPDX-License-Identifier: GPL-2.0-only */
/* In place of kvm-riscv/vcpu/vcpu.h: as much of a vCPU as hart/ and memory/ use. */
#ifndef KVR_VCPU_VCPU_H
#define KVR_VCPU_VCPU_H

#include "hart/guest_regs.h"

#define KVR_OUTSIDE		-1
#define MODEL_VCPUS		3

struct kvr_memory;
struct kvr_ring;
struct kvr_vcpu;

struct kvr_vcpus {
	unsigned int count;
	struct kvr_vcpu *all[MODEL_VCPUS];
};

struct kvr_vcpu {
	struct kvr_guest guest;		/* first */
	struct kvr_vcpus *siblings;
	struct kvr_memory *memory;
	struct kvr_ring *ring;
	unsigned long requests;
	int in_guest_on;		/* a hart, or KVR_OUTSIDE */
};

#endif
