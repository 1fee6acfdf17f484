/* SPDX-License-Identifier: GPL-2.0-only */
/* The device node: /dev/kvm, or another one beside it. */
#ifndef KVR_API_DEVICE_H
#define KVR_API_DEVICE_H

/*
 * kvr_device_init - register the node, which cannot be opened yet, and learn from its name whether
 * this module has the harts for itself: it does as /dev/kvm
 *
 * Module init, before harts are touched. 0 or a negative errno, after a message that says what to
 * do about it.
 */
int kvr_device_init(void);

/* kvr_device_name - of the node below /dev */
const char *kvr_device_name(void);

/* kvr_device_exit - take the node away; no VM exists, as each holds the module */
void kvr_device_exit(void);

/*
 * kvr_device_open - from here on user space may create VMs; logs one line that says what is offered
 * where. After all of module init.
 */
void kvr_device_open(void);

#endif
