// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "api/caps.h"
#include "api/vm.h"
#include "compat/eventfd.h"
#include "memory/memory.h"
#include "memory/pinned.h"
#include "memory/ring.h"
#include "translate/gstage_modes.h"
#include "uapi/kvm.h"

static long cap_nr_vcpus(const struct kvr_vm *vm)
{
	return min_t(long, num_online_cpus(), KVR_MAX_VCPUS);
}

static long cap_gpa_bits(const struct kvr_vm *vm)
{
	return vm ? kvr_memory_gpa_bits(&vm->memory) : kvr_gpa_bits();
}

/* Does a guest see at once what user space does to the mappings behind its slots? */
static long cap_sync_mmu(const struct kvr_vm *vm)
{
	return !kvr_memory_pins();
}

static long cap_eventfd(const struct kvr_vm *vm)
{
	return kvr_eventfds_exist();
}

/* What is not in this table answers 0. */
static const struct {
	unsigned int cap;
	unsigned int answer;
	/* in place of answer; @vm is NULL for /dev/kvm */
	long (*compute)(const struct kvr_vm *vm);
} caps[] = {
	/* The module */
	{ KVM_CAP_CHECK_EXTENSION_VM, 1 },
	{ KVM_CAP_ENABLE_CAP_VM, 1 },
	{ KVM_CAP_DEVICE_CTRL, 1 },
	{ KVM_CAP_BINARY_STATS_FD, 1 },
	{ KVM_CAP_VM_TYPES, BIT(0) },
	{ KVM_CAP_NR_VCPUS, .compute = cap_nr_vcpus },
	{ KVM_CAP_MAX_VCPUS, KVR_MAX_VCPUS },
	{ KVM_CAP_MAX_VCPU_ID, KVR_MAX_VCPUS },

	/* Guest memory */
	{ KVM_CAP_USER_MEMORY, 1 },
	{ KVM_CAP_USER_MEMORY2, 1 },
	{ KVM_CAP_DESTROY_MEMORY_REGION_WORKS, 1 },
	{ KVM_CAP_JOIN_MEMORY_REGIONS_WORKS, 1 },
	{ KVM_CAP_READONLY_MEM, 1 },
	{ KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, KVR_DIRTY_PROTOCOLS },
	{ KVM_CAP_DIRTY_LOG_RING_ACQ_REL, KVR_RING_BYTES_MAX },
	{ KVM_CAP_DIRTY_LOG_RING_WITH_BITMAP, 1 },
	{ KVM_CAP_MEMORY_FAULT_INFO, 1 },
	{ KVM_CAP_SYNC_MMU, .compute = cap_sync_mmu },
	{ KVM_CAP_NR_MEMSLOTS, KVR_SLOTS_MAX },
	{ KVM_CAP_VM_GPA_BITS, .compute = cap_gpa_bits },

	/* Events and I/O */
	{ KVM_CAP_IRQ_ROUTING, KVR_IRQ_GSIS },
	{ KVM_CAP_IRQFD, .compute = cap_eventfd },
	{ KVM_CAP_SIGNAL_MSI, 1 },
	{ KVM_CAP_COALESCED_MMIO, KVM_COALESCED_MMIO_PAGE_OFFSET },
	{ KVM_CAP_COALESCED_PIO, 1 },
	{ KVM_CAP_IOEVENTFD, .compute = cap_eventfd },
	{ KVM_CAP_IOEVENTFD_ANY_LENGTH, .compute = cap_eventfd },

	/* The virtual hart */
	{ KVM_CAP_ONE_REG, 1 },
	{ KVM_CAP_MP_STATE, 1 },
	{ KVM_CAP_HALT_POLL, 1 },
	{ KVM_CAP_RISCV_MP_STATE_RESET, 1 },
	{ KVM_CAP_IMMEDIATE_EXIT, 1 },
	{ KVM_CAP_INTERNAL_ERROR_DATA, 1 },
	{ KVM_CAP_SYSTEM_EVENT_DATA, 1 },
	{ KVM_CAP_SET_GUEST_DEBUG, 1 },
	{ KVM_CAP_SET_GUEST_DEBUG2, KVM_GUESTDBG_ENABLE },
};

long kvr_cap_check(const struct kvr_vm *vm, unsigned long cap)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(caps); i++)
		if (caps[i].cap == cap)
			return caps[i].compute ? caps[i].compute(vm) : caps[i].answer;
	return 0;
}

/* KVM_SET_MP_STATE with INIT_RECEIVED resets a vCPU from here on. */
static long enable_mp_state_reset(struct kvr_vm *vm, const struct kvm_enable_cap *enable)
{
	if (enable->args[0])
		return -EINVAL;
	WRITE_ONCE(vm->mp_state_reset, true);
	return 0;
}

static long enable_dirty_protocol(struct kvr_vm *vm, const struct kvm_enable_cap *enable)
{
	return kvr_memory_set_dirty_protocol(&vm->memory, enable->args[0]);
}

/* Each vCPU tells of its writes in a ring of that many bytes. */
static long enable_dirty_ring(struct kvr_vm *vm, const struct kvm_enable_cap *enable)
{
	long ret = -EINVAL;

	mutex_lock(&vm->vcpus.lock);
	if (!vm->vcpus.count)
		ret = kvr_memory_set_ring(&vm->memory, enable->args[0]);
	mutex_unlock(&vm->vcpus.lock);
	return ret;
}

static long enable_ring_bitmap(struct kvr_vm *vm, const struct kvm_enable_cap *enable)
{
	return enable->args[0] ? -EINVAL : kvr_memory_set_ring_bitmap(&vm->memory);
}

static long enable_gpa_bits(struct kvr_vm *vm, const struct kvm_enable_cap *enable)
{
	long ret = -EBUSY;

	mutex_lock(&vm->vcpus.lock);
	if (!kvr_gstage_levels_for(enable->args[0]))
		ret = -EINVAL;
	else if (!vm->vcpus.count)
		ret = kvr_memory_set_gpa_bits(&vm->memory, enable->args[0]);
	mutex_unlock(&vm->vcpus.lock);
	return ret;
}

/* How long the VM's vCPUs poll in WFI, in place of the module's own halt_poll_ns. */
static long enable_halt_poll(struct kvr_vm *vm, const struct kvm_enable_cap *enable)
{
	if (enable->args[0] != (unsigned int)enable->args[0])
		return -EINVAL;
	WRITE_ONCE(vm->vcpus.halt_poll_ns, enable->args[0]);
	return 0;
}

static const struct {
	unsigned int cap;
	long (*enable)(struct kvr_vm *vm, const struct kvm_enable_cap *enable);
} enables[] = {
	{ KVM_CAP_RISCV_MP_STATE_RESET, enable_mp_state_reset },
	{ KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, enable_dirty_protocol },
	{ KVM_CAP_DIRTY_LOG_RING_ACQ_REL, enable_dirty_ring },
	{ KVM_CAP_DIRTY_LOG_RING_WITH_BITMAP, enable_ring_bitmap },
	{ KVM_CAP_VM_GPA_BITS, enable_gpa_bits },
	{ KVM_CAP_HALT_POLL, enable_halt_poll },
};

long kvr_cap_enable(struct kvr_vm *vm, const struct kvm_enable_cap *enable)
{
	unsigned int i;

	if (enable->flags)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(enables); i++)
		if (enables[i].cap == enable->cap)
			return enables[i].enable(vm, enable);
	return -EINVAL;
}
