// SPDX-License-Identifier: GPL-2.0-only
/* sources: host/isa_parse.c host/isa_read.c host/isa_rules.c */
#include <linux/ctype.h>
#include <linux/errno.h>

#include "host/csr.h"
#include "host/isa_read.h"
#include "tap.h"

#define ID(name) KVM_RISCV_ISA_EXT_##name

/* The set as text, "A C ZBA", in order of ids. */
static const char *text_of(const struct kvr_isa_set *set)
{
	static char text[2048];
	size_t at = 0;

	*text = '\0';
	for (unsigned int id = 0; id < KVM_RISCV_ISA_EXT_MAX; id++)
		if (kvr_isa_set_has(set, id))
			at += sprintf(text + at, "%s%s", at ? " " : "", kvr_isa_name(id));
	return text;
}

static int parse(struct kvr_isa_set *set, const char *isa)
{
	/* A copy of its own size: ASan sees a read past the end. */
	size_t len = strlen(isa);
	char *copy = malloc(len ? len : 1);
	int ret;

	memcpy(copy, isa, len);
	memset(set, 0, sizeof(*set));
	ret = kvr_isa_add_string(set, copy, len);
	free(copy);
	return ret;
}

static const char *string(const char *isa)
{
	struct kvr_isa_set set;

	NOTE("%s", isa);
	EXPECT_EQ(parse(&set, isa), 0);
	return text_of(&set);
}

static const char *closed(const char *isa)
{
	struct kvr_isa_set set;

	NOTE("%s", isa);
	EXPECT_EQ(parse(&set, isa), 0);
	kvr_isa_close(&set);
	return text_of(&set);
}

static const char *listed(const char *name)
{
	static struct kvr_isa_set set;

	NOTE("%s", name);
	memset(&set, 0, sizeof(set));
	kvr_isa_add_name(&set, name, strlen(name));
	return text_of(&set);
}

TEST(every_id_has_a_name_a_row_and_is_found_by_its_name)
{
	struct kvr_isa_set set;
	char isa[64];

	for (unsigned int id = 0; id < KVM_RISCV_ISA_EXT_MAX; id++) {
		const struct kvr_isa_ext *ext = kvr_isa_ext_by_id(id);

		NOTE("id %u", id);
		REQUIRE(kvr_isa_name(id) && ext);
		/* A row that nobody wrote gives nothing either. */
		EXPECT_EQ(ext->give == KVR_ISA_NEVER,
			  id == ID(H) || id == ID(SSAIA) || id == ID(SSCOFPMF) ||
			  id == ID(ZICFISS));
		snprintf(isa, sizeof(isa), "rv64_%s", kvr_isa_name(id));
		EXPECT_EQ(parse(&set, isa), 0);
		EXPECT_STREQ(text_of(&set), kvr_isa_name(id));
	}
	EXPECT(!kvr_isa_name(KVM_RISCV_ISA_EXT_MAX));
	EXPECT(!kvr_isa_ext_by_id(KVM_RISCV_ISA_EXT_MAX));
	EXPECT(!kvr_isa_ext_by_id(-1U));
	EXPECT(!kvr_isa_set_has(&set, -1U));
}

TEST(strings_of_letters_and_names)
{
	EXPECT_STREQ(string("rv64i"), "I");
	EXPECT_STREQ(string("RV64IMA"), "A I M");
	EXPECT_STREQ(string("rv64imafdch"), "A C D F H I M");
	EXPECT_STREQ(string("rv64imafdc_zba_sstc_zicbom"), "A C D F I M SSTC ZICBOM ZBA");
	EXPECT_STREQ(string("rv64imafdcsvpbmt"), "A C D F I M SVPBMT");
	EXPECT_STREQ(string("rv64i_m_a"), "A I M");
	EXPECT_STREQ(string("rv64i__zba_"), "I ZBA");
	EXPECT_STREQ(string("rv64imac_xtheadba_xventanacondops_zbb"), "A C I M ZBB");
}

