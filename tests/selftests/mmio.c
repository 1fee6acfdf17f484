// SPDX-License-Identifier: GPL-2.0-only
/* MMIO exits: every form of load and store, and instructions that are rejected. */
#define _GNU_SOURCE
#include <string.h>

#include "lib.h"
#include "harness.h"

#define VALUE 0x8182838485868788UL

FIXTURE(mmio)
{
	struct vm vm;
	struct vcpu vcpu;
};

FIXTURE_SETUP(mmio)
{
	vm_open(&self->vm);
	vcpu_open(&self->vcpu, &self->vm, 0);
}

FIXTURE_TEARDOWN(mmio)
{
}

struct form {
	const char *name;
	uint64_t fn;
	unsigned int len;
	bool store;
	uint64_t result;	/* loads: what the register holds after VALUE */
};

#define LOAD(name, len, result) { #name, G_mmio_##name, len, false, result }
#define STORE(name, len) { #name, G_mmio_##name, len, true, 0 }

static const struct form forms[] = {
	LOAD(lb, 1, 0xffffffffffffff88), LOAD(lbu, 1, 0x88),
	LOAD(lh, 2, 0xffffffffffff8788), LOAD(lhu, 2, 0x8788),
	LOAD(lw, 4, 0xffffffff85868788), LOAD(lwu, 4, 0x85868788),
	LOAD(ld, 8, VALUE),
	LOAD(lw_offset, 4, 0xffffffff85868788),
	LOAD(c_lw, 4, 0xffffffff85868788), LOAD(c_ld, 8, VALUE),
	LOAD(c_lwsp, 4, 0xffffffff85868788), LOAD(c_ldsp, 8, VALUE),
	STORE(sb, 1), STORE(sh, 2), STORE(sw, 4), STORE(sd, 8),
	STORE(c_sw, 4), STORE(c_sd, 8), STORE(c_swsp, 4), STORE(c_sdsp, 8),
};

static const struct form zcb_forms[] = {
	LOAD(c_lbu, 1, 0x88), LOAD(c_lhu, 2, 0x8788),
	LOAD(c_lh, 2, 0xffffffffffff8788),
	STORE(c_sb, 1), STORE(c_sh, 2),
};

/* A 32-bit FP load sets the upper half of the register to ones (NaN boxing). */
static const struct form fp_forms[] = {
	LOAD(flw, 4, 0xffffffff85868788), LOAD(fld, 8, VALUE),
	LOAD(c_fld, 8, VALUE), LOAD(c_fldsp, 8, VALUE),
	STORE(fsw, 4), STORE(fsd, 8), STORE(c_fsd, 8), STORE(c_fsdsp, 8),
};

/* Low @len bytes of @v. */
static uint64_t low(uint64_t v, unsigned int len)
{
	return len == 8 ? v : v & ((1UL << len * 8) - 1);
}

/* Run one form; NULL when all was right, else what was wrong. */
static const char *form_try(struct vcpu *vcpu, const struct form *f)
{
	const uint64_t addr = MMIO_BASE + 0x108, value = VALUE;
	struct kvm_run *run = vcpu->run;
	uint64_t data = 0;

	guest_set(vcpu, f->fn, addr, value);
	if (guest_run(vcpu) != EV_MMIO)
		return "no MMIO exit";
	if (run->mmio.phys_addr != addr)
		return "wrong address";
	if (run->mmio.len != f->len)
		return "wrong length";
	if (run->mmio.is_write != f->store)
		return "wrong direction";
	memcpy(&data, run->mmio.data, f->len);
	if (f->store && data != low(value, f->len))
		return "wrong data";
	memset(run->mmio.data, 0xee, 8);
	if (!f->store)
		memcpy(run->mmio.data, &value, f->len);
	if (guest_run(vcpu) != EV_DONE)
		return "not finished by the second KVM_RUN";
	if (!f->store && done_value(vcpu) != f->result)
		return "wrong value in the register";
	return NULL;
}

#define FORMS_TRY(vcpu, table)						\
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {			\
		const char *wrong = form_try(vcpu, &(table)[i]);	\
									\
		EXPECT_EQ(NULL, wrong)					\
			TH_LOG("%s: %s", (table)[i].name, wrong);	\
	}

/* in-tree: 6.12 fails here, as it does not extend the sign of lb, lh and lw. */
TEST_F(mmio, integer_forms)
{
	FORMS_TRY(&self->vcpu, forms);
}

TEST_F(mmio, zcb_forms)
{
	/* The host's user space has the same instructions as its guests. */
	if (!file_has("/proc/cpuinfo", "zcb"))
		SKIP(return, "this hart has no Zcb");
	/* in-tree: 6.12 does not know these formats. */
	FORMS_TRY(&self->vcpu, zcb_forms);
}

TEST_F(mmio, fp_forms)
{
	if (in_tree())
		SKIP(return, "in-tree: FP loads and stores are not emulated");
	FORMS_TRY(&self->vcpu, fp_forms);
}

