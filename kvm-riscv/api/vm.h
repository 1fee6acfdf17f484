/* SPDX-License-Identifier: GPL-2.0-only */
/* A virtual machine: what its file descriptors keep alive. */
#ifndef KVR_API_VM_H
#define KVR_API_VM_H

#include <linux/kref.h>

#include "api/observe/debugfs.h"
#include "api/vm_device.h"
#include "io/coalesced.h"
#include "io/iobus.h"
#include "io/ioeventfd.h"
#include "irqchip/irqfd.h"
#include "irqchip/irqs.h"
#include "memory/memory.h"
#include "vcpu/vcpu.h"

struct kvr_vm {
	struct kref users;		/* the VM fd and each vCPU fd hold one */
	struct mm_struct *mm;		/* of the creator, held by mmgrab; only it may use the VM */
	pid_t pid;			/* of the creator, for names */
	struct kvr_memory memory;
	struct kvr_vcpus vcpus;
	struct kvr_iobus mmio_bus;
	struct kvr_ioeventfds ioeventfds;
	struct kvr_coalesced coalesced;
	struct kvr_debugfs debugfs;
	struct kvr_irqs irqs;
	struct kvr_irqfds irqfds;
	struct kvr_vm_devices devices;
	bool mp_state_reset;		/* KVM_CAP_RISCV_MP_STATE_RESET; READ/WRITE_ONCE */
};

/*
 * kvr_vm_create - KVM_CREATE_VM: a VM without memory and vCPUs, for current->mm
 *
 * Sleeps. The new file descriptor, close-on-exec, or -ENOMEM, -EMFILE, -EINTR.
 */
long kvr_vm_create(void);

/* kvr_vm_get/kvr_vm_put - hold the VM and all that is in it; the last put frees it, and sleeps */
void kvr_vm_get(struct kvr_vm *vm);
void kvr_vm_put(struct kvr_vm *vm);

/* kvr_vm_is_ours - whether the calling process may use the VM: it has the creator's memory */
static inline bool kvr_vm_is_ours(const struct kvr_vm *vm)
{
	return vm->mm == current->mm;
}

#endif
