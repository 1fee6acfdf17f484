/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Statistics in debugfs, in the shape that kvm_stat reads: a directory named like the device node
 * (kvm, unless the kernel's own KVM has that) with a file for each statistic, summed up over all
 * VMs, and a directory <pid>-<VM's file descriptor> with the same files for each VM. Values of
 * vCPUs are summed up. Writing 0 to one that counts begins anew.
 *
 * Nothing here can fail: where there is no debugfs there are no files.
 */
#ifndef KVR_API_OBSERVE_DEBUGFS_H
#define KVR_API_OBSERVE_DEBUGFS_H

#include <linux/list.h>

struct dentry;
struct kvr_debug_stat;
struct kvr_vm;

/* A VM's part, under a lock of debugfs.c */
struct kvr_debugfs {
	struct list_head link;		/* in the list of VMs; empty when not (yet) there */
	int fd;
	struct dentry *dir;		/* NULL: none */
	struct kvr_debug_stat *stats;	/* what its files refer to */
};

/* kvr_debugfs_init/exit - the directory; module init, sleeps. 0 always. */
int kvr_debugfs_init(void);
void kvr_debugfs_exit(void);

/* kvr_debugfs_add - show @vm, whose file descriptor in the current process is @fd; sleeps */
void kvr_debugfs_add(struct kvr_vm *vm, int fd);

/* kvr_debugfs_remove - wait for those who read of @vm, and show it no more; if it ever was */
void kvr_debugfs_remove(struct kvr_vm *vm);

#endif
