// SPDX-License-Identifier: GPL-2.0-only
#include <linux/anon_inodes.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "api/observe/stats.h"
#include "api/vm.h"
#include "memory/memory.h"
#include "uapi/kvm_stats.h"
#include "vcpu/counters.h"
#include "vcpu/vcpu.h"

#define NAME_SIZE	48

struct stats_file {
	const struct kvr_stats_kind *kind;
	struct kvr_vm *vm;
	struct kvr_vcpu *vcpu;		/* NULL: the statistics are the VM's */
};

/* What reads from the file, in this order. */
struct stats_image {
	struct kvm_stats_header header;
	char id[NAME_SIZE];
	/* then a descriptor and a name for each row, then the data */
	u8 rest[];
};

#define DESC_SIZE	(sizeof(struct kvm_stats_desc) + NAME_SIZE)

#define COUNT		(KVM_STATS_TYPE_CUMULATIVE | KVM_STATS_UNIT_NONE | KVM_STATS_BASE_POW10)
#define NOW		(KVM_STATS_TYPE_INSTANT | KVM_STATS_UNIT_NONE | KVM_STATS_BASE_POW10)
#define NOW_BOOL	(KVM_STATS_TYPE_INSTANT | KVM_STATS_UNIT_BOOLEAN | KVM_STATS_BASE_POW10)
#define TIME		(KVM_STATS_TYPE_CUMULATIVE | KVM_STATS_UNIT_SECONDS | KVM_STATS_BASE_POW10)
#define TIME_HIST	(KVM_STATS_TYPE_LOG_HIST | KVM_STATS_UNIT_SECONDS | KVM_STATS_BASE_POW10)
#define NANO		(-9)

#define VM_AT(field)	offsetof(struct kvr_memory_stats, field)
static const struct kvr_stat vm_stats[] = {
	{ "remote_tlb_flush", COUNT, 0, 1, VM_AT(remote_tlb_flush) },
	{ "remote_tlb_flush_requests", COUNT, 0, 1, VM_AT(remote_tlb_flush_requests) },
	{ "pages_4k", NOW, 0, 1, VM_AT(pages_4k) },
	{ "pages_2m", NOW, 0, 1, VM_AT(pages_2m) },
	{ "pages_1g", NOW, 0, 1, VM_AT(pages_1g) },
	{ "gstage_table_pages", NOW, 0, 1, VM_AT(table_pages) },
	{ "fault_lock_waits", COUNT, 0, 1, VM_AT(fault_waits) },
};

#define VCPU_AT(field)	offsetof(struct kvr_vcpu_stats, field)
static const struct kvr_stat vcpu_stats[] = {
	{ "halt_successful_poll", COUNT, 0, 1, VCPU_AT(halt_poll_success) },
	{ "halt_attempted_poll", COUNT, 0, 1, VCPU_AT(halt_poll_attempt) },
	{ "halt_poll_invalid", COUNT, 0, 1, VCPU_AT(halt_poll_invalid) },
	{ "halt_wakeup", COUNT, 0, 1, VCPU_AT(halt_wakeup) },
	{ "halt_poll_success_ns", TIME, NANO, 1, VCPU_AT(halt_poll_success_ns) },
	{ "halt_poll_fail_ns", TIME, NANO, 1, VCPU_AT(halt_poll_fail_ns) },
	{ "halt_wait_ns", TIME, NANO, 1, VCPU_AT(halt_wait_ns) },
	{ "halt_poll_success_hist", TIME_HIST, NANO, KVR_STATS_BUCKETS,
	  VCPU_AT(halt_poll_success_hist) },
	{ "halt_poll_fail_hist", TIME_HIST, NANO, KVR_STATS_BUCKETS,
	  VCPU_AT(halt_poll_fail_hist) },
	{ "halt_wait_hist", TIME_HIST, NANO, KVR_STATS_BUCKETS, VCPU_AT(halt_wait_hist) },
	{ "blocking", NOW_BOOL, 0, 1, VCPU_AT(blocking) },
	{ "exits", COUNT, 0, 1, VCPU_AT(exits) },
	{ "signal_exits", COUNT, 0, 1, VCPU_AT(signal) },
	{ "ecall_exit_stat", COUNT, 0, 1, VCPU_AT(ecall_exit) },
	{ "wfi_exit_stat", COUNT, 0, 1, VCPU_AT(wfi_exit) },
	{ "wrs_exit_stat", COUNT, 0, 1, VCPU_AT(wrs_exit) },
	{ "mmio_exit_user", COUNT, 0, 1, VCPU_AT(mmio_user) },
	{ "mmio_exit_kernel", COUNT, 0, 1, VCPU_AT(mmio_kernel) },
	{ "csr_exit_user", COUNT, 0, 1, VCPU_AT(csr_user) },
	{ "csr_exit_kernel", COUNT, 0, 1, VCPU_AT(csr_kernel) },
	{ "instr_illegal_exits", COUNT, 0, 1, VCPU_AT(redirected[KVR_EXC_ILLEGAL_INST]) },
	{ "load_misaligned_exits", COUNT, 0, 1, VCPU_AT(redirected[KVR_EXC_LOAD_MISALIGNED]) },
	{ "store_misaligned_exits", COUNT, 0, 1, VCPU_AT(redirected[KVR_EXC_STORE_MISALIGNED]) },
	{ "load_access_exits", COUNT, 0, 1, VCPU_AT(redirected[KVR_EXC_LOAD_ACCESS]) },
	{ "store_access_exits", COUNT, 0, 1, VCPU_AT(redirected[KVR_EXC_STORE_ACCESS]) },
	{ "gstage_fault", COUNT, 0, 1, VCPU_AT(gstage_fault) },
};

