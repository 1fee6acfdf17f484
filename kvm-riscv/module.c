// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "kvm-riscv: " fmt

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>

#include "api/device.h"
#include "api/observe/debugfs.h"
#include "hart/hart.h"
#include "hart/life.h"
#include "hart/record.h"
#include "host/firmware.h"
#include "host/isa.h"
#include "irqchip/irqfd.h"
#include "vcpu/vcpu.h"

/* Says why nothing can run here, if so; the reason comes with its remedy. */
static int host_check(const char *refusal)
{
	if (!refusal)
		return 0;
	pr_err("not loaded: %s\n", refusal);
	return -ENODEV;
}

static int firmware_init(void)
{
	kvr_firmware_init();
	return host_check(kvr_firmware_refusal());
}

static int isa_init(void)
{
	int ret = kvr_isa_init();

	if (ret == -EINVAL) {
		pr_err("not loaded: the device tree or ACPI describes the harts in a way that is not understood\n");
		return ret;
	}
	return host_check(kvr_isa_refusal());
}

static int hart_life_init(void)
{
	return kvr_hart_life_init(kvr_vcpus_end);
}

/*
 * The steps of module init. Each may use what those above it in this table set up. The device is
 * registered early, but opens last.
 */
static const struct {
	const char *what;
	int (*init)(void);
	void (*exit)(void);		/* NULL: leaves nothing behind */
} steps[] = {
	{ "firmware", firmware_init },
	{ "ISA", isa_init },
	/* Before anything is done to a hart: where the node is another's, the harts are as well. */
	{ "device node", kvr_device_init, kvr_device_exit },
	{ "harts", kvr_hart_record_init, kvr_hart_record_exit },
	{ "task switch notification", kvr_hart_init, kvr_hart_exit },
	{ "vCPUs", kvr_vcpu_module_init, kvr_vcpu_module_exit },
	{ "irqfds", kvr_irqfd_module_init, kvr_irqfd_module_exit },
	{ "hotplug and sleep of harts", hart_life_init, kvr_hart_life_exit },
	{ "debugfs", kvr_debugfs_init, kvr_debugfs_exit },
};

/* Undo the first @count steps, last one first. */
static void steps_undo(size_t count)
{
	while (count--)
		if (steps[count].exit)
			steps[count].exit();
}

static int __init kvr_module_init(void)
{
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		ret = steps[i].init();
		if (ret) {
			/* A step that knows the reason and the remedy has said them already. */
			pr_err("load failed at %s: error %d\n", steps[i].what, ret);
			steps_undo(i);
			return ret;
		}
	}
	kvr_device_open();
	return 0;
}

static void __exit kvr_module_exit(void)
{
	steps_undo(ARRAY_SIZE(steps));
}

module_init(kvr_module_init);
module_exit(kvr_module_exit);

MODULE_DESCRIPTION("KVM for RISC-V");
MODULE_LICENSE("GPL v2");
MODULE_VERSION(KVR_VERSION);
