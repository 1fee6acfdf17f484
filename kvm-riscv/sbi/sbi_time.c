// SPDX-License-Identifier: GPL-2.0-only
/* SBI, "Timer Extension (EID #0x54494D45 "TIME")" */
#include "hart/guest_regs.h"
#include "hart/switch.h"
#include "sbi/sbi.h"
#include "vcpu/timer.h"

#define TIME_SET_TIMER	0

bool KVR_FAST kvr_sbi_time_fast(struct kvr_vcpu *vcpu, unsigned long function)
{
	if (function != TIME_SET_TIMER || !vcpu->guest.sstc)
		return false;
	kvr_guest_timer_write(&vcpu->guest, kvr_sbi_arg(vcpu, 0));
	kvr_sbi_return(vcpu, KVR_SBI_SUCCESS, 0);
	return true;
}

int kvr_sbi_time(struct kvr_vcpu *vcpu, unsigned long function)
{
	if (function != TIME_SET_TIMER)
		return kvr_sbi_return(vcpu, KVR_SBI_ERR_NOT_SUPPORTED, 0);
	kvr_timer_program(vcpu, kvr_sbi_arg(vcpu, 0));
	return kvr_sbi_return(vcpu, KVR_SBI_SUCCESS, 0);
}
