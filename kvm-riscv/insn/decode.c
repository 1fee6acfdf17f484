// SPDX-License-Identifier: GPL-2.0-only
#include "insn/decode.h"

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>

/* Where the operands of an instruction are: rows of format_table. */
enum decode_format {
	FMT_NONE,
	FMT_RS1,		/* cache-block operations */
	FMT_RS1_RS2,		/* fences, HSV */
	FMT_RD_RS1,		/* HLV, LR */
	FMT_R,			/* AMO */
	FMT_I,
	FMT_S,
	FMT_CSR,
	FMT_CL_B,		/* compressed, named as in the C and Zcb chapters, */
	FMT_CL_H,		/* with the letter of the offset's scale */
	FMT_CL_W,
	FMT_CL_D,
	FMT_CS_B,
	FMT_CS_H,
	FMT_CS_W,
	FMT_CS_D,
	FMT_CI_W,
	FMT_CI_D,
	FMT_CSS_W,
	FMT_CSS_D,
};

enum decode_flags {
	ROW_SIGNED = BIT(0),
	ROW_FP = BIT(1),
	ROW_IMM = BIT(2),
	ROW_RD_NOT_X0 = BIT(3),		/* rd = x0 is a reserved encoding */
	ROW_WIDTH_FUNCT3 = BIT(4),	/* width is 1 << funct3, op is funct5 */
};

/* A register operand: @base plus the field of @bits bits at bit @from. */
struct decode_reg {
	u8 from;
	u8 bits;
	u8 base;
};

/* Some of an immediate's bits: @bits of them from bit @from to its bit @to. */
struct decode_piece {
	u8 from;
	u8 bits;
	u8 to;
};

struct decode_layout {
	struct decode_reg rd, rs1, rs2;
	struct decode_piece imm[3];
	u8 imm_bits;			/* sign-extended from this size; 0: unsigned */
};

struct decode_row {
	u32 mask;
	u32 match;
	u8 kind;
	u8 op;
	u8 width;
	u8 format;
	u8 flags;
};

struct decode_group {
	const struct decode_row *rows;
	unsigned int count;
};

#define REG(at)		{ (at), 5, 0 }
#define REG_C(at)	{ (at), 3, 8 }	/* x8 to x15 */
#define REG_SP		{ 0, 0, 2 }

#define CL(...)		{ .rd = REG_C(2), .rs1 = REG_C(7), .imm = { __VA_ARGS__ } }
#define CS(...)		{ .rs2 = REG_C(2), .rs1 = REG_C(7), .imm = { __VA_ARGS__ } }
#define CI(...)		{ .rd = REG(7), .rs1 = REG_SP, .imm = { __VA_ARGS__ } }
#define CSS(...)	{ .rs2 = REG(2), .rs1 = REG_SP, .imm = { __VA_ARGS__ } }

static const struct decode_layout layouts[] = {
	[FMT_NONE]	= { .imm_bits = 0 },
	[FMT_RS1]	= { .rs1 = REG(15) },
	[FMT_RS1_RS2]	= { .rs1 = REG(15), .rs2 = REG(20) },
	[FMT_RD_RS1]	= { .rd = REG(7), .rs1 = REG(15) },
	[FMT_R]		= { .rd = REG(7), .rs1 = REG(15), .rs2 = REG(20) },
	[FMT_I]		= { .rd = REG(7), .rs1 = REG(15),
			    .imm = { { 20, 12, 0 } }, .imm_bits = 12 },
	[FMT_S]		= { .rs1 = REG(15), .rs2 = REG(20),
			    .imm = { { 7, 5, 0 }, { 25, 7, 5 } }, .imm_bits = 12 },
	[FMT_CSR]	= { .rd = REG(7), .rs1 = REG(15) },
	[FMT_CL_B]	= CL({ 6, 1, 0 }, { 5, 1, 1 }),
	[FMT_CL_H]	= CL({ 5, 1, 1 }),
	[FMT_CL_W]	= CL({ 6, 1, 2 }, { 10, 3, 3 }, { 5, 1, 6 }),
	[FMT_CL_D]	= CL({ 10, 3, 3 }, { 5, 2, 6 }),
	[FMT_CS_B]	= CS({ 6, 1, 0 }, { 5, 1, 1 }),
	[FMT_CS_H]	= CS({ 5, 1, 1 }),
	[FMT_CS_W]	= CS({ 6, 1, 2 }, { 10, 3, 3 }, { 5, 1, 6 }),
	[FMT_CS_D]	= CS({ 10, 3, 3 }, { 5, 2, 6 }),
	[FMT_CI_W]	= CI({ 4, 3, 2 }, { 12, 1, 5 }, { 2, 2, 6 }),
	[FMT_CI_D]	= CI({ 5, 2, 3 }, { 12, 1, 5 }, { 2, 3, 6 }),
	[FMT_CSS_W]	= CSS({ 9, 4, 2 }, { 7, 2, 6 }),
	[FMT_CSS_D]	= CSS({ 10, 3, 3 }, { 7, 3, 6 }),
};

