// SPDX-License-Identifier: GPL-2.0-only
/* The SBI that the guest sees, function by function (SBI specification). */
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>

#include "lib.h"
#include "harness.h"

#define EXT_BASE	0x10
#define EXT_TIME	0x54494d45
#define EXT_IPI		0x735049
#define EXT_RFENCE	0x52464e43
#define EXT_HSM		0x48534d
#define EXT_SRST	0x53525354
#define EXT_DBCN	0x4442434e

#define SBI_OK			0
#define SBI_NOT_SUPPORTED	-2
#define SBI_INVALID_PARAM	-3
#define SBI_ALREADY_AVAILABLE	-6

#define HSM_STARTED	0
#define HSM_STOPPED	1
#define HSM_SUSPENDED	4

/* struct mailbox of tests/guests/smp.c, word by word. */
#define BOX		GUEST_SCRATCH
enum { BOX_COMMAND, BOX_HART, BOX_OPAQUE, BOX_SATP, BOX_SSTATUS, BOX_UP, BOX_ARG };
enum { CMD_STOP, CMD_PONG, CMD_SPIN, CMD_RETURN };
#define box64(vm, word) ram64(vm, BOX + (word) * 8)

FIXTURE(sbi)
{
	struct vm vm;
	struct vcpu vcpu, second;
};

FIXTURE_SETUP(sbi)
{
	vm_open(&self->vm);
	vcpu_open(&self->vcpu, &self->vm, 0);
	vcpu_open(&self->second, &self->vm, 1);
}

FIXTURE_TEARDOWN(sbi)
{
}

/* in-tree: Debian's kernels are built without the legacy calls of SBI 0.1. */
static bool has_legacy(void)
{
	return !in_tree();
}

#define LEGACY_ONLY()							\
	if (!has_legacy())						\
		SKIP(return, "in-tree: built without legacy SBI calls")

/* SBI error of a call by the first vCPU. */
#define error_of(...) ((long)guest_sbi(&self->vcpu, __VA_ARGS__).a0)
#define value_of(...) (guest_sbi(&self->vcpu, __VA_ARGS__).a1)

TEST_F(sbi, base)
{
	uint64_t version = value_of(EXT_BASE, 0);

	EXPECT_EQ(SBI_OK, error_of(EXT_BASE, 0));
	EXPECT_EQ(0, version >> 31);
	EXPECT_LE(2, version >> 24);
	/* Implementation 3 is KVM. */
	EXPECT_EQ(3, value_of(EXT_BASE, 1));
	EXPECT_EQ(SBI_OK, error_of(EXT_BASE, 2));
	EXPECT_EQ(reg_get(&self->vcpu, REG_CONFIG(mvendorid)), value_of(EXT_BASE, 4));
	EXPECT_EQ(reg_get(&self->vcpu, REG_CONFIG(marchid)), value_of(EXT_BASE, 5));
	EXPECT_EQ(reg_get(&self->vcpu, REG_CONFIG(mimpid)), value_of(EXT_BASE, 6));
	EXPECT_EQ(SBI_NOT_SUPPORTED, error_of(EXT_BASE, 7));
	EXPECT_EQ(SBI_NOT_SUPPORTED, error_of(EXT_BASE, -1UL));
}

TEST_F(sbi, probe)
{
	const uint64_t there[] = {
		EXT_BASE, EXT_TIME, EXT_IPI, EXT_RFENCE, EXT_HSM, EXT_SRST,
	};
	const uint64_t not_there[] = {
		9, 15, EXT_DBCN, 0x12345678, 0x00000000ffffffff, 0x4e41434c,
	};

	for (size_t i = 0; i < ARRAY_LEN(there); i++) {
		EXPECT_NE(0, value_of(EXT_BASE, 3, there[i]))
			TH_LOG("extension %#lx", there[i]);
	}
	for (uint64_t legacy = 0; legacy < 9 && has_legacy(); legacy++) {
		EXPECT_NE(0, value_of(EXT_BASE, 3, legacy))
			TH_LOG("extension %#lx", legacy);
	}
	for (size_t i = 0; i < ARRAY_LEN(not_there); i++) {
		EXPECT_EQ(0, value_of(EXT_BASE, 3, not_there[i]))
			TH_LOG("extension %#lx", not_there[i]);
	}
}

