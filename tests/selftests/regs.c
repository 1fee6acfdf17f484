// SPDX-License-Identifier: GPL-2.0-only
/* ONE_REG and GET_REG_LIST: the registers that exist, and the effect of writing them. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "lib.h"
#include "harness.h"

#define BUF GUEST_SCRATCH
#define UXL 32

FIXTURE(regs)
{
	struct vm vm;
	struct vcpu vcpu;
};

FIXTURE_SETUP(regs)
{
	vm_open(&self->vm);
	vcpu_open(&self->vcpu, &self->vm, 0);
}

FIXTURE_TEARDOWN(regs)
{
}

static unsigned int id_size(uint64_t id)
{
	return 1U << ((id & KVM_REG_SIZE_MASK) >> KVM_REG_SIZE_SHIFT);
}

static bool listed(const struct kvm_reg_list *list, uint64_t id)
{
	for (uint64_t i = 0; i < list->n; i++) {
		if (list->reg[i] == id)
			return true;
	}
	return false;
}

TEST_F(regs, list)
{
	struct kvm_reg_list head = { .n = 0 }, *list;

	EXPECT_EQ(-E2BIG, kvm_ioctl(self->vcpu.fd, KVM_GET_REG_LIST, &head));
	EXPECT_LT(60, head.n);
	head.n--;
	EXPECT_EQ(-E2BIG, kvm_ioctl(self->vcpu.fd, KVM_GET_REG_LIST, &head));

	list = reg_list(&self->vcpu);
	for (uint64_t i = 0; i < list->n; i++) {
		EXPECT_EQ(KVM_REG_RISCV, list->reg[i] & KVM_REG_ARCH_MASK);
		for (uint64_t j = 0; j < i; j++) {
			EXPECT_NE(list->reg[j], list->reg[i])
				TH_LOG("%#llx is there twice", list->reg[i]);
		}
	}
	/* What every vCPU has. */
	for (int i = 0; i <= 32; i++) {
		EXPECT_TRUE(listed(list, REG_X(i))) TH_LOG("core register %d", i);
	}
	EXPECT_TRUE(listed(list, REG_CONFIG(isa)));
	EXPECT_TRUE(listed(list, REG_CSR(satp)));
	EXPECT_TRUE(listed(list, REG_TIMER(frequency)));
	EXPECT_TRUE(listed(list, REG_TIMER(state)));
	free(list);
}

/* More room than needed: n comes back as what there is. */
TEST_F(regs, list_with_room)
{
	struct kvm_reg_list *list = reg_list(&self->vcpu), *more;
	uint64_t n = list->n;

	more = calloc(1, sizeof(*more) + (n + 100) * 8);
	more->n = n + 100;
	EXPECT_EQ(0, kvm_ioctl(self->vcpu.fd, KVM_GET_REG_LIST, more));
	EXPECT_EQ(n, more->n);
	EXPECT_EQ(0, memcmp(list->reg, more->reg, n * 8));
	EXPECT_EQ(0, more->reg[n]);
}

/* Registers that say what is, or move on their own: no round trip. */
static bool read_only(uint64_t id)
{
	return id == REG_TIMER(time) || id == REG_TIMER(state);
}

TEST_F(regs, every_listed_one_works)
{
	struct kvm_reg_list *list = reg_list(&self->vcpu);
	uint8_t before[2048], after[2048];

	for (uint64_t i = 0; i < list->n; i++) {
		uint64_t id = list->reg[i];

		memset(before, 0, sizeof(before));
		memset(after, 0, sizeof(after));
		ASSERT_GE(sizeof(before), id_size(id));
		EXPECT_EQ(0, reg_read(&self->vcpu, id, before))
			TH_LOG("read %#lx", id);
		if (read_only(id))
			continue;
		/* The value that is there may be written anywhere, any time. */
		EXPECT_EQ(0, reg_write(&self->vcpu, id, before))
			TH_LOG("write %#lx", id);
		EXPECT_EQ(0, reg_read(&self->vcpu, id, after))
			TH_LOG("read again %#lx", id);
		EXPECT_EQ(0, memcmp(before, after, id_size(id)))
			TH_LOG("%#lx changed", id);
	}
	free(list);
}