/*
 * Rows are { mask, match, kind, op, width, format, flags }. They are grouped by
 * what finds them fastest: 32-bit instructions by major opcode (bits 6:2),
 * 16-bit ones by quadrant and funct3.
 */
#define LOAD(mask, match, width, format, flags) \
	{ mask, match, KVR_INSN_LOAD, 0, width, format, flags }
#define STORE(mask, match, width, format, flags) \
	{ mask, match, KVR_INSN_STORE, 0, width, format, flags }

static const struct decode_row load_rows[] = {
	LOAD(0x707f, 0x0003, 1, FMT_I, ROW_SIGNED),		/* lb */
	LOAD(0x707f, 0x1003, 2, FMT_I, ROW_SIGNED),		/* lh */
	LOAD(0x707f, 0x2003, 4, FMT_I, ROW_SIGNED),		/* lw */
	LOAD(0x707f, 0x3003, 8, FMT_I, 0),			/* ld */
	LOAD(0x707f, 0x4003, 1, FMT_I, 0),			/* lbu */
	LOAD(0x707f, 0x5003, 2, FMT_I, 0),			/* lhu */
	LOAD(0x707f, 0x6003, 4, FMT_I, 0),			/* lwu */
};

static const struct decode_row load_fp_rows[] = {
	LOAD(0x707f, 0x1007, 2, FMT_I, ROW_FP),			/* flh */
	LOAD(0x707f, 0x2007, 4, FMT_I, ROW_FP),			/* flw */
	LOAD(0x707f, 0x3007, 8, FMT_I, ROW_FP),			/* fld */
};

static const struct decode_row store_rows[] = {
	STORE(0x707f, 0x0023, 1, FMT_S, 0),			/* sb */
	STORE(0x707f, 0x1023, 2, FMT_S, 0),			/* sh */
	STORE(0x707f, 0x2023, 4, FMT_S, 0),			/* sw */
	STORE(0x707f, 0x3023, 8, FMT_S, 0),			/* sd */
};

static const struct decode_row store_fp_rows[] = {
	STORE(0x707f, 0x1027, 2, FMT_S, ROW_FP),		/* fsh */
	STORE(0x707f, 0x2027, 4, FMT_S, ROW_FP),		/* fsw */
	STORE(0x707f, 0x3027, 8, FMT_S, ROW_FP),		/* fsd */
};

#define CBO(match, op)	{ 0xfff07fff, match, KVR_INSN_CBO, op, 0, FMT_RS1, 0 }

static const struct decode_row misc_mem_rows[] = {
	CBO(0x0000200f, KVR_CBO_INVAL),
	CBO(0x0010200f, KVR_CBO_CLEAN),
	CBO(0x0020200f, KVR_CBO_FLUSH),
	CBO(0x0040200f, KVR_CBO_ZERO),
	{ 0x707f, 0x100f, KVR_INSN_FENCE_I, 0, 0, FMT_NONE, 0 },
};

/* funct5 with W and D, or with B and H; aq and rl are free. */
#define AMO_WD(funct5)	{ 0xf800607f, (u32)(funct5) << 27 | 0x202f, \
			  KVR_INSN_AMO, 0, 0, FMT_R, ROW_WIDTH_FUNCT3 }
