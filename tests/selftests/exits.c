// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits to user space that no other test causes, with all their fields: KVM_EXIT_DEBUG,
 * KVM_EXIT_RISCV_CSR; and how a thread leaves KVM_RUN when it is asked to.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>

#include "lib.h"
#include "harness.h"

#define CODE		GUEST_SCRATCH
#define CSR_SEED	0x015U
#define EBREAK		0x00100073U
#define C_EBREAK	0x9002U
#define RET		0x00008067U

FIXTURE(exits)
{
	struct vm vm;
	struct vcpu vcpu;
};

FIXTURE_SETUP(exits)
{
	vm_open(&self->vm);
	vcpu_open(&self->vcpu, &self->vm, 0);
}

FIXTURE_TEARDOWN(exits)
{
}

static long debug_set(struct vcpu *vcpu, uint32_t control)
{
	struct kvm_guest_debug debug = { .control = control };

	return kvm_ioctl(vcpu->fd, KVM_SET_GUEST_DEBUG, &debug);
}

static uint64_t pc_get(struct vcpu *vcpu)
{
	return reg_get(vcpu, REG_CORE(regs.pc));
}

/* Both sizes of the instruction; nothing of the guest has changed when user space hears of it. */
TEST_F(exits, breakpoints)
{
	struct vcpu *vcpu = &self->vcpu;
	uint32_t long_one = EBREAK, ret = RET;
	uint16_t short_one = C_EBREAK;

	memcpy(ram(&self->vm, CODE), &long_one, 4);
	memcpy(ram(&self->vm, CODE + 4), &short_one, 2);
	memcpy(ram(&self->vm, CODE + 6), &ret, 4);
	guest_set(vcpu, CODE, 42);
	ASSERT_EQ(0, debug_set(vcpu, KVM_GUESTDBG_ENABLE));
	for (int again = 0; again < 2; again++) {
		EXPECT_EQ(EV_OTHER, guest_run(vcpu));
		EXPECT_EQ(KVM_EXIT_DEBUG, vcpu->run->exit_reason);
		EXPECT_EQ(CODE, pc_get(vcpu));
	}
	reg_set(vcpu, REG_CORE(regs.pc), CODE + 4);
	EXPECT_EQ(EV_OTHER, guest_run(vcpu));
	EXPECT_EQ(KVM_EXIT_DEBUG, vcpu->run->exit_reason);
	EXPECT_EQ(CODE + 4, pc_get(vcpu));
	reg_set(vcpu, REG_CORE(regs.pc), CODE + 6);
	guest_expect(vcpu, EV_DONE);
	EXPECT_EQ(42, done_value(vcpu));

	/* Without a debugger they are the guest's own. */
	ASSERT_EQ(0, debug_set(vcpu, 0));
	guest_set(vcpu, CODE);
	guest_expect(vcpu, EV_TRAP);
	EXPECT_EQ(3, trap_cause(vcpu));
	EXPECT_EQ(CODE, vcpu->run->riscv_sbi.args[1]);
}

/* From the first instruction on, and of one vCPU alone. */
TEST_F(exits, breakpoints_before_the_first_run)
{
	struct kvm_mp_state state = { KVM_MP_STATE_RUNNABLE };
	struct vcpu second;
	uint32_t insn = EBREAK;

	memcpy(ram(&self->vm, CODE), &insn, 4);
	vcpu_open(&second, &self->vm, 1);
	ASSERT_EQ(0, debug_set(&second, KVM_GUESTDBG_ENABLE));
	ASSERT_EQ(0, kvm_ioctl(second.fd, KVM_SET_MP_STATE, &state));
	guest_set(&second, CODE);
	EXPECT_EQ(EV_OTHER, guest_run(&second));
	EXPECT_EQ(KVM_EXIT_DEBUG, second.run->exit_reason);
	guest_set(&self->vcpu, CODE);
	guest_expect(&self->vcpu, EV_TRAP);
	EXPECT_EQ(3, trap_cause(&self->vcpu));
}

/* A hart cannot be made to step, nor to watch addresses; KVM_CAP_SET_GUEST_DEBUG2 says so. */
TEST_F(exits, what_cannot_be_debugged)
{
	const uint32_t bad[] = {
		KVM_GUESTDBG_SINGLESTEP, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP,
		KVM_GUESTDBG_ENABLE | 1U << 16, KVM_GUESTDBG_ENABLE | 1U << 17, 1U << 31,
	};

	EXPECT_EQ(KVM_GUESTDBG_ENABLE, kvm_ioctl_n(self->vm.fd, KVM_CHECK_EXTENSION,
						   KVM_CAP_SET_GUEST_DEBUG2));
	if (in_tree())
		SKIP(return, "what the kernel's own says to the rest has not been looked at");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		EXPECT_EQ(-EINVAL, debug_set(&self->vcpu, bad[i]))
			TH_LOG("%#x", bad[i]);
	}
}

/* A CSR instruction, and the access that user space is to make of it. */
static const struct {
	const char *what;
	unsigned int funct3, rd, rs1;	/* rs1: a register, or the value itself if funct3 > 4 */
	uint64_t new_value, write_mask;
} csr_forms[] = {
	{ "csrrw a0, a1", 1, 10, 11, 0x1122334455667788, -1UL },
	{ "csrrw a0, zero", 1, 10, 0, 0, -1UL },
	{ "csrrs a0, a1", 2, 10, 11, -1UL, 0x1122334455667788 },
	{ "csrrc a0, a1", 3, 10, 11, 0, 0x1122334455667788 },
	{ "csrrwi a0, 5", 5, 10, 5, 5, -1UL },
	{ "csrrsi a0, 9", 6, 10, 9, -1UL, 9 },
	{ "csrrw zero, a1", 1, 0, 11, 0x1122334455667788, -1UL },
};

