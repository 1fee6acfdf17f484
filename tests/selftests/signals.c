// SPDX-License-Identifier: GPL-2.0-only
/* Signals, and other work of the thread's own, while the guest runs or a fault waits. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>

#include "lib.h"
#include "harness.h"

#define FLAG GUEST_SCRATCH

#ifndef MADV_HWPOISON
#define MADV_HWPOISON 100
#endif

FIXTURE(signals)
{
	struct vm vm;
	struct vcpu vcpu;
	struct vcpu_thread thread;
};

FIXTURE_SETUP(signals)
{
	vm_open(&self->vm);
	vcpu_open(&self->vcpu, &self->vm, 0);
}

FIXTURE_TEARDOWN(signals)
{
}

/* KVM_SET_SIGNAL_MASK with no signal blocked. */
static void mask_open(struct vcpu *vcpu)
{
	struct {
		struct kvm_signal_mask head;
		uint64_t set;
	} __attribute__((packed)) mask = { .head.len = 8 };

	if (kvm_ioctl(vcpu->fd, KVM_SET_SIGNAL_MASK, &mask))
		die("KVM_SET_SIGNAL_MASK");
}

static void signal_block(int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

/* Runs a guest that never ends, until it does run. */
static void guest_start(struct vm *vm, struct vcpu *vcpu, struct vcpu_thread *thread)
{
	signal_catch(SIGUSR2);
	guest_set(vcpu, G_irq_forever, FLAG);
	thread_start(thread, vcpu, -1);
	if (!wait_for(&ram64(vm, FLAG), 60000))
		die("the guest does not start");
}

/* Did the run end by itself? Ends it otherwise. */
static bool run_ended(struct vcpu_thread *thread, unsigned int ms)
{
	for (uint64_t until = now_ms() + ms; now_ms() < until && !thread->done;)
		sleep_ms(10);
	if (thread->done) {
		pthread_join(thread->thread, NULL);
		return true;
	}
	thread_interrupt(thread);
	return false;
}

static bool signal_pends(int sig)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, sig);
}

/*
 * Signal number 40 has its default action, which is to end the process; only KVM_RUN's mask lets it
 * through. It ends the run, and then the old mask decides: it stays pending.
 */
TEST_F(signals, mask_admits_a_deadly_signal)
{
	signal_block(40);
	mask_open(&self->vcpu);
	guest_start(&self->vm, &self->vcpu, &self->thread);
	kill(getpid(), 40);
	EXPECT_TRUE(run_ended(&self->thread, 20000));
	EXPECT_EQ(EV_ERROR, self->thread.event);
	EXPECT_EQ(EINTR, self->vcpu.err);
	EXPECT_TRUE(signal_pends(40));
}

/* The same for one that is ignored as far as the process is concerned. */
TEST_F(signals, mask_admits_an_ignored_signal)
{
	signal(41, SIG_IGN);
	signal_block(41);
	mask_open(&self->vcpu);
	guest_start(&self->vm, &self->vcpu, &self->thread);
	/* To the thread itself: the others block it, and what one blocks is kept for it. */
	pthread_kill(self->thread.thread, 41);
	EXPECT_TRUE(run_ended(&self->thread, 20000));
	EXPECT_EQ(EINTR, self->vcpu.err);
}

/*
 * A timer by the thread's own CPU time ends the run. Where the kernel leaves the timer's signal to
 * the thread's way to user space, the thread has to go there.
 */
TEST_F(signals, cpu_timer_ends_a_run)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct itimerspec when = { .it_value.tv_nsec = 100 * 1000 * 1000 };
	clockid_t clock;
	timer_t timer;

	signal_catch(SIGUSR1);
	guest_start(&self->vm, &self->vcpu, &self->thread);
	signal_block(SIGUSR1);
	ASSERT_EQ(0, pthread_getcpuclockid(self->thread.thread, &clock));
	if (timer_create(clock, &event, &timer))
		SKIP(return, "no timers by a thread's CPU time");
	ASSERT_EQ(0, timer_settime(timer, 0, &when, NULL));
	EXPECT_TRUE(run_ended(&self->thread, 20000));
	EXPECT_EQ(EINTR, self->vcpu.err);
}