#define AMO_BH(funct5)	{ 0xf800607f, (u32)(funct5) << 27 | 0x002f, \
			  KVR_INSN_AMO, 0, 0, FMT_R, ROW_WIDTH_FUNCT3 }

static const struct decode_row amo_rows[] = {
	{ 0xf9f0607f, 0x1000202f, KVR_INSN_AMO, 0, 0, FMT_RD_RS1, ROW_WIDTH_FUNCT3 },	/* lr */
	AMO_WD(KVR_AMO_SC),
	AMO_WD(0x00),	AMO_BH(0x00),				/* amoadd */
	AMO_WD(0x01),	AMO_BH(0x01),				/* amoswap */
	AMO_WD(0x04),	AMO_BH(0x04),				/* amoxor */
	AMO_WD(0x08),	AMO_BH(0x08),				/* amoor */
	AMO_WD(0x0c),	AMO_BH(0x0c),				/* amoand */
	AMO_WD(0x10),	AMO_BH(0x10),				/* amomin */
	AMO_WD(0x14),	AMO_BH(0x14),				/* amomax */
	AMO_WD(0x18),	AMO_BH(0x18),				/* amominu */
	AMO_WD(0x1c),	AMO_BH(0x1c),				/* amomaxu */
	AMO_WD(0x05),	AMO_BH(0x05),				/* amocas */
	AMO_WD(0x09),						/* ssamoswap */
	/* amocas.q: pairs of registers, named by their even one */
	{ 0xf81070ff, 0x2800402f, KVR_INSN_AMO, 0, 0, FMT_R, ROW_WIDTH_FUNCT3 },
};

#define CSR(funct3, op, flags) \
	{ 0x707f, (funct3) << 12 | 0x73, KVR_INSN_CSR, op, 0, FMT_CSR, flags }
#define WHOLE(match, kind, op) \
	{ 0xffffffff, match, kind, op, 0, FMT_NONE, 0 }
#define FENCE(match, op) \
	{ 0xfe007fff, match, KVR_INSN_VMA_FENCE, op, 0, FMT_RS1_RS2, 0 }
#define HLV(match, op, width, flags) \
	{ 0xfff0707f, match, KVR_INSN_HLS, op, width, FMT_RD_RS1, flags }
#define HSV(match, width) \
	{ 0xfe007fff, match, KVR_INSN_HLS, KVR_HLS_HSV, width, FMT_RS1_RS2, 0 }

static const struct decode_row system_rows[] = {
	CSR(1, KVR_CSR_OP_RW, 0),
	CSR(2, KVR_CSR_OP_RS, 0),
	CSR(3, KVR_CSR_OP_RC, 0),
	CSR(5, KVR_CSR_OP_RW, ROW_IMM),
	CSR(6, KVR_CSR_OP_RS, ROW_IMM),
	CSR(7, KVR_CSR_OP_RC, ROW_IMM),
	WHOLE(0x10500073, KVR_INSN_WFI, 0),
	WHOLE(0x00000073, KVR_INSN_ECALL, 0),
	WHOLE(0x00100073, KVR_INSN_EBREAK, 0),
	WHOLE(0x00d00073, KVR_INSN_WRS, KVR_WRS_NTO),
	WHOLE(0x01d00073, KVR_INSN_WRS, KVR_WRS_STO),
	WHOLE(0x10200073, KVR_INSN_XRET, KVR_XRET_SRET),
	WHOLE(0x30200073, KVR_INSN_XRET, KVR_XRET_MRET),
	WHOLE(0x70200073, KVR_INSN_XRET, KVR_XRET_MNRET),
	WHOLE(0x18000073, KVR_INSN_VMA_FENCE, KVR_FENCE_SFENCE_W_INVAL),
	WHOLE(0x18100073, KVR_INSN_VMA_FENCE, KVR_FENCE_SFENCE_INVAL_IR),
	FENCE(0x12000073, KVR_FENCE_SFENCE_VMA),
	FENCE(0x16000073, KVR_FENCE_SINVAL_VMA),
	FENCE(0x22000073, KVR_FENCE_HFENCE_VVMA),
	FENCE(0x62000073, KVR_FENCE_HFENCE_GVMA),
	FENCE(0x26000073, KVR_FENCE_HINVAL_VVMA),
	FENCE(0x66000073, KVR_FENCE_HINVAL_GVMA),
	HLV(0x60004073, KVR_HLS_HLV, 1, ROW_SIGNED),
	HLV(0x60104073, KVR_HLS_HLV, 1, 0),
	HLV(0x64004073, KVR_HLS_HLV, 2, ROW_SIGNED),
	HLV(0x64104073, KVR_HLS_HLV, 2, 0),
	HLV(0x68004073, KVR_HLS_HLV, 4, ROW_SIGNED),
	HLV(0x68104073, KVR_HLS_HLV, 4, 0),
	HLV(0x6c004073, KVR_HLS_HLV, 8, 0),
	HLV(0x64304073, KVR_HLS_HLVX, 2, 0),
	HLV(0x68304073, KVR_HLS_HLVX, 4, 0),
	HSV(0x62004073, 1),
	HSV(0x66004073, 2),
	HSV(0x6a004073, 4),
	HSV(0x6e004073, 8),
};

