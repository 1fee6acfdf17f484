// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/string.h>

#include "host/isa_read.h"

struct block_size {
	unsigned int id;
	size_t size;		/* offset of a u32 in struct kvr_isa_machine */
};

static const struct block_size block_sizes[] = {
	{ KVM_RISCV_ISA_EXT_ZICBOM, offsetof(struct kvr_isa_machine, cbom_size) },
	{ KVM_RISCV_ISA_EXT_ZICBOZ, offsetof(struct kvr_isa_machine, cboz_size) },
	{ KVM_RISCV_ISA_EXT_ZICBOP, offsetof(struct kvr_isa_machine, cbop_size) },
};

bool kvr_isa_merge(struct kvr_isa_found *found, const struct kvr_isa_set *set,
		   const struct kvr_isa_machine *machine)
{
	struct kvr_isa_set closed = *set;
	unsigned int i;

	found->harts++;
	kvr_isa_close(&closed);
	if (!kvr_isa_set_has(&closed, KVM_RISCV_ISA_EXT_H))
		return false;
	if (found->harts_h)
		kvr_isa_set_and(&found->common, &closed);
	else
		found->common = closed;

	for (i = 0; i < ARRAY_SIZE(block_sizes); i++) {
		u32 *common = (void *)&found->machine + block_sizes[i].size;
		u32 own = *(const u32 *)((const void *)machine + block_sizes[i].size);

		if (!found->harts_h)
			*common = own;
		if (own != *common || !is_power_of_2(own))
			kvr_isa_set_drop(&found->common, block_sizes[i].id);
		if (!kvr_isa_set_has(&found->common, block_sizes[i].id))
			*common = 0;
	}
	found->harts_h++;
	return true;
}

/*
 * RHCT, "RISC-V Hart Capabilities Table" of ACPI 6.6, 5.2.37: a header, then nodes. A hart's
 * node lists the offsets of the nodes that describe it. All is little-endian and packed.
 */
struct rhct {
	u8 acpi_header[36];
	u32 flags;
	u64 timebase;
	u32 node_count;
	u32 node_offset;
} __packed;

struct rhct_node {
	u16 type;
	u16 len;		/* of the whole node */
	u16 revision;
} __packed;

struct rhct_isa {
	struct rhct_node node;
	u16 len;		/* with the NUL */
	char text[];
} __packed;

struct rhct_cmo {
	struct rhct_node node;
	u8 reserved;
	u8 cbom, cbop, cboz;	/* log2 of the bytes */
} __packed;

struct rhct_hart {
	struct rhct_node node;
	u16 count;
	u32 uid;
	u32 offsets[];		/* from the start of the table */
} __packed;

enum { RHCT_ISA = 0, RHCT_CMO = 1, RHCT_HART = 65535 };

#define RHCT_CMO_LOG_MAX	16

/* The node at @offset if it and at least @need bytes of it are inside the table. */
static const void *rhct_node_at(const void *table, size_t len, size_t offset, size_t need)
{
	const struct rhct_node *node = table + offset;

	if (offset < sizeof(struct rhct) || offset > len || len - offset < sizeof(*node) ||
	    node->len < sizeof(*node) || node->len > len - offset || node->len < need)
		return NULL;
	return node;
}

static u32 rhct_block_size(u8 log)
{
	return log && log <= RHCT_CMO_LOG_MAX ? 1U << log : 0;
}

static int rhct_describe(const void *table, size_t len, size_t offset, struct kvr_isa_set *set,
			 struct kvr_isa_machine *machine)
{
	const struct rhct_node *node = rhct_node_at(table, len, offset, 0);
	const struct rhct_isa *isa;
	const struct rhct_cmo *cmo;

	if (!node)
		return -EINVAL;
	switch (node->type) {
	case RHCT_ISA:
		isa = rhct_node_at(table, len, offset, sizeof(*isa));
		if (!isa || isa->len > isa->node.len - sizeof(*isa))
			return -EINVAL;
		return kvr_isa_add_string(set, isa->text, isa->len);
	case RHCT_CMO:
		cmo = rhct_node_at(table, len, offset, sizeof(*cmo));
		if (!cmo)
			return -EINVAL;
		machine->cbom_size = rhct_block_size(cmo->cbom);
		machine->cbop_size = rhct_block_size(cmo->cbop);
		machine->cboz_size = rhct_block_size(cmo->cboz);
		return 0;
	}
	return 0;
}

static int rhct_hart(struct kvr_isa_found *found, const void *table, size_t len, size_t offset)
{
	const struct rhct_hart *hart = rhct_node_at(table, len, offset, sizeof(*hart));
	struct kvr_isa_machine machine = { };
	struct kvr_isa_set set = { };
	unsigned int i;
	int ret;

	if (!hart || hart->count > (hart->node.len - sizeof(*hart)) / sizeof(hart->offsets[0]))
		return -EINVAL;
	for (i = 0; i < hart->count; i++) {
		ret = rhct_describe(table, len, hart->offsets[i], &set, &machine);
		if (ret)
			return ret;
	}
	kvr_isa_merge(found, &set, &machine);
	return 0;
}

int kvr_isa_read_rhct(struct kvr_isa_found *found, const void *table, size_t len)
{
	const struct rhct *rhct = table;
	const struct rhct_node *node;
	size_t offset;
	u32 left;
	int ret;

	if (len < sizeof(*rhct))
		return -EINVAL;
	found->machine.timebase = rhct->timebase;
	offset = rhct->node_offset;
	for (left = rhct->node_count; left; left--, offset += node->len) {
		node = rhct_node_at(table, len, offset, 0);
		if (!node)
			return -EINVAL;
		if (node->type != RHCT_HART)
			continue;
		ret = rhct_hart(found, table, len, offset);
		if (ret)
			return ret;
	}
	return found->harts ? 0 : -EINVAL;
}
