/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_HOST_ISA_H
#define KVR_HOST_ISA_H

/*
 * What this machine's harts are, read by name from the device tree or ACPI, and what
 * follows from that for guests. Never from the kernel's own numbering, so that what a
 * guest gets does not depend on the kernel's age.
 *
 * All is fixed after kvr_isa_init(): no locks, any context.
 */

#include "host/isa_rules.h"

/**
 * kvr_isa_init - reads the harts' description
 *
 * Keeps what all harts that the kernel may use have in common. Process context, once.
 * Returns 0, -ENODEV if neither the device tree nor ACPI describes the harts, -EINVAL
 * if the description cannot be understood.
 */
int kvr_isa_init(void);

/** kvr_isa_refusal - why no guest can run here, for people, or NULL; after kvr_isa_init() */
const char *kvr_isa_refusal(void);

/** kvr_host_has_h - whether every hart has the hypervisor extension */
bool kvr_host_has_h(void);

/** kvr_isa_host_has - whether every hart has extension @id (any number); false for unknown ids */
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
	unsigned long mvendorid, marchid, mimpid;	/* of the boot hart */
};

/** kvr_isa_machine - never NULL; all zero before kvr_isa_init() */
const struct kvr_isa_machine *kvr_isa_machine(void);

/** kvr_isa_timebase - ticks of the time CSR in a second, never 0 after kvr_isa_init() */
u64 kvr_isa_timebase(void);

#endif /* KVR_HOST_ISA_H */