static const struct decode_row c_fld_rows[] = {
	LOAD(0xe003, 0x2000, 8, FMT_CL_D, ROW_FP),
};

static const struct decode_row c_lw_rows[] = {
	LOAD(0xe003, 0x4000, 4, FMT_CL_W, ROW_SIGNED),
};

static const struct decode_row c_ld_rows[] = {
	LOAD(0xe003, 0x6000, 8, FMT_CL_D, 0),
};

static const struct decode_row zcb_rows[] = {
	LOAD(0xfc03, 0x8000, 1, FMT_CL_B, 0),			/* c.lbu */
	LOAD(0xfc43, 0x8400, 2, FMT_CL_H, 0),			/* c.lhu */
	LOAD(0xfc43, 0x8440, 2, FMT_CL_H, ROW_SIGNED),		/* c.lh */
	STORE(0xfc03, 0x8800, 1, FMT_CS_B, 0),			/* c.sb */
	STORE(0xfc43, 0x8c00, 2, FMT_CS_H, 0),			/* c.sh */
};

static const struct decode_row c_fsd_rows[] = {
	STORE(0xe003, 0xa000, 8, FMT_CS_D, ROW_FP),
};

static const struct decode_row c_sw_rows[] = {
	STORE(0xe003, 0xc000, 4, FMT_CS_W, 0),
};

static const struct decode_row c_sd_rows[] = {
	STORE(0xe003, 0xe000, 8, FMT_CS_D, 0),
};

static const struct decode_row c_fldsp_rows[] = {
	LOAD(0xe003, 0x2002, 8, FMT_CI_D, ROW_FP),
};

static const struct decode_row c_lwsp_rows[] = {
	LOAD(0xe003, 0x4002, 4, FMT_CI_W, ROW_SIGNED | ROW_RD_NOT_X0),
};

static const struct decode_row c_ldsp_rows[] = {
	LOAD(0xe003, 0x6002, 8, FMT_CI_D, ROW_RD_NOT_X0),
};

static const struct decode_row c_ebreak_rows[] = {
	{ 0xffff, 0x9002, KVR_INSN_EBREAK, 0, 0, FMT_NONE, 0 },
};

static const struct decode_row c_fsdsp_rows[] = {
	STORE(0xe003, 0xa002, 8, FMT_CSS_D, ROW_FP),
};

static const struct decode_row c_swsp_rows[] = {
	STORE(0xe003, 0xc002, 4, FMT_CSS_W, 0),
};

static const struct decode_row c_sdsp_rows[] = {
	STORE(0xe003, 0xe002, 8, FMT_CSS_D, 0),
};

#define GROUP(rows) { rows, ARRAY_SIZE(rows) }

static const struct decode_group major_groups[32] = {
	[0x00] = GROUP(load_rows),
	[0x01] = GROUP(load_fp_rows),
	[0x03] = GROUP(misc_mem_rows),
	[0x08] = GROUP(store_rows),
	[0x09] = GROUP(store_fp_rows),
	[0x0b] = GROUP(amo_rows),
	[0x1c] = GROUP(system_rows),
};

