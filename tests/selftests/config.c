// SPDX-License-Identifier: GPL-2.0-only
/* The properties of a vCPU: CONFIG, ISA and SBI extension registers. */
#define _GNU_SOURCE
#include <stdlib.h>

#include "lib.h"
#include "harness.h"

#define LETTER(c) (1UL << ((c) - 'a'))
#define SBI_BASE 0x10
#define SBI_PROBE 3
#define SBI_TIME 0x54494d45
#define SBI_SRST 0x53525354

FIXTURE(config)
{
	struct vm vm;
	struct vcpu vcpu;
};

FIXTURE_SETUP(config)
{
	vm_open(&self->vm);
	vcpu_open(&self->vcpu, &self->vm, 0);
}

FIXTURE_TEARDOWN(config)
{
}

TEST_F(config, isa_letters)
{
	struct vcpu *vcpu = &self->vcpu;
	uint64_t isa = reg_get(vcpu, REG_CONFIG(isa));

	EXPECT_EQ(LETTER('i') | LETTER('m') | LETTER('a') | LETTER('c'),
		  isa & (LETTER('i') | LETTER('m') | LETTER('a') | LETTER('c')));
	/* A guest has no hypervisor extension of its own. */
	EXPECT_EQ(0, isa & LETTER('h'));
	EXPECT_EQ(0, reg_try(vcpu, REG_CONFIG(isa), isa));
	/* A bit that is no letter. in-tree: 6.12 ignores those. */
	if (!in_tree()) {
		EXPECT_EQ(-EINVAL, reg_try(vcpu, REG_CONFIG(isa), isa | 1UL << 40));
	}

	/* FP may be switched off, and on again. */
	EXPECT_EQ(0, reg_try(vcpu, REG_CONFIG(isa), isa & ~(LETTER('f') | LETTER('d'))));
	EXPECT_EQ(0, reg_get(vcpu, REG_CONFIG(isa)) & LETTER('d'));
	EXPECT_EQ(0, reg_try(vcpu, REG_CONFIG(isa), isa));
	EXPECT_EQ(isa, reg_get(vcpu, REG_CONFIG(isa)));
}

TEST_F(config, fixed_after_run)
{
	struct vcpu *vcpu = &self->vcpu;
	uint64_t isa = reg_get(vcpu, REG_CONFIG(isa));
	uint64_t vendor = reg_get(vcpu, REG_CONFIG(mvendorid));

	guest_call(vcpu, G_irq_pending, 0);
	guest_finish(vcpu);
	EXPECT_EQ(isa, reg_get(vcpu, REG_CONFIG(isa)));
	EXPECT_EQ(0, reg_try(vcpu, REG_CONFIG(isa), isa));
	EXPECT_EQ(-EBUSY, reg_try(vcpu, REG_CONFIG(isa), isa & ~LETTER('d')));
	EXPECT_EQ(0, reg_try(vcpu, REG_CONFIG(mvendorid), vendor));
	EXPECT_EQ(-EBUSY, reg_try(vcpu, REG_CONFIG(mvendorid), vendor + 1));
	EXPECT_EQ(-EBUSY, reg_try(vcpu, REG_CONFIG(marchid), 4711));
	EXPECT_EQ(-EBUSY, reg_try(vcpu, REG_CONFIG(mimpid), 4711));
	EXPECT_EQ(-EBUSY, reg_try(vcpu, REG_ISA(KVM_RISCV_ISA_EXT_D), 0));
	EXPECT_EQ(0, reg_try(vcpu, REG_ISA(KVM_RISCV_ISA_EXT_D), 1));
	EXPECT_EQ(-EBUSY, reg_try(vcpu, REG_SBI(KVM_RISCV_SBI_EXT_SRST), 0));
}

