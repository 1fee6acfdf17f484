// SPDX-License-Identifier: GPL-2.0-only
/* Sources of the module that have variables to be reset between two loads in one process. */
#include "hart/record.c"
#include "hart/vmid.c"

#include "hart/hart.h"
#include "model/kernel.h"

void module_reset(void)
{
	kvr_hart_common = (struct kvr_hart_record){};
	common_harts = 0;
	vmid_limit = KVR_VMID_BITS_MAX;
	kvr_hart_mode = KVR_HART_RESIDENT;
}

void module_vmid_limit(unsigned int bits)
{
	vmid_limit = bits;
}
