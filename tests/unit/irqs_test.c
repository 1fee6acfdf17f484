// SPDX-License-Identifier: GPL-2.0-only
/* sources: irqchip/irqs.c */
/* Routes of GSIs, levels of inputs, resampling, with a controller that records its calls. */
#include <linux/errno.h>
#include <linux/eventfd.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "irqchip/irqs.h"
#include "tap.h"
#include "uapi/kvm.h"

#define PINS		64
#define DEAF_ADDR	0xdead000ULL	/* the guest does not want what is sent there */

struct eventfd_ctx unit_eventfds[UNIT_EVENTFDS];
long unit_allocs_left = 1L << 40;

static struct kvr_irqs irqs;

/* What the controller was told */
static bool levels[PINS];
static unsigned int rises[PINS], told;
static struct kvr_irq_msi last_msi;
static unsigned int messages;

static void chip_set_level(struct kvr_irqchip *chip, unsigned int pin, bool level)
{
	EXPECT(pin < chip->pins);
	rises[pin] += level && !levels[pin];
	levels[pin] = level;
	told++;
}

static int chip_send_msi(struct kvr_irqchip *chip, const struct kvr_irq_msi *msi)
{
	if (msi->addr == DEAF_ADDR)
		return 0;
	if (msi->addr & 3)
		return -EINVAL;
	last_msi = *msi;
	messages++;
	return 1;
}

static const struct kvr_irqchip_ops chip_ops = { chip_set_level, chip_send_msi };
static struct kvr_irqchip chip = { .ops = &chip_ops, .pins = PINS };

static void set_up(bool with_chip)
{
	memset(unit_eventfds, 0, sizeof(unit_eventfds));
	memset(levels, 0, sizeof(levels));
	memset(rises, 0, sizeof(rises));
	told = messages = 0;
	EXPECT_EQ(kvr_irqs_init(&irqs), 0);
	if (with_chip)
		EXPECT_EQ(kvr_irqs_attach(&irqs, &chip), 0);
}

static void resample_remove(struct kvr_irq_resample *resample)
{
	kvr_irqs_resample_unlink(&irqs, resample);
	kvr_irqs_resample_settle(&irqs);
}

static struct kvm_irq_routing_entry to_pin(u32 gsi, u32 pin)
{
	return (struct kvm_irq_routing_entry){
		.gsi = gsi, .type = KVM_IRQ_ROUTING_IRQCHIP, .u.irqchip.pin = pin,
	};
}

static struct kvm_irq_routing_entry to_msi(u32 gsi, u64 addr, u32 data)
{
	return (struct kvm_irq_routing_entry){
		.gsi = gsi, .type = KVM_IRQ_ROUTING_MSI,
		.u.msi = { .address_lo = addr, .address_hi = addr >> 32, .data = data },
	};
}

static int route_one(struct kvm_irq_routing_entry entry)
{
	return kvr_irqs_route(&irqs, &entry, 1);
}

TEST(without_a_controller)
{
	const struct kvm_msi msi = { .address_lo = 0x1000 };

	set_up(false);
	EXPECT_EQ(kvr_irqs_chip(&irqs) == NULL, true);
	EXPECT_EQ(kvr_irqs_line(&irqs, 1, true), -ENXIO);
	EXPECT_EQ(kvr_irqs_msi(&irqs, &msi), -EINVAL);
	EXPECT_EQ(kvr_irqs_route(&irqs, NULL, 0), -EINVAL);
	EXPECT_EQ(route_one(to_pin(1, 1)), -EINVAL);
	kvr_irqs_event(&irqs, 1, false);
	kvr_irqs_event(&irqs, ~0U, true);
	kvr_irqs_acked(&irqs, 1);
	kvr_irqs_destroy(&irqs);
}

TEST(a_controller_comes_with_routes)
{
	set_up(true);
	EXPECT(kvr_irqs_chip(&irqs) == &chip);
	EXPECT_EQ(kvr_irqs_attach(&irqs, &chip), -EEXIST);
	for (unsigned int gsi = 0; gsi < PINS; gsi++) {
		NOTE("GSI %u", gsi);
		EXPECT_EQ(kvr_irqs_line(&irqs, gsi, true), 0);
		EXPECT(levels[gsi]);
		EXPECT_EQ(kvr_irqs_line(&irqs, gsi, false), 0);
		EXPECT(!levels[gsi]);
	}
	EXPECT_EQ(told, 2 * PINS);
	EXPECT_EQ(kvr_irqs_line(&irqs, PINS, true), 0);
	EXPECT_EQ(kvr_irqs_line(&irqs, ~0U, true), 0);
	EXPECT_EQ(told, 2 * PINS);
	kvr_irqs_destroy(&irqs);
}

