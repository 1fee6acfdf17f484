// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "host/isa_parse.h"

#define NAME_ROW(number, name)	\
	[number] = #name,
static const char * const isa_names[KVM_RISCV_ISA_EXT_MAX] = {
	KVR_ISA_EXT_IDS(NAME_ROW)
};

/*
 * Names without an id, and the names that they stand for. Letters first, the rest
 * after underscores, as in an ISA string. A row may use others; none uses itself.
 */
struct isa_shorthand {
	const char *name;
	const char *means;
};

static const struct isa_shorthand isa_shorthands[] = {
	{ "g",		"imafd_zicsr_zifencei" },
	{ "b",		"_zba_zbb_zbs" },
	{ "q",		"d" },
	{ "zce",	"_zca_zcb" },
	{ "zcmp",	"_zca" },
	{ "zcmt",	"_zca_zicsr" },
	{ "zk",		"_zkn_zkr_zkt" },
	{ "zkn",	"_zbkb_zbkc_zbkx_zkne_zknd_zknh" },
	{ "zks",	"_zbkb_zbkc_zbkx_zksed_zksh" },
	{ "zvkn",	"_zvkned_zvknhb_zvkb_zvkt" },
	{ "zvknc",	"_zvkn_zvbc" },
	{ "zvkng",	"_zvkn_zvkg" },
	{ "zvks",	"_zvksed_zvksh_zvkb_zvkt" },
	{ "zvksc",	"_zvks_zvbc" },
	{ "zvksg",	"_zvks_zvkg" },
	{ "smaia",	"_ssaia" },
	/* The state-enable CSRs of S and HS mode are what a guest needs of Smstateen. */
	{ "ssstateen",	"_smstateen" },
	{ "sha",	"h_ssstateen" },
	/* RISC-V Profiles: what is mandatory and has an id */
	{ "rva20u64",	"imafdc_zicsr_zicntr_ziccrse" },
	{ "rva20s64",	"_rva20u64_zifencei_svade" },
	{ "rva22u64",	"_rva20u64_zihpm_b_zihintpause_zicbom_zicbop_zicboz_zfhmin_zkt" },
	{ "rva22s64",	"_rva22u64_zifencei_svade_svpbmt_svinval" },
	{ "rva23u64", "_rva22u64_v_zvfhmin_zvbb_zvkt_zihintntl_zicond_zimop_zcmop_zcb_zfa_zawrs" },
	{ "rva23s64",	"_rva23u64_rva22s64_svnapot_sstc_sscofpmf_ssnpm_sha" },
};

/* Having both @has and @also means having @gives. */
struct isa_implication {
	u8 has, also, gives;
};

#define ID(name)		KVM_RISCV_ISA_EXT_##name
#define IMPLIES(has, gives)	{ ID(has), ID(has), ID(gives) }
#define BOTH_IMPLY(a, b, gives)	{ ID(a), ID(b), ID(gives) }

static const struct isa_implication isa_implications[] = {
	IMPLIES(A, ZAAMO),
	IMPLIES(A, ZALRSC),
	BOTH_IMPLY(ZAAMO, ZALRSC, A),
	IMPLIES(ZACAS, ZAAMO),
	IMPLIES(ZABHA, ZAAMO),
	IMPLIES(F, ZICSR),
	IMPLIES(D, F),
	IMPLIES(V, D),
	IMPLIES(ZFH, ZFHMIN),
	IMPLIES(ZFHMIN, F),
	IMPLIES(ZFA, F),
	IMPLIES(ZFBFMIN, F),
	IMPLIES(ZVFH, ZVFHMIN),
	IMPLIES(ZVFH, ZFHMIN),
	IMPLIES(ZVFBFWMA, ZVFBFMIN),
	IMPLIES(ZVFBFWMA, ZFBFMIN),
	IMPLIES(ZVBB, ZVKB),
	IMPLIES(ZVKNHB, ZVKNHA),
	/* Zcf is RV32's alone: a 64-bit hart cannot have it, whatever firmware says. */
	IMPLIES(C, ZCA),
	BOTH_IMPLY(C, D, ZCD),
	IMPLIES(ZCB, ZCA),
	IMPLIES(ZCD, ZCA),
	IMPLIES(ZCD, D),
	IMPLIES(ZCMOP, ZCA),
	IMPLIES(ZCLSD, ZCA),
	IMPLIES(ZCLSD, ZILSD),
	IMPLIES(ZICNTR, ZICSR),
	IMPLIES(ZIHPM, ZICSR),
	IMPLIES(ZKR, ZICSR),
	IMPLIES(ZICFILP, ZICSR),
	IMPLIES(ZICFISS, ZICSR),
	IMPLIES(ZICFISS, ZIMOP),
	IMPLIES(H, ZICSR),
	IMPLIES(SSTC, ZICSR),
	IMPLIES(SSAIA, ZICSR),
	IMPLIES(SMSTATEEN, ZICSR),
};

