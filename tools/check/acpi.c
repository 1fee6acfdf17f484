// SPDX-License-Identifier: GPL-2.0-only
/* The harts as ACPI has them: ACPI 6.6, 5.2.12 (MADT) and RISC-V's RHCT. Numbers are little-endian. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "files.h"
#include "machine.h"

#define TABLES		"/sys/firmware/acpi/tables/"
#define RHCT_NODES	56	/* where the first node starts */
#define RHCT_ISA	0
#define RHCT_HART	0xffff
#define MADT_ENTRIES	44
#define MADT_HART	0x18
#define MADT_IMSIC	0x19

static unsigned int le16(const char *at)
{
	const uint8_t *byte = (const uint8_t *)at;

	return byte[0] | byte[1] << 8;
}

static size_t le32(const char *at)
{
	return le16(at) | (size_t)le16(at + 2) << 16;
}

/* The number of the hart that ACPI calls @uid: the table of interrupt controllers has both. */
static unsigned long hart_id(const char *madt, size_t size, size_t uid)
{
	size_t at, length;

	for (at = MADT_ENTRIES; madt && at + 20 <= size; at += length) {
		length = (uint8_t)madt[at + 1];
		if (length < 2 || length > size - at)
			break;
		if (madt[at] == MADT_HART && length >= 20 && le32(madt + at + 16) == uid)
			return le32(madt + at + 8) | (unsigned long)le32(madt + at + 12) << 32;
	}
	return uid;
}

/* The node at @at of a table of @size bytes: its length, or 0 where there is none that is whole. */
static size_t rhct_node(const char *table, size_t size, size_t at)
{
	size_t length = at >= RHCT_NODES && at + 8 <= size ? le16(table + at + 2) : 0;

	return length >= 8 && length <= size - at ? length : 0;
}

/* A hart's node names the nodes that are about it by where they start; one of them is its ISA string. */
static void rhct_hart(struct machine *m, const char *table, size_t size, size_t at,
		      unsigned long id)
{
	size_t length = le16(table + at + 2), count = le16(table + at + 6), i;

	for (i = 0; i < count && 12 + 4 * i + 4 <= length; i++) {
		size_t other = le32(table + at + 12 + 4 * i);

		if (!rhct_node(table, size, other) || le16(table + other) != RHCT_ISA)
			continue;
		hart_add(m, id, isa_has(table + other + 8, "h"), isa_has(table + other + 8, "sstc"),
			 isa_has(table + other + 8, "ssaia"));
		m->described_by = "ACPI";
	}
}

static void rhct_read(struct machine *m, const char *madt, size_t madt_size)
{
	size_t size, at, length;
	char *table = file_read(TABLES "RHCT", &size);

	if (!table) {
		m->description_hidden = errno == EACCES;
		return;
	}
	for (at = RHCT_NODES; (length = rhct_node(table, size, at)); at += length)
		if (le16(table + at) == RHCT_HART && length >= 12)
			rhct_hart(m, table, size, at,
				  hart_id(madt, madt_size, le32(table + at + 8)));
	free(table);
}

/* Entries begin with a byte for their kind and one for their length. */
static void madt_read(struct machine *m, const char *table, size_t size)
{
	size_t at, length;

	for (at = MADT_ENTRIES; table && at + 2 <= size; at += length) {
		length = (uint8_t)table[at + 1];
		if (length < 2 || length > size - at)
			break;
		if (table[at] != MADT_IMSIC || length < 13)
			continue;
		m->imsic = true;
		m->guest_index_bits = table[at + 12];
	}
}

void acpi_look(struct machine *m)
{
	size_t size = 0;
	char *madt = file_read(TABLES "APIC", &size);

	rhct_read(m, madt, size);
	madt_read(m, madt, size);
	free(madt);
}
