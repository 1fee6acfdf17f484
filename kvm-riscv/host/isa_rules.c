// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "host/csr.h"
#include "host/isa_rules.h"

/*
 * henvcfg.CBIE: cbo.inval writes back what it drops. A plain invalidate would show a guest
 * what memory held before the host cleared it, if the zeroes are still in a cache.
 */
#define HENVCFG_CBO	((KVR_ENVCFG_CBIE_FLUSH << KVR_ENVCFG_CBIE_SHIFT) | KVR_ENVCFG_CBCFE)

#define HSTATEEN0_AIA	(KVR_STATEEN0_AIA | KVR_STATEEN0_IMSIC | KVR_STATEEN0_CSRIND)

/* A guest gets it if the host has it, and uses it whatever it is told. */
#define PLAIN(name)								\
	[KVM_RISCV_ISA_EXT_##name] = {						\
		.give = KVR_ISA_IF_OWN, .start = KVR_ISA_IF_OWN, .drop = KVR_ISA_NEVER }

/* A guest gets it if the host has it; ... is what takes it away again, at least .drop. */
#define GATED(name, ...)							\
	[KVM_RISCV_ISA_EXT_##name] = {						\
		.give = KVR_ISA_IF_OWN, .start = KVR_ISA_IF_OWN, __VA_ARGS__ }

static const struct kvr_isa_ext isa_exts[KVM_RISCV_ISA_EXT_MAX] = {
	/* Base and single letters. FS and VS of HS-level sstatus gate VS mode too. */
	PLAIN(A),
	PLAIN(C),
	PLAIN(I),
	PLAIN(M),
	GATED(D, .drop = KVR_ISA_ALWAYS),
	GATED(F, .drop = KVR_ISA_ALWAYS),
	GATED(V, .drop = KVR_ISA_ALWAYS),
	[KVM_RISCV_ISA_EXT_H] = {	/* until there are nested guests */
		.give = KVR_ISA_NEVER, .start = KVR_ISA_NEVER, .drop = KVR_ISA_ALWAYS },

	/* Address translation */
	GATED(SVPBMT, .drop = KVR_ISA_ALWAYS, .henvcfg = KVR_ENVCFG_PBMTE),
	PLAIN(SVINVAL),
	PLAIN(SVNAPOT),
	PLAIN(SVVPTC),
	/*
	 * With both, a guest starts with page faults for A and D and may ask for hardware's
	 * updates (FWFT); with Svadu alone it has those from reset, see kvr_isa_henvcfg().
	 * Without a writable ADUE there is Svade alone.
	 */
	[KVM_RISCV_ISA_EXT_SVADE] = {
		.give = KVR_ISA_IF_OWN_OR_ADUE, .start = KVR_ISA_IF_OWN, .drop = KVR_ISA_IF_ADUE },
	[KVM_RISCV_ISA_EXT_SVADU] = {
		.give = KVR_ISA_IF_ADUE, .start = KVR_ISA_IF_ADUE, .drop = KVR_ISA_ALWAYS,
		.henvcfg_fwft = KVR_ENVCFG_ADUE },

	/*
	 * Interrupts, timer, counters. Not given yet: Ssaia, as long as one vCPU would find
	 * another's vsiselect and hviprio in the hart; Sscofpmf, as long as no LCOFI reaches
	 * a guest (through hvien, AIA 6.3.2).
	 */
	GATED(SSTC, .drop = KVR_ISA_ALWAYS, .henvcfg = KVR_ENVCFG_STCE),
	[KVM_RISCV_ISA_EXT_SSAIA] = {
		.give = KVR_ISA_NEVER, .start = KVR_ISA_NEVER, .drop = KVR_ISA_IF_STATEEN,
		.hstateen0 = HSTATEEN0_AIA },
	[KVM_RISCV_ISA_EXT_SSCOFPMF] = {
		.give = KVR_ISA_NEVER, .start = KVR_ISA_NEVER, .drop = KVR_ISA_NEVER },
	PLAIN(ZICNTR),
	PLAIN(ZIHPM),

	/* What a guest calls M mode's part of these is henvcfg's and hstateen0's part. */
	GATED(SMSTATEEN, .drop = KVR_ISA_ALWAYS, .hstateen0 = KVR_STATEEN_SE),
	[KVM_RISCV_ISA_EXT_SMNPM] = {
		.give = KVR_ISA_IF_SSNPM, .start = KVR_ISA_IF_SSNPM, .drop = KVR_ISA_ALWAYS,
		.henvcfg_fwft = KVR_ENVCFG_PMM },
	PLAIN(SSNPM),

	/* Cache blocks; prefetches are hints */
	GATED(ZICBOM, .drop = KVR_ISA_ALWAYS, .henvcfg = HENVCFG_CBO),
	GATED(ZICBOZ, .drop = KVR_ISA_ALWAYS, .henvcfg = KVR_ENVCFG_CBZE),
	PLAIN(ZICBOP),
	PLAIN(ZICCRSE),
	PLAIN(ZTSO),

	/*
	 * Control-flow integrity: off in VS mode until the guest's FWFT switches it on. Zicfiss is
	 * not given yet, as ssp is not switched between vCPUs.
	 */
	GATED(ZICFILP, .drop = KVR_ISA_ALWAYS, .henvcfg_fwft = KVR_ENVCFG_LPE),
	[KVM_RISCV_ISA_EXT_ZICFISS] = {
		.give = KVR_ISA_NEVER, .start = KVR_ISA_NEVER, .drop = KVR_ISA_ALWAYS,
		.henvcfg_fwft = KVR_ENVCFG_SSE },

	/* Instructions that no CSR of HS mode takes away */
	PLAIN(ZICSR), PLAIN(ZIFENCEI), PLAIN(ZIHINTPAUSE), PLAIN(ZIHINTNTL), PLAIN(ZICOND),
	PLAIN(ZIMOP), PLAIN(ZILSD), PLAIN(ZAAMO), PLAIN(ZALRSC), PLAIN(ZACAS),
	PLAIN(ZABHA), PLAIN(ZAWRS), PLAIN(ZALASR),
	PLAIN(ZCA), PLAIN(ZCB), PLAIN(ZCD), PLAIN(ZCF), PLAIN(ZCMOP), PLAIN(ZCLSD),
	PLAIN(ZBA), PLAIN(ZBB), PLAIN(ZBC), PLAIN(ZBS),
	PLAIN(ZBKB), PLAIN(ZBKC), PLAIN(ZBKX), PLAIN(ZKND), PLAIN(ZKNE), PLAIN(ZKNH),
	PLAIN(ZKSED), PLAIN(ZKSH), PLAIN(ZKT),
	PLAIN(ZFH), PLAIN(ZFHMIN), PLAIN(ZFA), PLAIN(ZFBFMIN),
	PLAIN(ZVFH), PLAIN(ZVFHMIN), PLAIN(ZVFBFMIN), PLAIN(ZVFBFWMA),
	PLAIN(ZVBB), PLAIN(ZVBC), PLAIN(ZVKB), PLAIN(ZVKG), PLAIN(ZVKNED), PLAIN(ZVKNHA),
	PLAIN(ZVKNHB), PLAIN(ZVKSED), PLAIN(ZVKSH), PLAIN(ZVKT),

	/* seed traps in VS mode, so the VMM decides what it reads or that it does not exist. */
	GATED(ZKR, .drop = KVR_ISA_ALWAYS),
};

