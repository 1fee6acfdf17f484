// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/types.h>

#include "host/firmware.h"
#include "host/firmware_quirks.h"

static const unsigned long firmware_ids[KVR_FIRMWARE_EXTS] = {
	[KVR_FIRMWARE_IPI] = KVR_HOST_SBI_IPI,
	[KVR_FIRMWARE_RFENCE] = KVR_HOST_SBI_RFENCE,
	[KVR_FIRMWARE_SUSP] = KVR_HOST_SBI_SUSP,
	[KVR_FIRMWARE_FWFT] = KVR_HOST_SBI_FWFT,
	[KVR_FIRMWARE_NACL] = KVR_HOST_SBI_NACL,
};

static struct kvr_firmware firmware;
DEFINE_STATIC_KEY_FALSE(kvr_firmware_forges_htinst);

static unsigned long firmware_exts;	/* bit n: enum kvr_firmware_ext */

/* 0 on an error: the SBI's answer for "not there" */
static unsigned long firmware_ask(unsigned long fid, unsigned long arg)
{
	struct kvr_sbi_ret ret = kvr_host_sbi(KVR_HOST_SBI_BASE, fid, arg, 0, 0, 0, 0, 0);

	return ret.error ? 0 : ret.value;
}

void kvr_firmware_init(void)
{
	unsigned int i;

	firmware.spec_version = firmware_ask(KVR_HOST_SBI_GET_SPEC_VERSION, 0);
	firmware.impl_id = firmware_ask(KVR_HOST_SBI_GET_IMPL_ID, 0);
	firmware.impl_version = firmware_ask(KVR_HOST_SBI_GET_IMPL_VERSION, 0);
	if (kvr_firmware_forges(firmware.impl_id, firmware.impl_version))
		static_branch_enable(&kvr_firmware_forges_htinst);
	firmware_exts = 0;
	for (i = 0; i < KVR_FIRMWARE_EXTS; i++)
		if (firmware_ask(KVR_HOST_SBI_PROBE_EXTENSION, firmware_ids[i]))
			firmware_exts |= BIT(i);
}

bool kvr_firmware_has(enum kvr_firmware_ext ext)
{
	return firmware_exts & BIT(ext);
}

const struct kvr_firmware *kvr_firmware(void)
{
	return &firmware;
}

const char *kvr_firmware_refusal(void)
{
	if (!firmware.spec_version)
		return "the firmware's SBI is version 0.1; update it (OpenSBI 0.7 will do)";
	if (!kvr_firmware_has(KVR_FIRMWARE_RFENCE))
		return "the firmware's SBI lacks RFENCE; update it (OpenSBI 0.7 will do)";
	return NULL;
}