TEST_F(config, machine_ids)
{
	struct vcpu *vcpu = &self->vcpu;

	/* A VMM may show the guest other ids than the host has. */
	reg_set(vcpu, REG_CONFIG(mvendorid), 0x1234);
	reg_set(vcpu, REG_CONFIG(marchid), 0x8000000000000001);
	reg_set(vcpu, REG_CONFIG(mimpid), 0x77);
	EXPECT_EQ(0x1234, reg_get(vcpu, REG_CONFIG(mvendorid)));
	EXPECT_EQ(0x1234, guest_sbi(vcpu, SBI_BASE, 4).a1);
	EXPECT_EQ(0x8000000000000001, guest_sbi(vcpu, SBI_BASE, 5).a1);
	EXPECT_EQ(0x77, guest_sbi(vcpu, SBI_BASE, 6).a1);
}

TEST_F(config, satp_mode)
{
	struct vcpu *vcpu = &self->vcpu;
	uint64_t mode = reg_get(vcpu, REG_CONFIG(satp_mode));

	EXPECT_TRUE(mode >= 8 && mode <= 10);
	EXPECT_EQ(0, reg_try(vcpu, REG_CONFIG(satp_mode), mode));
	EXPECT_EQ(-EINVAL, reg_try(vcpu, REG_CONFIG(satp_mode), 15));
}

TEST_F(config, block_sizes)
{
	static const struct {
		uint64_t ext, reg;
	} blocks[] = {
		{ KVM_RISCV_ISA_EXT_ZICBOM, REG_CONFIG(zicbom_block_size) },
		{ KVM_RISCV_ISA_EXT_ZICBOZ, REG_CONFIG(zicboz_block_size) },
	};
	struct vcpu *vcpu = &self->vcpu;

	for (size_t i = 0; i < ARRAY_LEN(blocks); i++) {
		uint64_t size = 0;
		long ret = reg_read(vcpu, blocks[i].reg, &size);

		if (!isa_has(vcpu, blocks[i].ext)) {
			EXPECT_EQ(-ENOENT, ret);
			continue;
		}
		EXPECT_EQ(0, ret);
		EXPECT_LE(8, size);
		EXPECT_EQ(0, size & (size - 1));
		EXPECT_EQ(0, reg_try(vcpu, blocks[i].reg, size));
		EXPECT_EQ(-EINVAL, reg_try(vcpu, blocks[i].reg, size * 2));
	}
}

TEST_F(config, isa_single)
{
	struct vcpu *vcpu = &self->vcpu;
	uint64_t value;

	for (uint64_t ext = 0; ext < KVM_RISCV_ISA_EXT_MAX; ext++) {
		long ret = reg_read(vcpu, REG_ISA(ext), &value);

		/* There and on, there and off, or not there. */
		EXPECT_TRUE(ret == 0 || ret == -ENOENT)
			TH_LOG("extension %lu: %ld", ext, ret);
		if (ret)
			continue;
		EXPECT_TRUE(value == 0 || value == 1);
		EXPECT_EQ(0, reg_try(vcpu, REG_ISA(ext), value))
			TH_LOG("extension %lu as it is", ext);
	}
	EXPECT_EQ(1, isa_has(vcpu, KVM_RISCV_ISA_EXT_I));
	EXPECT_EQ(1, isa_has(vcpu, KVM_RISCV_ISA_EXT_M));
	EXPECT_EQ(0, isa_has(vcpu, KVM_RISCV_ISA_EXT_H));
	/* The base cannot go. */
	EXPECT_EQ(-EINVAL, reg_try(vcpu, REG_ISA(KVM_RISCV_ISA_EXT_I), 0));
	EXPECT_EQ(-EINVAL, reg_try(vcpu, REG_ISA(KVM_RISCV_ISA_EXT_A), 0));
	EXPECT_EQ(1, isa_has(vcpu, KVM_RISCV_ISA_EXT_I));
	/* H cannot come. */
	EXPECT_NE(0, reg_try(vcpu, REG_ISA(KVM_RISCV_ISA_EXT_H), 1));
}

