// SPDX-License-Identifier: GPL-2.0-only
/* KVM_RUN: how it returns, and what interrupts it. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "lib.h"
#include "harness.h"

#define FLAG GUEST_SCRATCH

FIXTURE(run)
{
	struct vm vm;
	struct vcpu vcpu;
};

FIXTURE_SETUP(run)
{
	vm_open(&self->vm);
	vcpu_open(&self->vcpu, &self->vm, 0);
}

FIXTURE_TEARDOWN(run)
{
}

TEST_F(run, immediate_exit)
{
	struct vcpu *vcpu = &self->vcpu;

	guest_set(vcpu, G_mem_write, FLAG, 1);
	vcpu->run->immediate_exit = 1;
	EXPECT_EQ(EV_ERROR, guest_run(vcpu));
	EXPECT_EQ(EINTR, vcpu->err);
	EXPECT_EQ(EV_ERROR, guest_run(vcpu));
	/* Not one instruction ran. */
	EXPECT_EQ(G_mem_write, reg_get(vcpu, REG_CORE(regs.pc)));
	EXPECT_EQ(0, ram64(&self->vm, FLAG));
	vcpu->run->immediate_exit = 0;
	guest_expect(vcpu, EV_DONE);
	EXPECT_EQ(1, ram64(&self->vm, FLAG));
}

/* Entering with immediate_exit finishes what an MMIO exit left undone. */
TEST_F(run, immediate_exit_completes_mmio)
{
	struct vcpu *vcpu = &self->vcpu;
	uint64_t data = 0x8899aabbccddeeff, pc;

	guest_set(vcpu, G_mmio_ld, MMIO_BASE);
	guest_expect(vcpu, EV_MMIO);
	memcpy(vcpu->run->mmio.data, &data, 8);
	vcpu->run->immediate_exit = 1;
	EXPECT_EQ(EV_ERROR, guest_run(vcpu));
	EXPECT_EQ(EINTR, vcpu->err);
	EXPECT_EQ(data, reg_get(vcpu, REG_CORE(regs.a0)));
	pc = reg_get(vcpu, REG_CORE(regs.pc));
	EXPECT_EQ(G_mmio_ld + 4, pc);
	/* And does so once: a second entry changes nothing. */
	data = 0;
	memcpy(vcpu->run->mmio.data, &data, 8);
	EXPECT_EQ(EV_ERROR, guest_run(vcpu));
	EXPECT_EQ(pc, reg_get(vcpu, REG_CORE(regs.pc)));
	vcpu->run->immediate_exit = 0;
	guest_expect(vcpu, EV_DONE);
	EXPECT_EQ(0x8899aabbccddeeff, done_value(vcpu));
}

TEST_F(run, immediate_exit_completes_sbi)
{
	struct vcpu *vcpu = &self->vcpu;

	guest_set(vcpu, G_sbi_raw, UCALL_EXT, 99, 1, 2, 3, 4, 5, 6);
	guest_expect(vcpu, EV_SBI);
	EXPECT_EQ(UCALL_EXT, vcpu->run->riscv_sbi.extension_id);
	EXPECT_EQ(99, vcpu->run->riscv_sbi.function_id);
	for (int i = 0; i < 6; i++) {
		EXPECT_EQ(i + 1, vcpu->run->riscv_sbi.args[i]);
	}
	vcpu->run->riscv_sbi.ret[0] = -3;
	vcpu->run->riscv_sbi.ret[1] = 0x1234;
	vcpu->run->immediate_exit = 1;
	EXPECT_EQ(EV_ERROR, guest_run(vcpu));
	/* What the exit was may still be read. */
	EXPECT_EQ(KVM_EXIT_RISCV_SBI, vcpu->run->exit_reason);
	EXPECT_EQ(99, vcpu->run->riscv_sbi.function_id);
	EXPECT_EQ((uint64_t)-3, reg_get(vcpu, REG_CORE(regs.a0)));
	EXPECT_EQ(0x1234, reg_get(vcpu, REG_CORE(regs.a1)));
	vcpu->run->immediate_exit = 0;
	guest_expect(vcpu, EV_DONE);
	EXPECT_EQ((uint64_t)-3, vcpu->run->riscv_sbi.args[0]);
	EXPECT_EQ(0x1234, vcpu->run->riscv_sbi.args[1]);
}

