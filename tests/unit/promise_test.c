// SPDX-License-Identifier: GPL-2.0-only
/* sources: hart/promise.c */
#include <linux/types.h>

#include "hart/promise.h"
#include "host/csr.h"
#include "tap.h"

#define MODES(...)	modes_of((unsigned int[]) { __VA_ARGS__, 0 })

static unsigned int modes_of(const unsigned int *modes)
{
	unsigned int bits = 0;

	for (; *modes; modes++)
		bits |= 1U << *modes;
	return bits;
}

/* A hart that has everything */
static struct kvr_hart_record whole(void)
{
	return (struct kvr_hart_record){
		.h = true, .envcfg = true, .stateen = true, .sstc = true, .aia = true,
		.gstage_modes = MODES(KVR_HGATP_MODE_SV39X4, KVR_HGATP_MODE_SV48X4,
				      KVR_HGATP_MODE_SV57X4),
		.gstage_mode = KVR_HGATP_MODE_SV57X4, .vmid_bits = 14,
		.satp_mode = KVR_SATP_MODE_SV57, .vlenb = 32,
	};
}

/* One that differs in one thing: whether it has less, so that it keeps no promise of the whole */
struct difference {
	const char *name;
	bool less;
	struct kvr_hart_record record;
};

static unsigned int differences(struct difference *d)
{
	unsigned int n = 0;

#define DIFFERENCE(lesser, field, value)					\
	do {									\
		d[n] = (struct difference){ #field, lesser, whole() };		\
		d[n++].record.field = value;					\
	} while (0)
	DIFFERENCE(true, envcfg, false);
	DIFFERENCE(true, stateen, false);
	DIFFERENCE(true, sstc, false);
	DIFFERENCE(true, aia, false);
	DIFFERENCE(true, vmid_bits, 7);
	DIFFERENCE(true, satp_mode, KVR_SATP_MODE_SV48);
	DIFFERENCE(true, vlenb, 16);
	DIFFERENCE(true, vlenb, 128);
	DIFFERENCE(true, vlenb, 0);
	DIFFERENCE(true, gstage_modes, MODES(KVR_HGATP_MODE_SV39X4));
#undef DIFFERENCE
	return n;
}

#define DIFFERENCES_MAX 16

TEST(all_keep_what_they_have_in_common)
{
	struct difference d[DIFFERENCES_MAX];
	unsigned int n = differences(d);

	for (unsigned int i = 0; i < n; i++) {
		for (unsigned int j = 0; j < n; j++) {
			struct kvr_hart_record promise = d[i].record, other;

			NOTE("%s, %s", d[i].name, d[j].name);
			kvr_promise_reduce(&promise, &d[j].record);
			EXPECT(kvr_promise_kept(&promise, &d[i].record, promise.vmid_bits));
			EXPECT(kvr_promise_kept(&promise, &d[j].record, promise.vmid_bits));
			/* The order makes no difference. */
			other = d[j].record;
			kvr_promise_reduce(&other, &d[i].record);
			EXPECT(!memcmp(&promise, &other, sizeof(other)));
		}
	}
}

TEST(a_hart_that_has_less_keeps_no_promise)
{
	struct difference d[DIFFERENCES_MAX];
	struct kvr_hart_record promise = whole();
	unsigned int n = differences(d);

	for (unsigned int i = 0; i < n; i++) {
		NOTE("%s", d[i].name);
		EXPECT_EQ(kvr_promise_kept(&promise, &d[i].record, promise.vmid_bits), !d[i].less);
	}
}

TEST(a_hart_that_has_more_keeps_it)
{
	struct difference d[DIFFERENCES_MAX];
	struct kvr_hart_record more = whole();
	unsigned int n = differences(d);

	for (unsigned int i = 0; i < n; i++) {
		/* Vector registers of another length are no more, but something else. */
		if (d[i].record.vlenb && d[i].record.vlenb != more.vlenb)
			continue;
		NOTE("%s", d[i].name);
		EXPECT(kvr_promise_kept(&d[i].record, &more, d[i].record.vmid_bits));
	}
}

TEST(without_h_there_is_nothing_to_keep_it_with)
{
	struct kvr_hart_record promise = whole(), record = whole();

	record.h = false;
	EXPECT(!kvr_promise_kept(&promise, &record, promise.vmid_bits));
	memset(&promise, 0, sizeof(promise));
	EXPECT(!kvr_promise_kept(&promise, &record, 0));
}

TEST(fewer_vmid_bits_in_use_than_harts_have)
{
	struct kvr_hart_record promise = whole(), record = whole();

	record.vmid_bits = 3;
	EXPECT(!kvr_promise_kept(&promise, &record, 4));
	EXPECT(kvr_promise_kept(&promise, &record, 3));
}

TEST(vectors_of_two_lengths_are_none_and_stay_none)
{
	struct kvr_hart_record promise = whole(), record = whole();

	record.vlenb = 128;
	kvr_promise_reduce(&promise, &record);
	EXPECT_EQ(promise.vlenb, 0);
	record.vlenb = 32;
	kvr_promise_reduce(&promise, &record);
	EXPECT_EQ(promise.vlenb, 0);
}

TEST(the_mode_is_the_widest_of_all)
{
	struct kvr_hart_record promise = whole(), record = whole();

	record.gstage_modes = MODES(KVR_HGATP_MODE_SV39X4, KVR_HGATP_MODE_SV48X4);
	kvr_promise_reduce(&promise, &record);
	EXPECT_EQ(promise.gstage_mode, KVR_HGATP_MODE_SV48X4);
	record.gstage_modes = MODES(KVR_HGATP_MODE_SV57X4);
	kvr_promise_reduce(&promise, &record);
	EXPECT_EQ(promise.gstage_modes, 0);
	EXPECT_EQ(promise.gstage_mode, 0);
}

TEST(harts_that_differ_read_differently)
{
	struct difference d[DIFFERENCES_MAX];
	char text[KVR_RECORD_TEXT_MAX], other[KVR_RECORD_TEXT_MAX];
	unsigned int n = differences(d);
	struct kvr_hart_record record = whole();

	kvr_record_text(&record, text);
	EXPECT_STREQ(text, "H, Sv39x4, Sv48x4, Sv57x4, satp mode 10, 14 VMID bits, henvcfg, "
		     "hstateen0, Sstc, AIA, VLEN 256");
	for (unsigned int i = 0; i < n; i++) {
		kvr_record_text(&d[i].record, text);
		for (unsigned int j = 0; j < i; j++) {
			NOTE("%s, %s: %s", d[i].name, d[j].name, text);
			kvr_record_text(&d[j].record, other);
			EXPECT(strcmp(text, other));
		}
	}
	record.h = false;
	kvr_record_text(&record, text);
	EXPECT_STREQ(text, "no hypervisor extension (H)");
	record.h_unnamed = true;
	kvr_record_text(&record, text);
	EXPECT_STREQ(text, "a hypervisor extension (H) that the device tree or ACPI does not name");
}
