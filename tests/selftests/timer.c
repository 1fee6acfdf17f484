// SPDX-License-Identifier: GPL-2.0-only
/* The guest's clock and timer, by stimecmp and by SBI. */
#define _GNU_SOURCE
#include "lib.h"
#include "harness.h"

FIXTURE(timer)
{
	struct vm vm;
	struct vcpu vcpu;
	uint64_t frequency;	/* ticks per second */
};

FIXTURE_VARIANT(timer)
{
	bool sstc;
};

FIXTURE_VARIANT_ADD(timer, stimecmp) { .sstc = true };
FIXTURE_VARIANT_ADD(timer, sbi) { .sstc = false };

FIXTURE_SETUP(timer)
{
	vm_open(&self->vm);
	vcpu_open(&self->vcpu, &self->vm, 0);
	self->frequency = reg_get(&self->vcpu, REG_TIMER(frequency));
	if (variant->sstc && !isa_has(&self->vcpu, KVM_RISCV_ISA_EXT_SSTC))
		SKIP(return, "this hart has no Sstc");
	ram64(&self->vm, G_guest_sstc) = variant->sstc;
}

FIXTURE_TEARDOWN(timer)
{
}

TEST_F(timer, interrupts)
{
	EXPECT_EQ(0, guest_call(&self->vcpu, G_timer_interrupt,
				self->frequency / 1000, 50));
}

TEST_F(timer, interrupts_very_soon)
{
	EXPECT_EQ(0, guest_call(&self->vcpu, G_timer_interrupt, 10, 100));
	EXPECT_EQ(0, guest_call(&self->vcpu, G_timer_interrupt, 0, 100));
}

TEST_F(timer, wfi)
{
	uint64_t delta = self->frequency / 20, took;

	for (int i = 0; i < 5; i++) {
		took = guest_call(&self->vcpu, G_timer_wfi, delta);
		EXPECT_LE(delta, took);
		/* Generous: the emulator's host is a busy one. */
		EXPECT_GT(delta + 60 * self->frequency, took);
	}
}

/* Sleeping until a timer costs no CPU time, and user space need not wake it. */
TEST_F(timer, wfi_blocks)
{
	struct timespec used;
	struct vcpu_thread t;
	clockid_t clock;

	guest_set(&self->vcpu, G_timer_wfi, self->frequency);
	thread_start(&t, &self->vcpu, -1);
	sleep_ms(600);
	if (!t.done) {
		ASSERT_EQ(0, pthread_getcpuclockid(t.thread, &clock));
		clock_gettime(clock, &used);
		EXPECT_GT(300, used.tv_sec * 1000 + used.tv_nsec / 1000000);
	}
	EXPECT_LE(self->frequency, thread_join(&t));
}

TEST_F(timer, pending_follows_compare)
{
	EXPECT_EQ(1, guest_call(&self->vcpu, G_timer_pending_clears, 0));
}

/* A VMM saves all registers and writes them back: sip does not keep what Sstc's timer said. */
TEST_F(timer, pending_is_not_kept)
{
	struct vcpu *vcpu = &self->vcpu;

	if (!isa_has(vcpu, KVM_RISCV_ISA_EXT_SSTC))
		SKIP(return, "without Sstc the interrupt is a state of its own");
	reg_set(vcpu, REG_TIMER(compare), 0);
	EXPECT_EQ(1 << 5, reg_get(vcpu, REG_CSR(sip)));
	reg_set(vcpu, REG_CSR(sip), 1 << 5);
	reg_set(vcpu, REG_TIMER(compare), ~0UL);
	EXPECT_EQ(0, reg_get(vcpu, REG_CSR(sip)));
	EXPECT_EQ(0, guest_call(vcpu, G_timer_interrupt, self->frequency / 1000, 50));
}

/* A timer that user space set (as after migration) goes off in the guest. */
TEST_F(timer, set_by_user_space)
{
	struct vcpu *vcpu = &self->vcpu;

	guest_set(vcpu, G_irq_spin, 5, 1);
	reg_set(vcpu, REG_TIMER(time), 1000);
	reg_set(vcpu, REG_TIMER(compare), 1000 + self->frequency / 100);
	reg_set(vcpu, REG_TIMER(state), KVM_RISCV_TIMER_STATE_ON);
	guest_expect(vcpu, EV_DONE);
	EXPECT_EQ(1, done_value(vcpu));
	EXPECT_LE(1000 + self->frequency / 100, reg_get(vcpu, REG_TIMER(time)));
}

