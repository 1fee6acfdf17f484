// SPDX-License-Identifier: GPL-2.0-only
/* sources: */
/* Guest page faults that come again, and firmware that does not tell the truth of them. */
#include <linux/types.h>

#include "host/firmware_quirks.h"
#include "translate/fault_record.h"
#include "tap.h"

/* What the G-stage lets the hart do at the address of the fault */
enum { NOTHING, READING, WRITING };

/*
 * A hart that faults at one place until the G-stage lets it do @needs, but tells of @told; user
 * memory lets it have @most. How many faults there were, 1000 if they do not end; *@gave_up.
 */
static unsigned int faults(int needs, int told, int most, bool *gave_up)
{
	struct kvr_fault_record record = {};
	unsigned int count = 0;
	int leaf = NOTHING;

	*gave_up = false;
	while (leaf < needs && ++count < 1000) {
		switch (kvr_fault_note(&record, 0x80000000, 0x1000, leaf < told)) {
		case KVR_FAULT_AS_TOLD:
			leaf = told > leaf ? told : leaf;
			break;
		case KVR_FAULT_AS_WRITE:
			leaf = most;
			break;
		case KVR_FAULT_GIVE_UP:
			*gave_up = true;
			return count;
		}
	}
	return count;
}

TEST(what_is_told_is_done)
{
	bool gave_up;

	EXPECT_EQ(faults(READING, READING, WRITING, &gave_up), 1);
	EXPECT_EQ(faults(WRITING, WRITING, WRITING, &gave_up), 1);
	EXPECT(!gave_up);
}

TEST(a_write_told_as_a_read_ends)
{
	bool gave_up;

	EXPECT_EQ(faults(WRITING, READING, WRITING, &gave_up), KVR_FAULT_VAIN_WRITE + 1);
	EXPECT(!gave_up);
}

TEST(what_never_ends_is_given_up)
{
	bool gave_up;

	EXPECT_EQ(faults(WRITING, READING, READING, &gave_up), KVR_FAULT_VAIN_MAX + 1);
	EXPECT(gave_up);
	EXPECT_EQ(faults(WRITING + 1, WRITING, WRITING, &gave_up), KVR_FAULT_VAIN_MAX + 1);
	EXPECT(gave_up);
}

/* A page that the host takes away again and again, and other faults in between */
TEST(what_goes_on_is_not_given_up)
{
	struct kvr_fault_record record = {};

	for (int i = 0; i < 1000; i++)
		EXPECT_EQ(kvr_fault_note(&record, 0x80000000, 0x1000, true), KVR_FAULT_AS_TOLD);
	for (int i = 0; i < 1000; i++) {
		EXPECT_EQ(kvr_fault_note(&record, 0x80000000, 0x1000, false), KVR_FAULT_AS_TOLD);
		EXPECT_EQ(kvr_fault_note(&record, 0x80000000, 0x2000, false), KVR_FAULT_AS_TOLD);
		EXPECT_EQ(kvr_fault_note(&record, 0x80000004, 0x2000, false), KVR_FAULT_AS_TOLD);
	}
}

/* After giving up the guest has the same patience again. */
TEST(giving_up_begins_anew)
{
	struct kvr_fault_record record = {};
	unsigned int gave_up = 0;

	for (int i = 0; i <= 10 * KVR_FAULT_VAIN_MAX; i++)
		gave_up += kvr_fault_note(&record, 1, 2, false) == KVR_FAULT_GIVE_UP;
	EXPECT_EQ(gave_up, 10);
}

TEST(firmware_that_forges_htinst)
{
	EXPECT(kvr_firmware_forges(1, 0x00007));
	EXPECT(kvr_firmware_forges(1, 0x10001));
	EXPECT(kvr_firmware_forges(1, 0x10002));
	EXPECT(!kvr_firmware_forges(1, 0x10003));
	EXPECT(!kvr_firmware_forges(1, 0x10006));
	EXPECT(!kvr_firmware_forges(0, 0x10000));
	EXPECT(!kvr_firmware_forges(3, 0x10002));
}
