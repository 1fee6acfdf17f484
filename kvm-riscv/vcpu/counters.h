/* SPDX-License-Identifier: GPL-2.0-only */
/* What a vCPU counts. api/observe/stats.c tells user space. */
#ifndef KVR_VCPU_COUNTERS_H
#define KVR_VCPU_COUNTERS_H

#include <linux/bitops.h>
#include <linux/minmax.h>
#include <linux/types.h>

#include "host/csr.h"

/* Bucket 0 of a histogram counts zeros, bucket n what is below 2^n, the last all that is longer. */
#define KVR_STATS_BUCKETS	32

/*
 * What the fast exits count, where every instruction tells: one addition each, at a fixed place
 * beside the frame. Only ever grows. Statistics take it in when they are read.
 */
struct kvr_fast_counts {
	u64 ecalls;	/* all of them, at whatever speed they were settled */
	u64 wfi, csr;	/* settled there and then */
};

/*
 * All u64, so that the whole can be copied as an array. The running thread's, read racily. To those
 * marked + kvr_fast_counts adds (kvr_stats_fast_part).
 */
struct kvr_vcpu_stats {
	u64 exits, ecall_exit, wfi_exit, csr_kernel;	/* + */
	u64 wrs_exit, mmio_user, mmio_kernel, csr_user, signal, gstage_fault;
	u64 redirected[KVR_EXC_COUNT];	/* exceptions of the guest's own, by cause */
	/* waiting in WFI: first by polling, then asleep; times in nanoseconds */
	u64 halt_poll_attempt, halt_poll_success, halt_wakeup;
	u64 halt_poll_invalid;		/* ended by something that was not for the guest */
	u64 halt_poll_success_ns, halt_poll_fail_ns, halt_wait_ns;
	u64 halt_poll_success_hist[KVR_STATS_BUCKETS];
	u64 halt_poll_fail_hist[KVR_STATS_BUCKETS];
	u64 halt_wait_hist[KVR_STATS_BUCKETS];
	u64 blocking;			/* 1 while it waits */
};

/* kvr_stats_time - add @ns to the sum and the histogram of one kind of waiting */
static inline void kvr_stats_time(u64 *sum, u64 *hist, u64 ns)
{
	*sum += ns;
	hist[min_t(unsigned int, fls64(ns), KVR_STATS_BUCKETS - 1)]++;
}

#endif