/* The same after the vCPU has run, when much is fixed. */
TEST_F(regs, every_listed_one_after_run)
{
	struct kvm_reg_list *list;
	uint8_t value[2048];

	guest_call(&self->vcpu, G_irq_pending, 0);
	guest_finish(&self->vcpu);
	list = reg_list(&self->vcpu);
	for (uint64_t i = 0; i < list->n; i++) {
		EXPECT_EQ(0, reg_read(&self->vcpu, list->reg[i], value))
			TH_LOG("read %#llx", list->reg[i]);
	}
	free(list);
}

TEST_F(regs, unknown_ids)
{
	const uint64_t ids[] = {
		REG_X(33), REG_X(0xffff),
		REG_U64 | KVM_REG_RISCV_CONFIG | 0xff,
		REG_U64 | KVM_REG_RISCV_CSR | 0xff,
		REG_U64 | KVM_REG_RISCV_CSR | 0x7f0000,
		REG_U64 | KVM_REG_RISCV_TIMER | 4,
		REG_U32 | KVM_REG_RISCV_FP_F | 33,
		REG_U64 | KVM_REG_RISCV_FP_D | 33,
		REG_ISA(0xfff), REG_ISA_EN(0xfff), REG_ISA_DIS(0xfff),
		REG_SBI(0xfff), REG_SBI_EN(0xfff),
		REG_U64 | KVM_REG_RISCV_ISA_EXT | 0x7f0000,
		REG_U64 | KVM_REG_RISCV_SBI_EXT | 0x7f0000,
		REG_U64,			/* type 0 */
		REG_U64 | 0x7f000000,		/* a type that is not */
		REG_U64 | 0xff000000,
	};
	uint64_t value = 0;

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		EXPECT_EQ(-ENOENT, reg_read(&self->vcpu, ids[i], &value))
			TH_LOG("get %#lx", ids[i]);
		EXPECT_EQ(-ENOENT, reg_write(&self->vcpu, ids[i], &value))
			TH_LOG("set %#lx", ids[i]);
	}
}

/* Right register, wrong size. */
TEST_F(regs, wrong_sizes)
{
	const uint64_t ids[] = {
		REG_CONFIG(isa), REG_CORE(regs.pc), REG_CSR(sstatus),
		REG_TIMER(frequency), REG_ISA(KVM_RISCV_ISA_EXT_A),
		REG_SBI(KVM_RISCV_SBI_EXT_TIME),
		REG_U64 | KVM_REG_RISCV_FP_D | 0,
	};
	uint8_t value[256] = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		for (uint64_t size = 0; size < 8; size++) {
			uint64_t id = (ids[i] & ~KVM_REG_SIZE_MASK) |
				      size << KVM_REG_SIZE_SHIFT;

			if (id == ids[i])
				continue;
			EXPECT_EQ(-EINVAL, reg_read(&self->vcpu, id, value))
				TH_LOG("get %#lx", id);
			EXPECT_EQ(-EINVAL, reg_write(&self->vcpu, id, value))
				TH_LOG("set %#lx", id);
		}
	}
}

TEST_F(regs, foreign_architectures)
{
	uint64_t value = 0;
	uint64_t id = REG_CORE(regs.pc) & ~KVM_REG_ARCH_MASK;

	/* in-tree: does not look at the architecture bits. */
	if (in_tree())
		SKIP(return, "in-tree: any architecture's id is taken for RISC-V's");
	EXPECT_NE(0, reg_read(&self->vcpu, id | 0x6000000000000000 /* arm64 */, &value));
	EXPECT_NE(0, reg_read(&self->vcpu, id, &value));
}

TEST_F(regs, reset_values)
{
	struct kvm_mp_state state = { 0 };
	struct vcpu fresh;

	vcpu_open(&fresh, &self->vm, 5);
	/* A hart starts in S-mode with paging off, a0 its id. */
	EXPECT_EQ(1, reg_get(&fresh, REG_CORE(mode)));
	EXPECT_EQ(0, reg_get(&fresh, REG_CSR(satp)));
	EXPECT_EQ(0, reg_get(&fresh, REG_CSR(sie)));
	EXPECT_EQ(0, reg_get(&fresh, REG_CSR(sip)));
	EXPECT_EQ(0, reg_get(&fresh, REG_CSR(sstatus)) & 2);
	/* in-tree: UXL is 0 until the vCPU has run. */
	if (!in_tree()) {
		EXPECT_EQ(2, reg_get(&fresh, REG_CSR(sstatus)) >> UXL & 3);
	}
	EXPECT_EQ(0, reg_get(&fresh, REG_TIMER(state)));
	EXPECT_EQ(0, kvm_ioctl(fresh.fd, KVM_GET_MP_STATE, &state));
	EXPECT_EQ(KVM_MP_STATE_STOPPED, state.mp_state);
}

