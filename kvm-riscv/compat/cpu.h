/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPUs that come and go: cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, ...),
 * cpuhp_remove_state(), cpu_pm_register_notifier(),
 * register_reboot_notifier(), cpus_read_lock().
 *
 * All of these are exported and the same from 5.10 on, so nothing is bridged
 * here. register_syscore() is not (it was register_syscore_ops(), with other
 * callbacks) and not needed: kernel/cpu_pm.c passes system suspend on to the
 * CPU_PM notifiers, and reboot and kexec call the reboot notifiers.
 */
#ifndef KVR_COMPAT_CPU_H
#define KVR_COMPAT_CPU_H

#include <linux/cpu.h>
#include <linux/cpu_pm.h>
#include <linux/cpuhotplug.h>
#include <linux/reboot.h>

#endif
