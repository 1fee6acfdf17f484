/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_HOST_FIRMWARE_H
#define KVR_HOST_FIRMWARE_H

/*
 * The host's own firmware: calls of the RISC-V Supervisor Binary Interface, and what it
 * offers. What guests call is sbi/'s.
 */

#include <linux/jump_label.h>
#include <linux/types.h>

/* SBI: "Binary Encoding". On an error value means nothing. */
struct kvr_sbi_ret {
	long error;
	long value;
};

/* Extension ids of the host's SBI that the module uses, and the base extension's functions */
#define KVR_HOST_SBI_BASE		0x10
#define KVR_HOST_SBI_GET_SPEC_VERSION	0
#define KVR_HOST_SBI_GET_IMPL_ID	1
#define KVR_HOST_SBI_GET_IMPL_VERSION	2
#define KVR_HOST_SBI_PROBE_EXTENSION	3
#define KVR_HOST_SBI_GET_MVENDORID	4
#define KVR_HOST_SBI_GET_MARCHID	5
#define KVR_HOST_SBI_GET_MIMPID		6
#define KVR_HOST_SBI_IPI		0x735049	/* "sPI" */
#define KVR_HOST_SBI_RFENCE		0x52464e43	/* "RFNC" */
#define KVR_HOST_SBI_SUSP		0x53555350	/* "SUSP" */
#define KVR_HOST_SBI_FWFT		0x46574654	/* "FWFT" */
#define KVR_HOST_SBI_NACL		0x4e41434c	/* "NACL" */

/* Functions of RFENCE */
#define KVR_HOST_SBI_FENCE_I			0
#define KVR_HOST_SBI_SFENCE_VMA			1
#define KVR_HOST_SBI_SFENCE_VMA_ASID		2
#define KVR_HOST_SBI_HFENCE_GVMA_VMID		3
#define KVR_HOST_SBI_HFENCE_GVMA		4
#define KVR_HOST_SBI_HFENCE_VVMA_ASID		5
#define KVR_HOST_SBI_HFENCE_VVMA		6

/**
 * kvr_host_sbi - one call into the host's firmware
 * @ext: extension id
 * @fid: function id
 * @a0: first of the arguments, as the function has them
 *
 * Any context. Calling an extension that is not there answers SBI_ERR_NOT_SUPPORTED (-2).
 */
static inline struct kvr_sbi_ret kvr_host_sbi(unsigned long ext, unsigned long fid,
					      unsigned long a0, unsigned long a1,
					      unsigned long a2, unsigned long a3,
					      unsigned long a4, unsigned long a5)
{
	register unsigned long r0 asm("a0") = a0;
	register unsigned long r1 asm("a1") = a1;
	register unsigned long r2 asm("a2") = a2;
	register unsigned long r3 asm("a3") = a3;
	register unsigned long r4 asm("a4") = a4;
	register unsigned long r5 asm("a5") = a5;
	register unsigned long r6 asm("a6") = fid;
	register unsigned long r7 asm("a7") = ext;

	asm volatile("ecall"
		     : "+r" (r0), "+r" (r1)
		     : "r" (r2), "r" (r3), "r" (r4), "r" (r5), "r" (r6), "r" (r7)
		     : "memory");
	return (struct kvr_sbi_ret){ .error = r0, .value = r1 };
}

/* The optional extensions that were asked for at init */
enum kvr_firmware_ext {
	KVR_FIRMWARE_IPI,
	KVR_FIRMWARE_RFENCE,
	KVR_FIRMWARE_SUSP,
	KVR_FIRMWARE_FWFT,
	KVR_FIRMWARE_NACL,
	KVR_FIRMWARE_EXTS
};

/* SBI specification versions as firmware reports them: major in bits 30:24, minor below */
#define KVR_SBI_VERSION(major, minor)	(((major) << 24) | (minor))

/* Who the firmware is */
struct kvr_firmware {
	u32 spec_version;	/* KVR_SBI_VERSION() */
	unsigned long impl_id, impl_version;
};

/* On where kvr_firmware_forges() (host/firmware_quirks.h); fixed from kvr_firmware_init() on */
DECLARE_STATIC_KEY_FALSE(kvr_firmware_forges_htinst);

/** kvr_firmware_init - asks the firmware what it is and has; process context, once */
void kvr_firmware_init(void);

/** kvr_firmware_has - whether the firmware has @ext; any context after kvr_firmware_init() */
bool kvr_firmware_has(enum kvr_firmware_ext ext);

/** kvr_firmware - never NULL; all zero before kvr_firmware_init() */
const struct kvr_firmware *kvr_firmware(void);

/** kvr_firmware_refusal - why no guest can run on this firmware, for people, or NULL */
const char *kvr_firmware_refusal(void);

#endif /* KVR_HOST_FIRMWARE_H */
