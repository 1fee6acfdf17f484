/* SPDX-License-Identifier: GPL-2.0-only */
/* Event counters as linux/eventfd.h has them since 6.8. */
#ifndef KVR_COMPAT_EVENTFD_H
#define KVR_COMPAT_EVENTFD_H

#include <linux/eventfd.h>

#include "compat/generated/have.h"

/* Unnecessary since 6.8: the amount was an argument. */
#ifndef KVR_HAVE_EVENTFD_SIGNAL_ONE
#define eventfd_signal(ctx) eventfd_signal(ctx, 1)
#endif

#endif
