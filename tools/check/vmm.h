/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CHECK_VMM_H
#define CHECK_VMM_H

#include "machine.h"

enum vmm { VMM_QEMU, VMM_KVMTOOL, VMM_CLOUD_HYPERVISOR, VMM_CROSVM, VMMS };

/*
 * vmm_misses - whether KVM, which was asked by vm_try(), lacks something that VMM @which needs
 *
 * Names that in @detail (DETAIL_MAX bytes). False if no virtual machine could be made at all.
 */
bool vmm_misses(const struct machine *m, enum vmm which, char *detail);

/* vmm_is_here - whether VMM @which is installed */
bool vmm_is_here(enum vmm which);

/* vmm_name - what people call it */
const char *vmm_name(enum vmm which);

#endif
