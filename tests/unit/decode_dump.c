// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decodes the words on stdin (hexadecimal, one per line) and prints the results for
 * decode_objdump_test: "-" or
 * kind op length width rd rs1 rs2 is_signed is_fp uses_imm csr imm
 */
#include <stdio.h>

#include "insn/decode.h"

int main(void)
{
	struct kvr_insn i;
	unsigned int word;

	while (scanf("%x", &word) == 1) {
		if (kvr_decode(word, &i))
			puts("-");
		else
			printf("%d %d %d %d %d %d %d %d %d %d %d %d\n", i.kind, i.op, i.length,
			       i.width, i.rd, i.rs1, i.rs2, i.is_signed, i.is_fp, i.uses_imm,
			       i.csr, i.imm);
	}
	return 0;
}