/* Index: funct3 above quadrant. Nothing in quadrant 1 is of interest. */
#define COMPRESSED(quadrant, funct3) ((funct3) << 2 | (quadrant))

static const struct decode_group compressed_groups[32] = {
	[COMPRESSED(0, 1)] = GROUP(c_fld_rows),
	[COMPRESSED(0, 2)] = GROUP(c_lw_rows),
	[COMPRESSED(0, 3)] = GROUP(c_ld_rows),
	[COMPRESSED(0, 4)] = GROUP(zcb_rows),
	[COMPRESSED(0, 5)] = GROUP(c_fsd_rows),
	[COMPRESSED(0, 6)] = GROUP(c_sw_rows),
	[COMPRESSED(0, 7)] = GROUP(c_sd_rows),
	[COMPRESSED(2, 1)] = GROUP(c_fldsp_rows),
	[COMPRESSED(2, 2)] = GROUP(c_lwsp_rows),
	[COMPRESSED(2, 3)] = GROUP(c_ldsp_rows),
	[COMPRESSED(2, 4)] = GROUP(c_ebreak_rows),
	[COMPRESSED(2, 5)] = GROUP(c_fsdsp_rows),
	[COMPRESSED(2, 6)] = GROUP(c_swsp_rows),
	[COMPRESSED(2, 7)] = GROUP(c_sdsp_rows),
};

static u32 field(u32 insn, unsigned int from, unsigned int bits)
{
	return (insn >> from) & ((1U << bits) - 1);
}

static u8 reg_number(u32 insn, const struct decode_reg *reg)
{
	return reg->base + field(insn, reg->from, reg->bits);
}

static s16 immediate(u32 insn, const struct decode_layout *layout)
{
	unsigned int i;
	u32 sign, imm = 0;

	for (i = 0; i < ARRAY_SIZE(layout->imm) && layout->imm[i].bits; i++)
		imm |= field(insn, layout->imm[i].from, layout->imm[i].bits) << layout->imm[i].to;
	if (!layout->imm_bits)
		return imm;
	sign = 1U << (layout->imm_bits - 1);
	return (int)(imm ^ sign) - (int)sign;
}

static const struct decode_row *row_find(u32 insn, unsigned int length)
{
	const struct decode_group *group;
	const struct decode_row *row;

	if (length == 4)
		group = &major_groups[field(insn, 2, 5)];
	else
		group = &compressed_groups[COMPRESSED(field(insn, 0, 2), field(insn, 13, 3))];

	for (row = group->rows; row < group->rows + group->count; row++)
		if ((insn & row->mask) == row->match)
			return row;
	return NULL;
}

static int decode_none(struct kvr_insn *out)
{
	*out = (struct kvr_insn){ .kind = KVR_INSN_NONE };
	return -EINVAL;
}

/* What the row says, and the data registers. */
static int decode_data(u32 insn, const struct decode_row *row, unsigned int length,
		       struct kvr_insn *out)
{
	const struct decode_layout *layout = &layouts[row->format];

	*out = (struct kvr_insn){
		.kind = row->kind,
		.op = row->op,
		.length = length,
		.width = row->width,
		.rd = reg_number(insn, &layout->rd),
		.rs2 = reg_number(insn, &layout->rs2),
		.is_signed = row->flags & ROW_SIGNED,
		.is_fp = row->flags & ROW_FP,
	};
	if (likely(!(row->flags & (ROW_RD_NOT_X0 | ROW_WIDTH_FUNCT3))))
		return 0;
	if ((row->flags & ROW_RD_NOT_X0) && !out->rd)
		return decode_none(out);
	if (row->flags & ROW_WIDTH_FUNCT3) {
		out->width = 1 << field(insn, 12, 3);
		out->op = field(insn, 27, 5);
	}
	return 0;
}