/* A call user space does not answer is answered "not supported" beforehand. */
TEST_F(run, sbi_default_answer)
{
	struct vcpu *vcpu = &self->vcpu;

	guest_set(vcpu, G_sbi_raw, UCALL_EXT, 98);
	guest_expect(vcpu, EV_SBI);
	EXPECT_EQ((uint64_t)-2, vcpu->run->riscv_sbi.ret[0]);
	EXPECT_EQ(0, vcpu->run->riscv_sbi.ret[1]);
	guest_expect(vcpu, EV_DONE);
	EXPECT_EQ((uint64_t)-2, vcpu->run->riscv_sbi.args[0]);
}

TEST_F(run, signal_interrupts)
{
	struct vcpu_thread t;

	signal_catch(SIGUSR1);
	guest_set(&self->vcpu, G_irq_forever, FLAG);
	thread_start(&t, &self->vcpu, -1);
	ASSERT_TRUE(wait_for(&ram64(&self->vm, FLAG), 60000));
	pthread_kill(t.thread, SIGUSR1);
	pthread_join(t.thread, NULL);
	EXPECT_EQ(EV_ERROR, t.event);
	EXPECT_EQ(EINTR, self->vcpu.err);
	EXPECT_EQ(KVM_EXIT_INTR, self->vcpu.run->exit_reason);
}

/* immediate_exit set by another thread, with a signal to make it seen. */
TEST_F(run, kick_by_immediate_exit)
{
	struct vcpu_thread t;

	signal_catch(SIGUSR1);
	for (int i = 0; i < 50; i++) {
		self->vcpu.run->immediate_exit = 0;
		ram64(&self->vm, FLAG) = 0;
		guest_set(&self->vcpu, G_irq_forever, FLAG);
		thread_start(&t, &self->vcpu, -1);
		if (i % 2)
			wait_for(&ram64(&self->vm, FLAG), 60000);
		self->vcpu.run->immediate_exit = 1;
		pthread_kill(t.thread, SIGUSR1);
		pthread_join(t.thread, NULL);
		ASSERT_EQ(EV_ERROR, t.event);
		ASSERT_EQ(EINTR, self->vcpu.err);
	}
}

/* A signal that the thread blocks, but KVM_RUN's own mask does not. */
TEST_F(run, signal_mask)
{
	struct {
		__u32 len;
		__u8 set[8];
	} mask = { .len = 8 };
	uint64_t usr1 = 1UL << (SIGUSR1 - 1), usr2 = 1UL << (SIGUSR2 - 1);
	struct vcpu *vcpu = &self->vcpu;
	sigset_t blocked, pending;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &blocked, NULL);
	memcpy(mask.set, &usr2, 8);
	ASSERT_EQ(0, kvm_ioctl(vcpu->fd, KVM_SET_SIGNAL_MASK, &mask));

	guest_set(vcpu, G_irq_forever, FLAG);
	raise(SIGUSR1);
	EXPECT_EQ(EV_ERROR, guest_run(vcpu));
	EXPECT_EQ(EINTR, vcpu->err);
	EXPECT_EQ(0, ram64(&self->vm, FLAG));
	/* Still pending: the thread's own mask is back. */
	sigpending(&pending);
	EXPECT_TRUE(sigismember(&pending, SIGUSR1));

	/* With it masked in KVM_RUN as well, the guest runs. */
	memcpy(mask.set, &usr1, 8);
	ASSERT_EQ(0, kvm_ioctl(vcpu->fd, KVM_SET_SIGNAL_MASK, &mask));
	EXPECT_EQ(0, guest_call(vcpu, G_mem_read, FLAG));
}

static long interrupt(struct vcpu *vcpu, uint32_t what)
{
	struct kvm_interrupt irq = { .irq = what };

	return kvm_ioctl(vcpu->fd, KVM_INTERRUPT, &irq);
}

TEST_F(run, interrupt_values)
{
	const uint32_t bad[] = { 0, 1, 9, 0x7fffffff, -3U };

	/* in-tree: takes any other value for UNSET. */
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		EXPECT_EQ(in_tree() ? 0 : -EINVAL, interrupt(&self->vcpu, bad[i]))
			TH_LOG("%#x", bad[i]);
	}
	EXPECT_EQ(0, interrupt(&self->vcpu, KVM_INTERRUPT_UNSET));
	EXPECT_EQ(0, interrupt(&self->vcpu, KVM_INTERRUPT_SET));
	EXPECT_EQ(0, interrupt(&self->vcpu, KVM_INTERRUPT_SET));
}