TEST_F(sbi, unknown_functions)
{
	const uint64_t exts[] = { EXT_TIME, EXT_IPI, EXT_RFENCE, EXT_HSM, EXT_SRST };

	for (size_t i = 0; i < ARRAY_LEN(exts); i++) {
		EXPECT_EQ(SBI_NOT_SUPPORTED, error_of(exts[i], 99))
			TH_LOG("extension %#lx", exts[i]);
		EXPECT_EQ(SBI_NOT_SUPPORTED, error_of(exts[i], -1UL))
			TH_LOG("extension %#lx", exts[i]);
	}
	EXPECT_EQ(SBI_NOT_SUPPORTED, error_of(0x12345678, 0));
	EXPECT_EQ(SBI_NOT_SUPPORTED, error_of(-1UL, 0));
}

/* A call changes a0 and a1 and nothing else. */
TEST_F(sbi, registers_kept)
{
	struct vcpu *vcpu = &self->vcpu;

	guest_set(vcpu, G_sbi_raw, EXT_BASE, 0);
	for (int i = 18; i < 28; i++)
		reg_set(vcpu, REG_X(i), 0x1234500 + i);
	reg_set(vcpu, REG_CORE(regs.t6), 0x99);
	guest_expect(vcpu, EV_DONE);
	for (int i = 18; i < 28; i++) {
		EXPECT_EQ(0x1234500 + i, reg_get(vcpu, REG_X(i))) TH_LOG("x%d", i);
	}
	EXPECT_EQ(0x99, reg_get(vcpu, REG_CORE(regs.t6)));
}

TEST_F(sbi, ipi_to_self)
{
	struct vcpu *vcpu = &self->vcpu;

	EXPECT_EQ(0, guest_call(vcpu, G_irq_pending, 0) & 2);
	EXPECT_EQ(SBI_OK, error_of(EXT_IPI, 0, 1, 0));
	EXPECT_EQ(2, guest_call(vcpu, G_irq_pending, 0) & 2);
	EXPECT_EQ(1, guest_call(vcpu, G_irq_spin, 1, 1));
	EXPECT_EQ(0, guest_call(vcpu, G_irq_pending, 0) & 2);
	/* hart_mask_base -1: all harts, the mask does not matter. */
	EXPECT_EQ(SBI_OK, error_of(EXT_IPI, 0, 0, -1UL));
	EXPECT_EQ(2, guest_call(vcpu, G_irq_pending, 0) & 2);
}

/*
 * Masks that name harts which are not there.
 * in-tree: 6.12 says success and sends to those that are.
 */
TEST_F(sbi, bad_hart_masks)
{
	const uint64_t masks[][2] = {
		{ 1, 5 }, { 4, 0 }, { 1, 1000 }, { 1, -2UL }, { 2, 1 },
	};

	if (in_tree())
		SKIP(return, "in-tree: 6.12 takes any hart mask");
	for (size_t i = 0; i < ARRAY_LEN(masks); i++) {
		EXPECT_EQ(SBI_INVALID_PARAM,
			  error_of(EXT_IPI, 0, masks[i][0], masks[i][1]))
			TH_LOG("IPI, mask %#lx base %#lx", masks[i][0], masks[i][1]);
		EXPECT_EQ(SBI_INVALID_PARAM,
			  error_of(EXT_RFENCE, 1, masks[i][0], masks[i][1], 0, 0))
			TH_LOG("RFENCE, mask %#lx base %#lx", masks[i][0], masks[i][1]);
	}
	EXPECT_EQ(SBI_INVALID_PARAM, error_of(EXT_HSM, 2, 5));
}

