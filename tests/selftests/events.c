// SPDX-License-Identifier: GPL-2.0-only
/* Actions of other threads and of user space on a vCPU: interrupts while it runs, resets. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "lib.h"
#include "harness.h"

#define FLAG		GUEST_SCRATCH
#define IRQ_EXTERNAL	9
#define HSM		0x48534d
#define HSM_START	0
#define IPI		0x735049
#define IPI_SEND	0
#define SSIP		(1UL << 1)
#define SEIP		(1UL << IRQ_EXTERNAL)

/* The first word of tests/guests/smp.c's mailbox: the hart that was started returns. */
#define CMD_RETURN	3

static long interrupt(struct vcpu *vcpu, uint32_t what)
{
	struct kvm_interrupt irq = { .irq = what };

	return kvm_ioctl(vcpu->fd, KVM_INTERRUPT, &irq);
}

struct raisers {
	struct vcpu *vcpu;
	volatile bool over;
	unsigned int bad;
};

static void *raise_and_lower(void *arg)
{
	struct raisers *raisers = arg;
	unsigned int seed = (uintptr_t)pthread_self();

	while (!raisers->over) {
		uint32_t what = rand_r(&seed) & 1 ? KVM_INTERRUPT_SET : KVM_INTERRUPT_UNSET;

		if (interrupt(raisers->vcpu, what))
			__atomic_add_fetch(&raisers->bad, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

/* Whether the vCPU spins, sleeps in WFI or is between two KVM_RUN; the last word counts. */
TEST(interrupts_by_many_threads)
{
	const uint64_t pending = SEIP;
	struct raisers raisers = {};
	pthread_t threads[3];
	struct vcpu vcpu;
	struct vm vm;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	raisers.vcpu = &vcpu;
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, raise_and_lower, &raisers));
	for (int i = 0; i < 200; i++) {
		/* Comes back when one was taken. */
		ASSERT_EQ(i + 1, guest_call(&vcpu, G_irq_spin, IRQ_EXTERNAL, i + 1));
		guest_call(&vcpu, G_irq_wfi, IRQ_EXTERNAL);
	}
	raisers.over = true;
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		pthread_join(threads[i], NULL);
	EXPECT_EQ(0, raisers.bad);
	for (int i = 0; i < 4; i++) {
		EXPECT_EQ(0, interrupt(&vcpu, i & 1 ? KVM_INTERRUPT_SET : KVM_INTERRUPT_UNSET));
		EXPECT_EQ(i & 1 ? pending : 0, guest_call(&vcpu, G_irq_pending, 0) & pending);
	}
}

static long mp_state_set(struct vcpu *vcpu, uint32_t mp_state)
{
	struct kvm_mp_state state = { .mp_state = mp_state };

	return kvm_ioctl(vcpu->fd, KVM_SET_MP_STATE, &state);
}

static uint32_t mp_state(struct vcpu *vcpu)
{
	struct kvm_mp_state state = { .mp_state = ~0U };

	if (kvm_ioctl(vcpu->fd, KVM_GET_MP_STATE, &state))
		die("KVM_GET_MP_STATE: %d", errno);
	return state.mp_state;
}

static void reset_agree(struct vm *vm)
{
	struct kvm_enable_cap cap = { .cap = KVM_CAP_RISCV_MP_STATE_RESET };
	long ret = kvm_ioctl(vm->fd, KVM_ENABLE_CAP, &cap);

	if (ret)
		die("KVM_CAP_RISCV_MP_STATE_RESET: %ld", ret);
}

/* Registers are a new vCPU's again, what user space configured and the MP state stay. */
TEST(reset_by_mp_state)
{
	struct vcpu vcpu, fresh;
	struct vm vm;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	vcpu_open(&fresh, &vm, 1);
	EXPECT_EQ(-EINVAL, mp_state_set(&vcpu, KVM_MP_STATE_INIT_RECEIVED));
	reset_agree(&vm);
	guest_call(&vcpu, G_mem_write, FLAG, 1);
	reg_set(&vcpu, REG_CORE(regs.s5), 7);
	reg_set(&vcpu, REG_CSR(sscratch), 7);
	reg_set(&vcpu, REG_CSR(sie), 1UL << IRQ_EXTERNAL);
	EXPECT_EQ(0, interrupt(&vcpu, KVM_INTERRUPT_SET));
	for (int stopped = 0; stopped < 2; stopped++) {
		uint32_t state = stopped ? KVM_MP_STATE_STOPPED : KVM_MP_STATE_RUNNABLE;

		EXPECT_EQ(0, mp_state_set(&vcpu, state));
		EXPECT_EQ(0, mp_state_set(&vcpu, KVM_MP_STATE_INIT_RECEIVED));
		EXPECT_EQ(state, mp_state(&vcpu));
		for (int n = 0; n < 32; n++) {
			/* a0 is the hart's number: theirs. */
			if (n == 10)
				continue;
			EXPECT_EQ(reg_get(&fresh, REG_X(n)), reg_get(&vcpu, REG_X(n)))
				TH_LOG("x%d", n);
		}
		EXPECT_EQ(0, reg_get(&vcpu, REG_CSR(sscratch)));
		EXPECT_EQ(0, reg_get(&vcpu, REG_CSR(sie)));
		EXPECT_EQ(0, reg_get(&vcpu, REG_CSR(sip)));
		reg_set(&vcpu, REG_CORE(regs.s5), 7);
	}
	EXPECT_EQ(0, mp_state_set(&vcpu, KVM_MP_STATE_RUNNABLE));
	guest_call(&vcpu, G_mem_write, FLAG, 2);
	EXPECT_EQ(2, ram64(&vm, FLAG));
}

/* A start that another hart asked for belongs to the life before the reset. */
TEST(reset_forgets_a_start)
{
	struct vcpu vcpu, second;
	struct vm vm;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	vcpu_open(&second, &vm, 1);
	reset_agree(&vm);
	ASSERT_EQ(0, (long)guest_sbi(&vcpu, HSM, HSM_START, 1, G_irq_forever, FLAG).a0);
	EXPECT_EQ(KVM_MP_STATE_RUNNABLE, mp_state(&second));
	EXPECT_EQ(0, mp_state_set(&second, KVM_MP_STATE_INIT_RECEIVED));
	EXPECT_EQ(KVM_MP_STATE_RUNNABLE, mp_state(&second));
	guest_call(&second, G_mem_write, FLAG, 3);
	EXPECT_EQ(3, ram64(&vm, FLAG));
}

/* What user space reads and writes is the hart that was started, whether or not it has run since. */
TEST(start_comes_before_registers)
{
	struct vcpu vcpu, second;
	struct vm vm;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	vcpu_open(&second, &vm, 1);
	reg_set(&second, REG_CORE(regs.s5), 7);
	ASSERT_EQ(0, (long)guest_sbi(&vcpu, HSM, HSM_START, 1, G_irq_forever, FLAG).a0);
	EXPECT_EQ(G_irq_forever, reg_get(&second, REG_CORE(regs.pc)));
	EXPECT_EQ(1, reg_get(&second, REG_CORE(regs.a0)));
	EXPECT_EQ(FLAG, reg_get(&second, REG_CORE(regs.a1)));
	EXPECT_EQ(0, reg_get(&second, REG_CORE(regs.s5)));
	/* What is restored over it stays. */
	EXPECT_EQ(0, mp_state_set(&second, KVM_MP_STATE_STOPPED));
	ASSERT_EQ(0, (long)guest_sbi(&vcpu, HSM, HSM_START, 1, G_irq_forever, FLAG).a0);
	guest_call(&second, G_mem_write, FLAG, 4);
	EXPECT_EQ(4, ram64(&vm, FLAG));
}

/* A state that was read and written back is the started hart's, after a stop as well. */
TEST(start_comes_before_a_stop)
{
	struct vcpu vcpu, second;
	struct vm vm;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	vcpu_open(&second, &vm, 1);
	ASSERT_EQ(0, (long)guest_sbi(&vcpu, HSM, HSM_START, 1, G_irq_forever, FLAG).a0);
	EXPECT_EQ(0, mp_state_set(&second, KVM_MP_STATE_STOPPED));
	reg_set(&second, REG_CORE(regs.s5), 7);
	EXPECT_EQ(0, mp_state_set(&second, KVM_MP_STATE_RUNNABLE));
	guest_call(&second, G_mem_write, FLAG, 5);
	EXPECT_EQ(5, ram64(&vm, FLAG));
	EXPECT_EQ(7, reg_get(&second, REG_CORE(regs.s5)));
}

/* An access that the former life left to user space writes nothing into the new one. */
TEST(start_forgets_an_access)
{
	struct vcpu vcpu, second;
	struct vm vm;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	vcpu_open(&second, &vm, 1);
	EXPECT_EQ(0, mp_state_set(&second, KVM_MP_STATE_RUNNABLE));
	guest_set(&second, G_mem_read, MMIO_BASE);
	guest_expect(&second, EV_MMIO);
	EXPECT_EQ(0, mp_state_set(&second, KVM_MP_STATE_STOPPED));
	ASSERT_EQ(0, (long)guest_sbi(&vcpu, HSM, HSM_START, 1, G_guest_hart_entry, FLAG).a0);
	second.unfinished = false;
	EXPECT_EQ(G_guest_hart_entry, reg_get(&second, REG_CORE(regs.pc)));
	memset(ram(&vm, FLAG), 0, 64);
	ram64(&vm, FLAG) = CMD_RETURN;
	guest_expect(&second, EV_DONE);
	EXPECT_EQ(1, ram64(&vm, FLAG + 8));
	EXPECT_EQ(FLAG, ram64(&vm, FLAG + 16));
}

/* What is raised for a hart that was started is pending when it gets there. */
TEST(start_keeps_interrupts)
{
	struct vcpu vcpu, second;
	struct vm vm;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	vcpu_open(&second, &vm, 1);
	for (int by_user = 0; by_user < 2; by_user++) {
		memset(ram(&vm, FLAG), 0, 64);
		ram64(&vm, FLAG) = CMD_RETURN;
		EXPECT_EQ(0, mp_state_set(&second, KVM_MP_STATE_STOPPED));
		/* The line is up before the start, and another hart knows of the start at once. */
		EXPECT_EQ(0, interrupt(&second, KVM_INTERRUPT_SET));
		ASSERT_EQ(0, (long)guest_sbi(&vcpu, HSM, HSM_START, 1, G_guest_hart_entry,
					     FLAG).a0);
		ASSERT_EQ(0, (long)guest_sbi(&vcpu, IPI, IPI_SEND, 2, 0).a0);
		if (by_user) {
			EXPECT_EQ(SSIP | SEIP, reg_get(&second, REG_CSR(sip)));
		}
		guest_expect(&second, EV_DONE);
		EXPECT_EQ(SSIP | SEIP, guest_call(&second, G_irq_pending, 0));
		/* The former life's software interrupt goes with it. */
		EXPECT_EQ(0, mp_state_set(&second, KVM_MP_STATE_STOPPED));
		EXPECT_EQ(0, interrupt(&second, KVM_INTERRUPT_UNSET));
		ASSERT_EQ(0, (long)guest_sbi(&vcpu, IPI, IPI_SEND, 2, 0).a0);
		ASSERT_EQ(0, (long)guest_sbi(&vcpu, HSM, HSM_START, 1, G_guest_hart_entry,
					     FLAG).a0);
		guest_expect(&second, EV_DONE);
		EXPECT_EQ(0, guest_call(&second, G_irq_pending, 0));
	}
}

/* A VMM that stops a vCPU reads sip and writes it back, and its devices do not wait for that. */
TEST(sip_written_back)
{
	struct vcpu vcpu;
	struct vm vm;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	for (int ran = 0; ran < 2; ran++) {
		uint64_t sip = reg_get(&vcpu, REG_CSR(sip));

		EXPECT_EQ(0, sip);
		EXPECT_EQ(0, interrupt(&vcpu, KVM_INTERRUPT_SET));
		reg_set(&vcpu, REG_CSR(sip), sip | SSIP);
		EXPECT_EQ(SSIP | SEIP, reg_get(&vcpu, REG_CSR(sip)));
		EXPECT_EQ(0, interrupt(&vcpu, KVM_INTERRUPT_UNSET));
		reg_set(&vcpu, REG_CSR(sip), SSIP | SEIP);
		EXPECT_EQ(SSIP, reg_get(&vcpu, REG_CSR(sip)));
		/* What nobody changed is as written. */
		reg_set(&vcpu, REG_CSR(sip), SEIP);
		EXPECT_EQ(SEIP, guest_call(&vcpu, G_irq_pending, 0));
		guest_finish(&vcpu);
		EXPECT_EQ(SEIP, reg_get(&vcpu, REG_CSR(sip)));
		reg_set(&vcpu, REG_CSR(sip), 0);
	}
}

/* Written without having been read since the guest ran, as to a new or a reset vCPU: all of it. */
TEST(sip_restored)
{
	struct vcpu vcpu;
	struct vm vm;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	EXPECT_EQ(0, interrupt(&vcpu, KVM_INTERRUPT_UNSET));
	reg_set(&vcpu, REG_CSR(sip), SEIP);
	EXPECT_EQ(SEIP, guest_call(&vcpu, G_irq_pending, 0));
	reg_get(&vcpu, REG_CSR(sip));
	EXPECT_EQ(SEIP, guest_call(&vcpu, G_irq_pending, 0));
	EXPECT_EQ(0, interrupt(&vcpu, KVM_INTERRUPT_SET));
	reg_set(&vcpu, REG_CSR(sip), 0);
	EXPECT_EQ(0, guest_call(&vcpu, G_irq_pending, 0));
}

TEST_HARNESS_MAIN
