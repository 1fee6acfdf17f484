/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_VCPU_TRACE_H
#define KVR_VCPU_TRACE_H

#define trace_kvm_fence(first, last)	((void)(first), (void)(last))

#endif