const struct kvr_isa_ext *kvr_isa_ext_by_id(unsigned int id)
{
	return id < KVM_RISCV_ISA_EXT_MAX ? &isa_exts[id] : NULL;
}

/*
 * A device tree that names Svadu alone promises that M mode has set menvcfg.ADUE; one that
 * names Svade too, or alone, that it has not.
 */
static bool adue_writable(const struct kvr_isa_set *host)
{
	return kvr_isa_set_has(host, KVM_RISCV_ISA_EXT_SVADU) &&
	       !kvr_isa_set_has(host, KVM_RISCV_ISA_EXT_SVADE);
}

bool kvr_isa_holds(enum kvr_isa_if when, const struct kvr_isa_set *host, unsigned int id)
{
	bool own = kvr_isa_set_has(host, id);

	switch (when) {
	case KVR_ISA_NEVER:
		return false;
	case KVR_ISA_ALWAYS:
		return true;
	case KVR_ISA_IF_OWN:
		return own;
	case KVR_ISA_IF_SSNPM:
		return kvr_isa_set_has(host, KVM_RISCV_ISA_EXT_SSNPM);
	case KVR_ISA_IF_STATEEN:
		return kvr_isa_set_has(host, KVM_RISCV_ISA_EXT_SMSTATEEN);
	case KVR_ISA_IF_ADUE:
		return adue_writable(host);
	case KVR_ISA_IF_OWN_OR_ADUE:
		return own || adue_writable(host);
	}
	return false;
}

u64 kvr_isa_henvcfg(const struct kvr_isa_set *guest)
{
	unsigned int id;
	u64 bits = 0;

	for_each_set_bit(id, guest->bits, KVM_RISCV_ISA_EXT_MAX)
		bits |= isa_exts[id].henvcfg;
	if (kvr_isa_set_has(guest, KVM_RISCV_ISA_EXT_SVADU) &&
	    !kvr_isa_set_has(guest, KVM_RISCV_ISA_EXT_SVADE))
		bits |= KVR_ENVCFG_ADUE;
	return bits;
}

u64 kvr_isa_henvcfg_fwft(const struct kvr_isa_set *guest)
{
	unsigned int id;
	u64 bits = 0;

	for_each_set_bit(id, guest->bits, KVM_RISCV_ISA_EXT_MAX)
		bits |= isa_exts[id].henvcfg_fwft;
	return bits;
}

u64 kvr_isa_hstateen0(const struct kvr_isa_set *guest)
{
	u64 bits = KVR_STATEEN0_ENVCFG;	/* senvcfg is every guest's */
	unsigned int id;

	for_each_set_bit(id, guest->bits, KVM_RISCV_ISA_EXT_MAX)
		bits |= isa_exts[id].hstateen0;
	return bits;
}

static const struct {
	u8 id;
	char letter;
} isa_letters[] = {
	{ KVM_RISCV_ISA_EXT_A, 'a' }, { KVM_RISCV_ISA_EXT_C, 'c' },
	{ KVM_RISCV_ISA_EXT_D, 'd' }, { KVM_RISCV_ISA_EXT_F, 'f' },
	{ KVM_RISCV_ISA_EXT_H, 'h' }, { KVM_RISCV_ISA_EXT_I, 'i' },
	{ KVM_RISCV_ISA_EXT_M, 'm' }, { KVM_RISCV_ISA_EXT_V, 'v' },
};

unsigned long kvr_isa_misa(const struct kvr_isa_set *guest)
{
	unsigned long misa = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(isa_letters); i++)
		if (kvr_isa_set_has(guest, isa_letters[i].id))
			misa |= BIT(isa_letters[i].letter - 'a');
	return misa;
}

int kvr_isa_id_of_letter(unsigned int bit)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(isa_letters); i++)
		if (isa_letters[i].letter - 'a' == (int)bit)
			return isa_letters[i].id;
	return -ENOENT;
}