TEST_F(run, interrupt_line)
{
	struct vcpu *vcpu = &self->vcpu;

	EXPECT_EQ(0, guest_call(vcpu, G_irq_pending, 0) & (1UL << 9));
	EXPECT_EQ(0, interrupt(vcpu, KVM_INTERRUPT_SET));
	EXPECT_NE(0, guest_call(vcpu, G_irq_pending, 0) & (1UL << 9));
	/* A level: it stays until taken back. */
	EXPECT_NE(0, guest_call(vcpu, G_irq_pending, 0) & (1UL << 9));
	EXPECT_EQ(0, interrupt(vcpu, KVM_INTERRUPT_UNSET));
	EXPECT_EQ(0, guest_call(vcpu, G_irq_pending, 0) & (1UL << 9));
}

TEST_F(run, interrupt_taken)
{
	struct vcpu_thread t;

	guest_set(&self->vcpu, G_irq_spin, 9, 1);
	thread_start(&t, &self->vcpu, -1);
	sleep_ms(20);
	EXPECT_FALSE(t.done);
	EXPECT_EQ(0, interrupt(&self->vcpu, KVM_INTERRUPT_SET));
	EXPECT_EQ(1, thread_join(&t));
}

/* WFI sleeps until another thread raises the interrupt that sie enables. */
TEST_F(run, wfi_wakes_by_interrupt)
{
	struct vcpu_thread t;

	for (int i = 0; i < 20; i++) {
		EXPECT_EQ(0, interrupt(&self->vcpu, KVM_INTERRUPT_UNSET));
		guest_set(&self->vcpu, G_irq_wfi, 9);
		thread_start(&t, &self->vcpu, -1);
		sleep_ms(i % 4 * 5);
		if (i % 4) {
			EXPECT_FALSE(t.done);
		}
		EXPECT_EQ(0, interrupt(&self->vcpu, KVM_INTERRUPT_SET));
		ASSERT_NE(0, thread_join(&t) & (1UL << 9));
	}
}

TEST_F(run, wfi_with_pending)
{
	EXPECT_EQ(0, interrupt(&self->vcpu, KVM_INTERRUPT_SET));
	EXPECT_NE(0, guest_call(&self->vcpu, G_irq_wfi, 9) & (1UL << 9));
}

TEST_F(run, wfi_interrupted_by_signal)
{
	struct vcpu_thread t;

	guest_set(&self->vcpu, G_irq_wfi, 9);
	thread_start(&t, &self->vcpu, -1);
	sleep_ms(50);
	EXPECT_FALSE(t.done);
	thread_interrupt(&t);
	EXPECT_EQ(EV_ERROR, t.event);
	EXPECT_EQ(EINTR, self->vcpu.err);
	/* The sleep goes on, or ends early as the ISA allows: it can be resumed. */
	EXPECT_EQ(0, interrupt(&self->vcpu, KVM_INTERRUPT_SET));
	guest_expect(&self->vcpu, EV_DONE);
	EXPECT_NE(0, done_value(&self->vcpu) & (1UL << 9));
}

/* A blocked vCPU costs no CPU time. */
TEST_F(run, wfi_sleeps)
{
	struct timespec used;
	struct vcpu_thread t;
	clockid_t clock;

	guest_set(&self->vcpu, G_irq_wfi, 9);
	thread_start(&t, &self->vcpu, -1);
	sleep_ms(500);
	ASSERT_FALSE(t.done);
	ASSERT_EQ(0, pthread_getcpuclockid(t.thread, &clock));
	clock_gettime(clock, &used);
	EXPECT_GT(250, used.tv_sec * 1000 + used.tv_nsec / 1000000);
	EXPECT_EQ(0, interrupt(&self->vcpu, KVM_INTERRUPT_SET));
	thread_join(&t);
}