TEST(versions_are_passed_over)
{
	EXPECT_STREQ(string("rv64i2p1m2a2p1f2p2d2p2c2p0h1p0"), "A C D F H I M");
	EXPECT_STREQ(string("rv64i2_zba1p0_zicbom1p0_zicbop1"), "I ZICBOM ZBA ZICBOP");
	EXPECT_STREQ(string("rv64ip"), "I");
	EXPECT_STREQ(string("rv64i2pm"), "I M");
	EXPECT_STREQ(string("rv64im_zvl128b_zve64d"), "I M");
}

TEST(modes_that_old_firmware_wrote_among_the_letters)
{
	EXPECT_STREQ(string("rv64imafdcsu"), "A C D F I M");
	EXPECT_STREQ(string("rv64imafdcsuh"), "A C D F H I M");
	EXPECT_STREQ(string("rv64imafdcsu_zba"), "A C D F I M ZBA");
	EXPECT_STREQ(string("rv64imafdcsupm"), "A C D F I M");
	EXPECT_STREQ(string("rv64imacsuh_sstc"), "A C H I M SSTC");
}

TEST(what_is_no_rv64_string_is_refused)
{
	static const char * const bad[] = {
		"", "r", "rv6", "rv64", "rv32imac", "rv128i", "imafdc", " rv64i",
		"rv64i m", "rv64i-zba", "rv64i_zb a", "rv64i_1", "rv641p0i", "rv64i,zba",
	};
	struct kvr_isa_set set;

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		NOTE("%s", bad[i]);
		EXPECT_EQ(parse(&set, bad[i]), -EINVAL);
	}
}

TEST(a_nul_ends_a_string_before_its_length_does)
{
	struct kvr_isa_set set = { };

	EXPECT_EQ(kvr_isa_add_string(&set, "rv64im\0afd", 10), 0);
	EXPECT_STREQ(text_of(&set), "I M");
}

TEST(every_byte_and_cut_is_survived)
{
	static const char whole[] = "rv64imafdcsuh_zba1p0_rva23s64_zicbop2p";
	struct kvr_isa_set set;
	char isa[sizeof(whole)];

	for (size_t cut = 0; cut < sizeof(whole); cut++) {
		memcpy(isa, whole, cut);
		isa[cut] = '\0';
		parse(&set, isa);
	}
	for (size_t at = 4; at < sizeof(whole) - 1; at++) {
		for (int byte = 1; byte < 256; byte++) {
			bool fine = byte == '_' || (byte < 128 && isalnum(byte));

			memcpy(isa, whole, sizeof(whole));
			isa[at] = byte;
			NOTE("byte %#x at %zu", byte, at);
			if (!fine)
				EXPECT_EQ(parse(&set, isa), -EINVAL);
			else
				parse(&set, isa);
		}
	}
}

TEST(list_entries)
{
	EXPECT_STREQ(listed("i"), "I");
	EXPECT_STREQ(listed("zicbom"), "ZICBOM");
	EXPECT_STREQ(listed("Zvfhmin"), "ZVFHMIN");
	EXPECT_STREQ(listed("ssstateen"), "SMSTATEEN");
	EXPECT_STREQ(listed("smaia"), "SSAIA");
	EXPECT_STREQ(listed("smstateen"), "SMSTATEEN");
	EXPECT_STREQ(listed("zic"), "");
	EXPECT_STREQ(listed("zicbomx"), "");
	EXPECT_STREQ(listed(""), "");
	EXPECT_STREQ(listed("imac"), "");
	EXPECT_STREQ(listed("sv39"), "");
}

TEST(shorthands)
{
	EXPECT_STREQ(string("rv64gc"), "A C D F I M ZICSR ZIFENCEI");
	EXPECT_STREQ(string("rv64gcb"), "A C D F I M ZBB ZBA ZBS ZICSR ZIFENCEI");
	EXPECT_STREQ(string("rv64i_zk"), "I ZBKB ZBKC ZBKX ZKND ZKNE ZKNH ZKR ZKT");
	EXPECT_STREQ(string("rv64i_zks"), "I ZBKB ZBKC ZBKX ZKSED ZKSH");
	EXPECT_STREQ(string("rv64i_zvkng"), "I ZVKB ZVKG ZVKNED ZVKNHB ZVKT");
	EXPECT_STREQ(string("rv64i_zvksc"), "I ZVBC ZVKB ZVKSED ZVKSH ZVKT");
	EXPECT_STREQ(string("rv64i_zce"), "I ZCA ZCB");
	EXPECT_STREQ(string("rv64i_sha"), "H I SMSTATEEN");
	EXPECT_STREQ(listed("b"), "ZBB ZBA ZBS");
}