TEST_F(regs, core)
{
	struct vcpu *vcpu = &self->vcpu;

	for (int i = 0; i < 32; i++)
		reg_set(vcpu, REG_X(i), 0x1000000000000000 + i * 2);
	for (int i = 0; i < 32; i++) {
		EXPECT_EQ(0x1000000000000000 + i * 2, reg_get(vcpu, REG_X(i)));
	}
	reg_set(vcpu, REG_CORE(mode), 0);
	EXPECT_EQ(0, reg_get(vcpu, REG_CORE(mode)));
	reg_set(vcpu, REG_CORE(mode), 1);
	EXPECT_EQ(1, reg_get(vcpu, REG_CORE(mode)));
}

TEST_F(regs, guest_sees_core)
{
	struct vcpu *vcpu = &self->vcpu;

	guest_set(vcpu, G_regs_store, BUF);
	for (int i = 2; i < 32; i++) {
		if (i != 10)
			reg_set(vcpu, REG_X(i), 0x7700000000000000 + i);
	}
	guest_expect(vcpu, EV_DONE);
	for (int i = 2; i < 32; i++) {
		EXPECT_EQ(i == 10 ? BUF : 0x7700000000000000 + i,
			  ram64(&self->vm, BUF + i * 8))
			TH_LOG("x%d", i);
	}
}

TEST_F(regs, user_mode)
{
	struct vcpu *vcpu = &self->vcpu;

	/* An ecall from VU-mode is the guest kernel's, cause 8. */
	guest_set(vcpu, G_mem_user_ecall, 0);
	reg_set(vcpu, REG_CORE(mode), 0);
	guest_expect(vcpu, EV_TRAP);
	EXPECT_EQ(8, trap_cause(vcpu));
	EXPECT_EQ(1, reg_get(vcpu, REG_CORE(mode)));
}

/* QEMU resets scounteren to zero; a guest kernel that knows no counters leaves it so. */
TEST_F(regs, user_mode_has_time)
{
	struct vcpu *vcpu = &self->vcpu;

	guest_set(vcpu, G_mem_user_time, 0);
	reg_set(vcpu, REG_CSR(scounteren), 0);
	EXPECT_EQ(0, reg_get(vcpu, REG_CSR(scounteren)));
	reg_set(vcpu, REG_CORE(mode), 0);
	guest_expect(vcpu, EV_TRAP);
	/* in-tree: 2, the rdtime was illegal */
	EXPECT_EQ(8, trap_cause(vcpu));
}

/* A guest kernel that takes the time CSR from its user mode has it so on all harts. */
TEST_F(regs, scounteren_is_the_guests)
{
	struct vcpu *vcpu = &self->vcpu;

	for (int round = 0; round < 4; round++) {
		pin(round & 1);
		if (!round) {
			memset(ram(&self->vm, BUF), 0, PAGE);
			guest_call(vcpu, G_csrs_load, BUF);
		}
		guest_set(vcpu, G_mem_user_time, 0);
		reg_set(vcpu, REG_CORE(mode), 0);
		guest_expect(vcpu, EV_TRAP);
		EXPECT_EQ(2, trap_cause(vcpu)) TH_LOG("round %d", round);
		EXPECT_EQ(0, reg_get(vcpu, REG_CSR(scounteren))) TH_LOG("round %d", round);
	}
}

/* User mode is 64 bits wide from the start on; 0 is no width. */
TEST_F(regs, user_width)
{
	struct vcpu *vcpu = &self->vcpu;

	EXPECT_EQ(2, reg_get(vcpu, REG_CSR(sstatus)) >> UXL & 3);
	reg_set(vcpu, REG_CSR(sstatus), 0);
	EXPECT_EQ(2, reg_get(vcpu, REG_CSR(sstatus)) >> UXL & 3);
	guest_call(vcpu, G_csrs_store, BUF);
	EXPECT_EQ(2, ram64(&self->vm, BUF) >> UXL & 3);
}