/* An extension that is off is off for the guest. */
TEST_F(config, isa_off_traps)
{
	struct vcpu *vcpu = &self->vcpu;

	if (!isa_has(vcpu, KVM_RISCV_ISA_EXT_SSTC)) {
		guest_set(vcpu, G_timer_interrupt, 1000, 1);
		ram64(&self->vm, G_guest_sstc) = 1;
		guest_expect(vcpu, EV_TRAP);
		EXPECT_EQ(2, trap_cause(vcpu));
		return;
	}
	if (in_tree())
		SKIP(return, "in-tree: Sstc cannot be switched off");
	ASSERT_EQ(0, reg_try(vcpu, REG_ISA(KVM_RISCV_ISA_EXT_SSTC), 0));
	EXPECT_EQ(0, isa_has(vcpu, KVM_RISCV_ISA_EXT_SSTC));
	ram64(&self->vm, G_guest_sstc) = 1;
	guest_set(vcpu, G_timer_interrupt, 1000, 1);
	guest_expect(vcpu, EV_TRAP);
	EXPECT_EQ(2, trap_cause(vcpu));
}

TEST_F(config, isa_multi)
{
	struct vcpu *vcpu = &self->vcpu;
	uint64_t last = KVM_REG_RISCV_ISA_MULTI_REG_LAST;
	uint64_t d = KVM_REG_RISCV_ISA_MULTI_MASK(KVM_RISCV_ISA_EXT_D);
	uint64_t f = KVM_REG_RISCV_ISA_MULTI_MASK(KVM_RISCV_ISA_EXT_F);
	uint64_t on = reg_get(vcpu, REG_ISA_EN(0)), value;

	/* The bitmap and the single registers say the same. */
	for (uint64_t ext = 0; ext < 64 && ext < KVM_RISCV_ISA_EXT_MAX; ext++) {
		EXPECT_EQ(isa_has(vcpu, ext), !!(on & 1UL << ext))
			TH_LOG("extension %lu", ext);
	}
	EXPECT_EQ(~on, reg_get(vcpu, REG_ISA_DIS(0)));
	EXPECT_EQ(-ENOENT, reg_read(vcpu, REG_ISA_EN(last + 1), &value));
	/* in-tree: older kernels know fewer extensions. */
	if (!in_tree()) {
		EXPECT_EQ(0, reg_read(vcpu, REG_ISA_EN(last), &value));
	}

	EXPECT_EQ(0, reg_try(vcpu, REG_ISA_DIS(0), d | f));
	EXPECT_EQ(0, isa_has(vcpu, KVM_RISCV_ISA_EXT_D));
	EXPECT_EQ(0, isa_has(vcpu, KVM_RISCV_ISA_EXT_F));
	EXPECT_EQ(on & ~(d | f), reg_get(vcpu, REG_ISA_EN(0)));
	EXPECT_EQ(0, reg_try(vcpu, REG_ISA_EN(0), d | f));
	EXPECT_EQ(on, reg_get(vcpu, REG_ISA_EN(0)));
}

/* Which SBI extensions are there, and whether the guest's probe agrees. */
static const struct {
	const char *name;
	uint64_t id, sbi;
	bool must;		/* every vCPU has it */
} sbi_exts[] = {
	{ "V01", KVM_RISCV_SBI_EXT_V01, 0, true },
	{ "TIME", KVM_RISCV_SBI_EXT_TIME, 0x54494d45, true },
	{ "IPI", KVM_RISCV_SBI_EXT_IPI, 0x735049, true },
	{ "RFENCE", KVM_RISCV_SBI_EXT_RFENCE, 0x52464e43, true },
	{ "SRST", KVM_RISCV_SBI_EXT_SRST, 0x53525354, true },
	{ "HSM", KVM_RISCV_SBI_EXT_HSM, 0x48534d, true },
	{ "PMU", KVM_RISCV_SBI_EXT_PMU, 0x504d55, false },
	{ "DBCN", KVM_RISCV_SBI_EXT_DBCN, 0x4442434e, true },
	{ "STA", KVM_RISCV_SBI_EXT_STA, 0x535441, false },
};

