/* SPDX-License-Identifier: GPL-2.0-only */
/* What is known to be wrong with some versions of the host's firmware. Pure. */
#ifndef KVR_HOST_FIRMWARE_QUIRKS_H
#define KVR_HOST_FIRMWARE_QUIRKS_H

#include <linux/types.h>

/* SBI, "Implementation IDs", and how OpenSBI tells its version: major in bits 31:16, minor below */
#define KVR_SBI_IMPL_OPENSBI		1
#define KVR_OPENSBI_VERSION(major, minor)	((major) << 16 | (minor))

/*
 * kvr_firmware_forges - may htinst tell of another instruction than the guest's?
 *
 * OpenSBI emulates misaligned accesses. When one of its own loads or stores for that fails, it
 * hands the trap down with what the hart said of that load or store; before 1.3 with htinst too,
 * which then has its width and register.
 */
static inline bool kvr_firmware_forges(unsigned long impl_id, unsigned long impl_version)
{
	return impl_id == KVR_SBI_IMPL_OPENSBI && impl_version < KVR_OPENSBI_VERSION(1, 3);
}

#endif