TEST_F(sbi, rfence)
{
	for (uint64_t fid = 0; fid < 3; fid++) {
		EXPECT_EQ(SBI_OK, error_of(EXT_RFENCE, fid, 1, 0, 0, 0, 0))
			TH_LOG("function %lu, all", fid);
		EXPECT_EQ(SBI_OK, error_of(EXT_RFENCE, fid, 1, 0, GUEST_BASE, 0x3000, 0))
			TH_LOG("function %lu, a few pages", fid);
		EXPECT_EQ(SBI_OK, error_of(EXT_RFENCE, fid, 1, 0, GUEST_BASE, 1UL << 40, 7))
			TH_LOG("function %lu, many pages", fid);
		EXPECT_EQ(SBI_OK, error_of(EXT_RFENCE, fid, 0, -1UL, 0, -1UL, 0))
			TH_LOG("function %lu, everywhere", fid);
		/* The second hart is stopped: nothing to do there. */
		EXPECT_EQ(SBI_OK, error_of(EXT_RFENCE, fid, 3, 0, 0, 0, 0))
			TH_LOG("function %lu, stopped hart", fid);
	}
}

/* No hart of this guest has H. in-tree: 6.12 answers success and does nothing. */
TEST_F(sbi, rfence_hypervisor)
{
	for (uint64_t fid = 3; fid < 7; fid++) {
		long error = error_of(EXT_RFENCE, fid, 1, 0, 0, 0, 0);

		if (in_tree() && error == SBI_OK)
			continue;
		EXPECT_EQ(SBI_NOT_SUPPORTED, error) TH_LOG("function %lu", fid);
	}
}

/* in-tree: 6.12 fails here, as it gives the error for a hart that is not there as a value. */
TEST_F(sbi, hsm_status)
{
	EXPECT_EQ(SBI_OK, error_of(EXT_HSM, 2, 0));
	EXPECT_EQ(HSM_STARTED, value_of(EXT_HSM, 2, 0));
	EXPECT_EQ(HSM_STOPPED, value_of(EXT_HSM, 2, 1));
	EXPECT_EQ(SBI_INVALID_PARAM, error_of(EXT_HSM, 2, 77));
	EXPECT_EQ(SBI_INVALID_PARAM, error_of(EXT_HSM, 0, 77, G_guest_hart_entry, 0));
	EXPECT_EQ(SBI_ALREADY_AVAILABLE, error_of(EXT_HSM, 0, 0, G_guest_hart_entry, 0));
}

TEST_F(sbi, hsm_start_stop)
{
	struct vcpu_thread t;
	struct kvm_mp_state state;

	thread_start(&t, &self->second, -1);
	for (int round = 1; round <= 10; round++) {
		memset(ram(&self->vm, BOX), 0, 64);
		box64(&self->vm, BOX_COMMAND) = CMD_STOP;
		ASSERT_EQ(SBI_OK, error_of(EXT_HSM, 0, 1, G_guest_hart_entry, BOX));
		ASSERT_EQ(0, guest_call(&self->vcpu, G_smp_wait_status, 1, HSM_STOPPED));
		ASSERT_TRUE(wait_for(&box64(&self->vm, BOX_UP), 60000));
		/* SBI 9.1: a0 hart, a1 opaque, paging and interrupts off. */
		EXPECT_EQ(1, box64(&self->vm, BOX_UP));
		EXPECT_EQ(1, box64(&self->vm, BOX_HART));
		EXPECT_EQ(BOX, box64(&self->vm, BOX_OPAQUE));
		EXPECT_EQ(0, box64(&self->vm, BOX_SATP));
		EXPECT_EQ(0, box64(&self->vm, BOX_SSTATUS) & 2);
	}
	ASSERT_EQ(0, kvm_ioctl(self->vcpu.fd, KVM_GET_MP_STATE, &state));
	EXPECT_EQ(KVM_MP_STATE_RUNNABLE, state.mp_state);
	EXPECT_FALSE(t.done);
}

