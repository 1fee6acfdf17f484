// SPDX-License-Identifier: GPL-2.0-only
/* Following the kernel's news of harts: CPU hotplug, CPU_PM and the reboot notifiers. */
#include <linux/cpu_pm.h>
#include <linux/cpuhotplug.h>
#include <linux/irqflags.h>
#include <linux/notifier.h>
#include <linux/reboot.h>
#include <linux/smp.h>

#include "hart/clock.h"
#include "hart/csr_access.h"
#include "hart/hart.h"
#include "hart/life.h"
#include "hart/record.h"

static enum cpuhp_state hart_cpuhp;
static void (*guests_end)(void);
static bool following;		/* the harts that were there at load have been asked before */

/* Both run on the hart in question. */
static int hart_online(unsigned int cpu)
{
	unsigned long flags;
	bool usable;

	local_irq_save(flags);
	/* A hart that cannot run guests is as welcome as any: threads in KVM_RUN avoid it. */
	usable = kvr_hart_record_arrive();
	if (usable) {
		kvr_hart_regs_clear();
		kvr_hart_tlb_distrust();
	}
	local_irq_restore(flags);
	if (!usable && following)
		kvr_hart_record_tell(cpu);
	return 0;
}

/*
 * Until Linux 5.11 user threads may still run here afterwards: no guest enters a hart that cannot
 * run it.
 */
static int hart_offline(unsigned int cpu)
{
	unsigned long flags;

	local_irq_save(flags);
	kvr_hart_regs_clear();
	kvr_hart_tlb_clear();
	kvr_hart_record_depart();
	local_irq_restore(flags);
	return 0;
}

/*
 * Interrupts off, on the hart that falls asleep or has woken: firmware may have switched it off in
 * between. System sleep tells the last hart this way, and takes the others off-line before.
 */
static int hart_power(struct notifier_block *block, unsigned long event, void *unused)
{
	switch (event) {
	case CPU_PM_ENTER:
		kvr_hart_regs_clear();
		kvr_clock_sleep(kvr_csr_read(KVR_CSR_TIME));
		return NOTIFY_OK;
	case CPU_PM_ENTER_FAILED:
	case CPU_PM_EXIT:
		kvr_clock_wake(kvr_csr_read(KVR_CSR_TIME));
		kvr_hart_regs_clear();
		kvr_hart_tlb_distrust();
		return NOTIFY_OK;
	default:
		return NOTIFY_DONE;
	}
}

static struct notifier_block power_notifier = { .notifier_call = hart_power };

/*
 * Threads run on until the kernel stops the harts, which a restart never does, and kexec passes a
 * hart on as it is: from here on no guest runs, and none is left in a hart.
 */
static int machine_ends(struct notifier_block *block, unsigned long event, void *unused)
{
	guests_end();
	kvr_hart_end();
	return NOTIFY_OK;
}

static struct notifier_block end_notifier = { .notifier_call = machine_ends };

int kvr_hart_life_init(void (*end)(void))
{
	/* The callback runs on each hart that is there already, too. */
	int ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "virt/kvm-riscv:online", hart_online,
				    hart_offline);

	if (ret < 0)
		return ret;
	hart_cpuhp = ret;
	following = true;
	guests_end = end;
	ret = cpu_pm_register_notifier(&power_notifier);
	if (ret)
		goto err_cpuhp;
	ret = register_reboot_notifier(&end_notifier);
	if (ret)
		goto err_power;
	return 0;

err_power:
	cpu_pm_unregister_notifier(&power_notifier);
err_cpuhp:
	cpuhp_remove_state(hart_cpuhp);
	return ret;
}

void kvr_hart_life_exit(void)
{
	unregister_reboot_notifier(&end_notifier);
	cpu_pm_unregister_notifier(&power_notifier);
	cpuhp_remove_state(hart_cpuhp);
}
