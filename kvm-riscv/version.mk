# SPDX-License-Identifier: GPL-2.0-only
# What this is, and the kernels it is for. Read by Kbuild, by dkms.conf (a
# shell) and by whatever states it to people: only NAME=VALUE lines.
KVR_VERSION=0.1.0
KVR_KERNEL_OLDEST=5.10
KVR_KERNEL_NEWEST=7.3
