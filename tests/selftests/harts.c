// SPDX-License-Identifier: GPL-2.0-only
/* A vCPU behaves the same on each of the host's harts. */
#define _GNU_SOURCE
#include <sched.h>

#include "lib.h"
#include "harness.h"

#define FLAG GUEST_SCRATCH

struct csr {
	const char *name;
	uint64_t reg;
	uint64_t value;
};

static const struct csr csrs[] = {
	{ "sie", REG_CSR(sie), 0x222 },
	{ "sip", REG_CSR(sip), 0x2 },
	{ "sscratch", REG_CSR(sscratch), 0x1122334455667788 },
	{ "sepc", REG_CSR(sepc), 0x0000123456789abc },
	{ "scause", REG_CSR(scause), 5 },
	{ "stval", REG_CSR(stval), 0x8877665544332211 },
	{ "scounteren", REG_CSR(scounteren), 0x2 },
	{ "compare", REG_TIMER(compare), 0x7777777777777777 },
};

static unsigned int csrs_differ(struct vcpu *vcpu)
{
	unsigned int bad = 0;

	for (unsigned int i = 0; i < ARRAY_LEN(csrs); i++) {
		uint64_t value = reg_get(vcpu, csrs[i].reg);

		if (value == csrs[i].value)
			continue;
		note("%s is 0x%llx, not 0x%llx", csrs[i].name, (unsigned long long)value,
		     (unsigned long long)csrs[i].value);
		bad++;
	}
	return bad;
}

static long harts(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN);
}

/*
 * No guest has run on the second hart since the last VM went: what a hart refuses to take
 * before it is set up for guests would be lost.
 */
TEST(csrs_on_a_hart_new_to_guests)
{
	struct vcpu vcpu;
	struct vm vm;

	if (harts() < 2)
		SKIP(return, "this machine has one hart");
	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	pin(0);
	EXPECT_EQ(5, guest_call(&vcpu, G_mem_write, FLAG, 5));
	guest_finish(&vcpu);
	for (unsigned int i = 0; i < ARRAY_LEN(csrs); i++)
		reg_set(&vcpu, csrs[i].reg, csrs[i].value);
	for (int hart = 0; hart < 2; hart++) {
		pin(hart);
		EXPECT_EQ(6, guest_call(&vcpu, G_mem_write, FLAG, 6));
		guest_finish(&vcpu);
		EXPECT_EQ(0, csrs_differ(&vcpu));
	}
}

/* Back and forth, among others' vCPUs. */
TEST(csrs_on_changing_harts)
{
	struct vcpu vcpu, other;
	struct vm vm, other_vm;

	if (harts() < 2)
		SKIP(return, "this machine has one hart");
	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	vm_open(&other_vm);
	vcpu_open(&other, &other_vm, 0);
	for (unsigned int i = 0; i < ARRAY_LEN(csrs); i++)
		reg_set(&vcpu, csrs[i].reg, csrs[i].value);
	for (int round = 0; round < 40; round++) {
		pin(round & 1);
		if (round % 3 == 0) {
			EXPECT_EQ(7, guest_call(&other, G_mem_write, FLAG, 7));
			guest_finish(&other);
		}
		EXPECT_EQ(6, guest_call(&vcpu, G_mem_write, FLAG, 6));
		guest_finish(&vcpu);
		EXPECT_EQ(0, csrs_differ(&vcpu));
	}
}

TEST_HARNESS_MAIN
