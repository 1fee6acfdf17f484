/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_HOST_ISA_PARSE_H
#define KVR_HOST_ISA_PARSE_H

/*
 * From what firmware writes about a hart to a set of extensions, by name. Pure:
 * depends on nothing but strings, and is tested on the build machine.
 *
 * Names come from the ratified specifications. A name that the ABI has no id for
 * and that implies none that it has (xtheadba, svbare, zve32x) is passed over.
 */

#include <linux/bitops.h>
#include <linux/types.h>

#include "uapi/riscv_ids.h"

/* A set of extensions by KVM_RISCV_ISA_EXT_* */
struct kvr_isa_set {
	DECLARE_BITMAP(bits, KVM_RISCV_ISA_EXT_MAX);
};

/** kvr_isa_set_has - whether @id, any number at all, is in @set */
static inline bool kvr_isa_set_has(const struct kvr_isa_set *set, unsigned int id)
{
	return id < KVM_RISCV_ISA_EXT_MAX && test_bit(id, set->bits);
}

/** kvr_isa_set_add - puts @id (below KVM_RISCV_ISA_EXT_MAX) in @set; not atomic */
static inline void kvr_isa_set_add(struct kvr_isa_set *set, unsigned int id)
{
	__set_bit(id, set->bits);
}

/** kvr_isa_set_drop - takes @id (below KVM_RISCV_ISA_EXT_MAX) out of @set; not atomic */
static inline void kvr_isa_set_drop(struct kvr_isa_set *set, unsigned int id)
{
	__clear_bit(id, set->bits);
}

/** kvr_isa_set_drop_vector - leaves no extension in @set that needs vector registers */
void kvr_isa_set_drop_vector(struct kvr_isa_set *set);

/** kvr_isa_set_and - leaves in @set what is in @other too */
void kvr_isa_set_and(struct kvr_isa_set *set, const struct kvr_isa_set *other);

/** kvr_isa_name - the name of @id in capitals, NULL if there is no such id */
const char *kvr_isa_name(unsigned int id);

/**
 * kvr_isa_add_name - adds the extensions that one name stands for
 * @set: gains them
 * @name: as in the device tree's list "riscv,isa-extensions", in either case: an
 *	extension, a shorthand ("g", "b", "zkn") or a profile ("rva23s64")
 * @len: characters of @name
 *
 * Does not add what is implied; kvr_isa_close() does, after the last name.
 */
void kvr_isa_add_name(struct kvr_isa_set *set, const char *name, size_t len);

/**
 * kvr_isa_add_string - adds what an ISA string has ("rv64imafdch_zba1p0_sstc")
 * @set: gains them
 * @isa: the string, by the Unprivileged Architecture's "ISA Extension Naming
 *	Conventions"; also as older firmware wrote it, with "su" among the letters
 * @len: characters of @isa; a NUL ends it earlier
 *
 * Does not add what is implied. Returns 0, or -EINVAL and a set of what came
 * before the fault if @isa is not RV64's or has a character that no name has.
 */
int kvr_isa_add_string(struct kvr_isa_set *set, const char *isa, size_t len);

/** kvr_isa_close - adds to @set every extension that others in it imply */
void kvr_isa_close(struct kvr_isa_set *set);

#endif /* KVR_HOST_ISA_PARSE_H */
