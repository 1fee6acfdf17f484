/* SPDX-License-Identifier: GPL-2.0-only */
/* In place of kvm-riscv/hart/csr_access.h: registers are those of the model's harts. */
#ifndef KVR_HART_CSR_ACCESS_H
#define KVR_HART_CSR_ACCESS_H

#include "host/csr.h"
#include "model/hart.h"

#define kvr_csr_read(csr)	model_csr_read(csr)
#define kvr_csr_write(csr, val)	model_csr_write(csr, val)
#define kvr_csr_set(csr, mask)	model_csr_write(csr, model_csr_read(csr) | (mask))
#define kvr_csr_clear(csr, mask)	model_csr_write(csr, model_csr_read(csr) & ~(mask))
#define kvr_csr_exists(csr)	model_csr_exists(csr)

static inline u64 model_csr_swap(unsigned int csr, u64 value)
{
	u64 before = model_csr_read(csr);

	model_csr_write(csr, value);
	return before;
}

#define kvr_csr_swap(csr, val)		model_csr_swap(csr, val)
#define kvr_csr_read_set(csr, mask)	model_csr_swap(csr, model_csr_read(csr) | (mask))
#define kvr_csr_read_clear(csr, mask)	model_csr_swap(csr, model_csr_read(csr) & ~(mask))

#endif
