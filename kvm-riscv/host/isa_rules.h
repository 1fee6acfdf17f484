/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_HOST_ISA_RULES_H
#define KVR_HOST_ISA_RULES_H

/*
 * What each extension asks of the host before a guest can have it, whether a guest
 * can be without it, and which bits make a hart offer it to VS mode. One row per
 * KVM_RISCV_ISA_EXT_*. Pure: host/isa.h asks these for the machine it runs on.
 */

#include "host/isa_parse.h"

/* A condition on the host's extensions */
enum kvr_isa_if {
	KVR_ISA_NEVER,
	KVR_ISA_ALWAYS,
	KVR_ISA_IF_OWN,		/* the host has the extension itself */
	KVR_ISA_IF_SSNPM,
	KVR_ISA_IF_STATEEN,	/* Smstateen, and so hstateen0 */
	KVR_ISA_IF_ADUE,	/* Svadu, switched on: henvcfg.ADUE can be written */
	KVR_ISA_IF_OWN_OR_ADUE,
};

struct kvr_isa_ext {
	u8 give;		/* enum kvr_isa_if: a guest can have it */
	u8 start;		/* enum kvr_isa_if: a new vCPU has it */
	u8 drop;		/* enum kvr_isa_if: a guest that lacks it cannot use it */
	u64 henvcfg;		/* bits that are set for a guest that has it */
	u64 henvcfg_fwft;	/* bits that such a guest switches by SBI FWFT; zero at reset */
	u64 hstateen0;		/* bits that are set for a guest that has it */
};

/** kvr_isa_ext_by_id - the row of @id, NULL if there is no such id */
const struct kvr_isa_ext *kvr_isa_ext_by_id(unsigned int id);

/** kvr_isa_holds - whether condition @when holds for extension @id on a host that has @host */
bool kvr_isa_holds(enum kvr_isa_if when, const struct kvr_isa_set *host, unsigned int id);

/** kvr_isa_henvcfg - henvcfg of a vCPU that has @guest, at reset */
u64 kvr_isa_henvcfg(const struct kvr_isa_set *guest);

/** kvr_isa_henvcfg_fwft - the bits of henvcfg that a vCPU that has @guest may switch by SBI FWFT */
u64 kvr_isa_henvcfg_fwft(const struct kvr_isa_set *guest);

/** kvr_isa_hstateen0 - hstateen0 of a vCPU that has @guest, where the hart has that CSR */
u64 kvr_isa_hstateen0(const struct kvr_isa_set *guest);

/**
 * kvr_isa_misa - what the ONE_REG CONFIG.isa answers for a vCPU that has @guest
 *
 * misa's bits 25:0 only. The ABI leaves MXL out, and VMMs rely on it.
 */
unsigned long kvr_isa_misa(const struct kvr_isa_set *guest);

/** kvr_isa_id_of_letter - the extension of misa's bit @bit, or -ENOENT */
int kvr_isa_id_of_letter(unsigned int bit);

#endif /* KVR_HOST_ISA_RULES_H */