/* The CSR group as csrs_store() and csrs_load() of the guest lay it out. */
static const struct {
	const char *name;
	uint64_t id, value;
	bool guest_writes;
} csrs[] = {
	{ "sie", REG_CSR(sie), 1 << 1 | 1 << 5 | 1 << 9, true },
	{ "sscratch", REG_CSR(sscratch), 0x1111222233334444, true },
	{ "sepc", REG_CSR(sepc), 0x5555666677778888, true },
	{ "scause", REG_CSR(scause), 15, true },
	{ "stval", REG_CSR(stval), 0x99990000aaaabbbb, true },
	{ "scounteren", REG_CSR(scounteren), 7, true },
};

static const unsigned int csr_places[] = { 1, 3, 4, 5, 6, 9 };

TEST_F(regs, csrs_to_guest)
{
	struct vcpu *vcpu = &self->vcpu;

	guest_set(vcpu, G_csrs_store, BUF);
	for (size_t i = 0; i < ARRAY_LEN(csrs); i++)
		reg_set(vcpu, csrs[i].id, csrs[i].value);
	reg_set(vcpu, REG_CSR(sip), 1 << 1);
	guest_expect(vcpu, EV_DONE);
	for (size_t i = 0; i < ARRAY_LEN(csrs); i++) {
		EXPECT_EQ(csrs[i].value, ram64(&self->vm, BUF + csr_places[i] * 8))
			TH_LOG("%s", csrs[i].name);
		EXPECT_EQ(csrs[i].value, reg_get(vcpu, csrs[i].id))
			TH_LOG("%s", csrs[i].name);
	}
	EXPECT_EQ(G_guest_vector, ram64(&self->vm, BUF + 2 * 8));
	EXPECT_EQ(1 << 1, ram64(&self->vm, BUF + 7 * 8) & 2);
	EXPECT_EQ(0, ram64(&self->vm, BUF + 8 * 8));
}

TEST_F(regs, csrs_from_guest)
{
	struct vcpu *vcpu = &self->vcpu;

	for (size_t i = 0; i < ARRAY_LEN(csrs); i++)
		ram64(&self->vm, BUF + csr_places[i] * 8) = csrs[i].value;
	guest_call(vcpu, G_csrs_load, BUF);
	for (size_t i = 0; i < ARRAY_LEN(csrs); i++) {
		EXPECT_EQ(csrs[i].value, reg_get(vcpu, csrs[i].id))
			TH_LOG("%s", csrs[i].name);
	}
	/* What user space changes between two runs, the guest has. */
	reg_set(vcpu, REG_CSR(sscratch), 0xabcdef);
	guest_call(vcpu, G_csrs_store, BUF);
	EXPECT_EQ(0xabcdef, ram64(&self->vm, BUF + 3 * 8));
}

TEST_F(regs, timer_group)
{
	struct vcpu *vcpu = &self->vcpu;
	uint64_t frequency = reg_get(vcpu, REG_TIMER(frequency)), t;

	EXPECT_LT(1000, frequency);
	EXPECT_EQ(0, reg_try(vcpu, REG_TIMER(frequency), frequency));
	EXPECT_EQ(-EINVAL, reg_try(vcpu, REG_TIMER(frequency), frequency + 1));

	reg_set(vcpu, REG_TIMER(time), 0x10000000);
	t = reg_get(vcpu, REG_TIMER(time));
	EXPECT_LE(0x10000000, t);
	EXPECT_GT(0x10000000 + 5 * frequency, t);

	EXPECT_EQ(-EINVAL, reg_try(vcpu, REG_TIMER(state), 7));
	reg_set(vcpu, REG_TIMER(compare), 0x20000000 + 100 * frequency);
	EXPECT_EQ(0x20000000 + 100 * frequency, reg_get(vcpu, REG_TIMER(compare)));
	EXPECT_EQ(0, reg_try(vcpu, REG_TIMER(state), KVM_RISCV_TIMER_STATE_ON));
	/* in-tree: with Sstc, 7.2 does not remember the state. */
	if (in_tree())
		return;
	EXPECT_EQ(KVM_RISCV_TIMER_STATE_ON, reg_get(vcpu, REG_TIMER(state)));
	EXPECT_EQ(0, reg_try(vcpu, REG_TIMER(state), KVM_RISCV_TIMER_STATE_OFF));
}

