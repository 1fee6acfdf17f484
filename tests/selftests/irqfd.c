// SPDX-License-Identifier: GPL-2.0-only
/*
 * irqfd on a VM without an interrupt controller: ownership of eventfds, consumption of events, and
 * concurrent assigning, closing and exiting.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib.h"
#include "harness.h"

#define ASSIGN		0
#define DEASSIGN	KVM_IRQFD_FLAG_DEASSIGN
#define RESAMPLE	KVM_IRQFD_FLAG_RESAMPLE

static long irqfd(struct vm *vm, int fd, uint32_t gsi, uint32_t flags)
{
	struct kvm_irqfd args = { .fd = fd, .gsi = gsi, .flags = flags };

	return kvm_ioctl(vm->fd, KVM_IRQFD, &args);
}

static bool readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static int event(void)
{
	int fd = eventfd(0, EFD_NONBLOCK);

	if (fd < 0)
		die("eventfd: %d", errno);
	return fd;
}

static void signal_event(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) != sizeof(one))
		die("eventfd takes no event: %d", errno);
}

TEST(events_are_taken)
{
	int fd = event();
	struct vm vm;

	vm_create(&vm);
	signal_event(fd);
	EXPECT_TRUE(readable(fd));
	ASSERT_EQ(0, irqfd(&vm, fd, 3, ASSIGN));
	for (int i = 0; i < 10; i++) {
		signal_event(fd);
		EXPECT_FALSE(readable(fd));
	}
	ASSERT_EQ(0, irqfd(&vm, fd, 3, DEASSIGN));
	EXPECT_FALSE(readable(fd));
	signal_event(fd);
	EXPECT_TRUE(readable(fd));
}

TEST(an_eventfd_is_an_irqfd_once)
{
	int fd = event(), copy = dup(fd);
	struct vm vm, other;

	vm_create(&vm);
	vm_create(&other);
	EXPECT_EQ(0, irqfd(&vm, fd, 3, ASSIGN));
	EXPECT_EQ(-EBUSY, irqfd(&vm, fd, 3, ASSIGN));
	EXPECT_EQ(-EBUSY, irqfd(&vm, copy, 4, ASSIGN));
	EXPECT_EQ(-EBUSY, irqfd(&other, fd, 3, ASSIGN));
	/* Another VM, or another GSI, takes nothing away. */
	EXPECT_EQ(0, irqfd(&other, fd, 3, DEASSIGN));
	EXPECT_EQ(0, irqfd(&vm, fd, 4, DEASSIGN));
	EXPECT_EQ(-EBUSY, irqfd(&other, fd, 3, ASSIGN));
	EXPECT_EQ(0, irqfd(&vm, copy, 3, DEASSIGN));
	EXPECT_EQ(0, irqfd(&other, fd, 3, ASSIGN));
	/* Two at one GSI are fine. */
	EXPECT_EQ(0, irqfd(&other, event(), 3, ASSIGN));
}

TEST(gone_with_the_vm)
{
	int fd = event();
	struct vcpu vcpu;
	struct vm vm, other;

	vm_create(&vm);
	vm_create(&other);
	vcpu_open(&vcpu, &vm, 0);
	ASSERT_EQ(0, irqfd(&vm, fd, 3, ASSIGN));
	/* The vCPU keeps the VM, but no irqfd. */
	close(vm.fd);
	signal_event(fd);
	EXPECT_TRUE(readable(fd));
	EXPECT_EQ(0, irqfd(&other, fd, 3, ASSIGN));
}

/* An ioeventfd keeps the eventfd alive, its end as a file is the irqfd's end all the same. */
TEST(gone_with_the_file)
{
	struct vm vm;

	vm_open(&vm);
	for (int i = 0; i < 200; i++) {
		struct kvm_ioeventfd io = { .addr = MMIO_BASE + 4 * i, .len = 4, .fd = event() };
		struct kvm_irqfd args = {
			.fd = io.fd, .gsi = 3, .flags = i & 1 ? RESAMPLE : 0, .resamplefd = io.fd,
		};

		ASSERT_EQ(0, kvm_ioctl(vm.fd, KVM_IRQFD, &args));
		ASSERT_EQ(0, kvm_ioctl(vm.fd, KVM_IOEVENTFD, &io));
		close(io.fd);
	}
	/* A look at all of them waits for those that are being closed. */
	EXPECT_EQ(0, irqfd(&vm, event(), 3, DEASSIGN));
}

