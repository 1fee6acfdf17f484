// SPDX-License-Identifier: GPL-2.0-only
/* Comparing harts with each other and with what guests were promised. */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "hart/promise.h"
#include "host/csr.h"

void kvr_promise_reduce(struct kvr_hart_record *promise, const struct kvr_hart_record *record)
{
	promise->envcfg &= record->envcfg;
	promise->stateen &= record->stateen;
	promise->sstc &= record->sstc;
	promise->aia &= record->aia;
	promise->gstage_modes &= record->gstage_modes;
	promise->gstage_mode = promise->gstage_modes ? fls(promise->gstage_modes) - 1 : 0;
	promise->vmid_bits = min(promise->vmid_bits, record->vmid_bits);
	promise->satp_mode = min(promise->satp_mode, record->satp_mode);
	if (promise->vlenb != record->vlenb)
		promise->vlenb = 0;
}

bool kvr_promise_kept(const struct kvr_hart_record *promise, const struct kvr_hart_record *record,
		      unsigned int vmid_bits)
{
	return record->h && record->envcfg >= promise->envcfg &&
	       record->stateen >= promise->stateen && record->sstc >= promise->sstc &&
	       record->aia >= promise->aia && !(promise->gstage_modes & ~record->gstage_modes) &&
	       record->vmid_bits >= vmid_bits && record->satp_mode >= promise->satp_mode &&
	       (!promise->vlenb || record->vlenb == promise->vlenb);
}

void kvr_record_text(const struct kvr_hart_record *record, char *text)
{
	static const char * const modes[] = {
		[KVR_HGATP_MODE_SV39X4] = "Sv39x4",
		[KVR_HGATP_MODE_SV48X4] = "Sv48x4",
		[KVR_HGATP_MODE_SV57X4] = "Sv57x4",
	};
	size_t room = KVR_RECORD_TEXT_MAX;
	unsigned int i;
	int at = 0;

	if (!record->h) {
		snprintf(text, room, record->h_unnamed ?
			 "a hypervisor extension (H) that the device tree or ACPI does not name" :
			 "no hypervisor extension (H)");
		return;
	}
	at += scnprintf(text + at, room - at, "H");
	for (i = 0; i < ARRAY_SIZE(modes); i++)
		if (modes[i] && record->gstage_modes & BIT(i))
			at += scnprintf(text + at, room - at, ", %s", modes[i]);
	/* Harts with and without a wider vsatp.MODE than the G-stage's differ, too. */
	at += scnprintf(text + at, room - at, ", satp mode %lu, %u VMID bits", record->satp_mode,
			record->vmid_bits);
	at += scnprintf(text + at, room - at, "%s%s%s%s", record->envcfg ? ", henvcfg" : "",
			record->stateen ? ", hstateen0" : "", record->sstc ? ", Sstc" : "",
			record->aia ? ", AIA" : "");
	if (record->vlenb)
		scnprintf(text + at, room - at, ", VLEN %lu", record->vlenb * BITS_PER_BYTE);
}