TEST_F(config, sbi_single)
{
	struct vcpu *vcpu = &self->vcpu;

	EXPECT_EQ(-EINVAL, reg_try(vcpu, REG_SBI(KVM_RISCV_SBI_EXT_TIME), 2));
	for (size_t i = 0; i < ARRAY_LEN(sbi_exts); i++) {
		uint64_t on = 0;
		long ret = reg_read(vcpu, REG_SBI(sbi_exts[i].id), &on);

		if (ret && !sbi_exts[i].must)
			continue;
		EXPECT_EQ(0, ret) TH_LOG("%s", sbi_exts[i].name);
		EXPECT_TRUE(on == 0 || on == 1) TH_LOG("%s", sbi_exts[i].name);
		/* in-tree: Debian's is built without the legacy calls, yet lists them. */
		if (!sbi_exts[i].sbi && in_tree())
			continue;
		EXPECT_EQ(on, guest_sbi(vcpu, SBI_BASE, SBI_PROBE, sbi_exts[i].sbi).a1)
			TH_LOG("probe of %s", sbi_exts[i].name);
	}
	/* Nothing was ever promised for ids that nobody has defined. */
	EXPECT_EQ(0, guest_sbi(vcpu, SBI_BASE, SBI_PROBE, 0x12345678).a1);
}

/* Ranges that are user space's, and of which it alone knows what is there */
static const uint64_t user_ids[] = { 0x08000000, 0x08ffffff, 0x09000000, 0x09ffffff };

/*
 * A VMM that never thought of them is not asked what is there: many take an exit that they do not
 * know for the guest's end.
 */
TEST_F(config, sbi_probe_of_nothing)
{
	struct vcpu *vcpu = &self->vcpu;

	if (in_tree())
		SKIP(return, "in-tree: user space is asked in any case");
	for (size_t i = 0; i < ARRAY_LEN(user_ids); i++) {
		guest_set(vcpu, G_sbi_raw, SBI_BASE, SBI_PROBE, user_ids[i]);
		EXPECT_EQ(EV_DONE, guest_run(vcpu)) TH_LOG("%#lx", user_ids[i]);
		EXPECT_EQ(0, vcpu->run->riscv_sbi.args[0]);
		EXPECT_EQ(0, vcpu->run->riscv_sbi.args[1]) TH_LOG("%#lx", user_ids[i]);
	}
	/* Calls that the guest makes without asking reach it, as all that say "done" do here. */
	guest_set(vcpu, G_sbi_raw, user_ids[3], 5);
	guest_expect(vcpu, EV_SBI);
	EXPECT_EQ(user_ids[3], vcpu->run->riscv_sbi.extension_id);
}

/* A VMM that asked for them is. */
TEST_F(config, sbi_probe_of_user_space)
{
	const uint64_t *ids = user_ids;
	struct vcpu *vcpu = &self->vcpu;

	EXPECT_EQ(1, reg_get(vcpu, REG_SBI(KVM_RISCV_SBI_EXT_EXPERIMENTAL)));
	EXPECT_EQ(1, reg_get(vcpu, REG_SBI(KVM_RISCV_SBI_EXT_VENDOR)));
	/* One by one, or among others */
	reg_set(vcpu, REG_SBI(KVM_RISCV_SBI_EXT_EXPERIMENTAL), 1);
	reg_set(vcpu, REG_SBI_EN(0), 1UL << KVM_RISCV_SBI_EXT_VENDOR);
	for (size_t i = 0; i < ARRAY_LEN(user_ids); i++) {
		guest_set(vcpu, G_sbi_raw, SBI_BASE, SBI_PROBE, ids[i]);
		guest_expect(vcpu, EV_SBI);
		EXPECT_EQ(SBI_BASE, vcpu->run->riscv_sbi.extension_id);
		EXPECT_EQ(SBI_PROBE, vcpu->run->riscv_sbi.function_id);
		EXPECT_EQ(ids[i], vcpu->run->riscv_sbi.args[0]);
		vcpu->run->riscv_sbi.ret[0] = 0;
		vcpu->run->riscv_sbi.ret[1] = 0x55;
		guest_expect(vcpu, EV_DONE);
		EXPECT_EQ(0x55, vcpu->run->riscv_sbi.args[1]);
	}
}

