/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_HOST_ISA_H
#define KVR_HOST_ISA_H

/*
 * What this machine's harts are, read by name from the device tree or ACPI, and what
 * follows from that for guests. Never from the kernel's own numbering, so that what a
 * guest gets does not depend on the kernel's age.
 *
 * Harts may differ: all of this is about those that have H, and guests get what all of them have.
 *
 * All is fixed when the harts have been asked as well (hart/record.h): no locks, any context.
 */

#include "host/isa_rules.h"

/**
 * kvr_isa_init - reads the harts' description
 *
 * Keeps what those of the harts that the kernel may use have in common that have H. Process
 * context, once.
 * Returns 0, -ENODEV if neither the device tree nor ACPI describes the harts, -EINVAL
 * if the description cannot be understood.
 */
int kvr_isa_init(void);

/** kvr_isa_refusal - why no guest can run here, for people, or NULL; after kvr_isa_init() */
const char *kvr_isa_refusal(void);

/**
 * kvr_isa_hart_has_h - whether hart @cpu, by the kernel's numbers, has H by its description
 *
 * With ACPI, always: there it is not known which hart a description is of.
 */
bool kvr_isa_hart_has_h(unsigned int cpu);

/**
 * kvr_isa_withhold - harts turned out not to have @id: no guest gets it, nor, for V, what builds on
 * vector registers. Module init, after kvr_isa_init().
 */
void kvr_isa_withhold(unsigned int id);

/**
 * kvr_isa_ask_ids - this hart's mvendorid, marchid and mimpid are what guests find; module init, on
 * a hart that can run guests
 */
void kvr_isa_ask_ids(void);

/** kvr_isa_host_has - whether every hart with H has extension @id (any number) */
bool kvr_isa_host_has(unsigned int id);

/** kvr_isa_guest_may_have - whether a guest on this machine can be given @id (any number) */
bool kvr_isa_guest_may_have(unsigned int id);

/** kvr_isa_guest_may_drop - whether a guest on this machine can be without @id that it may have */
bool kvr_isa_guest_may_drop(unsigned int id);

/** kvr_isa_guest_default - sets @set to what a new vCPU has */
void kvr_isa_guest_default(struct kvr_isa_set *set);

/* What else the harts' description and firmware say of the machine */
struct kvr_isa_machine {
	u64 timebase;			/* ticks of the time CSR in a second */
	u32 cbom_size;			/* bytes in a cache block for Zicbom; 0 without it */
	u32 cboz_size;			/* for Zicboz */
	u32 cbop_size;			/* for Zicbop */
	unsigned long mvendorid, marchid, mimpid;	/* of a hart with H */
};

/** kvr_isa_machine - never NULL; all zero before kvr_isa_init() */
const struct kvr_isa_machine *kvr_isa_machine(void);

/** kvr_isa_timebase - ticks of the time CSR in a second, never 0 after kvr_isa_init() */
u64 kvr_isa_timebase(void);

#endif /* KVR_HOST_ISA_H */
