// SPDX-License-Identifier: GPL-2.0-only
#include <linux/anon_inodes.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "api/ioctl.h"
#include "api/observe/stats.h"
#include "api/onereg/onereg.h"
#include "api/vcpu_fd.h"
#include "api/vm.h"
#include "compat/user_pages.h"
#include "exits/run.h"
#include "hart/guest_regs.h"
#include "host/csr.h"
#include "memory/ring.h"
#include "sbi/sbi.h"
#include "vcpu/hsm.h"
#include "vcpu/irq.h"
#include "vcpu/request.h"

static long vcpu_run(void *vcpu, unsigned long arg, union kvr_ioctl_data *data)
{
	return arg ? -EINVAL : kvr_vcpu_run(vcpu);
}

static long vcpu_get_one_reg(void *vcpu, unsigned long arg, union kvr_ioctl_data *data)
{
	return kvr_onereg_get(vcpu, (const struct kvm_one_reg __user *)arg);
}

static long vcpu_set_one_reg(void *vcpu, unsigned long arg, union kvr_ioctl_data *data)
{
	return kvr_onereg_set(vcpu, (const struct kvm_one_reg __user *)arg);
}

static long vcpu_get_reg_list(void *vcpu, unsigned long arg, union kvr_ioctl_data *data)
{
	return kvr_onereg_list(vcpu, (struct kvm_reg_list __user *)arg);
}

static long vcpu_interrupt(void *vcpu, unsigned long arg, union kvr_ioctl_data *data)
{
	switch (data->interrupt.irq) {
	case KVM_INTERRUPT_SET:
		kvr_irq_raise(vcpu, KVR_IRQ_VSE);
		return 0;
	case KVM_INTERRUPT_UNSET:
		kvr_irq_lower(vcpu, KVR_IRQ_VSE);
		return 0;
	}
	return -EINVAL;
}

static long vcpu_get_mp_state(void *vcpu, unsigned long arg, union kvr_ioctl_data *data)
{
	data->mp_state.mp_state = kvr_hsm_state(vcpu);
	return 0;
}

/* INIT_RECEIVED is no state to be in: it asks for a reset, where the VM has agreed to that. */
static long vcpu_set_mp_state(void *object, unsigned long arg, union kvr_ioctl_data *data)
{
	struct kvr_vcpu *vcpu = object;

	if (data->mp_state.mp_state != KVM_MP_STATE_INIT_RECEIVED)
		return kvr_hsm_set_state(vcpu, data->mp_state.mp_state);
	if (!READ_ONCE(vcpu->vm->mp_state_reset))
		return -EINVAL;
	kvr_hsm_reset(vcpu);
	return 0;
}

/* No argument takes the mask away. */
static long vcpu_set_signal_mask(void *object, unsigned long arg, union kvr_ioctl_data *data)
{
	struct kvm_signal_mask __user *user = (void __user *)arg;
	struct kvr_vcpu *vcpu = object;
	struct kvm_signal_mask mask;
	sigset_t sigset;

	if (!arg) {
		vcpu->sigmask_set = false;
		return 0;
	}
	if (copy_from_user(&mask, user, sizeof(mask)))
		return -EFAULT;
	if (mask.len != sizeof(sigset))
		return -EINVAL;
	if (copy_from_user(&sigset, user->sigset, sizeof(sigset)))
		return -EFAULT;
	sigdelsetmask(&sigset, sigmask(SIGKILL) | sigmask(SIGSTOP));
	vcpu->sigmask = sigset;
	vcpu->sigmask_set = true;
	return 0;
}

/* With debugging on, the guest's ebreak stops it with KVM_EXIT_DEBUG. */
static long vcpu_set_guest_debug(void *object, unsigned long arg, union kvr_ioctl_data *data)
{
	struct kvr_vcpu *vcpu = object;

	if (data->guest_debug.control & ~KVM_GUESTDBG_ENABLE)
		return -EINVAL;
	if (data->guest_debug.control & KVM_GUESTDBG_ENABLE)
		vcpu->guest.hedeleg &= ~BIT(KVR_EXC_BREAKPOINT);
	else
		vcpu->guest.hedeleg |= BIT(KVR_EXC_BREAKPOINT);
	vcpu->guest.csr_modified = true;
	return 0;
}

static long vcpu_stats_fd(void *object, unsigned long arg, union kvr_ioctl_data *data)
{
	struct kvr_vcpu *vcpu = object;

	return kvr_stats_fd(vcpu->vm, vcpu);
}

/*
 * What a VMM calls most comes first. KVR_IOCTL_STATE: whatever reads or writes what a guest or
 * another vCPU can change.
 */
