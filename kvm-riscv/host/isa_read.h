/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_HOST_ISA_READ_H
#define KVR_HOST_ISA_READ_H

/* Putting together what firmware says hart by hart; the pure half of host/isa.c. */

#include "host/isa.h"

/* The common ground of the harts that can run guests, so far */
struct kvr_isa_found {
	unsigned int harts;		/* that have been read */
	unsigned int harts_h;		/* of these, that have H: the rest is about them alone */
	struct kvr_isa_set common;	/* closed under implication */
	struct kvr_isa_machine machine;
};

/**
 * kvr_isa_merge - adds one hart to @found; true if it has H
 *
 * A hart without H is only counted: no guest ever runs there.
 *
 * @set: its extensions, not closed
 * @machine: its block sizes, 0 where not said
 *
 * A cache-block extension whose block size is not a power of two, or not the same on
 * all harts, is taken out: a guest can be told only one size.
 */
bool kvr_isa_merge(struct kvr_isa_found *found, const struct kvr_isa_set *set,
		   const struct kvr_isa_machine *machine);

/**
 * kvr_isa_read_rhct - reads ACPI's RISC-V Hart Capabilities Table
 * @found: gains all harts of the table and its time base
 * @table: the table with its header
 * @len: bytes of @table
 *
 * Returns 0, or -EINVAL if the table contradicts itself or describes no hart.
 */
int kvr_isa_read_rhct(struct kvr_isa_found *found, const void *table, size_t len);

#endif /* KVR_HOST_ISA_READ_H */