static bool kernel_before(int major, int minor)
{
	struct utsname name;
	int got_major, got_minor;

	uname(&name);
	if (sscanf(name.release, "%d.%d", &got_major, &got_minor) != 2)
		die("what release is %s?", name.release);
	return got_major < major || (got_major == major && got_minor < minor);
}

/* A userfaultfd for missing pages of @memory, or -1 with errno. */
static int faults_to_user(void *memory, size_t size)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = {
		.range = { .start = (uintptr_t)memory, .len = size },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int fd = syscall(__NR_userfaultfd, O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -1;
	if (ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &range))
		die("userfaultfd: %s", strerror(errno));
	return fd;
}

/* A fault that user space has to answer ends with any signal; the guest faults again later. */
TEST_F(signals, fault_of_user_space_is_interrupted)
{
	struct uffdio_zeropage zero = { .range.len = PAGE };
	uint8_t *memory = slot_add(&self->vm, 1, 0, SLOT_BASE, 4 * PAGE);
	struct uffd_msg msg;
	int fd;

	if (kernel_before(6, 2))
		SKIP(return, "this kernel ends such a fault by a deadly signal alone");
	fd = faults_to_user(memory, 4 * PAGE);
	if (fd < 0)
		SKIP(return, "no userfaultfd: %s", strerror(errno));
	signal_catch(SIGUSR1);
	guest_set(&self->vcpu, G_mem_write, SLOT_BASE + PAGE, 7);
	thread_start(&self->thread, &self->vcpu, -1);
	for (int i = 0; read(fd, &msg, sizeof(msg)) != sizeof(msg) && i < 2000; i++)
		sleep_ms(10);
	ASSERT_EQ(UFFD_EVENT_PAGEFAULT, msg.event);
	EXPECT_EQ((uintptr_t)memory + PAGE, msg.arg.pagefault.address & -PAGE);
	sleep_ms(50);
	EXPECT_FALSE(self->thread.done);
	for (int i = 0; !self->thread.done && i < 200; i++) {
		pthread_kill(self->thread.thread, SIGUSR1);
		sleep_ms(10);
	}
	EXPECT_TRUE(self->thread.done);
	zero.range.start = (uintptr_t)memory + PAGE;
	ASSERT_EQ(0, ioctl(fd, UFFDIO_ZEROPAGE, &zero));
	pthread_join(self->thread.thread, NULL);
	EXPECT_EQ(EINTR, self->vcpu.err);
	guest_expect(&self->vcpu, EV_DONE);
	EXPECT_EQ(7, *(volatile uint64_t *)(memory + PAGE));
}

static volatile uintptr_t poison_at;
static volatile int poison_code;

static void poison_seen(int sig, siginfo_t *info, void *context)
{
	poison_at = (uintptr_t)info->si_addr;
	poison_code = info->si_code;
}

/* A page that the host has lost: the thread gets the signal that its own access would have got. */
TEST_F(signals, lost_page_is_a_sigbus)
{
	struct sigaction action = { .sa_sigaction = poison_seen, .sa_flags = SA_SIGINFO };
	uint8_t *memory = slot_add(&self->vm, 1, 0, SLOT_BASE, 4 * PAGE);

	if (!memory_follows(&self->vm))
		SKIP(return, "guest memory is pinned");
	sigaction(SIGBUS, &action, NULL);
	memory[PAGE] = 1;
	if (madvise(memory + PAGE, PAGE, MADV_HWPOISON))
		SKIP(return, "pages cannot be poisoned here: %s", strerror(errno));
	poison_at = 0;
	guest_set(&self->vcpu, G_mem_read, SLOT_BASE + PAGE);
	EXPECT_EQ(EV_ERROR, guest_run(&self->vcpu));
	EXPECT_EQ(EINTR, self->vcpu.err);
	EXPECT_EQ((uintptr_t)memory + PAGE, poison_at & -PAGE);
	EXPECT_EQ(BUS_MCEERR_AR, poison_code);

	/* Blocked, it is left pending, and KVM_RUN says where the page was. */
	signal_block(SIGBUS);
	EXPECT_EQ(EV_ERROR, guest_run(&self->vcpu));
	EXPECT_EQ(EHWPOISON, self->vcpu.err);
	EXPECT_EQ(KVM_EXIT_MEMORY_FAULT, self->vcpu.run->exit_reason);
	EXPECT_EQ(SLOT_BASE + PAGE, self->vcpu.run->memory_fault.gpa);
}

TEST_HARNESS_MAIN
