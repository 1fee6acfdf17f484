// SPDX-License-Identifier: GPL-2.0-only
/* 5.10 to 6.12 (7.2 has not): linux/entry-kvm.h, where some KVM is configured */
#include <linux/entry-kvm.h>

int kvr_probe(struct kvm_vcpu *vcpu);
int kvr_probe(struct kvm_vcpu *vcpu)
{
	return xfer_to_guest_mode_handle_work(vcpu);
}
