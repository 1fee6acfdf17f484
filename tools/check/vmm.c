// SPDX-License-Identifier: GPL-2.0-only
/* What virtual machine monitors ask of KVM, and whether they would find it here. */
#include <stdio.h>

#include "files.h"
#include "findings.h"
#include "uapi/kvm_caps.h"
#include "vmm.h"

/* What a VMM asks of KVM before it works; -1 ends. AIA: the in-kernel interrupt controller. */
#define AIA	VM_CAPS

static const int vmm_needs[][12] = {
	[VMM_QEMU] = {
		KVM_CAP_USER_MEMORY, KVM_CAP_DESTROY_MEMORY_REGION_WORKS,
		KVM_CAP_JOIN_MEMORY_REGIONS_WORKS, KVM_CAP_INTERNAL_ERROR_DATA, KVM_CAP_IOEVENTFD,
		KVM_CAP_MP_STATE, KVM_CAP_ONE_REG, KVM_CAP_IMMEDIATE_EXIT, -1 },
	[VMM_KVMTOOL] = {
		KVM_CAP_USER_MEMORY, KVM_CAP_ONE_REG, KVM_CAP_IOEVENTFD, KVM_CAP_COALESCED_MMIO, -1 },
	[VMM_CLOUD_HYPERVISOR] = {
		KVM_CAP_USER_MEMORY, KVM_CAP_IMMEDIATE_EXIT, KVM_CAP_IOEVENTFD, KVM_CAP_IRQFD,
		KVM_CAP_IRQ_ROUTING, KVM_CAP_MP_STATE, KVM_CAP_ONE_REG, AIA, -1 },
	[VMM_CROSVM] = {
		KVM_CAP_USER_MEMORY, KVM_CAP_IMMEDIATE_EXIT, KVM_CAP_IOEVENTFD, KVM_CAP_IRQFD,
		KVM_CAP_MP_STATE, KVM_CAP_ONE_REG, AIA, -1 },
};

static const struct {
	int cap;
	const char *name;
} cap_names[] = {
	{ KVM_CAP_USER_MEMORY, "user memory" },
	{ KVM_CAP_DESTROY_MEMORY_REGION_WORKS, "removable memory" },
	{ KVM_CAP_JOIN_MEMORY_REGIONS_WORKS, "joined memory" },
	{ KVM_CAP_INTERNAL_ERROR_DATA, "error data" },
	{ KVM_CAP_IOEVENTFD, "ioeventfd" },
	{ KVM_CAP_IRQFD, "irqfd" },
	{ KVM_CAP_IRQ_ROUTING, "interrupt routing" },
	{ KVM_CAP_COALESCED_MMIO, "coalesced MMIO" },
	{ KVM_CAP_MP_STATE, "states of virtual harts" },
	{ KVM_CAP_ONE_REG, "register access" },
	{ KVM_CAP_IMMEDIATE_EXIT, "immediate exit" },
	{ AIA, "the in-kernel AIA" },
};

bool vmm_misses(const struct machine *m, enum vmm which, char *detail)
{
	size_t used = 0, name;
	const int *need;

	if (!m->vm.tried || m->vm.failed)
		return false;
	for (need = vmm_needs[which]; *need >= 0; need++) {
		if (*need == AIA ? m->vm.aia : m->vm.cap[*need] > 0)
			continue;
		for (name = 0; cap_names[name].cap != *need; name++)
			;
		if (used < DETAIL_MAX)
			used += snprintf(detail + used, DETAIL_MAX - used, "%s%s",
					 used ? ", " : "", cap_names[name].name);
	}
	return used;
}

bool vmm_is_here(enum vmm which)
{
	static const char *const programs[VMMS][2] = {
		[VMM_QEMU] = { "qemu-system-riscv64", "qemu-kvm" },
		[VMM_KVMTOOL] = { "lkvm", "kvmtool" },
		[VMM_CLOUD_HYPERVISOR] = { "cloud-hypervisor", "cloud-hypervisor-static" },
		[VMM_CROSVM] = { "crosvm", "crosvm" },
	};

	return program_find(programs[which][0]) || program_find(programs[which][1]);
}

const char *vmm_name(enum vmm which)
{
	static const char *const names[VMMS] = {
		[VMM_QEMU] = "QEMU", [VMM_KVMTOOL] = "kvmtool",
		[VMM_CLOUD_HYPERVISOR] = "cloud-hypervisor", [VMM_CROSVM] = "crosvm",
	};

	return names[which];
}