TEST_F(timer, time_is_the_vms)
{
	struct vcpu *vcpu = &self->vcpu, second;
	uint64_t t;

	vcpu_open(&second, &self->vm, 1);
	reg_set(vcpu, REG_TIMER(time), 1UL << 50);
	t = guest_call(vcpu, G_timer_now, 0);
	EXPECT_LE(1UL << 50, t);
	EXPECT_GT((1UL << 50) + 100 * self->frequency, t);
	/* One clock for all vCPUs of a VM. */
	EXPECT_LE(t, reg_get(&second, REG_TIMER(time)));
	EXPECT_GT(t + 100 * self->frequency, reg_get(&second, REG_TIMER(time)));
	/* It runs on while the guest does not. */
	sleep_ms(50);
	EXPECT_LE(t + self->frequency / 20, guest_call(vcpu, G_timer_now, 0));
}

/* Guest time and the timer register agree, before and after. */
TEST_F(timer, time_matches_register)
{
	uint64_t before = reg_get(&self->vcpu, REG_TIMER(time));
	uint64_t guest = guest_call(&self->vcpu, G_timer_now, 0);
	uint64_t after = reg_get(&self->vcpu, REG_TIMER(time));

	EXPECT_LE(before, guest);
	EXPECT_LE(guest, after);
}

/*
 * Setting the time reaches a vCPU that sleeps until a time that is now past, or now closer than its
 * host timer knows.
 */
static void set_time_of_sleeper(struct vm *vm, struct vcpu *vcpu, uint64_t frequency,
				uint64_t left)
{
	const uint64_t hour = 3000 * frequency;
	struct vcpu_thread t;
	struct vcpu second;
	uint64_t from, took;

	vcpu_open(&second, vm, 1);
	guest_set(vcpu, G_timer_wfi, hour);
	thread_start(&t, vcpu, -1);
	/* Long enough for it to sleep */
	sleep_ms(500);
	reg_set(&second, REG_TIMER(time), reg_get(&second, REG_TIMER(time)) + hour - left);
	from = now_ms();
	while (!t.done && now_ms() - from < 60000)
		sleep_ms(10);
	if (!t.done)
		die("the vCPU sleeps on, %lu ticks before its time", left);
	took = thread_join(&t);
	if (took < hour)
		die("woken %lu ticks too early", hour - took);
}

TEST_F(timer, set_time_wakes)
{
	set_time_of_sleeper(&self->vm, &self->vcpu, self->frequency, 0);
}

TEST_F(timer, set_time_shortens_a_sleep)
{
	set_time_of_sleeper(&self->vm, &self->vcpu, self->frequency, 2 * self->frequency);
}

/* A guest that does not sleep has its interrupt as well. */
TEST_F(timer, set_time_while_running)
{
	const uint64_t hour = 3000 * self->frequency;
	struct vcpu second;
	struct vcpu_thread t;
	uint64_t from;

	vcpu_open(&second, &self->vm, 1);
	guest_set(&self->vcpu, G_timer_interrupt, hour, 1);
	thread_start(&t, &self->vcpu, -1);
	sleep_ms(300);
	reg_set(&second, REG_TIMER(time), reg_get(&second, REG_TIMER(time)) + hour);
	from = now_ms();
	while (!t.done && now_ms() - from < 60000)
		sleep_ms(10);
	ASSERT_TRUE(t.done);
	EXPECT_EQ(0, thread_join(&t));
}

/* Between two KVM_RUN it is the same. */
TEST_F(timer, set_time_of_another)
{
	struct vcpu second;

	vcpu_open(&second, &self->vm, 1);
	reg_set(&second, REG_TIMER(time), 1UL << 52);
	EXPECT_LE(1UL << 52, guest_call(&self->vcpu, G_timer_now, 0));
}

TEST_HARNESS_MAIN
