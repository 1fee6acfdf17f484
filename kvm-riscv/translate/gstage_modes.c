// SPDX-License-Identifier: GPL-2.0-only
/* hgatp's modes as numbers of levels and widths of addresses. */
#include <linux/bits.h>

#include "hart/record.h"
#include "host/csr.h"
#include "translate/gstage.h"
#include "translate/gstage_modes.h"

static unsigned int mode_levels(unsigned long mode)
{
	return mode - KVR_HGATP_MODE_SV39X4 + 3;
}

unsigned long kvr_gstage_mode_of(unsigned int levels)
{
	return levels - 3 + KVR_HGATP_MODE_SV39X4;
}

unsigned int kvr_gpa_bits(void)
{
	return kvr_gstage_gpa_bits(mode_levels(kvr_hart_common.gstage_mode));
}

unsigned int kvr_gstage_levels_for(u64 bits)
{
	unsigned long mode;

	for (mode = KVR_HGATP_MODE_SV39X4; mode <= kvr_hart_common.gstage_mode; mode++)
		if (kvr_hart_common.gstage_modes & BIT(mode) &&
		    kvr_gstage_gpa_bits(mode_levels(mode)) >= bits)
			return mode_levels(mode);
	return 0;
}

const char *kvr_gstage_mode_name(void)
{
	static const char *const names[] = {
		[KVR_HGATP_MODE_SV39X4] = "Sv39x4",
		[KVR_HGATP_MODE_SV48X4] = "Sv48x4",
		[KVR_HGATP_MODE_SV57X4] = "Sv57x4",
	};

	return names[kvr_hart_common.gstage_mode];
}
