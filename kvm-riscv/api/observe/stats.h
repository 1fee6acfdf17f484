/* SPDX-License-Identifier: GPL-2.0-only */
/* What the counters are called, and statistics file descriptors (KVM_GET_STATS_FD). */
#ifndef KVR_API_OBSERVE_STATS_H
#define KVR_API_OBSERVE_STATS_H

#include <linux/types.h>

#include "uapi/kvm_stats.h"

struct kvr_vcpu;
struct kvr_vm;

/* One counter, or one histogram of @size counters. */
struct kvr_stat {
	const char *name;
	u32 flags;			/* KVM_STATS_TYPE_* | _UNIT_* | _BASE_* */
	s16 exponent;
	u16 size;
	u32 at;				/* bytes into the structure that holds it */
};

/* All statistics of one kind of object; they lie in a structure of u64. */
struct kvr_stats_kind {
	const struct kvr_stat *stats;
	unsigned int count;
	size_t data_size;		/* of that structure */
};

extern const struct kvr_stats_kind kvr_stats_of_vm;	/* struct kvr_memory_stats */
extern const struct kvr_stats_kind kvr_stats_of_vcpu;	/* struct kvr_vcpu_stats */

/* kvr_stat_at - (the first of) the counters of @stat in @data */
static inline u64 *kvr_stat_at(void *data, const struct kvr_stat *stat)
{
	return data + stat->at;
}

/* kvr_stat_counts - it only grows, so that beginning anew makes sense */
static inline bool kvr_stat_counts(const struct kvr_stat *stat)
{
	return (stat->flags & KVM_STATS_TYPE_MASK) == KVM_STATS_TYPE_CUMULATIVE;
}

/*
 * kvr_stats_fast_part - what the fast exits of @vcpu add to @stat of it
 *
 * To be added to what lies in vcpu->stat. Any context; racy while the vCPU runs.
 */
u64 kvr_stats_fast_part(const struct kvr_vcpu *vcpu, const struct kvr_stat *stat);

/*
 * kvr_stats_fd - a file descriptor that reads as the statistics of @vcpu, or of @vm when that is
 * NULL (Documentation/virt/kvm/api.rst, KVM_GET_STATS_FD)
 *
 * Sleeps. The descriptor holds the VM. -ENOMEM, -EMFILE.
 */
long kvr_stats_fd(struct kvr_vm *vm, struct kvr_vcpu *vcpu);

#endif