const struct kvr_stats_kind kvr_stats_of_vm = {
	vm_stats, ARRAY_SIZE(vm_stats), sizeof(struct kvr_memory_stats),
};

const struct kvr_stats_kind kvr_stats_of_vcpu = {
	vcpu_stats, ARRAY_SIZE(vcpu_stats), sizeof(struct kvr_vcpu_stats),
};

u64 kvr_stats_fast_part(const struct kvr_vcpu *vcpu, const struct kvr_stat *stat)
{
	u64 ecalls = READ_ONCE(vcpu->fast.ecalls);
	u64 wfi = READ_ONCE(vcpu->fast.wfi);
	u64 csr = READ_ONCE(vcpu->fast.csr);

	switch (stat->at) {
	case VCPU_AT(exits):
		return ecalls + wfi + csr;
	case VCPU_AT(ecall_exit):
		return ecalls;
	case VCPU_AT(wfi_exit):
		return wfi;
	case VCPU_AT(csr_kernel):
		return csr;
	default:
		return 0;
	}
}

static void header_fill(const struct stats_file *stats, struct stats_image *image)
{
	const struct kvr_stats_kind *kind = stats->kind;

	image->header.name_size = NAME_SIZE;
	image->header.num_desc = kind->count;
	image->header.id_offset = offsetof(struct stats_image, id);
	image->header.desc_offset = offsetof(struct stats_image, rest);
	image->header.data_offset = image->header.desc_offset +
				    kind->count * DESC_SIZE;
	if (stats->vcpu)
		snprintf(image->id, NAME_SIZE, "kvm-%d/vcpu-%u", stats->vm->pid, stats->vcpu->id);
	else
		snprintf(image->id, NAME_SIZE, "kvm-%d", stats->vm->pid);
}

static void rows_fill(const struct kvr_stats_kind *kind, struct stats_image *image)
{
	const struct kvr_stat *stat = kind->stats;
	unsigned int i;

	for (i = 0; i < kind->count; i++, stat++) {
		struct kvm_stats_desc *desc = (void *)(image->rest + i * DESC_SIZE);

		desc->flags = stat->flags;
		desc->exponent = stat->exponent;
		desc->size = stat->size;
		desc->offset = stat->at;
		snprintf(desc->name, NAME_SIZE, "%s", stat->name);
	}
}

static void data_fill(const struct stats_file *stats, struct stats_image *image)
{
	void *data = (u8 *)image + image->header.data_offset;
	const struct kvr_stat *stat;

	if (!stats->vcpu) {
		kvr_memory_stats_read(&stats->vm->memory, data);
		return;
	}
	memcpy(data, &stats->vcpu->stat, sizeof(stats->vcpu->stat));
	for (stat = vcpu_stats; stat < vcpu_stats + ARRAY_SIZE(vcpu_stats); stat++)
		*kvr_stat_at(data, stat) += kvr_stats_fast_part(stats->vcpu, stat);
}

static ssize_t stats_read(struct file *file, char __user *user, size_t size, loff_t *offset)
{
	const struct stats_file *stats = file->private_data;
	struct stats_image *image;
	size_t whole = sizeof(*image) + stats->kind->count * DESC_SIZE + stats->kind->data_size;
	ssize_t ret;

	image = kzalloc(whole, GFP_KERNEL_ACCOUNT);
	if (!image)
		return -ENOMEM;
	header_fill(stats, image);
	rows_fill(stats->kind, image);
	data_fill(stats, image);
	ret = simple_read_from_buffer(user, size, offset, image, whole);
	kfree(image);
	return ret;
}

static int stats_release(struct inode *inode, struct file *file)
{
	struct stats_file *stats = file->private_data;

	kvr_vm_put(stats->vm);
	kfree(stats);
	return 0;
}

static const struct file_operations stats_fops = {
	.owner = THIS_MODULE,
	.read = stats_read,
	.release = stats_release,
	.llseek = noop_llseek,
};

long kvr_stats_fd(struct kvr_vm *vm, struct kvr_vcpu *vcpu)
{
	struct stats_file *stats;
	struct file *file;
	int fd;

	stats = kzalloc(sizeof(*stats), GFP_KERNEL_ACCOUNT);
	if (!stats)
		return -ENOMEM;
	stats->kind = vcpu ? &kvr_stats_of_vcpu : &kvr_stats_of_vm;
	stats->vm = vm;
	stats->vcpu = vcpu;
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		goto free_stats;
	file = anon_inode_getfile(vcpu ? "kvm-vcpu-stats" : "kvm-vm-stats", &stats_fops, stats,
				  O_RDONLY);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		fd = PTR_ERR(file);
		goto free_stats;
	}
	kvr_vm_get(vm);
	/* Reads at an offset of their own, too. */
	file->f_mode |= FMODE_PREAD;
	fd_install(fd, file);
	return fd;

free_stats:
	kfree(stats);
	return fd;
}