TEST(implications)
{
	EXPECT_STREQ(closed("rv64i"), "I");
	EXPECT_STREQ(closed("rv64ia"), "A I ZAAMO ZALRSC");
	EXPECT_STREQ(closed("rv64i_zaamo_zalrsc"), "A I ZAAMO ZALRSC");
	EXPECT_STREQ(closed("rv64i_zaamo"), "I ZAAMO");
	EXPECT_STREQ(closed("rv64ic"), "C I ZCA");
	EXPECT_STREQ(closed("rv64idc"), "C D F I ZICSR ZCA ZCD");
	EXPECT_STREQ(closed("rv64i_zcf_zca"), "I ZCA");
	EXPECT_STREQ(closed("rv64iv"), "D F I V ZICSR");
	EXPECT_STREQ(closed("rv64i_zclsd"), "I ZCA ZCLSD ZILSD");
	EXPECT_STREQ(closed("rv64i_zvfh"), "F I ZICSR ZFHMIN ZVFH ZVFHMIN");
	EXPECT_STREQ(closed("rv64i_zvbb_zvknhb"), "I ZVBB ZVKB ZVKNHA ZVKNHB");
	EXPECT_STREQ(closed("rv64i_zicfiss"), "I ZICSR ZIMOP ZICFISS");
	EXPECT_STREQ(closed("rv64ih"), "H I ZICSR");
}

TEST(profiles_hold_their_mandatory_extensions)
{
	static const char rva22u64[] = "rv64imafdc_zicsr_zicntr_ziccrse_zihpm_zba_zbb_zbs"
		"_zihintpause_zicbom_zicbop_zicboz_zfhmin_zkt";
	static const char rva23s64[] = "rv64imafdcvh_zicsr_zicntr_ziccrse_zihpm_zba_zbb_zbs"
		"_zihintpause_zicbom_zicbop_zicboz_zfhmin_zkt_zvfhmin_zvbb_zvkt_zihintntl"
		"_zicond_zimop_zcmop_zcb_zfa_zawrs_zifencei_svade_svpbmt_svinval_svnapot"
		"_sstc_sscofpmf_ssnpm_ssstateen";
	char *want;

	want = strdup(closed(rva22u64));
	EXPECT_STREQ(closed("rv64_rva22u64"), want);
	free(want);
	want = strdup(closed(rva23s64));
	EXPECT_STREQ(closed("rv64_rva23s64"), want);
	free(want);
}

static struct kvr_isa_set host_of(const char *isa)
{
	struct kvr_isa_set set;

	EXPECT_EQ(parse(&set, isa), 0);
	kvr_isa_close(&set);
	return set;
}

/* What a row's conditions come to on a host: give, start, drop as bits 2, 1, 0. */
static int verdict(const char *isa, unsigned int id)
{
	struct kvr_isa_set host = host_of(isa);
	const struct kvr_isa_ext *ext = kvr_isa_ext_by_id(id);

	NOTE("%s on %s", kvr_isa_name(id), isa);
	return kvr_isa_holds(ext->give, &host, id) << 2 |
	       kvr_isa_holds(ext->start, &host, id) << 1 | kvr_isa_holds(ext->drop, &host, id);
}