TEST(wrong_routes_change_nothing)
{
	struct kvm_irq_routing_entry bad[] = {
		{ .gsi = 1, .type = 0 },
		{ .gsi = 1, .type = 3 },
		to_pin(1, PINS), to_pin(1, ~0U), to_pin(KVR_IRQ_GSIS, 1), to_pin(~0U, 1),
		to_pin(1, 1), to_pin(1, 1), to_msi(1, 0x1000, 0),
	};
	struct kvm_irq_routing_entry twice[] = { to_pin(5, 1), to_msi(5, 0x1000, 0) };

	bad[6].flags = 1;
	bad[7].u.irqchip.irqchip = 1;
	bad[8].flags = 2;
	set_up(true);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		NOTE("entry %u", i);
		EXPECT_EQ(route_one(bad[i]), -EINVAL);
	}
	EXPECT_EQ(kvr_irqs_route(&irqs, twice, 2), -EINVAL);
	EXPECT_EQ(kvr_irqs_route(&irqs, twice, KVR_IRQ_GSIS + 1), -EINVAL);
	unit_allocs_left = 0;
	EXPECT_EQ(route_one(to_pin(1, 2)), -ENOMEM);
	unit_allocs_left = 1L << 40;
	EXPECT_EQ(kvr_irqs_line(&irqs, 1, true), 0);
	EXPECT(levels[1] && !levels[2]);
	kvr_irqs_destroy(&irqs);
}

TEST(routes_replace_the_former)
{
	struct kvm_irq_routing_entry routes[] = {
		to_pin(KVR_IRQ_GSIS - 1, 3), to_pin(0, 3), to_msi(7, 0x128000000, 9),
	};

	set_up(true);
	routes[2].flags = KVM_MSI_VALID_DEVID;
	EXPECT_EQ(kvr_irqs_route(&irqs, routes, 3), 0);
	EXPECT_EQ(kvr_irqs_line(&irqs, 1, true), 0);
	EXPECT_EQ(told, 0);
	EXPECT_EQ(kvr_irqs_line(&irqs, KVR_IRQ_GSIS - 1, true), 0);
	EXPECT(levels[3]);
	/* Two GSIs of one input: user space's word is the input's. */
	EXPECT_EQ(kvr_irqs_line(&irqs, 0, false), 0);
	EXPECT(!levels[3]);
	EXPECT_EQ(kvr_irqs_line(&irqs, 7, false), 0);
	EXPECT_EQ(messages, 0);
	EXPECT_EQ(kvr_irqs_line(&irqs, 7, true), 0);
	EXPECT_EQ(messages, 1);
	EXPECT_EQ(last_msi.addr, 0x128000000);
	EXPECT_EQ(last_msi.data, 9);
	EXPECT_EQ(kvr_irqs_route(&irqs, NULL, 0), 0);
	EXPECT_EQ(kvr_irqs_line(&irqs, 7, true), 0);
	EXPECT_EQ(messages, 1);
	kvr_irqs_destroy(&irqs);
}

TEST(messages_go_by_their_address)
{
	struct kvm_msi msi = { .address_lo = 0x28001000, .address_hi = 1, .data = 5 };

	set_up(true);
	EXPECT_EQ(kvr_irqs_msi(&irqs, &msi), 1);
	EXPECT_EQ(last_msi.addr, 0x128001000);
	EXPECT_EQ(last_msi.data, 5);
	msi.flags = KVM_MSI_VALID_DEVID;
	EXPECT_EQ(kvr_irqs_msi(&irqs, &msi), -EINVAL);
	msi = (struct kvm_msi){ .address_lo = DEAF_ADDR };
	EXPECT_EQ(kvr_irqs_msi(&irqs, &msi), 0);
	msi.address_lo = 1;
	EXPECT_EQ(kvr_irqs_msi(&irqs, &msi), -EINVAL);
	EXPECT_EQ(messages, 1);
	kvr_irqs_destroy(&irqs);
}

TEST(an_event_is_an_edge_or_a_message)
{
	set_up(true);
	kvr_irqs_event(&irqs, 4, false);
	EXPECT_EQ(rises[4], 1);
	EXPECT(!levels[4]);
	/* Held by user space it stays where it is. */
	EXPECT_EQ(kvr_irqs_line(&irqs, 4, true), 0);
	kvr_irqs_event(&irqs, 4, false);
	EXPECT_EQ(rises[4], 2);
	EXPECT(levels[4]);
	kvr_irqs_event(&irqs, PINS, false);
	EXPECT_EQ(route_one(to_msi(4, 0x2000, 1)), 0);
	kvr_irqs_event(&irqs, 4, false);
	kvr_irqs_event(&irqs, 4, true);
	EXPECT_EQ(messages, 2);
	kvr_irqs_destroy(&irqs);
}

