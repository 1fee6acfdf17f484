// SPDX-License-Identifier: GPL-2.0-only
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/spinlock.h>

#include "memory/vmid.h"

static unsigned int vmid_limit = KVR_VMID_BITS_MAX;
module_param_named(vmid_bits, vmid_limit, uint, 0444);
MODULE_PARM_DESC(vmid_bits, "use at most this many bits of VMID, for tests (default: all that the harts have)");

u64 kvr_vmid_generation = 1;
static unsigned int vmid_bits;

/* Guards the two counters; raw, because it is taken on the way into the guest. */
static DEFINE_RAW_SPINLOCK(vmid_lock);
static u64 vmid_next = 1;		/* VMID 0 stays with the host */
static u64 vmid_serial;			/* without VMIDs: tells VMs apart */

void kvr_vmid_init(unsigned int hart_bits)
{
	vmid_bits = min3(hart_bits, vmid_limit, (unsigned int)KVR_VMID_BITS_MAX);
}

unsigned int kvr_vmid_bits(void)
{
	return vmid_bits;
}

static bool tag_good(u64 tag)
{
	if (!vmid_bits)
		return tag;
	return kvr_vmid_tag_generation(tag) == READ_ONCE(kvr_vmid_generation);
}

static u64 tag_next(void)
{
	if (!vmid_bits)
		return ++vmid_serial << KVR_VMID_BITS_MAX;
	if (vmid_next >> vmid_bits) {
		WRITE_ONCE(kvr_vmid_generation, kvr_vmid_generation + 1);
		vmid_next = 1;
	}
	return kvr_vmid_generation << KVR_VMID_BITS_MAX | vmid_next++;
}

u64 kvr_vmid_renew(u64 *tag)
{
	unsigned long flags;
	u64 now = READ_ONCE(*tag);

	if (tag_good(now))
		return now;
	raw_spin_lock_irqsave(&vmid_lock, flags);
	now = *tag;
	if (!tag_good(now)) {
		now = tag_next();
		WRITE_ONCE(*tag, now);
	}
	raw_spin_unlock_irqrestore(&vmid_lock, flags);
	return now;
}

void kvr_vmid_retire(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vmid_lock, flags);
	WRITE_ONCE(kvr_vmid_generation, kvr_vmid_generation + 1);
	vmid_next = 1;
	raw_spin_unlock_irqrestore(&vmid_lock, flags);
}