/* What the kernel numbers @fd, an eventfd, with: the least that no other has. -1: it does not say. */
static int event_id(int fd)
{
	char path[64], line[64];
	int id = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "eventfd-id: %d", &id);
	if (f)
		fclose(f);
	return id;
}

/* Not only has nobody the eventfd open any more: the irqfd has let go of it, too. */
TEST(the_eventfd_goes_with_the_file)
{
	int first = event_id(event());
	struct vm vm;

	if (first < 0)
		SKIP(return, "this kernel does not number eventfds");
	vm_create(&vm);
	for (int i = 0; i < 200; i++) {
		int fd = event();

		ASSERT_EQ(0, irqfd(&vm, fd, 3, ASSIGN));
		close(fd);
	}
	EXPECT_EQ(0, irqfd(&vm, event(), 3, DEASSIGN));
	EXPECT_GT(first + 100, event_id(event()));
}

/*
 * The end of a file is told to a thread of the kernel's. A call that looks at a VM's irqfds, or ends
 * it, waits for that thread: what it lets go of is the VM's.
 */
TEST(the_eventfd_goes_first)
{
	int resample = event(), idle = event(), late = 0;
	struct vm vm;

	if (event_id(idle) < 0)
		SKIP(return, "this kernel does not number eventfds");
	vm_create(&vm);
	for (int i = 0; i < 100; i++) {
		int fd = event(), id = event_id(fd);
		struct kvm_irqfd args = {
			.fd = fd, .gsi = 3, .flags = RESAMPLE, .resamplefd = resample,
		};
		int end = i % 2 ? kvm_ioctl_n(vm.kvm, KVM_CREATE_VM, 0) : -1;

		ASSERT_EQ(0, kvm_ioctl(end < 0 ? vm.fd : end, KVM_IRQFD, &args));
		close(fd);
		/* That thread has begun, or has not. */
		if (i % 4 > 1)
			sched_yield();
		if (end < 0) {
			ASSERT_EQ(0, irqfd(&vm, idle, 3, DEASSIGN));
		} else {
			close(end);
		}
		/* The number is free again. */
		fd = event();
		late += event_id(fd) != id;
		close(fd);
	}
	EXPECT_EQ(0, late);
}

TEST(a_guest_may_signal_it)
{
	int fd = event();
	struct kvm_ioeventfd io = { .addr = MMIO_BASE, .len = 4, .fd = fd };
	struct vcpu vcpu;
	struct vm vm;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	ASSERT_EQ(0, kvm_ioctl(vm.fd, KVM_IOEVENTFD, &io));
	ASSERT_EQ(0, irqfd(&vm, fd, 3, ASSIGN));
	for (int i = 0; i < 100; i++)
		guest_call(&vcpu, G_mmio_sw, MMIO_BASE, 1);
	EXPECT_FALSE(readable(fd));
	close(fd);
	guest_call(&vcpu, G_mmio_sw, MMIO_BASE, 1);
}

/* What two threads fight over: an eventfd that one of them replaces again and again. */
#define ROUNDS	2000
/* Less where the kernel is slow: milliseconds */
#define ROUNDS_MS	30000

struct fight {
	struct vm vms[2];
	volatile int fd;
	volatile bool over;
	unsigned int bad;
};

static void *fight_side(void *arg)
{
	struct fight *fight = arg;
	unsigned int seed = 1;

	while (!fight->over) {
		int fd = fight->fd;
		struct vm *vm = &fight->vms[rand_r(&seed) & 1];
		long ret = irqfd(vm, fd, 20, ASSIGN);
		uint64_t one = 1;

		fight->bad += ret != 0 && ret != -EBUSY && ret != -EBADF;
		/* EBADF, EAGAIN: as good as not written */
		if (write(fd, &one, sizeof(one)) < 0)
			fight->bad += errno != EBADF && errno != EAGAIN;
		ret = irqfd(vm, fd, 20, DEASSIGN);
		fight->bad += ret != 0 && ret != -EBADF;
	}
	return NULL;
}