/* A counter reads as zero in whatever register, and no other one changes. */
TEST_F(exits, counter_into_every_register)
{
	struct vcpu *vcpu = &self->vcpu;

	if (in_tree())
		SKIP(return, "in-tree: counters are its own");
	for (unsigned int rd = 0; rd < 32; rd++) {
		const uint32_t code[] = { 0xc0002073 | rd << 7, EBREAK };	/* csrr rd, cycle */

		memcpy(ram(&self->vm, CODE), code, sizeof(code));
		guest_set(vcpu, CODE);
		for (unsigned int i = 1; i < 32; i++)
			reg_set(vcpu, REG_X(i), 0x4400000000000000 | rd << 8 | i);
		ASSERT_EQ(0, debug_set(vcpu, KVM_GUESTDBG_ENABLE));
		EXPECT_EQ(EV_OTHER, guest_run(vcpu));
		EXPECT_EQ(KVM_EXIT_DEBUG, vcpu->run->exit_reason);
		EXPECT_EQ(CODE + 4, pc_get(vcpu));
		for (unsigned int i = 1; i < 32; i++) {
			EXPECT_EQ(i == rd ? 0 : 0x4400000000000000 | rd << 8 | i,
				  reg_get(vcpu, REG_X(i)))
				TH_LOG("x%u after x%u", i, rd);
		}
	}
}

/* The entropy source is user space's. */
TEST_F(exits, csr)
{
	struct vcpu *vcpu = &self->vcpu;
	struct kvm_run *run = vcpu->run;

	if (!isa_has(vcpu, KVM_RISCV_ISA_EXT_ZKR))
		SKIP(return, "no Zkr");
	for (size_t i = 0; i < ARRAY_LEN(csr_forms); i++) {
		uint32_t code[] = {
			CSR_SEED << 20 | csr_forms[i].rs1 << 15 | csr_forms[i].funct3 << 12 |
			csr_forms[i].rd << 7 | 0x73, RET,
		};
		bool kept = !csr_forms[i].rd;

		memcpy(ram(&self->vm, CODE), code, sizeof(code));
		guest_set(vcpu, CODE, 77, 0x1122334455667788);
		EXPECT_EQ(EV_OTHER, guest_run(vcpu));
		ASSERT_EQ(KVM_EXIT_RISCV_CSR, run->exit_reason)
			TH_LOG("%s", csr_forms[i].what);
		EXPECT_EQ(CSR_SEED, run->riscv_csr.csr_num);
		EXPECT_EQ(csr_forms[i].new_value, run->riscv_csr.new_value)
			TH_LOG("%s", csr_forms[i].what);
		EXPECT_EQ(csr_forms[i].write_mask, run->riscv_csr.write_mask)
			TH_LOG("%s", csr_forms[i].what);
		run->riscv_csr.ret_value = 0x80001234;
		guest_expect(vcpu, EV_DONE);
		EXPECT_EQ(kept ? 77 : 0x80001234, done_value(vcpu))
			TH_LOG("%s", csr_forms[i].what);
	}
}

/* A KVM_RUN that a signal ends at once completes the last exit all the same. */
TEST_F(exits, signal_completes)
{
	struct {
		__u32 len;
		__u8 set[8];
	} mask = { .len = 8 };
	struct vcpu *vcpu = &self->vcpu;
	uint64_t data = 0x0123456789abcdef;
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &blocked, NULL);
	guest_set(vcpu, G_mmio_ld, MMIO_BASE);
	guest_expect(vcpu, EV_MMIO);
	memcpy(vcpu->run->mmio.data, &data, 8);
	ASSERT_EQ(0, kvm_ioctl(vcpu->fd, KVM_SET_SIGNAL_MASK, &mask));
	raise(SIGUSR1);
	EXPECT_EQ(EV_ERROR, guest_run(vcpu));
	EXPECT_EQ(EINTR, vcpu->err);
	EXPECT_EQ(KVM_EXIT_INTR, vcpu->run->exit_reason);
	EXPECT_EQ(data, reg_get(vcpu, REG_CORE(regs.a0)));
	EXPECT_EQ(G_mmio_ld + 4, pc_get(vcpu));

	/* With no mask of its own KVM_RUN has the thread's, and runs. */
	ASSERT_EQ(0, kvm_ioctl_n(vcpu->fd, KVM_SET_SIGNAL_MASK, 0));
	guest_expect(vcpu, EV_DONE);
	EXPECT_EQ(data, done_value(vcpu));
}

/* immediate_exit is user space's: KVM_RUN leaves it as it is. */
TEST_F(exits, immediate_exit_is_kept)
{
	struct kvm_run *run = self->vcpu.run;

	run->immediate_exit = 1;
	guest_set(&self->vcpu, G_mem_write, CODE, 1);
	EXPECT_EQ(EV_ERROR, guest_run(&self->vcpu));
	EXPECT_EQ(EINTR, self->vcpu.err);
	EXPECT_EQ(1, run->immediate_exit);
}

TEST_HARNESS_MAIN