TEST(conditions)
{
	EXPECT_EQ(verdict("rv64imafdch", ID(H)), 1);
	EXPECT_EQ(verdict("rv64imafdch", ID(I)), 6);
	EXPECT_EQ(verdict("rv64imafdch", ID(D)), 7);
	EXPECT_EQ(verdict("rv64imah", ID(D)), 1);
	EXPECT_EQ(verdict("rv64ih_zbb", ID(ZBB)), 6);
	EXPECT_EQ(verdict("rv64ih_sstc", ID(SSTC)), 7);
	EXPECT_EQ(verdict("rv64ih", ID(SSTC)), 1);
	EXPECT_EQ(verdict("rv64ih_ssaia", ID(SSAIA)), 0);
	EXPECT_EQ(verdict("rv64ih_ssaia_ssstateen", ID(SSAIA)), 1);
	EXPECT_EQ(verdict("rv64ih_sscofpmf_ssaia", ID(SSCOFPMF)), 0);
	EXPECT_EQ(verdict("rv64ih_smnpm", ID(SMNPM)), 1);
	EXPECT_EQ(verdict("rv64ih_ssnpm", ID(SMNPM)), 7);
	EXPECT_EQ(verdict("rv64ih_ssnpm", ID(SSNPM)), 6);
}

TEST(hardware_updates_of_a_and_d)
{
	/* Neither is said: nothing is known. */
	EXPECT_EQ(verdict("rv64ih", ID(SVADE)), 0);
	EXPECT_EQ(verdict("rv64ih", ID(SVADU)), 1);
	/* Svade alone, and both, leave ADUE out of reach. */
	EXPECT_EQ(verdict("rv64ih_svade", ID(SVADE)), 6);
	EXPECT_EQ(verdict("rv64ih_svade_svadu", ID(SVADE)), 6);
	EXPECT_EQ(verdict("rv64ih_svade_svadu", ID(SVADU)), 1);
	/* Svadu alone gives a guest the choice. */
	EXPECT_EQ(verdict("rv64ih_svadu", ID(SVADE)), 5);
	EXPECT_EQ(verdict("rv64ih_svadu", ID(SVADU)), 7);
}

static u64 henvcfg(const char *isa)
{
	struct kvr_isa_set set = host_of(isa);

	NOTE("%s", isa);
	return kvr_isa_henvcfg(&set);
}

static u64 henvcfg_fwft(const char *isa)
{
	struct kvr_isa_set set = host_of(isa);

	NOTE("%s", isa);
	return kvr_isa_henvcfg_fwft(&set);
}

static u64 hstateen0(const char *isa)
{
	struct kvr_isa_set set = host_of(isa);

	NOTE("%s", isa);
	return kvr_isa_hstateen0(&set);
}

TEST(bits_that_offer_extensions_to_a_guest)
{
	EXPECT_EQ(henvcfg("rv64imafdcv_zbb"), 0);
	EXPECT_EQ(henvcfg("rv64i_sstc"), 1UL << 63);
	EXPECT_EQ(henvcfg("rv64i_svpbmt"), 1UL << 62);
	EXPECT_EQ(henvcfg("rv64i_svadu"), 1UL << 61);
	EXPECT_EQ(henvcfg("rv64i_svadu_svade"), 0);
	EXPECT_EQ(henvcfg("rv64i_zicboz"), 1UL << 7);
	/* Invalidating must write back, or a guest sees what a page held before. */
	EXPECT_EQ(henvcfg("rv64i_zicbom"), 1UL << 6 | 1UL << 4);
	EXPECT_EQ(henvcfg("rv64i_ssnpm_smnpm_zicfilp_zicfiss"), 0);

	EXPECT_EQ(henvcfg_fwft("rv64i_svadu_svade"), 1UL << 61);
	EXPECT_EQ(henvcfg_fwft("rv64i_zicfilp"), 1UL << 2);
	EXPECT_EQ(henvcfg_fwft("rv64i_zicfiss"), 1UL << 3);
	EXPECT_EQ(henvcfg_fwft("rv64i_smnpm"), 3UL << 32);
	EXPECT_EQ(henvcfg_fwft("rv64i_sstc_svpbmt_zicbom"), 0);

	EXPECT_EQ(hstateen0("rv64i"), 1UL << 62);
	EXPECT_EQ(hstateen0("rv64i_smstateen"), 3UL << 62);
	EXPECT_EQ(hstateen0("rv64i_ssaia"), 1UL << 62 | 7UL << 58);
}

