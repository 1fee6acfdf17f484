// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hart's hypervisor registers, for tests to look at and to spoil. /proc/hart_state
 * reads as one line "CPU REGISTER VALUE" each, for a hart that is off-line as its registers were a
 * while after everybody who had to do with it had been told; what is written to it:
 *
 *   set    all harts get a value of their own in each register, as another hypervisor
 *          might leave it there
 *   sleep  each hart goes through what the kernel does around an idle state that loses
 *          registers; EOPNOTSUPP where it knows of none (CPU_PM)
 *   clock  the board's clock becomes able to wake the machine from its sleep: the hardware
 *          is, but its driver never says so
 *
 * While this module is loaded a hart that comes on-line or wakes from such a state finds
 * the values of "set" in its registers: firmware promises none. Load it first, to be ahead of others.
 */
#include <linux/cpu_pm.h>
#include <linux/cpuhotplug.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/platform_device.h>
#include <linux/proc_fs.h>
#include <linux/rtc.h>
#include <linux/seq_file.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#include "hart/csr_access.h"

static bool has_aia, has_envcfg, has_stateen, has_sstc;
/* Four pages of nothing, where tables may be looked for */
static unsigned long no_tables;

/*
 * X(register, present, value on CPU @cpu). Interrupts of the VS level are delegated first, and those
 * that are pending are not enabled, so that the kernel takes none of them.
 */
#define REGISTERS(X)								\
	X(HIDELEG, true, 0x444)							\
	X(HEDELEG, true, 0xb1ff & ~(1UL << (cpu & 7)))				\
	X(HCOUNTEREN, true, 0x5 + cpu * 0x10)					\
	X(HTIMEDELTA, true, 0x1234567800000000 + cpu)				\
	X(HENVCFG, has_envcfg, 0x80000000000000f1)				\
	X(HSTATEEN0, has_stateen, 0xc000000000000000)				\
	X(HVICTL, has_aia, 0x40000005)						\
	X(HVIEN, has_aia, 0x2000)						\
	X(HVIPRIO1, has_aia, 0x0102030405060708)				\
	X(HVIPRIO2, has_aia, 0x0807060504030201)				\
	X(VSISELECT, has_aia, 0x70)						\
	X(HGATP, true, 8UL << 60 | (0x11UL + cpu) << 44 | no_tables >> PAGE_SHIFT)	\
	X(HVIP, true, 0x40)							\
	X(VSIE, true, 0x200)							\
	X(VSSTATUS, true, 0x200002120)						\
	X(VSTVEC, true, 0xffffffff80001000 + cpu * 4)				\
	X(VSSCRATCH, true, 0x5c5c5c5c00000000 + cpu)				\
	X(VSEPC, true, 0xffffffff80002000 + cpu * 4)				\
	X(VSCAUSE, true, 5)							\
	X(VSTVAL, true, 0x7a7a7a7a00000000 + cpu)				\
	X(VSATP, true, 8UL << 60 | (0x21UL + cpu) << 44 | no_tables >> PAGE_SHIFT)	\
	X(VSTIMECMP, has_sstc, 0x3333333300000000 + cpu)

enum {
#define REG_NUMBER(name, present, value)	NUMBER_##name,
	REGISTERS(REG_NUMBER)
#undef REG_NUMBER
	REGISTER_COUNT,
};

static const char *const names[] = {
#define REG_NAME(name, present, value)	#name,
	REGISTERS(REG_NAME)
#undef REG_NAME
};

struct registers {
	unsigned long value[REGISTER_COUNT];
	bool present[REGISTER_COUNT];
};

/* Of a hart that is off-line; written before it goes, by its own thread of hotplug */
static DEFINE_PER_CPU(struct registers, registers_left);

