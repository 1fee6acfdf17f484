/* SPDX-License-Identifier: GPL-2.0-only */
/* The interrupt ioctls of a VM: handlers for its table, see struct kvr_ioctl. */
#ifndef KVR_API_VM_IRQ_H
#define KVR_API_VM_IRQ_H

#include "api/ioctl.h"

long kvr_vm_irq_line(void *vm, unsigned long arg, union kvr_ioctl_data *data);
long kvr_vm_signal_msi(void *vm, unsigned long arg, union kvr_ioctl_data *data);
long kvr_vm_irqfd(void *vm, unsigned long arg, union kvr_ioctl_data *data);
/* KVR_IOCTL_RAW: the routes follow the structure */
long kvr_vm_set_gsi_routing(void *vm, unsigned long arg, union kvr_ioctl_data *data);

#endif
