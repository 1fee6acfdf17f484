// SPDX-License-Identifier: GPL-2.0-only
/* Coalesced MMIO: writes are queued in a ring. */
#define _GNU_SOURCE

#include "lib.h"
#include "harness.h"

#define ZONE_SIZE	0x100U
#define PAGE_SIZE	PAGE	/* as the ABI's macro has it */

FIXTURE(coalesced)
{
	struct vm vm;
	struct vcpu vcpu;
	volatile struct kvm_coalesced_mmio_ring *ring;
};

FIXTURE_SETUP(coalesced)
{
	vm_open(&self->vm);
	vcpu_open(&self->vcpu, &self->vm, 0);
	self->ring = (void *)((char *)self->vcpu.run + PAGE *
			      kvm_ioctl_n(self->vm.kvm, KVM_CHECK_EXTENSION, KVM_CAP_COALESCED_MMIO));
}

FIXTURE_TEARDOWN(coalesced)
{
}

static long zone_set(struct vm *vm, unsigned long request, uint64_t addr, uint32_t size, uint32_t pio)
{
	struct kvm_coalesced_mmio_zone zone = { .addr = addr, .size = size, .pio = pio };

	return kvm_ioctl(vm->fd, request, &zone);
}

static enum event store(struct vcpu *vcpu, uint64_t fn, uint64_t addr, uint64_t value)
{
	guest_set(vcpu, fn, addr, value);
	return guest_run(vcpu);
}

TEST_F(coalesced, waits_in_ring)
{
	struct vcpu *vcpu = &self->vcpu;
	struct vm *vm = &self->vm;

	EXPECT_EQ(EV_MMIO, store(vcpu, G_mmio_sw, MMIO_BASE, 1));
	ASSERT_EQ(0, zone_set(vm, KVM_REGISTER_COALESCED_MMIO, MMIO_BASE, ZONE_SIZE, 0));
	EXPECT_EQ(EV_DONE, store(vcpu, G_mmio_sw, MMIO_BASE, 0x11223344));
	EXPECT_EQ(EV_DONE, store(vcpu, G_mmio_sb, MMIO_BASE + ZONE_SIZE - 1, 0x55));
	EXPECT_EQ(0, self->ring->first);
	EXPECT_EQ(2, self->ring->last);
	EXPECT_EQ(MMIO_BASE, self->ring->coalesced_mmio[0].phys_addr);
	EXPECT_EQ(4, self->ring->coalesced_mmio[0].len);
	EXPECT_EQ(0x44, self->ring->coalesced_mmio[0].data[0]);
	EXPECT_EQ(0x11, self->ring->coalesced_mmio[0].data[3]);
	EXPECT_EQ(MMIO_BASE + ZONE_SIZE - 1, self->ring->coalesced_mmio[1].phys_addr);
	EXPECT_EQ(1, self->ring->coalesced_mmio[1].len);
	EXPECT_EQ(0x55, self->ring->coalesced_mmio[1].data[0]);
	/* Loads, and what is not wholly inside, go to user space as ever. */
	guest_set(vcpu, G_mmio_lw, MMIO_BASE);
	EXPECT_EQ(EV_MMIO, guest_run(vcpu));
	EXPECT_EQ(EV_MMIO, store(vcpu, G_mmio_sw, MMIO_BASE + ZONE_SIZE, 1));
	EXPECT_EQ(2, self->ring->last);

	ASSERT_EQ(0, zone_set(vm, KVM_UNREGISTER_COALESCED_MMIO, MMIO_BASE, ZONE_SIZE, 0));
	EXPECT_EQ(EV_MMIO, store(vcpu, G_mmio_sw, MMIO_BASE, 1));
	EXPECT_EQ(0, zone_set(vm, KVM_UNREGISTER_COALESCED_MMIO, MMIO_BASE, ZONE_SIZE, 0));
}

TEST_F(coalesced, full_ring)
{
	struct vcpu *vcpu = &self->vcpu;
	unsigned int taken = 0;

	ASSERT_EQ(0, zone_set(&self->vm, KVM_REGISTER_COALESCED_MMIO, MMIO_BASE, ZONE_SIZE, 0));
	while (store(vcpu, G_mmio_sw, MMIO_BASE, taken) == EV_DONE)
		taken++;
	EXPECT_EQ(KVM_COALESCED_MMIO_MAX - 1, taken);
	guest_finish(vcpu);
	self->ring->first = 1;
	EXPECT_EQ(EV_DONE, store(vcpu, G_mmio_sw, MMIO_BASE, taken));
	EXPECT_EQ(0, self->ring->last);
}