/* A vCPU that is not the first waits to be started: KVM_RUN sleeps. */
TEST_F(run, stopped_vcpu_sleeps)
{
	struct kvm_mp_state state = { .mp_state = ~0U };
	struct vcpu_thread t;
	struct vcpu second;

	vcpu_open(&second, &self->vm, 1);
	EXPECT_EQ(0, kvm_ioctl(second.fd, KVM_GET_MP_STATE, &state));
	EXPECT_EQ(KVM_MP_STATE_STOPPED, state.mp_state);
	guest_set(&second, G_mem_write, FLAG, 1);
	thread_start(&t, &second, -1);
	sleep_ms(50);
	EXPECT_FALSE(t.done);
	EXPECT_EQ(0, ram64(&self->vm, FLAG));
	thread_interrupt(&t);
	EXPECT_EQ(EV_ERROR, t.event);
	EXPECT_EQ(EINTR, second.err);

	state.mp_state = KVM_MP_STATE_RUNNABLE;
	EXPECT_EQ(0, kvm_ioctl(second.fd, KVM_SET_MP_STATE, &state));
	guest_expect(&second, EV_DONE);
	EXPECT_EQ(1, ram64(&self->vm, FLAG));
}

TEST_F(run, mp_state)
{
	struct kvm_mp_state state = { .mp_state = ~0U };
	const uint32_t bad[] = {
		KVM_MP_STATE_UNINITIALIZED, KVM_MP_STATE_HALTED,
		1000, ~0U,
	};

	EXPECT_EQ(0, kvm_ioctl(self->vcpu.fd, KVM_GET_MP_STATE, &state));
	EXPECT_EQ(KVM_MP_STATE_RUNNABLE, state.mp_state);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		state.mp_state = bad[i];
		EXPECT_EQ(-EINVAL, kvm_ioctl(self->vcpu.fd, KVM_SET_MP_STATE, &state))
			TH_LOG("state %u", bad[i]);
	}
	state.mp_state = KVM_MP_STATE_STOPPED;
	EXPECT_EQ(0, kvm_ioctl(self->vcpu.fd, KVM_SET_MP_STATE, &state));
	state.mp_state = ~0U;
	EXPECT_EQ(0, kvm_ioctl(self->vcpu.fd, KVM_GET_MP_STATE, &state));
	EXPECT_EQ(KVM_MP_STATE_STOPPED, state.mp_state);
	state.mp_state = KVM_MP_STATE_RUNNABLE;
	EXPECT_EQ(0, kvm_ioctl(self->vcpu.fd, KVM_SET_MP_STATE, &state));
	guest_call(&self->vcpu, G_irq_pending, 0);
}

/* An illegal instruction and a breakpoint are the guest's own affair. */
TEST_F(run, guest_exceptions)
{
	struct vcpu *vcpu = &self->vcpu;

	ram64(&self->vm, FLAG) = 0;
	guest_set(vcpu, FLAG, 0);
	guest_expect(vcpu, EV_TRAP);
	EXPECT_EQ(2, trap_cause(vcpu));

	ram64(&self->vm, FLAG) = 0x00100073;	/* ebreak */
	guest_set(vcpu, FLAG, 0);
	guest_expect(vcpu, EV_TRAP);
	EXPECT_EQ(3, trap_cause(vcpu));
}

static uint32_t csrr(unsigned int csr, unsigned int rd)
{
	return csr << 20 | 2 << 12 | rd << 7 | 0x73;
}

/* CSRs and instructions that a guest without H must not have. */
TEST_F(run, hypervisor_state_is_out_of_reach)
{
	const uint32_t insns[] = {
		csrr(0x600, 10),	/* hstatus */
		csrr(0x680, 10),	/* hgatp */
		csrr(0x200, 10),	/* vsstatus */
		csrr(0x300, 10),	/* mstatus */
		0x60004573,		/* hlv.b a0, (zero) */
		0x62000073,		/* hfence.gvma */
		0x22000073,		/* hfence.vvma */
	};
	struct vcpu *vcpu = &self->vcpu;

	for (size_t i = 0; i < ARRAY_LEN(insns); i++) {
		ram64(&self->vm, FLAG) = insns[i];
		guest_set(vcpu, FLAG, 0);
		guest_expect(vcpu, EV_TRAP);
		EXPECT_EQ(2, trap_cause(vcpu))
			TH_LOG("instruction %#x", insns[i]);
		EXPECT_TRUE(trap_value(vcpu) == 0 || trap_value(vcpu) == insns[i])
			TH_LOG("instruction %#x, stval %#lx", insns[i],
			       (unsigned long)trap_value(vcpu));
	}
}

TEST_HARNESS_MAIN