TEST(misa_is_letters_alone)
{
	struct kvr_isa_set set = host_of("rv64imafdcvh_zba_zbb_zbs");

	EXPECT_EQ(kvr_isa_misa(&set), 0x2011ad);	/* a c d f h i m v */
	for (unsigned int bit = 0; bit < 80; bit++) {
		int id = kvr_isa_id_of_letter(bit);

		NOTE("bit %u", bit);
		if (bit < 26 && kvr_isa_misa(&set) & 1UL << bit)
			EXPECT_EQ(kvr_isa_name(id)[0], 'A' + (int)bit);
		else
			EXPECT_EQ(id, -ENOENT);
	}
}

static void merge(struct kvr_isa_found *found, const char *isa, u32 cbom, u32 cboz)
{
	struct kvr_isa_machine machine = { .cbom_size = cbom, .cboz_size = cboz };
	struct kvr_isa_set set;

	EXPECT_EQ(parse(&set, isa), 0);
	kvr_isa_merge(found, &set, &machine);
}

TEST(harts_have_in_common_what_all_have)
{
	struct kvr_isa_found found = { };

	merge(&found, "rv64imafdch_zba_sstc", 0, 0);
	merge(&found, "rv64imafdch_zbb_sstc", 0, 0);
	EXPECT_STREQ(text_of(&found.common), "A C D F H I M SSTC ZICSR ZCA ZCD ZAAMO ZALRSC");
	EXPECT_EQ(found.harts, 2);
	merge(&found, "rv64imah", 0, 0);
	EXPECT_STREQ(text_of(&found.common), "A H I M ZICSR ZAAMO ZALRSC");
}

static void k3_merge(struct kvr_isa_found *found, bool first_without)
{
	/* Eight cores for everything, eight of another kind for computing beside them */
	for (unsigned int hart = 0; hart < 16; hart++) {
		if ((hart < 8) == first_without)
			merge(found, "rv64imafdcv_zvl1024b_zvfh_zicbom_zicboz", 128, 128);
		else
			merge(found, "rv64imafdcvh_zvl256b_zvbb_sstc_zicbom_zicboz", 64, 64);
	}
}

TEST(harts_without_h_take_nothing_from_guests)
{
	struct kvr_isa_found found = { };
	bool first = false;

	do {
		memset(&found, 0, sizeof(found));
		k3_merge(&found, first);
		NOTE("without H %s", first ? "first" : "last");
		EXPECT_STREQ(text_of(&found.common), "A C D F H I M SSTC ZICBOM ZICBOZ V ZICSR "
			     "ZVBB ZVKB ZCA ZCD ZAAMO ZALRSC");
		EXPECT_EQ(found.machine.cbom_size, 64);
		EXPECT_EQ(found.machine.cboz_size, 64);
		EXPECT_EQ(found.harts, 16);
		EXPECT_EQ(found.harts_h, 8);
		first = !first;
	} while (first);
}

TEST(no_hart_with_h)
{
	struct kvr_isa_found found = { };

	merge(&found, "rv64imafdcv", 0, 0);
	merge(&found, "rv64imafdc", 0, 0);
	EXPECT_EQ(found.harts, 2);
	EXPECT_EQ(found.harts_h, 0);
}

TEST(what_needs_vector_registers_goes_with_them)
{
	struct kvr_isa_set set = host_of("rv64imafdcvh_zvbb_zvbc_zvfh_zvkng_zvksg_zvfbfwma_zbb_sstc");

	kvr_isa_set_drop_vector(&set);
	for (unsigned int id = 0; id < KVM_RISCV_ISA_EXT_MAX; id++)
		if (kvr_isa_set_has(&set, id))
			EXPECT(id != ID(V) && strncmp(kvr_isa_name(id), "ZV", 2));
	EXPECT(kvr_isa_set_has(&set, ID(ZBB)));
	EXPECT(kvr_isa_set_has(&set, ID(D)));
	EXPECT(kvr_isa_set_has(&set, ID(SSTC)));
}

TEST(one_hart_implies_what_another_names)
{
	struct kvr_isa_found found = { };

	merge(&found, "rv64iah_zvbb", 0, 0);
	merge(&found, "rv64ih_zaamo_zvkb", 0, 0);
	EXPECT_STREQ(text_of(&found.common), "H I ZICSR ZVKB ZAAMO");
}