TEST_F(sbi, hsm_start_twice)
{
	struct vcpu_thread t;

	thread_start(&t, &self->second, -1);
	box64(&self->vm, BOX_COMMAND) = CMD_SPIN;
	ASSERT_EQ(SBI_OK, error_of(EXT_HSM, 0, 1, G_guest_hart_entry, BOX));
	ASSERT_TRUE(wait_for(&box64(&self->vm, BOX_UP), 60000));
	EXPECT_EQ(HSM_STARTED, value_of(EXT_HSM, 2, 1));
	EXPECT_EQ(SBI_ALREADY_AVAILABLE,
		  error_of(EXT_HSM, 0, 1, G_guest_hart_entry, BOX));
	box64(&self->vm, BOX_COMMAND) = CMD_STOP;
	EXPECT_EQ(0, guest_call(&self->vcpu, G_smp_wait_status, 1, HSM_STOPPED));
	EXPECT_EQ(1, box64(&self->vm, BOX_UP));
}

/* A hart that stops itself goes to sleep in KVM_RUN, mp_state says so. */
TEST_F(sbi, hsm_stop_self)
{
	struct kvm_mp_state state = { .mp_state = ~0U };
	struct vcpu_thread t;

	guest_set(&self->vcpu, G_smp_stop, 0);
	thread_start(&t, &self->vcpu, -1);
	for (int i = 0; i < 1000 && state.mp_state != KVM_MP_STATE_STOPPED; i++) {
		sleep_ms(10);
		/* vCPU ioctls wait for KVM_RUN to end: break it off. */
		self->vcpu.run->immediate_exit = 1;
		signal_catch(SIGUSR1);
		pthread_kill(t.thread, SIGUSR1);
		pthread_join(t.thread, NULL);
		self->vcpu.run->immediate_exit = 0;
		ASSERT_EQ(EV_ERROR, t.event);
		ASSERT_EQ(0, kvm_ioctl(self->vcpu.fd, KVM_GET_MP_STATE, &state));
		thread_start(&t, &self->vcpu, -1);
	}
	EXPECT_EQ(KVM_MP_STATE_STOPPED, state.mp_state);
}

/* Retentive suspend is a WFI: with an interrupt pending it returns at once. */
TEST_F(sbi, hsm_suspend_retentive)
{
	EXPECT_EQ(SBI_OK, error_of(EXT_IPI, 0, 1, 0));
	EXPECT_EQ(0, guest_call(&self->vcpu, G_smp_suspend, 0, 0, 0));
}

/* … and without one, sleeps until it comes; the peer sees it suspended. */
TEST_F(sbi, hsm_suspend_wakes)
{
	struct kvm_mp_state state = { .mp_state = KVM_MP_STATE_RUNNABLE };
	struct vcpu_thread t;

	ASSERT_EQ(0, kvm_ioctl(self->second.fd, KVM_SET_MP_STATE, &state));
	guest_set(&self->second, G_smp_suspend, 0, 0, 0);
	thread_start(&t, &self->second, -1);
	EXPECT_EQ(0, guest_call(&self->vcpu, G_smp_wait_status, 1, HSM_SUSPENDED));
	EXPECT_FALSE(t.done);
	EXPECT_EQ(SBI_OK, error_of(EXT_IPI, 0, 2, 0));
	EXPECT_EQ(0, thread_join(&t));
	EXPECT_EQ(HSM_STARTED, value_of(EXT_HSM, 2, 1));
}

TEST_F(sbi, hsm_suspend_types)
{
	long error;

	/* Reserved types. */
	EXPECT_EQ(SBI_INVALID_PARAM, error_of(EXT_HSM, 3, 1, 0, 0));
	EXPECT_EQ(SBI_INVALID_PARAM, error_of(EXT_HSM, 3, 0x80000001, 0, 0));
	/* Platform-specific and non-retentive ones may be missing, not half there. */
	error = error_of(EXT_HSM, 3, 0x10000000, 0, 0);
	EXPECT_TRUE(error == SBI_NOT_SUPPORTED || error == SBI_INVALID_PARAM);
}