TEST_F(mmio, zero_register)
{
	const uint64_t value = VALUE;
	struct kvm_run *run = self->vcpu.run;
	uint64_t data;

	guest_set(&self->vcpu, G_mmio_ld_zero, MMIO_BASE);
	guest_expect(&self->vcpu, EV_MMIO);
	memcpy(run->mmio.data, &value, 8);
	/* x0 swallows it; a0, the address, is what comes back. */
	guest_expect(&self->vcpu, EV_DONE);
	EXPECT_EQ(MMIO_BASE, done_value(&self->vcpu));

	guest_set(&self->vcpu, G_mmio_sd_zero, MMIO_BASE);
	guest_expect(&self->vcpu, EV_MMIO);
	memcpy(&data, run->mmio.data, 8);
	/* in-tree: x0 keeps what was loaded into it, for the next MMIO store. */
	EXPECT_EQ(in_tree() ? value : 0, data);
	guest_expect(&self->vcpu, EV_DONE);
}

/* Every offset of an access within its page, and the last byte of one. */
TEST_F(mmio, addresses)
{
	const uint64_t at[] = {
		0, 1, 7, 0x7ff, 0x800, 0xfff, 0x1000,
		/* Above 4 GiB, and the last page an Sv39x4 guest can reach. */
		0x100000000UL, 0x1ffffffff00UL,
	};

	for (size_t i = 0; i < ARRAY_LEN(at); i++) {
		uint64_t addr = at[i] < 0x10000 ? MMIO_BASE + at[i] : at[i];

		guest_set(&self->vcpu, G_mmio_lbu, addr);
		guest_expect(&self->vcpu, EV_MMIO);
		EXPECT_EQ(addr, self->vcpu.run->mmio.phys_addr);
		self->vcpu.run->mmio.data[0] = i;
		guest_expect(&self->vcpu, EV_DONE);
		EXPECT_EQ(i, done_value(&self->vcpu));
	}
}

/*
 * An access that is no plain load or store cannot be carried out by user
 * space. Either the guest sees what a device that does not take it gives, an
 * access fault, or KVM_RUN ends as an emulation failure.
 * in-tree: KVM_RUN fails with EOPNOTSUPP, which the API document does not have.
 */
static bool refused(struct vcpu *vcpu, uint64_t cause, uint64_t addr)
{
	switch (guest_run(vcpu)) {
	case EV_TRAP:
		return trap_cause(vcpu) == cause && trap_value(vcpu) == addr;
	case EV_OTHER:
		return vcpu->run->exit_reason == KVM_EXIT_INTERNAL_ERROR;
	case EV_ERROR:
		return in_tree() && vcpu->err == EOPNOTSUPP;
	default:
		return false;
	}
}

TEST_F(mmio, atomics_refused)
{
	guest_set(&self->vcpu, G_mmio_amo, MMIO_BASE, 1);
	EXPECT_TRUE(refused(&self->vcpu, 7, MMIO_BASE));
	guest_set(&self->vcpu, G_mmio_lr, MMIO_BASE);
	EXPECT_TRUE(refused(&self->vcpu, 5, MMIO_BASE));
	/* The vCPU is fit for more. */
	EXPECT_EQ(0, guest_call(&self->vcpu, G_mem_read, GUEST_SCRATCH));
}

TEST_F(mmio, no_instruction_fetch)
{
	guest_set(&self->vcpu, G_mmio_jump, MMIO_BASE);
	EXPECT_TRUE(refused(&self->vcpu, 1, MMIO_BASE));
	EXPECT_EQ(0, guest_call(&self->vcpu, G_mem_read, GUEST_SCRATCH));
}

/* A pc that user space put where nothing is. */
TEST_F(mmio, entry_at_nothing)
{
	guest_set(&self->vcpu, MMIO_BASE + 0x40);
	EXPECT_TRUE(refused(&self->vcpu, 1, MMIO_BASE + 0x40));
}

/* All registers are there to be read, and changed, at an MMIO exit. */
TEST_F(mmio, registers_at_exit)
{
	const uint64_t buf = GUEST_SCRATCH;
	struct vcpu *vcpu = &self->vcpu;

	for (int i = 1; i < 32; i++)
		ram64(&self->vm, buf + i * 8) = 0x5500000000000000 + i;
	ram64(&self->vm, buf + 10 * 8) = MMIO_BASE;
	guest_set(vcpu, G_regs_load, buf);
	guest_expect(vcpu, EV_MMIO);
	for (int i = 1; i < 32; i++) {
		EXPECT_EQ(i == 10 ? MMIO_BASE : 0x5500000000000000 + i,
			  reg_get(vcpu, REG_X(i)))
			TH_LOG("x%d", i);
	}
	/* And the guest goes on with what user space set meanwhile. */
	guest_finish(vcpu);
	for (int i = 1; i < 32; i++)
		reg_set(vcpu, REG_X(i), 0x6600000000000000 + i);
	reg_set(vcpu, REG_CORE(regs.pc), G_regs_store);
	reg_set(vcpu, REG_X(1), G_guest_return);
	reg_set(vcpu, REG_X(10), buf);
	guest_expect(vcpu, EV_DONE);
	for (int i = 2; i < 32; i++) {
		EXPECT_EQ(i == 10 ? buf : 0x6600000000000000 + i,
			  ram64(&self->vm, buf + i * 8))
			TH_LOG("x%d", i);
	}
}

TEST_HARNESS_MAIN
