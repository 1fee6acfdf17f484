/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Global interrupts (GSIs) of a VM: where each goes, and the interrupt controller that takes them.
 *
 * User space speaks of GSIs; the routing table says which input of the controller, or which
 * message, a GSI is. The controller in the kernel, if a VM has one, is behind two calls.
 */
#ifndef KVR_IRQCHIP_IRQS_H
#define KVR_IRQCHIP_IRQS_H

#include <linux/bitmap.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/types.h>

/* GSIs are below this; KVM_CAP_IRQ_ROUTING answers it */
#define KVR_IRQ_GSIS		4096
/* Inputs of an interrupt controller, at most */
#define KVR_IRQ_PINS		1024

struct eventfd_ctx;
struct kvm_irq_routing_entry;
struct kvm_msi;
struct kvr_irq_routes;
struct kvr_irqchip;

/* A message: what a device would write, and where */
struct kvr_irq_msi {
	u64 addr;		/* guest-physical */
	u32 data;
};

/*
 * What an interrupt controller does. Called from any context but NMI, with interrupts on or off,
 * by several harts at once; neither sleeps. Neither calls kvr_irqs_acked() itself, and the caller
 * of that holds no lock which set_level takes.
 */
struct kvr_irqchip_ops {
	/* Input @pin, below chip->pins, is at @level from now on; may be what it was. */
	void (*set_level)(struct kvr_irqchip *chip, unsigned int pin, bool level);
	/* 1: delivered; 0: the guest does not want it; -EINVAL: @msi is for nobody here. */
	int (*send_msi)(struct kvr_irqchip *chip, const struct kvr_irq_msi *msi);
};

/* Embedded in the controller, which lives until after kvr_irqs_destroy(). */
struct kvr_irqchip {
	const struct kvr_irqchip_ops *ops;
	unsigned int pins;			/* at most KVR_IRQ_PINS */
};

/* Level-triggered by events: held at an event, let go of when the guest is done with it. */
struct kvr_irq_resample {
	struct list_head node;			/* in irqs->resamples */
	u32 gsi;
	struct eventfd_ctx *notify;		/* is signalled then */
};

/* All of a VM's. */
struct kvr_irqs {
	struct mutex lock;			/* changes of chip, routes and resamples */
	struct srcu_struct srcu;		/* look-ups in routes and resamples */
	struct kvr_irqchip *chip;		/* set once; acquire/release */
	struct kvr_irq_routes __rcu *routes;	/* NULL: none */
	struct list_head resamples;		/* look-ups under srcu */
	raw_spinlock_t level_lock;		/* the next two, and the order of set_level calls */
	DECLARE_BITMAP(by_user, KVR_IRQ_PINS);	/* pins that KVM_IRQ_LINE holds */
	DECLARE_BITMAP(by_event, KVR_IRQ_PINS);	/* and that events hold until resampled */
};

/* kvr_irqs_init - no controller and no routes yet. Sleeps. 0 or -ENOMEM. */
int kvr_irqs_init(struct kvr_irqs *irqs);

/* kvr_irqs_destroy - forget controller and routes; nobody uses them any more. Sleeps. */
void kvr_irqs_destroy(struct kvr_irqs *irqs);

/*
 * kvr_irqs_attach - from now on @chip is the VM's interrupt controller, and GSI n its input n
 *
 * Takes irqs->lock, sleeps. 0; -EEXIST: there is one; -ENOMEM.
 */
int kvr_irqs_attach(struct kvr_irqs *irqs, struct kvr_irqchip *chip);

/* kvr_irqs_chip - the VM's interrupt controller, or NULL; any context */
static inline struct kvr_irqchip *kvr_irqs_chip(struct kvr_irqs *irqs)
{
	return smp_load_acquire(&irqs->chip); /* pairs with kvr_irqs_attach */
}

/*
 * kvr_irqs_route - KVM_SET_GSI_ROUTING: these @count routes and no others
 * @entries: copied from user space, not checked yet
 *
 * On return nothing goes by the former routes. Takes irqs->lock, waits without it.
 *
 * Return: 0; -EINVAL: there is no controller, @count is above KVR_IRQ_GSIS, or an entry has an
 * unknown type or flag, a GSI or input that cannot be, or the GSI of another; -ENOMEM.
 */
int kvr_irqs_route(struct kvr_irqs *irqs, const struct kvm_irq_routing_entry *entries,
		   unsigned int count);

/*
 * kvr_irqs_line - KVM_IRQ_LINE: user space holds @gsi, or lets it go
 *
 * A GSI that is a message is sent when it is raised; one without a route goes nowhere. Any
 * context. 0, or -ENXIO: there is no controller.
 */
int kvr_irqs_line(struct kvr_irqs *irqs, u32 gsi, bool level);

/*
 * kvr_irqs_msi - KVM_SIGNAL_MSI
 *
 * Any context. 1: delivered; 0: the guest does not want it; -EINVAL: there is no controller, @msi
 * has flags, or is for nobody.
 */
int kvr_irqs_msi(struct kvr_irqs *irqs, const struct kvm_msi *msi);

/*
 * kvr_irqs_event - an edge at @gsi; with @hold it stays up until the guest is done with it
 *
 * Any context but NMI. Without controller or route nothing happens.
 */
void kvr_irqs_event(struct kvr_irqs *irqs, u32 gsi, bool hold);

/*
 * kvr_irqs_acked - for controllers: the guest is done with the interrupt of input @pin
 *
 * Lets go of what events hold there and tells those who asked; they may raise it again at once.
 * Any context but NMI, without locks that set_level or the sending of an eventfd takes.
 */
void kvr_irqs_acked(struct kvr_irqs *irqs, unsigned int pin);

/*
 * kvr_irqs_resample_add, kvr_irqs_resample_unlink - tell @resample of resampling, or no more
 *
 * Take irqs->lock. After unlink somebody may still look at it, until:
 */
void kvr_irqs_resample_add(struct kvr_irqs *irqs, struct kvr_irq_resample *resample);
void kvr_irqs_resample_unlink(struct kvr_irqs *irqs, struct kvr_irq_resample *resample);

/*
 * kvr_irqs_resample_settle - wait for all that were unlinked before
 *
 * On return nobody looks at them, and no event holds an input for their sake. Sleeps for a grace
 * period of this VM's look-ups, without a lock, and takes irqs->lock afterwards.
 */
void kvr_irqs_resample_settle(struct kvr_irqs *irqs);

#endif
