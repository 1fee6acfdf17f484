/* SPDX-License-Identifier: GPL-2.0-only */
/* The stand-ins have the shape of the newest kernel. */
#define KVR_HAVE_EVENTFD_SIGNAL_ONE 1
