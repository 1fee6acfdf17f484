// SPDX-License-Identifier: GPL-2.0-only
#include "irqchip/irqs.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/overflow.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/srcu.h>

#include "compat/eventfd.h"
#include "uapi/types.h"

enum route_kind {
	ROUTE_NONE,
	ROUTE_PIN,
	ROUTE_MSI,
};

/* RISC-V has one controller, so a GSI is one input or one message. */
struct irq_route {
	enum route_kind kind;
	u32 pin;
	struct kvr_irq_msi msi;
};

/* Never changed once published. */
struct kvr_irq_routes {
	unsigned int gsis;
	struct irq_route by_gsi[];
};

int kvr_irqs_init(struct kvr_irqs *irqs)
{
	int ret = init_srcu_struct(&irqs->srcu);

	if (ret)
		return ret;
	mutex_init(&irqs->lock);
	irqs->chip = NULL;
	RCU_INIT_POINTER(irqs->routes, NULL);
	INIT_LIST_HEAD(&irqs->resamples);
	raw_spin_lock_init(&irqs->level_lock);
	bitmap_zero(irqs->by_user, KVR_IRQ_PINS);
	bitmap_zero(irqs->by_event, KVR_IRQ_PINS);
	return 0;
}

void kvr_irqs_destroy(struct kvr_irqs *irqs)
{
	kvfree(rcu_dereference_protected(irqs->routes, true));
	RCU_INIT_POINTER(irqs->routes, NULL);
	mutex_destroy(&irqs->lock);
	cleanup_srcu_struct(&irqs->srcu);
}

/* Under irqs->srcu or irqs->lock. ROUTE_NONE for what is beyond the table, too. */
static struct irq_route route_find(const struct kvr_irq_routes *routes, u32 gsi)
{
	if (!routes || gsi >= routes->gsis)
		return (struct irq_route){ .kind = ROUTE_NONE };
	return routes->by_gsi[array_index_nospec(gsi, routes->gsis)];
}

static int route_check(const struct kvr_irqchip *chip, const struct kvm_irq_routing_entry *entry,
		       struct irq_route *route)
{
	switch (entry->type) {
	case KVM_IRQ_ROUTING_IRQCHIP:
		if (entry->flags || entry->u.irqchip.irqchip >= KVM_NR_IRQCHIPS ||
		    entry->u.irqchip.pin >= chip->pins)
			return -EINVAL;
		route->kind = ROUTE_PIN;
		route->pin = entry->u.irqchip.pin;
		return 0;
	case KVM_IRQ_ROUTING_MSI:
		/* No controller tells devices apart, so their ids are allowed and of no use. */
		if (entry->flags & ~KVM_MSI_VALID_DEVID)
			return -EINVAL;
		route->kind = ROUTE_MSI;
		route->msi.addr = (u64)entry->u.msi.address_hi << 32 | entry->u.msi.address_lo;
		route->msi.data = entry->u.msi.data;
		return 0;
	}
	return -EINVAL;
}

static struct kvr_irq_routes *routes_alloc(unsigned int gsis)
{
	struct kvr_irq_routes *routes;

	routes = kvzalloc(struct_size(routes, by_gsi, gsis), GFP_KERNEL_ACCOUNT);
	if (routes)
		routes->gsis = gsis;
	return routes;
}

/* What holds a pin for an event, but is routed there no longer, lets go of it. */
static void events_settle(struct kvr_irqs *irqs)
{
	const struct kvr_irq_routes *routes;
	struct kvr_irq_resample *resample;
	DECLARE_BITMAP(wanted, KVR_IRQ_PINS);
	struct irq_route route;
	unsigned long flags;
	unsigned int pin;

	lockdep_assert_held(&irqs->lock);
	routes = rcu_dereference_protected(irqs->routes, lockdep_is_held(&irqs->lock));
	bitmap_zero(wanted, KVR_IRQ_PINS);
	list_for_each_entry(resample, &irqs->resamples, node) {
		route = route_find(routes, resample->gsi);
		if (route.kind == ROUTE_PIN)
			__set_bit(route.pin, wanted);
	}
	raw_spin_lock_irqsave(&irqs->level_lock, flags);
	for_each_set_bit(pin, irqs->by_event, KVR_IRQ_PINS) {
		if (test_bit(pin, wanted))
			continue;
		__clear_bit(pin, irqs->by_event);
		irqs->chip->ops->set_level(irqs->chip, pin, test_bit(pin, irqs->by_user));
	}
	raw_spin_unlock_irqrestore(&irqs->level_lock, flags);
}

