/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest time and its timer. Times are in ticks of the time CSR, in guest time (host time plus
 * the VM's delta). With Sstc the timer is vstimecmp; without, a host timer raises VSTIP.
 */
#ifndef KVR_VCPU_TIMER_H
#define KVR_VCPU_TIMER_H

#include "hart/guest_csr.h"
#include "vcpu/vcpu.h"

#define KVR_TIME_NEVER	(~0ULL)

/* kvr_timer_frequency - ticks per second, the host's */
u64 kvr_timer_frequency(void);

/* kvr_timer_now - guest time; any context */
static inline u64 kvr_timer_now(struct kvr_vcpu *vcpu)
{
	return kvr_host_time() + READ_ONCE(vcpu->siblings->time_delta);
}

/*
 * kvr_timer_set_time - make it @time now for all vCPUs of the VM; may sleep
 *
 * Those that sleep wake up, and look again how long they have to.
 */
void kvr_timer_set_time(struct kvr_vcpu *vcpu, u64 time);

/*
 * kvr_timer_time_take - guest time has been set (KVR_REQ_TIME): take it over; for kvr_vcpu_settle
 */
void kvr_timer_time_take(struct kvr_vcpu *vcpu);

/*
 * kvr_timer_compare - guest time of the next timer interrupt, KVR_TIME_NEVER if none;
 * under vcpu->mutex, not in KVM_RUN. kvr_timer_set_compare sets and arms it.
 */
u64 kvr_timer_compare(struct kvr_vcpu *vcpu);
void kvr_timer_set_compare(struct kvr_vcpu *vcpu, u64 compare);

/* kvr_timer_armed/set_armed - the on/off state that user space saves and restores; likewise */
bool kvr_timer_armed(struct kvr_vcpu *vcpu);
void kvr_timer_set_armed(struct kvr_vcpu *vcpu, bool armed);

/*
 * kvr_timer_program - the guest asks for an interrupt at @compare (SBI set_timer); it is pending
 * on return when that is past
 *
 * The vCPU's own thread at kernel speed.
 */
void kvr_timer_program(struct kvr_vcpu *vcpu, u64 compare);

/*
 * kvr_timer_sleep_begin/end - around blocking: have the thread woken when the timer is due.
 * Kernel speed, vCPU put.
 */
void kvr_timer_sleep_begin(struct kvr_vcpu *vcpu);
void kvr_timer_sleep_end(struct kvr_vcpu *vcpu);

void kvr_timer_init(struct kvr_vcpu *vcpu);
void kvr_timer_fini(struct kvr_vcpu *vcpu);

#endif