TEST_F(regs, floating_point)
{
	struct vcpu *vcpu = &self->vcpu;
	const uint64_t f0 = REG_U64 | KVM_REG_RISCV_FP_D;
	const uint64_t fcsr = REG_U32 | KVM_REG_RISCV_FP_D | 32;
	uint32_t word;

	for (int i = 0; i < 32; i++)
		reg_set(vcpu, f0 + i, 0x4000000000000000 + i * 0x1111);
	word = 0x61;
	ASSERT_EQ(0, reg_write(vcpu, fcsr, &word));
	guest_call(vcpu, G_fp_store, BUF);
	for (int i = 0; i < 32; i++) {
		EXPECT_EQ(0x4000000000000000 + i * 0x1111,
			  ram64(&self->vm, BUF + i * 8)) TH_LOG("f%d", i);
	}
	EXPECT_EQ(0x61, ram64(&self->vm, BUF + 256));

	for (int i = 0; i < 33; i++)
		ram64(&self->vm, BUF + i * 8) = i == 32 ? 0x83 : 0x2222 * i;
	guest_call(vcpu, G_fp_load, BUF);
	for (int i = 0; i < 32; i++) {
		EXPECT_EQ(0x2222 * i, reg_get(vcpu, f0 + i)) TH_LOG("f%d", i);
		/*
		 * The F group is the lower half of the same registers. in-tree:
		 * it counts in words through all of them.
		 */
		if (in_tree())
			continue;
		word = 1;
		EXPECT_EQ(0, reg_read(vcpu, REG_U32 | KVM_REG_RISCV_FP_F | i, &word));
		EXPECT_EQ(0x2222 * i, word) TH_LOG("f%d, single", i);
	}
	ASSERT_EQ(0, reg_read(vcpu, fcsr, &word));
	EXPECT_EQ(0x83, word);
}

TEST_F(regs, vector)
{
	struct vcpu *vcpu = &self->vcpu;
	const uint64_t vlenb_id = REG_U64 | KVM_REG_RISCV_VECTOR |
				  KVM_REG_RISCV_VECTOR_CSR_REG(vlenb);
	uint8_t reg[256];
	uint64_t vlenb, size, v0;

	if (!isa_has(vcpu, KVM_RISCV_ISA_EXT_V))
		SKIP(return, "this hart has no vector extension");
	vlenb = reg_get(vcpu, vlenb_id);
	ASSERT_LE(16, vlenb);
	ASSERT_GE(sizeof(reg), vlenb);
	EXPECT_EQ(-EINVAL, reg_try(vcpu, vlenb_id, vlenb * 2));
	size = (uint64_t)__builtin_ctzl(vlenb) << KVM_REG_SIZE_SHIFT;
	v0 = KVM_REG_RISCV | size | KVM_REG_RISCV_VECTOR | KVM_REG_RISCV_VECTOR_REG(0);

	for (int i = 0; i < 32; i++) {
		memset(reg, 0x40 + i, sizeof(reg));
		ASSERT_EQ(0, reg_write(vcpu, v0 + i, reg)) TH_LOG("v%d", i);
	}
	EXPECT_EQ(vlenb, guest_call(vcpu, G_vec_store, BUF));
	for (int i = 0; i < 32; i++) {
		memset(reg, 0x40 + i, sizeof(reg));
		EXPECT_EQ(0, memcmp(reg, ram(&self->vm, BUF + i * vlenb), vlenb))
			TH_LOG("v%d", i);
	}
	for (int i = 0; i < 32; i++)
		memset(ram(&self->vm, BUF + i * vlenb), 0x90 + i, vlenb);
	guest_call(vcpu, G_vec_load, BUF);
	for (int i = 0; i < 32; i++) {
		memset(reg, 0, sizeof(reg));
		ASSERT_EQ(0, reg_read(vcpu, v0 + i, reg)) TH_LOG("v%d", i);
		for (uint64_t b = 0; b < vlenb; b++) {
			EXPECT_EQ(0x90 + i, reg[b]) TH_LOG("v%d byte %lu", i, b);
		}
	}
	EXPECT_EQ(vlenb, reg_get(vcpu, vlenb_id));
}

TEST_HARNESS_MAIN
