/* SPDX-License-Identifier: GPL-2.0-only */
#include_next "compat/generated/have.h"

#define KVR_HAVE_MMU_YOUNG_BOOL 1
#define KVR_HAVE_VMA_LOOKUP 1
#define KVR_HAVE_FOLL_INTERRUPTIBLE 1
