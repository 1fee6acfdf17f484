/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Harts that come and go: hotplug, idle states and system sleep that lose registers, and the end of
 * the machine (reboot, kexec).
 *
 * No guest is loaded in a hart that goes: its thread has lost the hart before, and was put. What
 * has to be given up is what the hart keeps beyond that as a cache.
 */
#ifndef KVR_HART_LIFE_H
#define KVR_HART_LIFE_H

/*
 * kvr_hart_life_init - follow the harts from now on
 * @end: called when the machine goes down: on return no guest enters a hart any more; sleeps
 *
 * Module init, after kvr_hart_record_init. 0, or what the kernel's registering functions return.
 */
int kvr_hart_life_init(void (*end)(void));

/* kvr_hart_life_exit - no more; every hart is left without a trace of guests. Sleeps. */
void kvr_hart_life_exit(void);

#endif
