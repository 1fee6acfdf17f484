// SPDX-License-Identifier: GPL-2.0-only
/* SBI, "System Reset Extension (EID #0x53525354 "SRST")" */
#include <linux/nospec.h>

#include "sbi/sbi.h"

#define SRST_RESET	0

/* Reset reasons: "no reason" and "system failure", then those of an implementation or a platform */
#define REASONS			2
#define REASON_RESERVED_LAST	0xdfffffff

/* By reset type: shutdown, cold reboot, warm reboot */
static const u32 srst_events[] = {
	KVM_SYSTEM_EVENT_SHUTDOWN,
	KVM_SYSTEM_EVENT_RESET,
	KVM_SYSTEM_EVENT_RESET,
};

int kvr_sbi_srst(struct kvr_vcpu *vcpu, unsigned long function)
{
	u32 type = kvr_sbi_arg(vcpu, 0), reason = kvr_sbi_arg(vcpu, 1);

	if (function != SRST_RESET)
		return kvr_sbi_return(vcpu, KVR_SBI_ERR_NOT_SUPPORTED, 0);
	/* What the platform's own reasons mean is user space's to know, which is told. */
	if (type >= ARRAY_SIZE(srst_events) ||
	    (reason >= REASONS && reason <= REASON_RESERVED_LAST))
		return kvr_sbi_return(vcpu, KVR_SBI_ERR_INVALID_PARAM, 0);
	type = array_index_nospec(type, ARRAY_SIZE(srst_events));
	return kvr_sbi_system_event(vcpu, srst_events[type], reason);
}