/*
 * Nothing goes by former routes, and nobody looks at former resamplers, when this returns. Without
 * a lock: others may change both meanwhile, and wait and settle for themselves.
 */
static void irqs_settle(struct kvr_irqs *irqs)
{
	synchronize_srcu_expedited(&irqs->srcu); /* of this VM alone */
	mutex_lock(&irqs->lock);
	events_settle(irqs);
	mutex_unlock(&irqs->lock);
}

static void routes_replace(struct kvr_irqs *irqs, struct kvr_irq_routes *routes)
{
	struct kvr_irq_routes *old;

	mutex_lock(&irqs->lock);
	old = rcu_dereference_protected(irqs->routes, lockdep_is_held(&irqs->lock));
	rcu_assign_pointer(irqs->routes, routes);
	mutex_unlock(&irqs->lock);
	irqs_settle(irqs);
	kvfree(old);
}

int kvr_irqs_attach(struct kvr_irqs *irqs, struct kvr_irqchip *chip)
{
	struct kvr_irq_routes *routes = routes_alloc(chip->pins);
	unsigned int gsi;
	int ret = -EEXIST;

	if (!routes)
		return -ENOMEM;
	for (gsi = 0; gsi < chip->pins; gsi++) {
		routes->by_gsi[gsi].kind = ROUTE_PIN;
		routes->by_gsi[gsi].pin = gsi;
	}
	mutex_lock(&irqs->lock);
	if (!irqs->chip) {
		rcu_assign_pointer(irqs->routes, routes);
		routes = NULL;
		smp_store_release(&irqs->chip, chip); /* pairs with kvr_irqs_chip */
		ret = 0;
	}
	mutex_unlock(&irqs->lock);
	kvfree(routes);
	return ret;
}

int kvr_irqs_route(struct kvr_irqs *irqs, const struct kvm_irq_routing_entry *entries,
		   unsigned int count)
{
	struct kvr_irqchip *chip = kvr_irqs_chip(irqs);
	struct kvr_irq_routes *routes;
	unsigned int i, gsis = 0;
	int ret = -EINVAL;

	if (!chip || count > KVR_IRQ_GSIS)
		return -EINVAL;
	for (i = 0; i < count; i++) {
		if (entries[i].gsi >= KVR_IRQ_GSIS)
			return -EINVAL;
		gsis = max(gsis, entries[i].gsi + 1);
	}
	routes = routes_alloc(gsis);
	if (!routes)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		struct irq_route *route = &routes->by_gsi[array_index_nospec(entries[i].gsi, gsis)];

		if (route->kind != ROUTE_NONE || route_check(chip, &entries[i], route))
			goto out;
	}
	routes_replace(irqs, routes);
	routes = NULL;
	ret = 0;
out:
	kvfree(routes);
	return ret;
}

/*
 * What follows runs under irqs->srcu until the controller has it: a change of the routes waits for
 * it, and settles afterwards what is held.
 */

/* Sets or clears @pin in @source, one of the two bitmaps, and tells the controller what follows. */
static void pin_hold(struct kvr_irqs *irqs, unsigned long *source, unsigned int pin, bool level)
{
	struct kvr_irqchip *chip = kvr_irqs_chip(irqs);
	unsigned long flags;

	raw_spin_lock_irqsave(&irqs->level_lock, flags);
	if (level)
		__set_bit(pin, source);
	else
		__clear_bit(pin, source);
	chip->ops->set_level(chip, pin, test_bit(pin, irqs->by_user) ||
					test_bit(pin, irqs->by_event));
	raw_spin_unlock_irqrestore(&irqs->level_lock, flags);
}

