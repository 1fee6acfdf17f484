// SPDX-License-Identifier: GPL-2.0-only
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "api/device.h"
#include "api/observe/debugfs.h"
#include "api/observe/stats.h"
#include "api/vm.h"

/* What a file shows. */
struct kvr_debug_stat {
	struct kvr_vm *vm;		/* NULL: all of them */
	const struct kvr_stat *stat;
	bool of_vcpus;
};

/* pid and file descriptor */
#define DIR_NAME_SIZE	sizeof("-2147483648--2147483648")

static struct dentry *top;
static struct kvr_debug_stat *totals;
/* VMs; the lock is taken inside of a total's read, and never while files are removed */
static DEFINE_MUTEX(vms_lock);
static LIST_HEAD(vms);

static u64 vm_sum(struct kvr_vm *vm, const struct kvr_debug_stat *shown)
{
	struct kvr_memory_stats memory;
	struct kvr_vcpu *vcpu;
	unsigned long id;
	u64 sum = 0;

	if (!shown->of_vcpus) {
		kvr_memory_stats_read(&vm->memory, &memory);
		return *kvr_stat_at(&memory, shown->stat);
	}
	kvr_vcpus_for_each(&vm->vcpus, id, vcpu)
		sum += READ_ONCE(*kvr_stat_at(&vcpu->stat, shown->stat)) +
		       kvr_stats_fast_part(vcpu, shown->stat);
	return sum;
}

/* What a vCPU counts at this moment may get lost, or stay. */
static void vm_clear(struct kvr_vm *vm, const struct kvr_debug_stat *shown)
{
	struct kvr_vcpu *vcpu;
	unsigned long id;

	if (!shown->of_vcpus) {
		kvr_memory_stats_clear(&vm->memory, shown->stat->at);
		return;
	}
	kvr_vcpus_for_each(&vm->vcpus, id, vcpu)
		WRITE_ONCE(*kvr_stat_at(&vcpu->stat, shown->stat),
			   -kvr_stats_fast_part(vcpu, shown->stat));
}

static int stat_get(void *data, u64 *value)
{
	const struct kvr_debug_stat *shown = data;
	struct kvr_vm *vm;

	if (shown->vm) {
		*value = vm_sum(shown->vm, shown);
		return 0;
	}
	*value = 0;
	mutex_lock(&vms_lock);
	list_for_each_entry(vm, &vms, debugfs.link)
		*value += vm_sum(vm, shown);
	mutex_unlock(&vms_lock);
	return 0;
}

static int stat_set(void *data, u64 value)
{
	const struct kvr_debug_stat *shown = data;
	struct kvr_vm *vm;

	/* Modes bind nobody who may write to debugfs. */
	if (value || !kvr_stat_counts(shown->stat))
		return -EINVAL;
	if (shown->vm) {
		vm_clear(shown->vm, shown);
		return 0;
	}
	mutex_lock(&vms_lock);
	list_for_each_entry(vm, &vms, debugfs.link)
		vm_clear(vm, shown);
	mutex_unlock(&vms_lock);
	return 0;
}

DEFINE_SIMPLE_ATTRIBUTE(stat_fops, stat_get, stat_set, "%llu\n");

/* A file for each statistic of one kind that is one number; returns what follows in @shown. */
static struct kvr_debug_stat *files_add(struct dentry *dir, struct kvr_vm *vm,
					const struct kvr_stats_kind *kind, bool of_vcpus,
					struct kvr_debug_stat *shown)
{
	const struct kvr_stat *stat;

	for (stat = kind->stats; stat < kind->stats + kind->count; stat++) {
		if (stat->size != 1)
			continue;
		*shown = (struct kvr_debug_stat){ vm, stat, of_vcpus };
		debugfs_create_file(stat->name, kvr_stat_counts(stat) ? 0644 : 0444, dir, shown,
				    &stat_fops);
		shown++;
	}
	return shown;
}

/* The files of @vm, or of all, in @dir. What is returned must outlive them. */
static struct kvr_debug_stat *dir_fill(struct dentry *dir, struct kvr_vm *vm)
{
	size_t count = kvr_stats_of_vm.count + kvr_stats_of_vcpu.count;
	struct kvr_debug_stat *stats, *rest;

	stats = kcalloc(count, sizeof(*stats), GFP_KERNEL_ACCOUNT);
	if (!stats)
		return NULL;
	rest = files_add(dir, vm, &kvr_stats_of_vm, false, stats);
	files_add(dir, vm, &kvr_stats_of_vcpu, true, rest);
	return stats;
}

/* A VM outlives its file descriptor where one of a vCPU is open. */
static bool dir_is_taken(pid_t pid, int fd)
{
	struct kvr_vm *vm;

	lockdep_assert_held(&vms_lock);
	list_for_each_entry(vm, &vms, debugfs.link)
		if (vm->debugfs.dir && vm->pid == pid && vm->debugfs.fd == fd)
			return true;
	return false;
}

void kvr_debugfs_add(struct kvr_vm *vm, int fd)
{
	char name[DIR_NAME_SIZE];
	struct dentry *dir;

	vm->debugfs.fd = fd;
	mutex_lock(&vms_lock);
	list_add_tail(&vm->debugfs.link, &vms);
	if (!IS_ERR_OR_NULL(top) && !dir_is_taken(vm->pid, fd)) {
		snprintf(name, sizeof(name), "%d-%d", vm->pid, fd);
		dir = debugfs_create_dir(name, top);
		vm->debugfs.dir = IS_ERR(dir) ? NULL : dir;
	}
	mutex_unlock(&vms_lock);
	if (vm->debugfs.dir)
		vm->debugfs.stats = dir_fill(vm->debugfs.dir, vm);
}

void kvr_debugfs_remove(struct kvr_vm *vm)
{
	if (list_empty(&vm->debugfs.link))
		return;
	debugfs_remove(vm->debugfs.dir);
	kfree(vm->debugfs.stats);
	mutex_lock(&vms_lock);
	list_del_init(&vm->debugfs.link);
	mutex_unlock(&vms_lock);
}

int kvr_debugfs_init(void)
{
	top = debugfs_create_dir(kvr_device_name(), NULL);
	if (!IS_ERR(top))
		totals = dir_fill(top, NULL);
	return 0;
}

void kvr_debugfs_exit(void)
{
	if (!IS_ERR(top))
		debugfs_remove(top);
	kfree(totals);
}