/* A non-retentive suspend ends as a start does: elsewhere, with a fresh state. */
TEST_F(sbi, hsm_suspend_non_retentive)
{
	ASSERT_EQ(SBI_OK, error_of(EXT_IPI, 0, 1, 0));
	box64(&self->vm, BOX_COMMAND) = CMD_RETURN;
	guest_set(&self->vcpu, G_smp_suspend, 0x80000000, G_guest_hart_entry, BOX);
	guest_expect(&self->vcpu, EV_DONE);
	if (done_value(&self->vcpu) == (uint64_t)SBI_NOT_SUPPORTED && in_tree())
		SKIP(return, "in-tree: there is no non-retentive suspend");
	EXPECT_EQ(0, done_value(&self->vcpu));
	EXPECT_EQ(1, box64(&self->vm, BOX_UP));
	EXPECT_EQ(0, box64(&self->vm, BOX_HART));
	EXPECT_EQ(BOX, box64(&self->vm, BOX_OPAQUE));
	EXPECT_EQ(0, box64(&self->vm, BOX_SATP));
	EXPECT_EQ(0, box64(&self->vm, BOX_SSTATUS) & 2);
}

TEST_F(sbi, ipi_ping_pong)
{
	const uint64_t rounds = 500;
	struct kvm_mp_state state = { .mp_state = KVM_MP_STATE_RUNNABLE };
	struct vcpu_thread t;

	ASSERT_EQ(0, kvm_ioctl(self->second.fd, KVM_SET_MP_STATE, &state));
	guest_set(&self->second, G_smp_pong, 0, rounds);
	thread_start(&t, &self->second, -1);
	EXPECT_EQ(rounds, guest_call(&self->vcpu, G_smp_ping, 1, rounds));
	EXPECT_EQ(rounds, thread_join(&t));
}

/* The same with both vCPUs on one host CPU, where each must yield to the other. */
TEST_F(sbi, ipi_ping_pong_one_cpu)
{
	const uint64_t rounds = 200;
	struct kvm_mp_state state = { .mp_state = KVM_MP_STATE_RUNNABLE };
	struct vcpu_thread t;

	pin(0);
	ASSERT_EQ(0, kvm_ioctl(self->second.fd, KVM_SET_MP_STATE, &state));
	guest_set(&self->second, G_smp_pong, 0, rounds);
	thread_start(&t, &self->second, 0);
	EXPECT_EQ(rounds, guest_call(&self->vcpu, G_smp_ping, 1, rounds));
	EXPECT_EQ(rounds, thread_join(&t));
}

/* SRST: what the guest asks for is what user space is told. */
static const struct {
	uint64_t type, reason;
	uint32_t event;
} resets[] = {
	{ 0, 0, KVM_SYSTEM_EVENT_SHUTDOWN },
	{ 0, 1, KVM_SYSTEM_EVENT_SHUTDOWN },
	{ 1, 0, KVM_SYSTEM_EVENT_RESET },
	{ 2, 1, KVM_SYSTEM_EVENT_RESET },
	/* Reasons of the implementation's and the platform's own: user space's to understand. */
	{ 0, 0xe0000000, KVM_SYSTEM_EVENT_SHUTDOWN },
	{ 1, 0xefffffff, KVM_SYSTEM_EVENT_RESET },
	{ 1, 0xf0000000, KVM_SYSTEM_EVENT_RESET },
	{ 0, 0xffffffff, KVM_SYSTEM_EVENT_SHUTDOWN },
};