/* Interrupts off. */
static void registers_read(void *out)
{
	struct registers *registers = out;

#define REG_READ(name, there, val)							\
	registers->present[NUMBER_##name] = there;				\
	if (there)								\
		registers->value[NUMBER_##name] = kvr_csr_read(KVR_CSR_##name);
	REGISTERS(REG_READ)
#undef REG_READ
}

/* Interrupts off. */
static void registers_set(void *unused)
{
	unsigned long cpu = smp_processor_id();

#define REG_SET(name, there, val)							\
	if (there)								\
		kvr_csr_write(KVR_CSR_##name, val);
	REGISTERS(REG_SET)
#undef REG_SET
}

static int state_show(struct seq_file *m, void *unused)
{
	struct registers registers = {};
	int cpu, i;

	for_each_possible_cpu(cpu) {
		if (!cpu_online(cpu))
			registers = *per_cpu_ptr(&registers_left, cpu);
		else if (smp_call_function_single(cpu, registers_read, &registers, 1))
			continue;
		for (i = 0; i < REGISTER_COUNT; i++)
			if (registers.present[i])
				seq_printf(m, "%d %s %lx\n", cpu, names[i], registers.value[i]);
	}
	return 0;
}

static int state_open(struct inode *inode, struct file *file)
{
	return single_open(file, state_show, NULL);
}

static void hart_sleep(struct work_struct *work)
{
	unsigned long flags;

	local_irq_save(flags);
	if (!cpu_pm_enter())
		cpu_pm_exit();
	local_irq_restore(flags);
}

static int harts_sleep(void)
{
	struct work_struct work;
	int cpu;

	if (!IS_ENABLED(CONFIG_CPU_PM))
		return -EOPNOTSUPP;
	INIT_WORK_ONSTACK(&work, hart_sleep);
	for_each_online_cpu(cpu) {
		schedule_work_on(cpu, &work);
		flush_work(&work);
	}
	destroy_work_on_stack(&work);
	return 0;
}

static int clock_wakes(void)
{
#if IS_ENABLED(CONFIG_RTC_CLASS)
	struct rtc_device *rtc = rtc_class_open("rtc0");
	int irq;

	if (!rtc)
		return -ENODEV;
	irq = platform_get_irq(to_platform_device(rtc->dev.parent), 0);
	rtc_class_close(rtc);
	return irq < 0 ? irq : enable_irq_wake(irq);
#else
	return -ENODEV;
#endif
}

static ssize_t state_write(struct file *file, const char __user *text, size_t len, loff_t *at)
{
	char word[8] = "";
	int ret = 0;

	if (len >= sizeof(word) || copy_from_user(word, text, len))
		return -EINVAL;
	if (!strncmp(word, "set", 3))
		on_each_cpu(registers_set, NULL, 1);
	else if (!strncmp(word, "sleep", 5))
		ret = harts_sleep();
	else if (!strncmp(word, "clock", 5))
		ret = clock_wakes();
	else
		ret = -EINVAL;
	return ret ? ret : len;
}

static const struct proc_ops state_ops = {
	.proc_open = state_open,
	.proc_read = seq_read,
	.proc_write = state_write,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
};

static int hart_power(struct notifier_block *block, unsigned long event, void *unused)
{
	if (event == CPU_PM_EXIT)
		registers_set(NULL);
	return NOTIFY_OK;
}

static struct notifier_block power_notifier = {
	.notifier_call = hart_power,
	.priority = INT_MAX,		/* lost before anybody else is told */
};

static int hart_online(unsigned int cpu)
{
	unsigned long flags;

	local_irq_save(flags);
	registers_set(NULL);
	local_irq_restore(flags);
	return 0;
}

/*
 * Callbacks that were added later have run already. Until Linux 5.11 other threads still run here
 * now, and may leave something behind.
 */
static int hart_offline(unsigned int cpu)
{
	unsigned long flags;

	msleep(100);
	local_irq_save(flags);
	registers_read(this_cpu_ptr(&registers_left));
	local_irq_restore(flags);
	return 0;
}

static int hart_cpuhp;

static int __init hart_state_init(void)
{
	unsigned long flags;
	void *pages = (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, 2);

	if (!pages)
		return -ENOMEM;
	no_tables = __pa(pages);
	local_irq_save(flags);
	has_aia = kvr_csr_exists(KVR_CSR_HVICTL);
	has_envcfg = kvr_csr_exists(KVR_CSR_HENVCFG);
	has_stateen = kvr_csr_exists(KVR_CSR_HSTATEEN0);
	has_sstc = kvr_csr_exists(KVR_CSR_VSTIMECMP);
	local_irq_restore(flags);
	cpu_pm_register_notifier(&power_notifier);
	hart_cpuhp = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "hart_state:online",
					       hart_online, hart_offline);
	if (hart_cpuhp < 0 || !proc_create("hart_state", 0600, NULL, &state_ops))
		pr_err("hart_state: cannot register\n");
	return 0;
}

module_init(hart_state_init);

MODULE_DESCRIPTION("A hart's hypervisor registers, for tests");
MODULE_LICENSE("GPL v2");
