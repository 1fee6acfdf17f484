/* SPDX-License-Identifier: GPL-2.0-only */
/* One thread: no visit is going on when it waits. The test defines what waiting does. */
#ifndef KVR_UNIT_VCPU_VISIT_H
#define KVR_UNIT_VCPU_VISIT_H

struct kvr_vcpus;

int kvr_visits_wait(struct kvr_vcpus *vcpus);

#endif