TEST(assigned_signalled_taken_away_and_closed_at_once)
{
	struct fight fight = { .fd = event() };
	uint64_t end = now_ms() + ROUNDS_MS;
	pthread_t thread;
	unsigned int both = 0;

	vm_create(&fight.vms[0]);
	vm_create(&fight.vms[1]);
	ASSERT_EQ(0, pthread_create(&thread, NULL, fight_side, &fight));
	for (int i = 0; i < ROUNDS && now_ms() < end; i++) {
		int fd = fight.fd;
		long one = irqfd(&fight.vms[i & 1], fd, 10, ASSIGN);
		long two = irqfd(&fight.vms[~i & 1], fd, 11, ASSIGN);

		fight.bad += one && one != -EBUSY;
		fight.bad += two && two != -EBUSY;
		both += !one && !two;
		/* Not through a descriptor that may be another one's by now */
		if (i % 4)
			fight.bad += irqfd(&fight.vms[i & 1], fd, 10, DEASSIGN) != 0;
		if (i % 3)
			fight.bad += irqfd(&fight.vms[~i & 1], fd, 11, DEASSIGN) != 0;
		fight.fd = event();
		close(fd);
	}
	fight.over = true;
	pthread_join(thread, NULL);
	EXPECT_EQ(0, both);
	EXPECT_EQ(0, fight.bad);
}

static void *signal_all_along(void *arg)
{
	struct fight *fight = arg;

	while (!fight->over)
		signal_event(fight->fd);
	return NULL;
}

TEST(a_vm_ends_amid_events)
{
	struct fight fight = { .fd = event() };
	pthread_t thread;
	struct vm vm;

	vm_create(&vm);
	/* Somebody must take the events: in between nobody does. */
	ASSERT_EQ(0, pthread_create(&thread, NULL, signal_all_along, &fight));
	for (int i = 0; i < 300; i++) {
		int fd = kvm_ioctl_n(vm.kvm, KVM_CREATE_VM, 0);
		struct vm one = { .fd = fd };

		ASSERT_LE(0, fd);
		fight.bad += irqfd(&one, fight.fd, i, ASSIGN) != 0;
		close(fd);
	}
	fight.over = true;
	pthread_join(thread, NULL);
	EXPECT_EQ(0, fight.bad);
}

#define MANY	4000
/* A grace period of the whole machine for each would take longer on any machine. */
#define OTHER_MS	400
/* All of the many together: a wait for each took 33 s, a debug kernel takes 0.7 s. */
#define MANY_MS		4000

/*
 * Closing thousands of eventfds that resample is one VM's affair, and a short one: neither the end of
 * another VM nor what it takes away waits for them one by one.
 */
TEST(closing_thousands_keeps_no_other_vm)
{
	const struct rlimit files = { 3 * MANY, 3 * MANY };
	struct vm many, other;
	int fds[MANY], notify = event();
	uint64_t start, took;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	vm_create(&many);
	vm_create(&other);
	for (int i = 0; i < MANY; i++) {
		struct kvm_irqfd args = {
			.fd = fds[i] = event(), .gsi = 3, .flags = RESAMPLE, .resamplefd = notify,
		};

		ASSERT_EQ(0, kvm_ioctl(many.fd, KVM_IRQFD, &args));
	}
	ASSERT_EQ(0, irqfd(&other, notify, 3, ASSIGN));
	close_range(fds[0], fds[MANY - 1], 0);
	start = now_ms();
	close(other.fd);
	took = now_ms() - start;
	note("other VM closed in %u ms", (unsigned int)took);
	EXPECT_GT(OTHER_MS, took);
	start = now_ms();
	close(many.fd);
	took = now_ms() - start;
	note("VM of %u closed in %u ms", MANY, (unsigned int)took);
	EXPECT_GT(MANY_MS, took);
}

TEST_HARNESS_MAIN
