/* SPDX-License-Identifier: GPL-2.0-only */
/* The KVM ABI for the tests: the definitions in kvm-riscv/uapi. */
#ifndef SELFTESTS_KVM_ABI_H
#define SELFTESTS_KVM_ABI_H

#ifdef USE_LIBC_KVM_H
#include <linux/kvm.h>
#else
#include "uapi/kvm.h"
#endif

#endif