TEST(a_held_input_is_let_go_when_the_guest_is_done)
{
	struct kvr_irq_resample a = { .gsi = 4, .notify = &unit_eventfds[0] };
	struct kvr_irq_resample b = { .gsi = 4, .notify = &unit_eventfds[1] };
	struct kvr_irq_resample c = { .gsi = 5, .notify = &unit_eventfds[2] };

	set_up(true);
	kvr_irqs_resample_add(&irqs, &a);
	kvr_irqs_resample_add(&irqs, &b);
	kvr_irqs_resample_add(&irqs, &c);
	kvr_irqs_event(&irqs, 4, true);
	kvr_irqs_event(&irqs, 4, true);
	EXPECT(levels[4]);
	kvr_irqs_acked(&irqs, 4);
	EXPECT(!levels[4]);
	/* All that share the input are notified, no matter which of them raised it. */
	EXPECT_EQ(unit_eventfds[0].signals, 1);
	EXPECT_EQ(unit_eventfds[1].signals, 1);
	EXPECT_EQ(unit_eventfds[2].signals, 0);
	/* Also when nobody had: it may have been user space. */
	kvr_irqs_acked(&irqs, 4);
	EXPECT_EQ(unit_eventfds[0].signals, 2);
	EXPECT(!levels[4]);
	resample_remove(&a);
	kvr_irqs_acked(&irqs, 4);
	EXPECT_EQ(unit_eventfds[0].signals, 2);
	EXPECT_EQ(unit_eventfds[1].signals, 3);
	resample_remove(&b);
	resample_remove(&c);
	kvr_irqs_destroy(&irqs);
}

TEST(user_space_and_events_hold_an_input_together)
{
	struct kvr_irq_resample a = { .gsi = 4, .notify = &unit_eventfds[0] };

	set_up(true);
	kvr_irqs_resample_add(&irqs, &a);
	kvr_irqs_event(&irqs, 4, true);
	EXPECT_EQ(kvr_irqs_line(&irqs, 4, true), 0);
	EXPECT_EQ(kvr_irqs_line(&irqs, 4, false), 0);
	EXPECT(levels[4]);
	EXPECT_EQ(kvr_irqs_line(&irqs, 4, true), 0);
	kvr_irqs_acked(&irqs, 4);
	EXPECT(levels[4]);
	EXPECT_EQ(kvr_irqs_line(&irqs, 4, false), 0);
	EXPECT(!levels[4]);
	resample_remove(&a);
	kvr_irqs_destroy(&irqs);
}

TEST(nothing_stays_held_for_nobody)
{
	struct kvr_irq_resample a = { .gsi = 4, .notify = &unit_eventfds[0] };
	struct kvr_irq_resample b = { .gsi = 4, .notify = &unit_eventfds[1] };

	set_up(true);
	kvr_irqs_resample_add(&irqs, &a);
	kvr_irqs_resample_add(&irqs, &b);
	kvr_irqs_event(&irqs, 4, true);
	resample_remove(&a);
	EXPECT(levels[4]);
	resample_remove(&b);
	EXPECT(!levels[4]);

	/* Nor when the GSI goes elsewhere meanwhile; user space's hold is not touched. */
	kvr_irqs_resample_add(&irqs, &a);
	kvr_irqs_event(&irqs, 4, true);
	EXPECT_EQ(kvr_irqs_line(&irqs, 6, true), 0);
	EXPECT_EQ(route_one(to_pin(4, 9)), 0);
	EXPECT(!levels[4] && !levels[9] && levels[6]);
	kvr_irqs_event(&irqs, 4, true);
	EXPECT(levels[9]);
	kvr_irqs_acked(&irqs, 4);
	EXPECT_EQ(unit_eventfds[0].signals, 0);
	kvr_irqs_acked(&irqs, 9);
	EXPECT_EQ(unit_eventfds[0].signals, 1);
	EXPECT(!levels[9]);
	resample_remove(&a);
	kvr_irqs_destroy(&irqs);
}

TEST(many_go_with_one_wait)
{
	static struct kvr_irq_resample many[1000];
	unsigned int before;

	set_up(true);
	for (unsigned int i = 0; i < ARRAY_SIZE(many); i++) {
		many[i] = (struct kvr_irq_resample){ .gsi = i % 32, .notify = &unit_eventfds[0] };
		kvr_irqs_resample_add(&irqs, &many[i]);
		kvr_irqs_event(&irqs, i % 32, true);
	}
	before = irqs.srcu.grace_periods;
	for (unsigned int i = 0; i < ARRAY_SIZE(many); i++)
		kvr_irqs_resample_unlink(&irqs, &many[i]);
	kvr_irqs_resample_settle(&irqs);
	EXPECT_EQ(irqs.srcu.grace_periods - before, 1);
	for (unsigned int pin = 0; pin < 32; pin++)
		EXPECT(!levels[pin]);
	kvr_irqs_destroy(&irqs);
}
