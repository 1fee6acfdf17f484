// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "kvm-riscv: " fmt

#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/string.h>

#include "api/caps.h"
#include "api/device.h"
#include "api/ioctl.h"
#include "api/vcpu_fd.h"
#include "api/vm.h"
#include "hart/hart.h"
#include "hart/record.h"
#include "hart/vmid.h"
#include "memory/pinned.h"
#include "translate/gstage_modes.h"

/* Assigned to KVM on all of Linux; the name goes with it. */
#define DEVICE_MINOR	232
#define DEVICE_NAME	"kvm"

/* What to do when /dev/kvm is taken */
#define TAKEN_STANDARD	"\"modprobe -r kvm\" if that is a module, load this one with device=NAME if it is built in"

static char *device = DEVICE_NAME;
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "device node below /dev; another one than kvm where that is taken");

static long device_api_version(void *unused, unsigned long arg, union kvr_ioctl_data *data)
{
	return arg ? -EINVAL : KVM_API_VERSION;
}

static long device_create_vm(void *unused, unsigned long type, union kvr_ioctl_data *data)
{
	return type ? -EINVAL : kvr_vm_create();
}

static long device_check_extension(void *unused, unsigned long cap, union kvr_ioctl_data *data)
{
	return kvr_cap_check(NULL, cap);
}

static long device_vcpu_mmap_size(void *unused, unsigned long arg, union kvr_ioctl_data *data)
{
	return arg ? -EINVAL : KVR_VCPU_MMAP_SIZE;
}

static const struct kvr_ioctl device_ioctls[] = {
	{ KVM_GET_API_VERSION, 0, device_api_version },
	{ KVM_CHECK_EXTENSION, 0, device_check_extension },
	{ KVM_GET_VCPU_MMAP_SIZE, 0, device_vcpu_mmap_size },
	{ KVM_CREATE_VM, 0, device_create_vm },
};

static long device_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return kvr_ioctl_dispatch(device_ioctls, ARRAY_SIZE(device_ioctls), NULL, cmd, arg);
}

/* Set once, when all of module init is done; the node is there before. */
static bool device_ready;

static int device_opened(struct inode *inode, struct file *file)
{
	return smp_load_acquire(&device_ready) ? 0 : -ENXIO; /* pairs with kvr_device_open */
}

static const struct file_operations device_fops = {
	.owner = THIS_MODULE,
	.open = device_opened,
	.unlocked_ioctl = device_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice device_misc = {
	.fops = &device_fops,
};

/* A file name and no path; udev rules and VMMs take nothing stranger. */
static bool device_name_valid(const char *name)
{
	const char *c;

	for (c = name; isalnum(*c) || (c > name && (*c == '-' || *c == '_')); c++)
		;
	return c > name && !*c;
}

/*
 * The kernel's own KVM could not register its node while this module has it, but would set up all
 * harts for itself before it finds out, under the guests that run.
 */
static int rival_coming(struct notifier_block *block, unsigned long state, void *data)
{
	const struct module *module = data;

	if (state != MODULE_STATE_COMING || strcmp(module->name, "kvm"))
		return NOTIFY_DONE;
	pr_notice("the kernel's own KVM is not loaded while /dev/%s is this module's; load this one with device=NAME for both\n",
		  device);
	return notifier_from_errno(-EBUSY);
}

static struct notifier_block rival_notifier = { .notifier_call = rival_coming };

int kvr_device_init(void)
{
	int ret;

	if (!device_name_valid(device)) {
		pr_err("not loaded: device=%s is no name for a node: letters, digits, - and _\n",
		       device);
		return -EINVAL;
	}
	if (strcmp(device, DEVICE_NAME))
		kvr_hart_share();
	device_misc.name = device;
	device_misc.minor = kvr_hart_is_shared() ? MISC_DYNAMIC_MINOR : DEVICE_MINOR;
	ret = misc_register(&device_misc);
	if (ret == -EBUSY || ret == -EEXIST)
		pr_err("not loaded: /dev/%s is held by the kernel's own KVM; %s\n", device,
		       kvr_hart_is_shared() ? "choose another name" : TAKEN_STANDARD);
	else if (ret)
		pr_err("cannot register /dev/%s: error %d\n", device, ret);
	if (ret || kvr_hart_is_shared())
		return ret;
	ret = register_module_notifier(&rival_notifier);
	if (ret)
		misc_deregister(&device_misc);
	return ret;
}

const char *kvr_device_name(void)
{
	return device;
}

void kvr_device_open(void)
{
	smp_store_release(&device_ready, true); /* pairs with device_opened */
	pr_info("%s: /dev/%s with %s tables, %u VMID bits, timer by %s, interrupts by the VMM, memory %s, task switch notification: %s\n",
		KVR_VERSION, device, kvr_gstage_mode_name(), kvr_vmid_bits(),
		kvr_hart_common.sstc ? "Sstc" : "the host",
		kvr_memory_pins() ? "pinned (within RLIMIT_MEMLOCK)" : "swappable",
		kvr_preempt_teller());
	if (kvr_hart_is_shared())
		pr_info("harts are shared: guests of /dev/%s and of another KVM may run at the same time, on the same harts too\n",
			device);
}

void kvr_device_exit(void)
{
	if (!kvr_hart_is_shared())
		unregister_module_notifier(&rival_notifier);
	misc_deregister(&device_misc);
}

MODULE_ALIAS_MISCDEV(DEVICE_MINOR);
MODULE_ALIAS("devname:" DEVICE_NAME);