/* Off is off, also when it was on before. */
TEST_F(config, sbi_user_space_off)
{
	struct vcpu *vcpu = &self->vcpu;

	reg_set(vcpu, REG_SBI(KVM_RISCV_SBI_EXT_VENDOR), 1);
	reg_set(vcpu, REG_SBI(KVM_RISCV_SBI_EXT_VENDOR), 0);
	EXPECT_EQ(0, guest_sbi(vcpu, SBI_BASE, SBI_PROBE, user_ids[2]).a1);
	EXPECT_EQ((uint64_t)-2, guest_sbi(vcpu, user_ids[2], 0).a0);
}

TEST_F(config, sbi_off)
{
	struct vcpu *vcpu = &self->vcpu;

	ASSERT_EQ(0, reg_try(vcpu, REG_SBI(KVM_RISCV_SBI_EXT_SRST), 0));
	EXPECT_EQ(0, reg_get(vcpu, REG_SBI(KVM_RISCV_SBI_EXT_SRST)));
	EXPECT_EQ(0, guest_sbi(vcpu, SBI_BASE, SBI_PROBE, SBI_SRST).a1);
	/* Not supported, and no system event. */
	EXPECT_EQ((uint64_t)-2, guest_sbi(vcpu, SBI_SRST, 0, 0, 0).a0);
}

/* The debug console: off unless user space wants it, then its calls come out. */
TEST_F(config, sbi_debug_console)
{
	struct vcpu *vcpu = &self->vcpu;

	EXPECT_EQ(0, reg_get(vcpu, REG_SBI(KVM_RISCV_SBI_EXT_DBCN)));
	ASSERT_EQ(0, reg_try(vcpu, REG_SBI(KVM_RISCV_SBI_EXT_DBCN), 1));
	EXPECT_EQ(1, guest_sbi(vcpu, SBI_BASE, SBI_PROBE, 0x4442434e).a1);
	guest_set(vcpu, G_sbi_raw, 0x4442434e, 0, 5, BUFSIZ, 0);
	guest_expect(vcpu, EV_SBI);
	EXPECT_EQ(0x4442434e, vcpu->run->riscv_sbi.extension_id);
	EXPECT_EQ(0, vcpu->run->riscv_sbi.function_id);
	EXPECT_EQ(5, vcpu->run->riscv_sbi.args[0]);
	EXPECT_EQ(BUFSIZ, vcpu->run->riscv_sbi.args[1]);
	vcpu->run->riscv_sbi.ret[0] = 0;
	vcpu->run->riscv_sbi.ret[1] = 5;
	guest_expect(vcpu, EV_DONE);
	EXPECT_EQ(0, vcpu->run->riscv_sbi.args[0]);
	EXPECT_EQ(5, vcpu->run->riscv_sbi.args[1]);
}

TEST_F(config, sbi_multi)
{
	struct vcpu *vcpu = &self->vcpu;
	uint64_t srst = 1UL << KVM_RISCV_SBI_EXT_SRST;
	uint64_t time = 1UL << KVM_RISCV_SBI_EXT_TIME;
	uint64_t on = reg_get(vcpu, REG_SBI_EN(0));

	EXPECT_EQ(srst | time, on & (srst | time));
	EXPECT_EQ(~on, reg_get(vcpu, REG_SBI_DIS(0)));
	EXPECT_EQ(0, reg_try(vcpu, REG_SBI_DIS(0), srst | time));
	EXPECT_EQ(on & ~(srst | time), reg_get(vcpu, REG_SBI_EN(0)));
	EXPECT_EQ(0, reg_get(vcpu, REG_SBI(KVM_RISCV_SBI_EXT_TIME)));
	EXPECT_EQ(0, reg_try(vcpu, REG_SBI_EN(0), srst | time));
	EXPECT_EQ(on, reg_get(vcpu, REG_SBI_EN(0)));
	EXPECT_EQ(1, reg_get(vcpu, REG_SBI(KVM_RISCV_SBI_EXT_SRST)));
}

TEST_HARNESS_MAIN
