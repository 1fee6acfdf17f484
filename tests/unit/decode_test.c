// SPDX-License-Identifier: GPL-2.0-only
/* sources: insn/decode.c */
/*
 * The decoder against the specifications' words. The forms one by one are checked
 * against an independent disassembler by decode_objdump_test.
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "insn/decode.h"
#include "tap.h"

static struct kvr_insn insn;

static bool all_zero(void)
{
	static const struct kvr_insn none;

	return !memcmp(&insn, &none, sizeof(insn));
}

TEST(loads_and_stores_of_each_length)
{
	REQUIRE(!kvr_decode(0xff85b503, &insn));	/* ld a0, -8(a1) */
	EXPECT_EQ(insn.kind, KVR_INSN_LOAD);
	EXPECT_EQ(insn.length, 4);
	EXPECT_EQ(insn.width, 8);
	EXPECT_EQ(insn.rd, 10);
	EXPECT_EQ(insn.rs1, 11);
	EXPECT_EQ(insn.imm, -8);

	REQUIRE(!kvr_decode(0xfe7106a3, &insn));	/* sb t2, -19(sp) */
	EXPECT_EQ(insn.kind, KVR_INSN_STORE);
	EXPECT_EQ(insn.width, 1);
	EXPECT_EQ(insn.rs1, 2);
	EXPECT_EQ(insn.rs2, 7);
	EXPECT_EQ(insn.imm, -19);

	REQUIRE(!kvr_decode(0x43c8, &insn));		/* c.lw a0, 4(a5) */
	EXPECT_EQ(insn.kind, KVR_INSN_LOAD);
	EXPECT_EQ(insn.length, 2);
	EXPECT_EQ(insn.width, 4);
	EXPECT_EQ(insn.rd, 10);
	EXPECT_EQ(insn.rs1, 15);
	EXPECT_EQ(insn.imm, 4);
	EXPECT(insn.is_signed && !insn.is_fp);

	REQUIRE(!kvr_decode(0x3507a407, &insn));	/* flw fs0, 848(a5) */
	EXPECT(insn.is_fp && !insn.is_signed);
	EXPECT_EQ(insn.rd, 8);
}

TEST(high_half_beside_a_compressed_instruction_is_ignored)
{
	struct kvr_insn alone;

	for (u32 low = 0; low < 0x10000; low++) {
		int ret;

		if ((low & 3) == 3)
			continue;
		ret = kvr_decode(low, &alone);
		NOTE("0x%04x", low);
		EXPECT_EQ(kvr_decode(low | 0xabcd0000, &insn), ret);
		EXPECT(!memcmp(&alone, &insn, sizeof(insn)));
	}
}

TEST(reserved_and_foreign_encodings_are_rejected)
{
	static const u32 bad[] = {
		0x00000000, 0xffffffff,
		0x00004002, 0x00006002,		/* c.lwsp, c.ldsp to x0 */
		0x00008c40,			/* Zcb's place beside c.sh */
		0x00009c00,
		0x00007003, 0x00004023,		/* LOAD funct3 7, STORE funct3 4 */
		0x00000007, 0x00004007,		/* vle8.v, flq */
		0x0080200f,			/* cbo with unknown op */
		0x0000208f,			/* cbo.inval with rd */
		0x1010202f,			/* lr.w with rs2 */
		0x280040af, 0x2810402f,		/* amocas.q with odd pairs */
		0x10500173,			/* wfi with rd */
		0x00000033, 0x00000013,		/* add, addi */
		0x0000001f, 0x0000003f,		/* 48 and 64 bits long */
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		NOTE("0x%08x", bad[i]);
		memset(&insn, 0xff, sizeof(insn));
		EXPECT_EQ(kvr_decode(bad[i], &insn), -EINVAL);
		EXPECT(all_zero());
	}
}

TEST(instruction_lengths)
{
	EXPECT_EQ(kvr_insn_length(0x0000), 2);
	EXPECT_EQ(kvr_insn_length(0xfffe), 2);
	EXPECT_EQ(kvr_insn_length(0x0003), 4);
	EXPECT_EQ(kvr_insn_length(0xabcdfff3), 4);
	EXPECT_EQ(kvr_insn_length(0x001f), 0);
	EXPECT_EQ(kvr_insn_length(0x003f), 0);
	EXPECT_EQ(kvr_insn_length(0x007f), 0);
}

