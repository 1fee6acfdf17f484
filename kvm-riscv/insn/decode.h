/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Decoder of the instructions that a hypervisor meets in traps.
 *
 * Pure: no state, no lock, no allocation, no sleep; callable with interrupts
 * off. What a hart has or a guest may use is not looked at: the hart fetched
 * and began to execute the instruction before it trapped.
 *
 * Known are all scalar loads and stores of RV64 (I, F, D, Zfh, C, Zcb), AMOs,
 * LR and SC (A, Zabha, Zacas, Zicfiss), cache-block operations (Zicbom, Zicboz),
 * CSR accesses, WFI, WRS, FENCE.I, the fences and the loads and stores of the
 * supervisor and hypervisor extensions, xRET, ECALL, EBREAK. All else, Q and
 * vector accesses included, is refused.
 */
#ifndef KVR_INSN_DECODE_H
#define KVR_INSN_DECODE_H

#include <linux/types.h>

enum kvr_insn_kind {
	KVR_INSN_NONE,		/* never the kind of a decoded instruction */
	KVR_INSN_LOAD,		/* rd, rs1, imm, width; may be emulated as MMIO */
	KVR_INSN_STORE,		/* rs2, rs1, imm, width; may be emulated as MMIO */
	KVR_INSN_AMO,		/* op: funct5; LR and SC too; no MMIO */
	KVR_INSN_CBO,		/* op: enum kvr_cbo_op; no MMIO */
	KVR_INSN_CSR,		/* op: enum kvr_csr_op, csr, rd; uses_imm ? imm : rs1 */
	KVR_INSN_WFI,
	KVR_INSN_WRS,		/* op: enum kvr_wrs_op */
	KVR_INSN_FENCE_I,
	KVR_INSN_VMA_FENCE,	/* op: enum kvr_vma_fence_op, rs1, rs2 */
	KVR_INSN_HLS,		/* op: enum kvr_hls_op; HLV, HLVX and HSV */
	KVR_INSN_XRET,		/* op: enum kvr_xret_op */
	KVR_INSN_ECALL,
	KVR_INSN_EBREAK,
};

/* Values are those of the instructions' own fields, where they have one. */
enum kvr_cbo_op {
	KVR_CBO_INVAL = 0,
	KVR_CBO_CLEAN = 1,
	KVR_CBO_FLUSH = 2,
	KVR_CBO_ZERO = 4,
};

enum kvr_csr_op {
	KVR_CSR_OP_RW = 1,
	KVR_CSR_OP_RS = 2,
	KVR_CSR_OP_RC = 3,
};

enum kvr_amo_op {
	KVR_AMO_LR = 2,
	KVR_AMO_SC = 3,
};

enum kvr_wrs_op {
	KVR_WRS_NTO,
	KVR_WRS_STO,
};

enum kvr_hls_op {
	KVR_HLS_HLV,
	KVR_HLS_HLVX,
	KVR_HLS_HSV,
};

enum kvr_xret_op {
	KVR_XRET_SRET,
	KVR_XRET_MRET,
	KVR_XRET_MNRET,
};

enum kvr_vma_fence_op {
	KVR_FENCE_SFENCE_VMA,
	KVR_FENCE_SINVAL_VMA,
	KVR_FENCE_SFENCE_W_INVAL,
	KVR_FENCE_SFENCE_INVAL_IR,
	KVR_FENCE_HFENCE_VVMA,
	KVR_FENCE_HFENCE_GVMA,
	KVR_FENCE_HINVAL_VVMA,
	KVR_FENCE_HINVAL_GVMA,
};

/**
 * struct kvr_insn - one decoded instruction
 * @kind:	enum kvr_insn_kind; says which of the fields below mean something
 * @op:		which of its kind, an enum named at the kind
 * @length:	bytes of the instruction itself, 2 or 4: how far the pc moves
 * @width:	bytes of the memory access: 1, 2, 4, 8 (16: AMOCAS.Q); else 0
 * @rd:		register written, 0 to 31; f-register when @is_fp
 * @rs1:	base address or source register
 * @rs2:	register stored; f-register when @is_fp
 * @is_signed:	a load that sign-extends
 * @is_fp:	data register is an f-register
 * @uses_imm:	a CSR instruction whose source is @imm
 * @transformed: made from htinst: @rs1 and @imm are not those of the
 *		instruction and read 0
 * @addr_offset: transformed only: trap's address minus the access's address,
 *		not 0 for the later part of a misaligned access
 * @csr:	CSR number
 * @imm:	sign-extended offset of a load or store; uimm of a CSR instruction
 */