TEST(cache_blocks_have_one_size)
{
	struct kvr_isa_found found = { };

	merge(&found, "rv64ih_zicbom_zicboz", 64, 64);
	EXPECT_STREQ(text_of(&found.common), "H I ZICBOM ZICBOZ ZICSR");
	EXPECT_EQ(found.machine.cbom_size, 64);
	merge(&found, "rv64ih_zicbom_zicboz", 64, 128);
	EXPECT_STREQ(text_of(&found.common), "H I ZICBOM ZICSR");
	EXPECT_EQ(found.machine.cboz_size, 0);
	merge(&found, "rv64ih_zicbom_zicboz", 64, 64);
	EXPECT_STREQ(text_of(&found.common), "H I ZICBOM ZICSR");
	EXPECT_EQ(found.machine.cbom_size, 64);

	memset(&found, 0, sizeof(found));
	merge(&found, "rv64ih_zicbom_zicboz", 0, 48);
	EXPECT_STREQ(text_of(&found.common), "H I ZICSR");
	merge(&found, "rv64ih_zicbom_zicboz", 64, 64);
	EXPECT_STREQ(text_of(&found.common), "H I ZICSR");
	EXPECT_EQ(found.machine.cbom_size, 0);

	memset(&found, 0, sizeof(found));
	merge(&found, "rv64ih", 64, 64);
	EXPECT_EQ(found.machine.cbom_size, 0);
}

/* ---- ACPI ---- */

#define RHCT_NODES 56

struct rhct_image {
	u8 bytes[512];
	size_t len;
};

static void put(struct rhct_image *image, u64 value, unsigned int bytes)
{
	for (; bytes; bytes--, value >>= 8)
		image->bytes[image->len++] = value;
}

static void put_at(struct rhct_image *image, size_t at, u64 value, unsigned int bytes)
{
	for (; bytes; bytes--, value >>= 8)
		image->bytes[at++] = value;
}

static size_t put_isa(struct rhct_image *image, const char *isa)
{
	size_t at = image->len, len = strlen(isa) + 1;

	put(image, 0, 2);
	put(image, 8 + len + (len & 1), 2);
	put(image, 1, 2);
	put(image, len, 2);
	memcpy(image->bytes + image->len, isa, len);
	image->len += len + (len & 1);
	return at;
}

static size_t put_cmo(struct rhct_image *image, u8 cbom, u8 cbop, u8 cboz)
{
	size_t at = image->len;

	put(image, 1, 2);
	put(image, 10, 2);
	put(image, 1, 2);
	put(image, 0, 1);
	put(image, cbom, 1);
	put(image, cbop, 1);
	put(image, cboz, 1);
	return at;
}

static void put_hart(struct rhct_image *image, u32 uid, size_t first, size_t second)
{
	put(image, 65535, 2);
	put(image, 20, 2);
	put(image, 1, 2);
	put(image, 2, 2);
	put(image, uid, 4);
	put(image, first, 4);
	put(image, second, 4);
}

/* Two harts: one ISA string each, one block of sizes for both; 5 nodes. */
static struct rhct_image rhct_example(void)
{
	struct rhct_image image = { .len = 36 };
	size_t isa0, isa1, cmo;

	put(&image, 0, 4);
	put(&image, 10000000, 8);
	put(&image, 5, 4);
	put(&image, RHCT_NODES, 4);
	isa0 = put_isa(&image, "RV64IMAFDCH_zicbom_zicboz_zicbop_sstc");
	isa1 = put_isa(&image, "rv64imach_zicbom_zicboz_zicbop_zbb");
	cmo = put_cmo(&image, 6, 5, 7);
	put_hart(&image, 0, isa0, cmo);
	put_hart(&image, 1, cmo, isa1);
	return image;
}

static int read_rhct(struct kvr_isa_found *found, const struct rhct_image *image, size_t len)
{
	u8 *copy = malloc(len ? len : 1);
	int ret;

	memcpy(copy, image->bytes, len);
	memset(found, 0, sizeof(*found));
	ret = kvr_isa_read_rhct(found, copy, len);
	free(copy);
	return ret;
}