/* User space writes what it likes into the ring. */
TEST_F(coalesced, garbage_in_ring)
{
	ASSERT_EQ(0, zone_set(&self->vm, KVM_REGISTER_COALESCED_MMIO, MMIO_BASE, ZONE_SIZE, 0));
	self->ring->last = ~0U;
	EXPECT_EQ(EV_MMIO, store(&self->vcpu, G_mmio_sw, MMIO_BASE, 1));
	self->ring->last = KVM_COALESCED_MMIO_MAX;
	EXPECT_EQ(EV_MMIO, store(&self->vcpu, G_mmio_sw, MMIO_BASE, 1));
	guest_finish(&self->vcpu);
	self->ring->last = 3;
	self->ring->first = ~0U;
	EXPECT_EQ(EV_DONE, store(&self->vcpu, G_mmio_sw, MMIO_BASE, 1));
	EXPECT_EQ(4, self->ring->last);
}

TEST_F(coalesced, bad_zones)
{
	struct vm *vm = &self->vm;

	EXPECT_EQ(-EINVAL, zone_set(vm, KVM_REGISTER_COALESCED_MMIO, MMIO_BASE, ZONE_SIZE, 2));
	EXPECT_EQ(-EINVAL, zone_set(vm, KVM_UNREGISTER_COALESCED_MMIO, MMIO_BASE, ZONE_SIZE, 2));
	EXPECT_EQ(0, zone_set(vm, KVM_REGISTER_COALESCED_MMIO, MMIO_BASE, 0, 0));
	EXPECT_EQ(0, zone_set(vm, KVM_REGISTER_COALESCED_MMIO, 0x80, 8, 1));
	EXPECT_EQ(EV_MMIO, store(&self->vcpu, G_mmio_sw, MMIO_BASE, 1));
	EXPECT_EQ(0, self->ring->last);
}

/* In-tree: 1,000 per kind of space. Far more than that is no use to anyone, only memory. */
#define ZONES_TRIED	20000U

static unsigned int zones_fill(struct vm *vm, uint32_t size, uint32_t pio)
{
	unsigned int zones = 0;
	long ret = 0;

	while (zones < ZONES_TRIED && !ret) {
		ret = zone_set(vm, KVM_REGISTER_COALESCED_MMIO, MMIO_BASE, size, pio);
		zones += !ret;
	}
	return ret == -ENOSPC ? zones : ~0U;
}

/* Zones have an end, those included that no write reaches; all go at once, and make room again. */
TEST_F(coalesced, zones_have_an_end)
{
	static const struct {
		uint32_t size, pio;
	} kinds[] = { { ZONE_SIZE, 0 }, { ZONE_SIZE, 1 }, { 0, 0 }, { 0, 1 } };
	struct vm *vm = &self->vm;
	uint64_t start;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		uint32_t size = kinds[i].size, pio = kinds[i].pio;
		unsigned int zones = zones_fill(vm, size, pio);

		EXPECT_LE(1000, zones);
		EXPECT_NE(~0U, zones) TH_LOG("size %u pio %u: no end", size, pio);
		start = now_ms();
		EXPECT_EQ(0, zone_set(vm, KVM_UNREGISTER_COALESCED_MMIO, MMIO_BASE, size, pio));
		note("size %u pio %u: %u zones, %u ms to go", size, pio, zones,
		     (unsigned int)(now_ms() - start));
		EXPECT_EQ(EV_MMIO, store(&self->vcpu, G_mmio_sw, MMIO_BASE, 1));
		guest_finish(&self->vcpu);
		EXPECT_EQ(0, zone_set(vm, KVM_REGISTER_COALESCED_MMIO, MMIO_BASE, size, pio));
		EXPECT_EQ(0, zone_set(vm, KVM_UNREGISTER_COALESCED_MMIO, MMIO_BASE, size, pio));
	}
}

TEST_HARNESS_MAIN