TEST_F(sbi, system_reset)
{
	for (size_t i = 0; i < ARRAY_LEN(resets); i++) {
		struct kvm_mp_state state = { .mp_state = KVM_MP_STATE_RUNNABLE };
		struct kvm_run *run = self->vcpu.run;

		ASSERT_EQ(0, kvm_ioctl(self->vcpu.fd, KVM_SET_MP_STATE, &state));
		guest_set(&self->vcpu, G_sbi_raw, EXT_SRST, 0, resets[i].type,
			  resets[i].reason);
		guest_expect(&self->vcpu, EV_SYSTEM);
		EXPECT_EQ(resets[i].event, run->system_event.type);
		EXPECT_EQ(1, run->system_event.ndata);
		EXPECT_EQ(resets[i].reason, run->system_event.data[0]);
		self->vcpu.unfinished = false;
	}
}

TEST_F(sbi, system_reset_bad)
{
	const uint64_t reserved[] = { 2, 3, 0x7fffffff, 0x80000000, 0xdfffffff };

	/* A warm reset is the last type that is not reserved. */
	EXPECT_NE(SBI_OK, error_of(EXT_SRST, 0, 3, 0));
	EXPECT_NE(SBI_OK, error_of(EXT_SRST, 0, 0xefffffff, 0));
	/* A type of the platform's own, of which there is none */
	EXPECT_EQ(SBI_INVALID_PARAM, error_of(EXT_SRST, 0, 0xf0000000, 0));
	/* in-tree: takes any reason. */
	for (size_t i = 0; i < ARRAY_LEN(reserved) && !in_tree(); i++) {
		guest_set(&self->vcpu, G_sbi_raw, EXT_SRST, 0, 1, reserved[i]);
		ASSERT_EQ(EV_DONE, guest_run(&self->vcpu)) TH_LOG("reason %#lx", reserved[i]);
		EXPECT_EQ(SBI_INVALID_PARAM, (long)done_value(&self->vcpu))
			TH_LOG("reason %#lx", reserved[i]);
	}
}

TEST_F(sbi, legacy_shutdown)
{
	LEGACY_ONLY();
	guest_set(&self->vcpu, G_sbi_raw, 8);
	guest_expect(&self->vcpu, EV_SYSTEM);
	EXPECT_EQ(KVM_SYSTEM_EVENT_SHUTDOWN, self->vcpu.run->system_event.type);
}

TEST_F(sbi, legacy_console)
{
	struct kvm_run *run = self->vcpu.run;

	LEGACY_ONLY();
	guest_set(&self->vcpu, G_sbi_raw, 1, 0, 'k');
	guest_expect(&self->vcpu, EV_SBI);
	EXPECT_EQ(1, run->riscv_sbi.extension_id);
	EXPECT_EQ('k', run->riscv_sbi.args[0]);
	run->riscv_sbi.ret[0] = 0;
	guest_expect(&self->vcpu, EV_DONE);
	EXPECT_EQ(0, done_value(&self->vcpu));

	guest_set(&self->vcpu, G_sbi_raw, 2);
	guest_expect(&self->vcpu, EV_SBI);
	EXPECT_EQ(2, run->riscv_sbi.extension_id);
	run->riscv_sbi.ret[0] = 'v';
	guest_expect(&self->vcpu, EV_DONE);
	EXPECT_EQ('v', done_value(&self->vcpu));
}

TEST_F(sbi, legacy_ipi)
{
	struct vcpu *vcpu = &self->vcpu;

	LEGACY_ONLY();
	/* The hart mask is read from the guest's memory, NULL is all harts. */
	ram64(&self->vm, BOX) = 1;
	EXPECT_EQ(0, error_of(4, 0, BOX));
	EXPECT_EQ(2, guest_call(vcpu, G_irq_pending, 0) & 2);
	EXPECT_EQ(0, error_of(3, 0));
	EXPECT_EQ(0, guest_call(vcpu, G_irq_pending, 0) & 2);
	EXPECT_EQ(0, error_of(4, 0, 0));
	EXPECT_EQ(2, guest_call(vcpu, G_irq_pending, 0) & 2);
}

