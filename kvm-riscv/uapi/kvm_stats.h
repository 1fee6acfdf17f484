/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UAPI_STATS_H
#define KVR_UAPI_STATS_H

/* What reads from the fd that KVM_GET_STATS_FD returns: header, id, descriptors, data. */

#include <linux/types.h>

struct kvm_stats_header {
	__u32 flags, name_size, num_desc;
	__u32 id_offset, desc_offset, data_offset;	/* bytes from the start of the fd */
};

struct kvm_stats_desc {
	__u32 flags;			/* a type, a unit and a base, from below */
	__s16 exponent;
	__u16 size;			/* values, of 8 bytes each */
	__u32 offset, bucket_size;	/* bytes from data_offset; of a linear histogram */
	char name[];			/* kvm_stats_header.name_size bytes */
};

/* kvm_stats_desc.flags: how a value grows, what it counts, the base of exponent */
enum kvr_stats_type {
	KVM_STATS_TYPE_SHIFT		= 0,
	KVM_STATS_TYPE_MASK		= 0xF << KVM_STATS_TYPE_SHIFT,
	KVM_STATS_TYPE_CUMULATIVE	= 0 << KVM_STATS_TYPE_SHIFT,
	KVM_STATS_TYPE_INSTANT		= 1 << KVM_STATS_TYPE_SHIFT,
	KVM_STATS_TYPE_PEAK		= 2 << KVM_STATS_TYPE_SHIFT,
	KVM_STATS_TYPE_LINEAR_HIST	= 3 << KVM_STATS_TYPE_SHIFT,
	KVM_STATS_TYPE_LOG_HIST		= 4 << KVM_STATS_TYPE_SHIFT,
	KVM_STATS_TYPE_MAX		= KVM_STATS_TYPE_LOG_HIST,
};

enum kvr_stats_unit {
	KVM_STATS_UNIT_SHIFT		= 4,
	KVM_STATS_UNIT_MASK		= 0xF << KVM_STATS_UNIT_SHIFT,
	KVM_STATS_UNIT_NONE		= 0 << KVM_STATS_UNIT_SHIFT,
	KVM_STATS_UNIT_BYTES		= 1 << KVM_STATS_UNIT_SHIFT,
	KVM_STATS_UNIT_SECONDS		= 2 << KVM_STATS_UNIT_SHIFT,
	KVM_STATS_UNIT_CYCLES		= 3 << KVM_STATS_UNIT_SHIFT,
	KVM_STATS_UNIT_BOOLEAN		= 4 << KVM_STATS_UNIT_SHIFT,
	KVM_STATS_UNIT_MAX		= KVM_STATS_UNIT_BOOLEAN,
};

enum kvr_stats_base {
	KVM_STATS_BASE_SHIFT		= 8,
	KVM_STATS_BASE_MASK		= 0xF << KVM_STATS_BASE_SHIFT,
	KVM_STATS_BASE_POW10		= 0 << KVM_STATS_BASE_SHIFT,
	KVM_STATS_BASE_POW2		= 1 << KVM_STATS_BASE_SHIFT,
	KVM_STATS_BASE_MAX		= KVM_STATS_BASE_POW2,
};

#endif /* KVR_UAPI_STATS_H */
