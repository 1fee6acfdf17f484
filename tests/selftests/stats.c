// SPDX-License-Identifier: GPL-2.0-only
/* Statistics file descriptors: their descriptors are correct, and the values count. */
#define _GNU_SOURCE
#include <string.h>

#include "lib.h"
#include "harness.h"

#define CODE GUEST_SCRATCH
#define CSRR_A0_CYCLE 0xc0002573
#define RET 0x00008067

struct stats {
	int fd;
	struct kvm_stats_header header;
};

static bool stats_open(struct stats *s, int of)
{
	s->fd = kvm_ioctl_n(of, KVM_GET_STATS_FD, 0);
	if (s->fd < 0)
		return false;
	return pread(s->fd, &s->header, sizeof(s->header), 0) == sizeof(s->header);
}

/* Descriptor @n into @desc, which has room for its name. */
static bool stats_desc(struct stats *s, unsigned int n, struct kvm_stats_desc *desc)
{
	size_t size = sizeof(*desc) + s->header.name_size;

	return pread(s->fd, desc, size, s->header.desc_offset + n * size) == (ssize_t)size;
}

/* The first value of the statistic named @name; ~0 when there is none. */
static uint64_t stats_value(struct stats *s, const char *name)
{
	union {
		struct kvm_stats_desc desc;
		char room[256];
	} u;
	uint64_t value;

	for (unsigned int n = 0; n < s->header.num_desc; n++) {
		if (!stats_desc(s, n, &u.desc) || strcmp(u.desc.name, name))
			continue;
		if (pread(s->fd, &value, 8, s->header.data_offset + u.desc.offset) == 8)
			return value;
	}
	return ~0UL;
}

FIXTURE(stats)
{
	struct vm vm;
	struct vcpu vcpu;
	struct stats of_vm, of_vcpu;
};

FIXTURE_SETUP(stats)
{
	vm_open(&self->vm);
	vcpu_open(&self->vcpu, &self->vm, 0);
	ASSERT_TRUE(stats_open(&self->of_vm, self->vm.fd));
	ASSERT_TRUE(stats_open(&self->of_vcpu, self->vcpu.fd));
}

FIXTURE_TEARDOWN(stats)
{
}

static const struct {
	bool of_vcpu;
	const char *name;
} known[] = {
	{ false, "remote_tlb_flush" },
	{ false, "remote_tlb_flush_requests" },
	{ true, "halt_successful_poll" },
	{ true, "halt_attempted_poll" },
	{ true, "halt_poll_invalid" },
	{ true, "halt_wakeup" },
	{ true, "halt_poll_success_ns" },
	{ true, "halt_poll_fail_ns" },
	{ true, "halt_wait_ns" },
	{ true, "halt_poll_success_hist" },
	{ true, "halt_poll_fail_hist" },
	{ true, "halt_wait_hist" },
	{ true, "blocking" },
	{ true, "ecall_exit_stat" },
	{ true, "wfi_exit_stat" },
	{ true, "mmio_exit_user" },
	{ true, "mmio_exit_kernel" },
	{ true, "csr_exit_user" },
	{ true, "csr_exit_kernel" },
	{ true, "signal_exits" },
	{ true, "exits" },
};

TEST_F(stats, names)
{
	for (unsigned int i = 0; i < ARRAY_LEN(known); i++) {
		struct stats *s = known[i].of_vcpu ? &self->of_vcpu : &self->of_vm;

		EXPECT_NE(~0UL, stats_value(s, known[i].name))
			TH_LOG("%s", known[i].name);
	}
}

/* Each value has a place of its own, and the last ends where the file does. */
TEST_F(stats, layout)
{
	struct stats *both[] = { &self->of_vm, &self->of_vcpu };
	union {
		struct kvm_stats_desc desc;
		char room[256];
	} u;
	char byte;

	for (int i = 0; i < 2; i++) {
		struct stats *s = both[i];
		uint64_t end = 0, sum = 0;

		ASSERT_GE(sizeof(u) - sizeof(u.desc), s->header.name_size);
		for (unsigned int n = 0; n < s->header.num_desc; n++) {
			ASSERT_TRUE(stats_desc(s, n, &u.desc));
			EXPECT_LT(0, u.desc.size);
			EXPECT_EQ(0, u.desc.offset % 8);
			EXPECT_NE(0, u.desc.name[0]);
			sum += 8UL * u.desc.size;
			if (end < u.desc.offset + 8UL * u.desc.size)
				end = u.desc.offset + 8UL * u.desc.size;
		}
		EXPECT_LE(sum, end);
		EXPECT_EQ(1, pread(s->fd, &byte, 1, s->header.data_offset + end - 1));
		EXPECT_EQ(0, pread(s->fd, &byte, 1, s->header.data_offset + end + 4096));
	}
}

TEST_F(stats, counting)
{
	uint64_t ecalls = stats_value(&self->of_vcpu, "ecall_exit_stat");
	uint64_t mmios = stats_value(&self->of_vcpu, "mmio_exit_user");
	uint64_t exits = stats_value(&self->of_vcpu, "exits");

	guest_sbi(&self->vcpu, 0x10, 0);
	guest_set(&self->vcpu, G_mmio_lw, MMIO_BASE);
	guest_expect(&self->vcpu, EV_MMIO);
	EXPECT_LT(ecalls, stats_value(&self->of_vcpu, "ecall_exit_stat"));
	EXPECT_LT(mmios, stats_value(&self->of_vcpu, "mmio_exit_user"));
	EXPECT_LT(exits, stats_value(&self->of_vcpu, "exits"));
	EXPECT_EQ(0, stats_value(&self->of_vcpu, "blocking"));
}

/* Exits that are settled in the world switch count like all others, and each of them once. */
TEST_F(stats, fast_exits)
{
	const char *const kinds[] = { "exits", "ecall_exit_stat", "wfi_exit_stat", "csr_exit_kernel" };
	const uint32_t code[] = { CSRR_A0_CYCLE, CSRR_A0_CYCLE, CSRR_A0_CYCLE, RET };
	struct kvm_interrupt irq = { .irq = KVM_INTERRUPT_SET };
	uint64_t grown[ARRAY_LEN(kinds)];

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		grown[i] = -stats_value(&self->of_vcpu, kinds[i]);
	/* Each ends with one more call, which says so. */
	for (int i = 0; i < 10; i++)
		guest_sbi(&self->vcpu, 0x10, 0);
	ASSERT_EQ(0, kvm_ioctl(self->vcpu.fd, KVM_INTERRUPT, &irq));
	guest_call(&self->vcpu, G_irq_wfi, 9);
	memcpy(ram(&self->vm, CODE), code, sizeof(code));
	guest_call(&self->vcpu, CODE);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		grown[i] += stats_value(&self->of_vcpu, kinds[i]);
	EXPECT_LE(22 + 1 + 3, grown[0]);
	EXPECT_EQ(22, grown[1]);
	EXPECT_EQ(1, grown[2]);
	EXPECT_EQ(3, grown[3]);
}

/* They outlive the descriptors that they came from. */
TEST_F(stats, outlive)
{
	munmap(self->vcpu.run, self->vm.run_size);
	close(self->vcpu.fd);
	close(self->vm.fd);
	close(self->vm.kvm);
	EXPECT_NE(~0UL, stats_value(&self->of_vcpu, "exits"));
	EXPECT_NE(~0UL, stats_value(&self->of_vm, "remote_tlb_flush"));
}

TEST_HARNESS_MAIN