/* Up and down again; where somebody holds it, there is no edge to be seen. */
static void pin_pulse(struct kvr_irqs *irqs, unsigned int pin)
{
	struct kvr_irqchip *chip = kvr_irqs_chip(irqs);
	unsigned long flags;

	raw_spin_lock_irqsave(&irqs->level_lock, flags);
	chip->ops->set_level(chip, pin, true);
	chip->ops->set_level(chip, pin, test_bit(pin, irqs->by_user) ||
					test_bit(pin, irqs->by_event));
	raw_spin_unlock_irqrestore(&irqs->level_lock, flags);
}

int kvr_irqs_line(struct kvr_irqs *irqs, u32 gsi, bool level)
{
	struct kvr_irqchip *chip = kvr_irqs_chip(irqs);
	struct irq_route route;
	int idx;

	if (!chip)
		return -ENXIO;
	idx = srcu_read_lock(&irqs->srcu);
	route = route_find(srcu_dereference(irqs->routes, &irqs->srcu), gsi);
	if (route.kind == ROUTE_PIN)
		pin_hold(irqs, irqs->by_user, route.pin, level);
	else if (route.kind == ROUTE_MSI && level)
		chip->ops->send_msi(chip, &route.msi);
	srcu_read_unlock(&irqs->srcu, idx);
	return 0;
}

int kvr_irqs_msi(struct kvr_irqs *irqs, const struct kvm_msi *args)
{
	struct kvr_irqchip *chip = kvr_irqs_chip(irqs);
	const struct kvr_irq_msi msi = {
		.addr = (u64)args->address_hi << 32 | args->address_lo,
		.data = args->data,
	};

	if (!chip || args->flags)
		return -EINVAL;
	return chip->ops->send_msi(chip, &msi);
}

void kvr_irqs_event(struct kvr_irqs *irqs, u32 gsi, bool hold)
{
	struct kvr_irqchip *chip = kvr_irqs_chip(irqs);
	struct irq_route route;
	int idx;

	if (!chip)
		return;
	idx = srcu_read_lock(&irqs->srcu);
	route = route_find(srcu_dereference(irqs->routes, &irqs->srcu), gsi);
	if (route.kind == ROUTE_MSI)
		chip->ops->send_msi(chip, &route.msi);
	else if (route.kind == ROUTE_PIN && hold)
		pin_hold(irqs, irqs->by_event, route.pin, true);
	else if (route.kind == ROUTE_PIN)
		pin_pulse(irqs, route.pin);
	srcu_read_unlock(&irqs->srcu, idx);
}

void kvr_irqs_acked(struct kvr_irqs *irqs, unsigned int pin)
{
	const struct kvr_irq_routes *routes;
	struct kvr_irq_resample *resample;
	struct irq_route route;
	int idx;

	/* A guest can do this often, and hardly any VM wants to know. */
	if (list_empty(&irqs->resamples))
		return;
	idx = srcu_read_lock(&irqs->srcu);
	if (test_bit(pin, irqs->by_event))
		pin_hold(irqs, irqs->by_event, pin, false);
	routes = srcu_dereference(irqs->routes, &irqs->srcu);
	list_for_each_entry_srcu(resample, &irqs->resamples, node,
				 srcu_read_lock_held(&irqs->srcu)) {
		route = route_find(routes, resample->gsi);
		if (route.kind == ROUTE_PIN && route.pin == pin)
			eventfd_signal(resample->notify);
	}
	srcu_read_unlock(&irqs->srcu, idx);
}

void kvr_irqs_resample_add(struct kvr_irqs *irqs, struct kvr_irq_resample *resample)
{
	mutex_lock(&irqs->lock);
	list_add_tail_rcu(&resample->node, &irqs->resamples);
	mutex_unlock(&irqs->lock);
}

void kvr_irqs_resample_unlink(struct kvr_irqs *irqs, struct kvr_irq_resample *resample)
{
	mutex_lock(&irqs->lock);
	list_del_rcu(&resample->node);
	mutex_unlock(&irqs->lock);
}

void kvr_irqs_resample_settle(struct kvr_irqs *irqs)
{
	irqs_settle(irqs);
}