static const struct kvr_ioctl vcpu_ioctls[] = {
	{ KVM_RUN, KVR_IOCTL_STATE, vcpu_run },
	{ KVM_GET_ONE_REG, KVR_IOCTL_RAW | KVR_IOCTL_STATE, vcpu_get_one_reg },
	{ KVM_SET_ONE_REG, KVR_IOCTL_RAW | KVR_IOCTL_STATE, vcpu_set_one_reg },
	{ KVM_INTERRUPT, KVR_IOCTL_ASYNC, vcpu_interrupt },
	{ KVM_GET_MP_STATE, KVR_IOCTL_STATE, vcpu_get_mp_state },
	{ KVM_SET_MP_STATE, KVR_IOCTL_STATE, vcpu_set_mp_state },
	{ KVM_GET_REG_LIST, KVR_IOCTL_RAW, vcpu_get_reg_list },
	{ KVM_SET_SIGNAL_MASK, KVR_IOCTL_RAW, vcpu_set_signal_mask },
	{ KVM_SET_GUEST_DEBUG, 0, vcpu_set_guest_debug },
	{ KVM_GET_STATS_FD, 0, vcpu_stats_fd },
};

static long vcpu_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct kvr_vcpu *vcpu = file->private_data;
	const struct kvr_ioctl *row;
	long ret;

	if (!kvr_vm_is_ours(vcpu->vm))
		return -EIO;
	row = kvr_ioctl_find(vcpu_ioctls, ARRAY_SIZE(vcpu_ioctls), cmd);
	if (!row)
		return -ENOTTY;
	if (row->flags & KVR_IOCTL_ASYNC)
		return kvr_ioctl_call(row, vcpu, arg);
	/* Hardly ever contended; the blocking lock looks for something else to schedule first. */
	if (!mutex_trylock(&vcpu->mutex) && mutex_lock_killable(&vcpu->mutex))
		return -EINTR;
	if (row->flags & KVR_IOCTL_STATE)
		kvr_vcpu_settle(vcpu);
	ret = kvr_ioctl_call(row, vcpu, arg);
	mutex_unlock(&vcpu->mutex);
	return ret;
}

/* The mapping holds the file, and so the VM and this page. */
static vm_fault_t vcpu_fault(struct vm_fault *vmf)
{
	struct kvr_vcpu *vcpu = vmf->vma->vm_file->private_data;

	if (vmf->pgoff == 0)
		vmf->page = virt_to_page(vcpu->run);
	else if (vmf->pgoff == KVM_COALESCED_MMIO_PAGE_OFFSET)
		vmf->page = virt_to_page(vcpu->vm->coalesced.ring);
	else if (vmf->pgoff >= KVM_DIRTY_LOG_PAGE_OFFSET)
		vmf->page = kvr_ring_page(vcpu->ring, vmf->pgoff - KVM_DIRTY_LOG_PAGE_OFFSET);
	else
		vmf->page = NULL;
	if (!vmf->page)
		return VM_FAULT_SIGBUS;
	get_page(vmf->page);
	return 0;
}

/* What another process maps, or inherits, says nothing of the memory of the VM's own. */
static bool vma_is_ours(const struct vm_area_struct *vma, const struct kvr_vm *vm)
{
	return vma->vm_mm == vm->mm;
}

/* The mapping is there a second time: split, moved or inherited. */
static void vcpu_vma_open(struct vm_area_struct *vma)
{
	struct kvr_vcpu *vcpu = vma->vm_file->private_data;

	if (vma_is_ours(vma, vcpu->vm))
		kvr_pinning_hold(vcpu->memory);
}

/* At the latest when the process's memory goes. */
static void vcpu_vma_close(struct vm_area_struct *vma)
{
	struct kvr_vcpu *vcpu = vma->vm_file->private_data;

	if (vma_is_ours(vma, vcpu->vm))
		kvr_pinning_unhold(vcpu->memory);
}

static const struct vm_operations_struct vcpu_vm_ops = {
	.open = vcpu_vma_open,
	.close = vcpu_vma_close,
	.fault = vcpu_fault,
};

/* Does @vma meet the dirty ring? */
static bool vma_has_ring(const struct kvr_vcpu *vcpu, struct vm_area_struct *vma)
{
	unsigned long end = KVM_DIRTY_LOG_PAGE_OFFSET + kvr_ring_pages(vcpu->ring);

	return max(vma->vm_pgoff, KVM_DIRTY_LOG_PAGE_OFFSET + 0UL) <
	       min(vma->vm_pgoff + vma_pages(vma), end);
}

static int vcpu_mmap(struct file *file, struct vm_area_struct *vma)
{
	/* What user space writes to a private copy of the ring would never arrive. */
	if (vma_has_ring(file->private_data, vma) &&
	    (!(vma->vm_flags & VM_SHARED) || vma->vm_flags & VM_EXEC))
		return -EINVAL;
	vma->vm_ops = &vcpu_vm_ops;
	vcpu_vma_open(vma);
	return 0;
}