TEST(rhct_is_read)
{
	struct rhct_image image = rhct_example();
	struct kvr_isa_found found;

	EXPECT_EQ(read_rhct(&found, &image, image.len), 0);
	EXPECT_EQ(found.harts, 2);
	EXPECT_STREQ(text_of(&found.common),
		     "A C H I M ZICBOM ZICBOZ ZICSR ZCA ZAAMO ZALRSC ZICBOP");
	EXPECT_EQ(found.machine.timebase, 10000000);
	EXPECT_EQ(found.machine.cbom_size, 64);
	EXPECT_EQ(found.machine.cbop_size, 32);
	EXPECT_EQ(found.machine.cboz_size, 128);
}

/* The same machine as ACPI has it: a node for each kind of core, sixteen harts */
TEST(rhct_with_harts_without_h)
{
	struct rhct_image image = { .len = 36 };
	struct kvr_isa_found found;
	size_t with, without, small, large;

	put(&image, 0, 4);
	put(&image, 24000000, 8);
	put(&image, 20, 4);
	put(&image, RHCT_NODES, 4);
	without = put_isa(&image, "rv64imafdcv_zvfh_zicbom");
	with = put_isa(&image, "rv64imafdcvh_zvbb_sstc_zicbom");
	small = put_cmo(&image, 6, 0, 0);
	large = put_cmo(&image, 7, 0, 0);
	for (unsigned int hart = 0; hart < 16; hart++)
		put_hart(&image, hart, hart & 1 ? with : without, hart & 1 ? small : large);
	EXPECT_EQ(read_rhct(&found, &image, image.len), 0);
	EXPECT_EQ(found.harts, 16);
	EXPECT_EQ(found.harts_h, 8);
	EXPECT_STREQ(text_of(&found.common),
		     "A C D F H I M SSTC ZICBOM V ZICSR ZVBB ZVKB ZCA ZCD ZAAMO ZALRSC");
	EXPECT_EQ(found.machine.cbom_size, 64);
	EXPECT_EQ(found.machine.timebase, 24000000);
}

TEST(rhct_that_contradicts_itself_is_refused)
{
	struct kvr_isa_found found;
	struct rhct_image image;

	for (size_t len = 0; len < rhct_example().len; len++) {
		image = rhct_example();
		NOTE("%zu bytes", len);
		EXPECT_EQ(read_rhct(&found, &image, len), -EINVAL);
	}
	image = rhct_example();
	put_at(&image, 48, 6, 4);	/* one node more than there is */
	EXPECT_EQ(read_rhct(&found, &image, image.len), -EINVAL);
	image = rhct_example();
	put_at(&image, 48, 3, 4);	/* no harts */
	EXPECT_EQ(read_rhct(&found, &image, image.len), -EINVAL);
	image = rhct_example();
	put_at(&image, 52, 0, 4);	/* nodes inside of the header */
	EXPECT_EQ(read_rhct(&found, &image, image.len), -EINVAL);
	image = rhct_example();
	put_at(&image, 52, ~0U, 4);
	EXPECT_EQ(read_rhct(&found, &image, image.len), -EINVAL);
	image = rhct_example();
	put_at(&image, RHCT_NODES + 2, 0, 2);	/* a node of no length */
	EXPECT_EQ(read_rhct(&found, &image, image.len), -EINVAL);
	image = rhct_example();
	put_at(&image, RHCT_NODES + 6, 500, 2);	/* a string longer than its node */
	EXPECT_EQ(read_rhct(&found, &image, image.len), -EINVAL);
	image = rhct_example();
	put_at(&image, image.len - 14, 3, 2);	/* more offsets than the node holds */
	EXPECT_EQ(read_rhct(&found, &image, image.len), -EINVAL);
	image = rhct_example();
	put_at(&image, image.len - 4, image.len, 4);	/* an offset behind the table */
	EXPECT_EQ(read_rhct(&found, &image, image.len), -EINVAL);
}

TEST(rhct_with_any_byte_changed_is_survived)
{
	struct rhct_image image = rhct_example();
	struct kvr_isa_found found;

	for (size_t at = 36; at < image.len; at++) {
		for (int byte = 0; byte < 256; byte++) {
			struct rhct_image bad = image;

			bad.bytes[at] = byte;
			read_rhct(&found, &bad, bad.len);
		}
	}
}