TEST(csr_instructions_tell_reads_from_writes)
{
	REQUIRE(!kvr_decode(0xc0002573, &insn));	/* csrrs a0, cycle, x0 */
	EXPECT_EQ(insn.kind, KVR_INSN_CSR);
	EXPECT_EQ(insn.csr, 0xc00);
	EXPECT_EQ(insn.op, KVR_CSR_OP_RS);
	EXPECT(kvr_insn_csr_reads(&insn) && !kvr_insn_csr_writes(&insn));

	REQUIRE(!kvr_decode(0x15059073, &insn));	/* csrrw x0, siselect, a1 */
	EXPECT_EQ(insn.csr, 0x150);
	EXPECT_EQ(insn.rs1, 11);
	EXPECT(!kvr_insn_csr_reads(&insn) && kvr_insn_csr_writes(&insn));

	REQUIRE(!kvr_decode(0x015fd573, &insn));	/* csrrwi a0, seed, 31 */
	EXPECT(insn.uses_imm);
	EXPECT_EQ(insn.imm, 31);
	EXPECT_EQ(insn.rs1, 0);
	EXPECT(kvr_insn_csr_reads(&insn) && kvr_insn_csr_writes(&insn));

	REQUIRE(!kvr_decode(0x10007573, &insn));	/* csrrci a0, sstatus, 0 */
	EXPECT_EQ(insn.op, KVR_CSR_OP_RC);
	EXPECT(kvr_insn_csr_reads(&insn) && !kvr_insn_csr_writes(&insn));
}

TEST(transformed_instruction_tells_its_real_length)
{
	/* ld a0, 0 with Addr. Offset 0: from a 32-bit, then from a 16-bit instruction. */
	REQUIRE(!kvr_decode_htinst(0x00003503, &insn));
	EXPECT_EQ(insn.kind, KVR_INSN_LOAD);
	EXPECT_EQ(insn.length, 4);
	EXPECT_EQ(insn.width, 8);
	EXPECT_EQ(insn.rd, 10);
	EXPECT(insn.transformed);

	REQUIRE(!kvr_decode_htinst(0x00003501, &insn));
	EXPECT_EQ(insn.length, 2);
	EXPECT_EQ(insn.width, 8);

	/* sw a2, second part of a misaligned access: two bytes on */
	REQUIRE(!kvr_decode_htinst(0x00c12023, &insn));
	EXPECT_EQ(insn.kind, KVR_INSN_STORE);
	EXPECT_EQ(insn.rs2, 12);
	EXPECT_EQ(insn.addr_offset, 2);
	EXPECT_EQ(insn.rs1, 0);

	REQUIRE(!kvr_decode_htinst(0x0805262f, &insn));	/* amoswap.w */
	EXPECT_EQ(insn.kind, KVR_INSN_AMO);
	REQUIRE(!kvr_decode_htinst(0x0040200f, &insn));	/* cbo.zero */
	EXPECT_EQ(insn.kind, KVR_INSN_CBO);
}

TEST(htinst_without_an_instruction)
{
	bool write;

	EXPECT_EQ(kvr_decode_htinst(0, &insn), -ENODATA);
	EXPECT(all_zero());
	EXPECT(!kvr_htinst_is_pseudo(0, NULL));
	for (unsigned long h = 0; h < 0x10000; h++) {
		bool pseudo = h == 0x2000 || h == 0x2020 || h == 0x3000 || h == 0x3020;

		NOTE("0x%lx", h);
		EXPECT_EQ(kvr_htinst_is_pseudo(h, NULL), pseudo);
		if (pseudo) {
			EXPECT_EQ(kvr_decode_htinst(h, &insn), -EINVAL);
			EXPECT(all_zero());
		}
	}
	EXPECT(kvr_htinst_is_pseudo(0x3000, &write) && !write);
	EXPECT(kvr_htinst_is_pseudo(0x3020, &write) && write);
	EXPECT(!kvr_htinst_is_pseudo(0x100003000, NULL));
}

TEST(htinst_of_what_has_no_transformation)
{
	EXPECT_EQ(kvr_decode_htinst(0x10500073, &insn), -EINVAL);	/* wfi */
	EXPECT_EQ(kvr_decode_htinst(0xc0002573, &insn), -EINVAL);	/* csrrs */
	EXPECT(all_zero());
	EXPECT_EQ(kvr_decode_htinst(0x00003500, &insn), -EINVAL);	/* bit 0 clear */
	EXPECT_EQ(kvr_decode_htinst(0x100003503, &insn), -EINVAL);
	EXPECT_EQ(kvr_decode_htinst(~0UL, &insn), -EINVAL);
	EXPECT(all_zero());
}

TEST(values_read_are_extended)
{
	const u64 raw = 0x8182838485868788;
	struct { u32 code; u64 value; } loads[] = {
		{ 0x00000003, 0xffffffffffffff88 },	/* lb */
		{ 0x00001003, 0xffffffffffff8788 },	/* lh */
		{ 0x00002003, 0xffffffff85868788 },	/* lw */
		{ 0x00003003, 0x8182838485868788 },	/* ld */
		{ 0x00004003, 0x88 },			/* lbu */
		{ 0x00005003, 0x8788 },			/* lhu */
		{ 0x00006003, 0x85868788 },		/* lwu */
		{ 0x00001007, 0xffffffffffff8788 },	/* flh */
		{ 0x00002007, 0xffffffff85868788 },	/* flw */
		{ 0x00003007, 0x8182838485868788 },	/* fld */
		{ 0x00004000, 0xffffffff85868788 },	/* c.lw */
		{ 0x00008000, 0x88 },			/* c.lbu */
		{ 0x00008440, 0xffffffffffff8788 },	/* c.lh */
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(loads); i++) {
		NOTE("0x%08x", loads[i].code);
		REQUIRE(!kvr_decode(loads[i].code, &insn));
		EXPECT_EQ(kvr_insn_extend(&insn, raw), loads[i].value);
	}

	/* Positive ones, and NaN boxing of them all the same. */
	REQUIRE(!kvr_decode(0x00001003, &insn));
	EXPECT_EQ(kvr_insn_extend(&insn, 0xffff0001), 1);
	REQUIRE(!kvr_decode(0x00001007, &insn));
	EXPECT_EQ(kvr_insn_extend(&insn, 0xffff0001), 0xffffffffffff0001);
}

