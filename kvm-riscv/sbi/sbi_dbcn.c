// SPDX-License-Identifier: GPL-2.0-only
/* SBI, "Debug Console Extension (EID #0x4442434E "DBCN")": the console is user space's. */
#include "sbi/sbi.h"

enum {
	DBCN_WRITE,
	DBCN_READ,
	DBCN_WRITE_BYTE,
	DBCN_COUNT,
};

int kvr_sbi_dbcn(struct kvr_vcpu *vcpu, unsigned long function)
{
	if (function >= DBCN_COUNT)
		return kvr_sbi_return(vcpu, KVR_SBI_ERR_NOT_SUPPORTED, 0);
	return kvr_sbi_forward(vcpu);
}