/* A mask where no memory is: the guest's own load fault, at its ecall. */
TEST_F(sbi, legacy_ipi_bad_pointer)
{
	LEGACY_ONLY();
	guest_set(&self->vcpu, G_sbi_raw, 4, 0, MMIO_BASE);
	guest_expect(&self->vcpu, EV_TRAP);
	EXPECT_TRUE(trap_cause(&self->vcpu) == 5 || trap_cause(&self->vcpu) == 13 ||
		    (in_tree() && trap_cause(&self->vcpu) == 21))
		TH_LOG("cause %lu", (unsigned long)trap_cause(&self->vcpu));
}

/* A mask that user space has taken the memory of: it hears where, as of a load of the guest's. */
TEST_F(sbi, legacy_mask_without_memory)
{
	struct vcpu *vcpu = &self->vcpu;
	uint64_t *mask = slot_add(&self->vm, 1, 0, SLOT_BASE, 2 * PAGE);

	LEGACY_ONLY();
	ASSERT_EQ(0, munmap((char *)mask + PAGE, PAGE));
	for (uint64_t call = 4; call < 8; call++) {
		guest_set(vcpu, G_sbi_raw, call, 0, SLOT_BASE + PAGE + 8);
		vcpu->run->exit_reason = 0;
		EXPECT_TRUE(memory_faults(vcpu, SLOT_BASE + PAGE)) TH_LOG("call %lu", call);
		EXPECT_EQ(KVM_EXIT_MEMORY_FAULT, vcpu->run->exit_reason) TH_LOG("call %lu", call);
	}
	/* It has changed nothing: the guest can go on once the memory is there. */
	ASSERT_EQ(mask, mmap(mask, 2 * PAGE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	mask[PAGE / 8 + 1] = 1;
	EXPECT_EQ(0, error_of(4, 0, SLOT_BASE + PAGE + 8));
	EXPECT_EQ(2, guest_call(vcpu, G_irq_pending, 0) & 2);
}

TEST_F(sbi, legacy_fences)
{
	LEGACY_ONLY();
	ram64(&self->vm, BOX) = 1;
	EXPECT_EQ(0, error_of(5, 0, BOX));
	EXPECT_EQ(0, error_of(6, 0, BOX, GUEST_BASE, 0x1000));
	EXPECT_EQ(0, error_of(7, 0, BOX, GUEST_BASE, 0x1000, 0));
	EXPECT_EQ(0, error_of(5, 0, 0));
	EXPECT_EQ(0, error_of(6, 0, 0, 0, -1UL));
}

TEST_F(sbi, legacy_timer)
{
	struct vcpu *vcpu = &self->vcpu;

	LEGACY_ONLY();
	/* -1 clears what is pending, a time that has passed raises it. */
	EXPECT_EQ(0, error_of(0, 0, -1UL));
	EXPECT_EQ(0, guest_call(vcpu, G_irq_pending, 0) & 32);
	EXPECT_EQ(0, error_of(0, 0, 0));
	EXPECT_EQ(32, guest_call(vcpu, G_irq_pending, 0) & 32);
	EXPECT_EQ(0, error_of(EXT_TIME, 0, -1UL));
	EXPECT_EQ(0, guest_call(vcpu, G_irq_pending, 0) & 32);
}

/* A time that has passed is pending when the call returns. */
TEST_F(sbi, past_timer_is_pending)
{
	for (int i = 0; i < 20; i++) {
		EXPECT_EQ(32, guest_call(&self->vcpu, G_timer_past, EXT_TIME) & 32);
		if (has_legacy()) {
			EXPECT_EQ(32, guest_call(&self->vcpu, G_timer_past, 0) & 32);
		}
	}
	EXPECT_EQ(0, guest_call(&self->vcpu, G_irq_pending, 0) & 32);
}

TEST_HARNESS_MAIN
