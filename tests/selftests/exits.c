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

/* A counter goes on in whatever register, and no other one changes. */
TEST_F(exits, counter_into_every_register)
{
	struct vcpu *vcpu = &self->vcpu;
	uint64_t last = 0;

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
			uint64_t value = reg_get(vcpu, REG_X(i));

			if (i == rd) {
				EXPECT_LT(last, value) TH_LOG("x%u", rd);
				EXPECT_GT(0x4400000000000000, value) TH_LOG("x%u", rd);
				last = value;
				continue;
			}
			EXPECT_EQ(0x4400000000000000 | rd << 8 | i, value)
				TH_LOG("x%u after x%u", i, rd);
		}
	}
}

/* Boot loaders measure how far a counter gets in a millisecond, and divide by it. */
TEST_F(exits, counters_advance)
{
	uint64_t millisecond = reg_get(&self->vcpu, REG_TIMER(frequency)) / 1000;

	if (in_tree())
		SKIP(return, "in-tree: counters are its own");
	for (int i = 0; i < 20; i++)
		EXPECT_EQ(0, guest_call(&self->vcpu, G_counters_watch, millisecond));
}

/* They go with guest time, which user space carries from one machine to another. */
TEST_F(exits, counters_follow_guest_time)
{
	const uint32_t code[] = { 0xc0002573, RET };	/* csrr a0, cycle */
	struct vcpu *vcpu = &self->vcpu;
	uint64_t before, saved, after;

	if (in_tree())
		SKIP(return, "in-tree: counters are its own");
	memcpy(ram(&self->vm, CODE), code, sizeof(code));
	sleep_ms(20);
	before = guest_call(vcpu, CODE, 0);
	saved = reg_get(vcpu, REG_TIMER(time));
	sleep_ms(50);
	reg_set(vcpu, REG_TIMER(time), saved);
	after = guest_call(vcpu, CODE, 0);
	EXPECT_LE(before, after);
	/* The pause is no part of the guest's time. */
	EXPECT_GT(before * 2, after);
}

/* An instruction of VU-mode: what bits of scounteren it is run with, how it ends. */
static const struct {
	const char *what;
	uint32_t insn;
	uint64_t scounteren;
	uint64_t cause;		/* 2 illegal; 8 it was carried out, and the ecall behind it */
} user_forms[] = {
	{ "wfi", 0x10500073, 7, 2 },
	{ "wrs.nto", 0x00d00073, 7, 8 },
	{ "wrs.sto", 0x01d00073, 7, 8 },
	{ "csrr a0, cycle", 0xc0002573, 7, 8 },
	{ "csrr a0, cycle, closed", 0xc0002573, 6, 2 },
	{ "csrr s2, cycle", 0xc0002973, 1, 8 },
	{ "csrr s2, cycle, closed", 0xc0002973, 6, 2 },
	{ "csrrsi a0, cycle, 0", 0xc0006573, 3, 8 },
	{ "csrrsi a0, cycle, 0, closed", 0xc0006573, 6, 2 },
	{ "csrr a0, instret", 0xc0202573, 4, 8 },
	{ "csrr a0, instret, closed", 0xc0202573, 3, 2 },
	{ "csrr a0, time", 0xc0102573, 2, 8 },
	{ "csrr a0, time, closed", 0xc0102573, 5, 2 },
	{ "csrr a0, hpmcounter3", 0xc0302573, -1U, 2 },
	{ "csrrw a0, seed, zero", 0x01501573, 7, 2 },
	{ "csrr a0, sstatus", 0x10002573, 7, 2 },
	{ "csrr a0, hstatus", 0x60002573, 7, 2 },
	{ "sret", 0x10200073, 7, 2 },
	{ "sfence.vma", 0x12000073, 7, 2 },
};

/* What the guest's user space may not do is its kernel's to hear of, as without a hypervisor. */
TEST_F(exits, of_user_mode)
{
	struct vcpu *vcpu = &self->vcpu;

	if (in_tree())
		SKIP(return, "in-tree: what it does with these has not been looked at");
	for (size_t i = 0; i < ARRAY_LEN(user_forms); i++) {
		const uint32_t code[] = { user_forms[i].insn, 0x00000073 };
		bool illegal = user_forms[i].cause == 2;
		struct vcpu_thread t;

		if (!strncmp(user_forms[i].what, "wrs", 3) && !isa_has(vcpu, KVM_RISCV_ISA_EXT_ZAWRS))
			continue;
		memcpy(ram(&self->vm, CODE), code, sizeof(code));
		guest_set(vcpu, CODE, 0);
		reg_set(vcpu, REG_CORE(mode), 0);
		reg_set(vcpu, REG_CSR(scounteren), user_forms[i].scounteren);
		thread_start(&t, vcpu, -1);
		for (int ms = 0; ms < 2000 && !t.done; ms++)
			sleep_ms(1);
		EXPECT_TRUE(t.done) TH_LOG("%s sleeps", user_forms[i].what);
		if (!t.done) {
			thread_interrupt(&t);
			continue;
		}
		pthread_join(t.thread, NULL);
		ASSERT_EQ(EV_TRAP, t.event) TH_LOG("%s", user_forms[i].what);
		EXPECT_EQ(user_forms[i].cause, trap_cause(vcpu)) TH_LOG("%s", user_forms[i].what);
		EXPECT_EQ(illegal ? CODE : CODE + 4, vcpu->run->riscv_sbi.args[1])
			TH_LOG("%s", user_forms[i].what);
		EXPECT_EQ(illegal ? user_forms[i].insn : 0, trap_value(vcpu))
			TH_LOG("%s", user_forms[i].what);
		EXPECT_EQ(1, reg_get(vcpu, REG_CORE(mode)));
		EXPECT_EQ(user_forms[i].scounteren & 7, reg_get(vcpu, REG_CSR(scounteren)) & 7);
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