TEST(values_stored_are_cut)
{
	const u64 reg = 0x8182838485868788;
	struct { u32 code; u64 value; } stores[] = {
		{ 0x00000023, 0x88 }, { 0x00001023, 0x8788 },
		{ 0x00002023, 0x85868788 }, { 0x00003023, reg },
		{ 0x00001027, 0x8788 }, { 0x00002027, 0x85868788 }, { 0x00003027, reg },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(stores); i++) {
		NOTE("0x%08x", stores[i].code);
		REQUIRE(!kvr_decode(stores[i].code, &insn));
		EXPECT_EQ(kvr_insn_store_value(&insn, reg), stores[i].value);
	}
}

static u64 random_state = 88172645463325252ULL;

static u32 random_word(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state >> 16;
}

/* What must hold for whatever was decoded from @code. */
static void check_properties(u32 code)
{
	NOTE("0x%08x", code);
	EXPECT_EQ(insn.length, kvr_insn_length(code));
	EXPECT(insn.kind != KVR_INSN_NONE && insn.kind <= KVR_INSN_EBREAK);
	EXPECT(insn.rd < 32 && insn.rs1 < 32 && insn.rs2 < 32);
	EXPECT(insn.csr < 4096);
	EXPECT(insn.imm >= -2048 && insn.imm <= 2047);
	EXPECT(insn.width <= 16 && !(insn.width & (insn.width - 1)));
	EXPECT(!insn.transformed && !insn.addr_offset);
	EXPECT(!(insn.is_signed && insn.is_fp));
	switch (insn.kind) {
	case KVR_INSN_LOAD:
		EXPECT(insn.width >= 1 && insn.width <= 8 && !insn.rs2);
		break;
	case KVR_INSN_STORE:
		EXPECT(insn.width >= 1 && insn.width <= 8 && !insn.rd);
		EXPECT(!insn.is_signed);
		break;
	case KVR_INSN_AMO:
	case KVR_INSN_HLS:
		EXPECT(insn.width);
		break;
	default:
		EXPECT(!insn.width && !insn.is_fp && !insn.is_signed);
	}
}

/* A transformed copy must say what the instruction itself does, but for the address. */
static void check_transformed(u32 code, bool compressed)
{
	struct kvr_insn plain = insn, store;
	u32 htinst = code & 0x707f;

	if (plain.kind == KVR_INSN_LOAD)
		htinst |= code & 0xf80;
	else if (plain.kind == KVR_INSN_STORE)
		htinst |= code & 0x1f00000;
	else
		return;
	if (compressed)
		htinst &= ~2U;
	REQUIRE(!kvr_decode_htinst(htinst, &insn));
	EXPECT_EQ(insn.length, compressed ? 2 : 4);
	EXPECT(insn.transformed);
	/* The quick look at the same says the same, but that it leaves later parts alone. */
	EXPECT(!kvr_htinst_is_store(htinst | 1UL << 15, &store));
	EXPECT(!kvr_htinst_is_store(htinst | 1UL << 32, &store));
	EXPECT_EQ(kvr_htinst_is_store(htinst, &store),
		  plain.kind == KVR_INSN_STORE && !plain.is_fp);
	if (kvr_htinst_is_store(htinst, &store))
		EXPECT(store.length == insn.length && store.width == insn.width &&
		       store.rs2 == insn.rs2);
	EXPECT_EQ(insn.imm, 0);
	insn.transformed = false;
	insn.length = plain.length;
	insn.rs1 = plain.rs1;
	insn.imm = plain.imm;
	EXPECT(!memcmp(&insn, &plain, sizeof(insn)));
}

TEST(random_words_keep_the_properties)
{
	static const u8 majors[] = { 0x03, 0x07, 0x0f, 0x23, 0x27, 0x2f, 0x73 };
	unsigned int decoded = 0;

	for (unsigned int i = 0; i < 4000000; i++) {
		u32 code = random_word();

		if (i & 1)
			code = (code & ~0x7fU) | majors[i / 2 % ARRAY_SIZE(majors)];
		/* What follows the decoder must not mind any input. */
		kvr_decode_htinst(random_word() | (u64)(i % 3 == 0) << 33, &insn);
		kvr_insn_extend(&insn, code);
		kvr_insn_store_value(&insn, code);
		if (kvr_decode(code, &insn)) {
			EXPECT(all_zero());
			continue;
		}
		decoded++;
		check_properties(code);
		if (insn.length == 4)
			check_transformed(code, i & 2);
	}
	EXPECT(decoded > 1000000);
}