void kvr_isa_set_and(struct kvr_isa_set *set, const struct kvr_isa_set *other)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(set->bits); i++)
		set->bits[i] &= other->bits[i];
}

/* "Zv" is how the names of all of them begin (Unprivileged ISA, "ISA Extension Naming"). */
void kvr_isa_set_drop_vector(struct kvr_isa_set *set)
{
	unsigned int id;

	kvr_isa_set_drop(set, ID(V));
	for (id = 0; id < KVM_RISCV_ISA_EXT_MAX; id++)
		if (!strncmp(isa_names[id], "ZV", 2))
			kvr_isa_set_drop(set, id);
}

const char *kvr_isa_name(unsigned int id)
{
	return id < KVM_RISCV_ISA_EXT_MAX ? isa_names[id] : NULL;
}

static bool name_is(const char *known, const char *name, size_t len)
{
	return strlen(known) == len && !strncasecmp(known, name, len);
}

/* Characters of a version ("1p0", "2") at the start of the @len characters at @text. */
static size_t version_length(const char *text, size_t len)
{
	size_t major = 0, minor;

	while (major < len && isdigit(text[major]))
		major++;
	if (!major || major == len || tolower(text[major]) != 'p')
		return major;
	for (minor = major + 1; minor < len && isdigit(text[minor]); minor++)
		;
	return minor > major + 1 ? minor : major;
}

/* @len without the version that the name may end with. */
static size_t name_length(const char *name, size_t len)
{
	size_t start;

	for (start = 1; start < len; start++)
		if (version_length(name + start, len - start) == len - start)
			return start;
	return len;
}

static bool name_add_exact(struct kvr_isa_set *set, const char *name, size_t len);

/*
 * Letters, then names between underscores. "su" among the letters is how old firmware
 * wrote that the hart has S and U mode; it reads as an unknown name, unless H follows.
 */
static int names_add(struct kvr_isa_set *set, const char *text, size_t len)
{
	size_t at = 0, end;

	while (at < len) {
		if (text[at] == '_') {
			at++;
			continue;
		}
		for (end = at; end < len && isalnum(text[end]); end++)
			;
		if (!isalpha(text[at]) || (end < len && text[end] != '_'))
			return -EINVAL;
		switch (tolower(text[at])) {
		case 's':
			if (name_is("suh", text + at, end - at)) {
				at += 2;
				continue;
			}
			fallthrough;
		case 'x':
		case 'z':
			kvr_isa_add_name(set, text + at, end - at);
			at = end;
			break;
		default:
			/* A profile stands where letters do, or letters stand alone. */
			if (name_add_exact(set, text + at, end - at)) {
				at = end;
				break;
			}
			name_add_exact(set, text + at, 1);
			at++;
			at += version_length(text + at, len - at);
		}
	}
	return 0;
}

static bool name_add_exact(struct kvr_isa_set *set, const char *name, size_t len)
{
	const char *means;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(isa_names); i++) {
		if (isa_names[i] && name_is(isa_names[i], name, len)) {
			kvr_isa_set_add(set, i);
			return true;
		}
	}
	for (i = 0; i < ARRAY_SIZE(isa_shorthands); i++) {
		if (name_is(isa_shorthands[i].name, name, len)) {
			means = isa_shorthands[i].means;
			names_add(set, means, strlen(means));
			return true;
		}
	}
	return false;
}

void kvr_isa_add_name(struct kvr_isa_set *set, const char *name, size_t len)
{
	if (!name_add_exact(set, name, len))
		name_add_exact(set, name, name_length(name, len));
}

int kvr_isa_add_string(struct kvr_isa_set *set, const char *isa, size_t len)
{
	static const char base[] = "rv64";
	const size_t skip = sizeof(base) - 1;

	len = strnlen(isa, len);
	if (len <= skip || strncasecmp(isa, base, skip))
		return -EINVAL;
	return names_add(set, isa + skip, len - skip);
}

void kvr_isa_close(struct kvr_isa_set *set)
{
	const struct isa_implication *row;
	unsigned int i;
	bool again;

	do {
		again = false;
		for (i = 0; i < ARRAY_SIZE(isa_implications); i++) {
			row = &isa_implications[i];
			if (kvr_isa_set_has(set, row->gives) ||
			    !kvr_isa_set_has(set, row->has) || !kvr_isa_set_has(set, row->also))
				continue;
			kvr_isa_set_add(set, row->gives);
			again = true;
		}
	} while (again);
	kvr_isa_set_drop(set, ID(ZCF));
}