static int vcpu_release(struct inode *inode, struct file *file)
{
	struct kvr_vcpu *vcpu = file->private_data;

	kvr_vm_put(vcpu->vm);
	return 0;
}

static const struct file_operations vcpu_fops = {
	.owner = THIS_MODULE,
	.release = vcpu_release,
	.unlocked_ioctl = vcpu_ioctl,
	.mmap = vcpu_mmap,
	.llseek = noop_llseek,
};

static struct kvr_vcpu *vcpu_alloc(struct kvr_vm *vm, unsigned int id)
{
	struct kvr_vcpu *vcpu = kzalloc(sizeof(*vcpu), GFP_KERNEL_ACCOUNT);
	int ret = -ENOMEM;

	if (!vcpu)
		return ERR_PTR(ret);
	vcpu->run = kvr_user_page_alloc();
	if (!vcpu->run)
		goto free_vcpu;
	vcpu->siblings = &vm->vcpus;
	vcpu->memory = &vm->memory;
	vcpu->mmio_bus = &vm->mmio_bus;
	vcpu->ring = kvr_ring_create(&vm->memory);
	if (IS_ERR(vcpu->ring))
		goto free_run;
	ret = kvr_vcpu_init(vcpu, vm, vm->memory.space, id);
	if (ret)
		goto free_ring;
	vcpu->sbi_enabled = kvr_sbi_default();
	kvr_regs_config_reset(vcpu);
	kvr_exits_attach(vcpu);
	return vcpu;

free_ring:
	kvr_ring_free(vcpu->ring);
free_run:
	kvr_user_page_free(vcpu->run);
free_vcpu:
	kfree(vcpu);
	return ERR_PTR(ret);
}

static void vcpu_free(struct kvr_vcpu *vcpu)
{
	kvr_vcpu_fini(vcpu);
	kvr_ring_free(vcpu->ring);
	kvr_user_page_free(vcpu->run);
	kfree(vcpu);
}

void kvr_vcpu_fd_destroy_all(struct kvr_vm *vm)
{
	struct kvr_vcpu *vcpu;
	unsigned long id;

	kvr_vcpus_fini(&vm->vcpus);
	/* Once for all of them: every hart is asked. */
	kvr_hart_forget(&vm->vcpus);
	kvr_vcpus_for_each(&vm->vcpus, id, vcpu)
		vcpu_free(vcpu);
	xa_destroy(&vm->vcpus.by_id);
}

/* A file for @vcpu that holds the VM; fd_install is the caller's. */
static struct file *vcpu_file(struct kvr_vm *vm, struct kvr_vcpu *vcpu)
{
	char name[sizeof("kvm-vcpu:") + 10];
	struct file *file;

	snprintf(name, sizeof(name), "kvm-vcpu:%u", vcpu->id);
	file = anon_inode_getfile(name, &vcpu_fops, vcpu, O_RDWR);
	if (!IS_ERR(file))
		kvr_vm_get(vm);
	return file;
}

/* Nothing that can fail comes after the vCPU is where its siblings find it. */
static long vcpu_create_locked(struct kvr_vm *vm, unsigned int id)
{
	struct kvr_vcpus *vcpus = &vm->vcpus;
	struct kvr_vcpu *vcpu;
	struct file *file;
	int fd, ret;

	lockdep_assert_held(&vcpus->lock);
	if (kvr_vcpus_find(vcpus, id))
		return -EEXIST;
	ret = xa_reserve(&vcpus->by_id, id, GFP_KERNEL_ACCOUNT);
	if (ret)
		return ret;
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0) {
		ret = fd;
		goto release_id;
	}
	vcpu = vcpu_alloc(vm, id);
	if (IS_ERR(vcpu)) {
		ret = PTR_ERR(vcpu);
		goto put_fd;
	}
	file = vcpu_file(vm, vcpu);
	if (IS_ERR(file)) {
		ret = PTR_ERR(file);
		goto free_vcpu;
	}
	xa_store(&vcpus->by_id, id, vcpu, GFP_KERNEL_ACCOUNT);
	kvr_vcpu_published(vcpu);
	vcpus->count++;
	fd_install(fd, file);
	return fd;

free_vcpu:
	vcpu_free(vcpu);
put_fd:
	put_unused_fd(fd);
release_id:
	xa_release(&vcpus->by_id, id);
	return ret;
}

long kvr_vcpu_fd_create(struct kvr_vm *vm, unsigned long id)
{
	long ret;

	if (id >= KVR_MAX_VCPUS)
		return -EINVAL;
	id = array_index_nospec(id, KVR_MAX_VCPUS);
	if (mutex_lock_killable(&vm->vcpus.lock))
		return -EINTR;
	ret = vcpu_create_locked(vm, id);
	mutex_unlock(&vm->vcpus.lock);
	return ret;
}