int kvr_decode(u32 insn, struct kvr_insn *out)
{
	unsigned int length = kvr_insn_length(insn);
	const struct decode_layout *layout;
	const struct decode_row *row;

	if (length == 2)
		insn &= 0xffff;
	row = length ? row_find(insn, length) : NULL;
	if (!row)
		return decode_none(out);
	if (decode_data(insn, row, length, out))
		return -EINVAL;

	layout = &layouts[row->format];
	out->rs1 = reg_number(insn, &layout->rs1);
	if (row->kind != KVR_INSN_CSR) {
		out->imm = immediate(insn, layout);
		return 0;
	}
	out->csr = field(insn, 20, 12);
	if (row->flags & ROW_IMM) {
		out->uses_imm = true;
		out->imm = out->rs1;
		out->rs1 = 0;
	}
	return 0;
}

/* What a trap may leave in htinst: accesses to memory */
#define KINDS_ACCESS	(BIT(KVR_INSN_LOAD) | BIT(KVR_INSN_STORE) | BIT(KVR_INSN_AMO) | \
			 BIT(KVR_INSN_CBO) | BIT(KVR_INSN_HLS))

#define OPCODE_LOAD	0x03
#define OPCODE_STORE	0x23

/*
 * Integer loads and stores of a transformed instruction, which is nearly all that traps: their
 * funct3 says what their rows would, a few times faster.
 */
static bool decode_plain(u32 insn, struct kvr_insn *out)
{
	u32 opcode = field(insn, 0, 7), funct3 = field(insn, 12, 3);

	if (opcode == OPCODE_LOAD && funct3 < 7)
		*out = (struct kvr_insn){
			.kind = KVR_INSN_LOAD,
			.width = 1 << (funct3 & 3),
			.rd = field(insn, 7, 5),
			.is_signed = funct3 < 3,
		};
	else if (opcode == OPCODE_STORE && funct3 < 4)
		*out = (struct kvr_insn){
			.kind = KVR_INSN_STORE,
			.width = 1 << funct3,
			.rs2 = field(insn, 20, 5),
		};
	else
		return false;
	out->addr_offset = field(insn, 15, 5);
	return true;
}

static int decode_row_access(u32 insn, struct kvr_insn *out)
{
	const struct decode_row *row = kvr_insn_length(insn) ? row_find(insn, 4) : NULL;

	if (!row || !(KINDS_ACCESS & BIT(row->kind)))
		return decode_none(out);
	decode_data(insn, row, 4, out);
	/* In the place of rs1, where the format has one */
	out->addr_offset = field(insn, 15, layouts[row->format].rs1.bits);
	return 0;
}

int kvr_decode_htinst(unsigned long htinst, struct kvr_insn *out)
{
	/* Bit 1 is always set in a 32-bit instruction, so it is free to tell the real length. */
	u32 insn = htinst | 2;

	if (!(htinst & 1) || htinst >> 32) {
		decode_none(out);
		return htinst ? -EINVAL : -ENODATA;
	}
	if (!decode_plain(insn, out) && decode_row_access(insn, out))
		return -EINVAL;
	out->length = htinst & 2 ? 4 : 2;
	out->transformed = true;
	return 0;
}

bool kvr_htinst_is_pseudo(unsigned long htinst, bool *is_write)
{
	/* 0x2000 and 0x3000 are the RV32 forms; bit 5 tells a write. */
	static const unsigned long pseudo_mask = ~0x1020UL;

	if ((htinst & pseudo_mask) != 0x2000)
		return false;
	if (is_write)
		*is_write = htinst & 0x20;
	return true;
}

u64 kvr_insn_extend(const struct kvr_insn *insn, u64 raw)
{
	unsigned int unused = 64 - 8 * insn->width;

	if (!insn->width || insn->width >= sizeof(raw))
		return raw;
	if (insn->is_fp)
		return raw | ~0ULL << (64 - unused);
	if (insn->is_signed)
		return (s64)(raw << unused) >> unused;
	return raw << unused >> unused;
}

u64 kvr_insn_store_value(const struct kvr_insn *insn, u64 reg)
{
	if (insn->width >= sizeof(reg))
		return reg;
	return reg & ((1ULL << 8 * insn->width) - 1);
}