struct kvr_insn {
	u8 kind;
	u8 op;
	u8 length;
	u8 width;
	u8 rd;
	u8 rs1;
	u8 rs2;
	bool is_signed;
	bool is_fp;
	bool uses_imm;
	bool transformed;
	u8 addr_offset;
	u16 csr;
	s16 imm;
};

/**
 * kvr_insn_length - bytes of an instruction, from its first parcel
 * @parcel: its first 16 bits; higher bits are ignored
 *
 * Unprivileged Architecture, "Expanded instruction-length encoding".
 *
 * Return: 2 or 4; 0 for the longer formats, none of which is in use.
 */
static inline unsigned int kvr_insn_length(u32 parcel)
{
	if ((parcel & 0x3) != 0x3)
		return 2;
	return (parcel & 0x1f) == 0x1f ? 0 : 4;
}

/**
 * kvr_decode - decode an instruction as it stands in memory
 * @insn: the instruction; of a 16-bit one the high half is ignored
 * @out: filled on success, all zero otherwise
 *
 * Return: 0, or -EINVAL for what is reserved, illegal or not known here.
 */
int kvr_decode(u32 insn, struct kvr_insn *out);

/**
 * kvr_decode_htinst - decode the transformed instruction of a trap
 * @htinst: the CSR's value
 * @out: filled on success, all zero otherwise
 *
 * Privileged Architecture, "Transformed instruction or pseudoinstruction for
 * mtinst or htinst".
 *
 * Return: 0; -ENODATA if the hart provided none (read the instruction from
 * the guest's memory); -EINVAL for a pseudoinstruction and for values with no
 * standard meaning (a custom one may be read from memory, too).
 */
int kvr_decode_htinst(unsigned long htinst, struct kvr_insn *out);

/**
 * kvr_htinst_is_pseudo - did an implicit access fault, not the instruction's own?
 * @htinst: the CSR's value
 * @is_write: if not NULL, set to whether it was a write (of a VS-stage A/D bit)
 *
 * True when the hart walked the VS-stage tables for the instruction: then the
 * faulting guest-physical address is one of a page table entry, and there is
 * nothing to emulate.
 */
bool kvr_htinst_is_pseudo(unsigned long htinst, bool *is_write);

/*
 * What htinst is for SB, SH, SW, SD and their compressed forms, all of the access in one page: bit
 * 1 tells the length, 13:12 are the width, 24:20 rs2; nothing else is set.
 */
#define KVR_HTINST_STORE	0x21UL
#define KVR_HTINST_STORE_FREE	0x01f03002UL

/**
 * kvr_htinst_is_store - an integer store, not the later part of a misaligned one?
 * @htinst: the CSR's value
 * @insn: filled if so: length, width, rs2
 *
 * For where kvr_decode_htinst takes too long; agrees with it.
 */
static inline bool kvr_htinst_is_store(unsigned long htinst, struct kvr_insn *insn)
{
	if ((htinst & ~KVR_HTINST_STORE_FREE) != KVR_HTINST_STORE)
		return false;
	insn->length = htinst & 2 ? 4 : 2;
	insn->width = 1 << (htinst >> 12 & 3);
	insn->rs2 = htinst >> 20 & 31;
	return true;
}

/**
 * kvr_insn_extend - what a load leaves in its register
 * @insn: of kind KVR_INSN_LOAD
 * @raw: the bytes read, little-endian, in the low @insn->width bytes; the
 *	 rest is ignored
 *
 * Return: sign- or zero-extended value, or NaN-boxed one for an f-register
 * (FLEN = 64; "NaN Boxing of Narrower Values").
 */
u64 kvr_insn_extend(const struct kvr_insn *insn, u64 raw);

/**
 * kvr_insn_store_value - what a store puts into memory
 * @insn: of kind KVR_INSN_STORE
 * @reg: value of register @insn->rs2 (f-register when @insn->is_fp)
 *
 * Return: the low @insn->width bytes of @reg, the rest zero.
 */
u64 kvr_insn_store_value(const struct kvr_insn *insn, u64 reg);

/* Does a CSR instruction read its CSR? CSRRW to x0 does not ("CSR Instructions"). */
static inline bool kvr_insn_csr_reads(const struct kvr_insn *insn)
{
	return insn->op != KVR_CSR_OP_RW || insn->rd;
}

/* Does a CSR instruction write its CSR? CSRRS/C from x0 or uimm 0 do not, whatever x-value. */
static inline bool kvr_insn_csr_writes(const struct kvr_insn *insn)
{
	return insn->op == KVR_CSR_OP_RW || (insn->uses_imm ? insn->imm : insn->rs1);
}

#endif
