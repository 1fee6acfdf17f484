/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each hart has. Every hart is asked when it comes, and keeps its own record. It can run
 * guests if it keeps what they were promised (hart/promise.h), and if both its CSRs and the device
 * tree or ACPI say that it has H: firmware may hide it for a reason. (ACPI's table names harts in a
 * way that modules cannot bring together with the kernel's numbers; there the CSRs decide.)
 */
#ifndef KVR_HART_RECORD_H
#define KVR_HART_RECORD_H

#include <linux/cpumask.h>
#include <linux/percpu.h>
#include <linux/types.h>

#include "hart/promise.h"

/* What guests are promised: fixed from kvr_hart_record_init on. */
extern struct kvr_hart_record kvr_hart_common;

/* This hart can run guests; written on the hart itself with interrupts off. */
DECLARE_PER_CPU(bool, kvr_hart_can_run);

/* kvr_hart_usable - can this hart run guests? Preemption off. */
static inline bool kvr_hart_usable(void)
{
	return __this_cpu_read(kvr_hart_can_run);
}

/*
 * All harts of which the above holds; each changes its own bit, any context may read, and what is
 * read may be old.
 */
extern struct cpumask kvr_harts_usable;

/*
 * kvr_hart_record_init/exit - ask all harts that are on-line; module init and exit; sleeps
 *
 * Withholds from guests what the device tree or ACPI names and the harts' CSRs do not confirm, and
 * says hart by hart in the log what there is, if they differ.
 * 0; -ENOMEM; -ENODEV, said in the log, when no hart has H or those that have share no G-stage
 * mode.
 */
int kvr_hart_record_init(void);
void kvr_hart_record_exit(void);

/* kvr_hart_record_tell - say in the log that hart @cpu runs no guests, and what it has */
void kvr_hart_record_tell(unsigned int cpu);

/*
 * kvr_hart_record_arrive - this hart has come on-line, interrupts off: ask it. False when it cannot
 * run the guests there are.
 */
bool kvr_hart_record_arrive(void);

/* kvr_hart_record_depart - no guest runs on this hart from now on; interrupts off */
void kvr_hart_record_depart(void);

/* kvr_hart_empty_ppn - page number of a G-stage root without entries; from init on */
unsigned long kvr_hart_empty_ppn(void);

#endif
