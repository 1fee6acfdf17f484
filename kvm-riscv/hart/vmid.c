// SPDX-License-Identifier: GPL-2.0-only
#include <linux/minmax.h>
#include <linux/moduleparam.h>

#include "hart/vmid.h"

static unsigned int vmid_limit = KVR_VMID_BITS_MAX;
module_param_named(vmid_bits, vmid_limit, uint, 0444);
MODULE_PARM_DESC(vmid_bits,
		 "use at most this many bits of VMID, for tests (default: all that the harts have)");

static unsigned int vmid_bits;

void kvr_vmid_init(unsigned int hart_bits)
{
	vmid_bits = min3(hart_bits, vmid_limit, (unsigned int)KVR_VMID_BITS_MAX);
}

unsigned int kvr_vmid_bits(void)
{
	return vmid_bits;
}

void kvr_vmid_retire(struct kvr_vmids *vmids)
{
	vmids->generation++;
	/* VMID 0 stays with the host, where there are others. */
	vmids->next = vmid_bits ? 1 : 0;
}

bool kvr_vmid_renew(struct kvr_vmids *vmids, u64 *tag)
{
	if (*tag && *tag >> KVR_VMID_BITS_MAX == vmids->generation)
		return false;
	if (!vmids->generation || vmids->next >> vmid_bits)
		kvr_vmid_retire(vmids);
	vmids->last = max(vmids->last, vmids->next);
	*tag = vmids->generation << KVR_VMID_BITS_MAX | vmids->next++;
	return true;
}
