// SPDX-License-Identifier: GPL-2.0-only
/* Stores of a guest that signal an eventfd: addresses, widths and registers, and the wake-up. */
#define _GNU_SOURCE
#include <linux/io_uring.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib.h"
#include "harness.h"

#define CODE	GUEST_SCRATCH
#define VALUE	0x8182838485868788UL
#define BELL	(MMIO_BASE + 0x108)
#define OTHER	(MMIO_BASE + 0x110)

FIXTURE(ioeventfd)
{
	struct vm vm;
	struct vcpu vcpu;
	int fd;
};

FIXTURE_SETUP(ioeventfd)
{
	vm_open(&self->vm);
	vcpu_open(&self->vcpu, &self->vm, 0);
	self->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (self->fd < 0)
		die("eventfd: %s", strerror(errno));
}

FIXTURE_TEARDOWN(ioeventfd)
{
}

/* @flags: of KVM_IOEVENTFD, but that @value is always compared. */
static long bell(struct _test_data_ioeventfd *self, uint64_t addr, uint32_t len, uint64_t value,
		 uint32_t flags)
{
	struct kvm_ioeventfd io = {
		.addr = addr, .len = len, .fd = self->fd, .datamatch = value,
		.flags = flags | KVM_IOEVENTFD_FLAG_DATAMATCH,
	};

	return kvm_ioctl(self->vm.fd, KVM_IOEVENTFD, &io);
}

/* How often the eventfd was signalled since it was asked last. */
static uint64_t rings(int fd)
{
	uint64_t count;

	return read(fd, &count, sizeof(count)) == sizeof(count) ? count : 0;
}

static const struct {
	const char *name;
	uint64_t fn;
	unsigned int len;
} stores[] = {
#define STORE(name, len)	{ #name, G_mmio_##name, len }
	STORE(sb, 1), STORE(sh, 2), STORE(sw, 4), STORE(sd, 8),
	STORE(c_sw, 4), STORE(c_sd, 8), STORE(c_swsp, 4), STORE(c_sdsp, 8),
	STORE(fsw, 4), STORE(fsd, 8), STORE(c_fsd, 8), STORE(c_fsdsp, 8),
};

/* By value and by length; all else is user space's. */
TEST_F(ioeventfd, every_store)
{
	struct vcpu *vcpu = &self->vcpu;

	for (size_t i = 0; i < ARRAY_LEN(stores); i++) {
		unsigned int len = stores[i].len;
		uint64_t value = len == 8 ? VALUE : VALUE & ((1UL << len * 8) - 1);

		if (in_tree() && stores[i].name[0] != 's')
			continue;	/* in-tree: knows few of these */
		ASSERT_EQ(0, bell(self, BELL, len, value, 0));
		guest_call(vcpu, stores[i].fn, BELL, VALUE);
		EXPECT_EQ(1, rings(self->fd)) TH_LOG("%s", stores[i].name);

		guest_set(vcpu, stores[i].fn, BELL, VALUE + 1);
		guest_expect(vcpu, EV_MMIO);
		EXPECT_EQ(BELL, vcpu->run->mmio.phys_addr) TH_LOG("%s", stores[i].name);
		guest_expect(vcpu, EV_DONE);
		EXPECT_EQ(0, rings(self->fd)) TH_LOG("%s", stores[i].name);
		ASSERT_EQ(0, bell(self, BELL, len, value, KVM_IOEVENTFD_FLAG_DEASSIGN));

		guest_set(vcpu, stores[i].fn, BELL, VALUE);
		guest_expect(vcpu, EV_MMIO);
		guest_expect(vcpu, EV_DONE);
	}
}

static uint64_t content(unsigned int reg, uint64_t tag)
{
	if (reg == 10)
		return BELL;
	return reg ? tag << 56 | reg : 0;
}

/* From and past every register, whichever of them the world switch has put aside by then. */
TEST_F(ioeventfd, every_register)
{
	struct vcpu *vcpu = &self->vcpu;

	for (unsigned int reg = 0; reg < 32; reg++) {
		const uint32_t code[] = {
			reg << 20 | 10 << 15 | 3 << 12 | 0x23,			/* sd reg, 0(a0) */
			8 << 7 | 10 << 15 | 3 << 12 | 0x23,			/* sd zero, 8(a0) */
		};

		memcpy(ram(&self->vm, CODE), code, sizeof(code));
		guest_set(vcpu, CODE);
		for (unsigned int i = 1; i < 32; i++)
			reg_set(vcpu, REG_X(i), content(i, reg));
		ASSERT_EQ(0, bell(self, BELL, 8, content(reg, reg), 0));
		guest_expect(vcpu, EV_MMIO);
		EXPECT_EQ(OTHER, vcpu->run->mmio.phys_addr) TH_LOG("x%u", reg);
		EXPECT_EQ(1, rings(self->fd)) TH_LOG("x%u", reg);
		for (unsigned int i = 1; i < 32; i++) {
			EXPECT_EQ(content(i, reg), reg_get(vcpu, REG_X(i)))
				TH_LOG("x%u after x%u", i, reg);
		}
		ASSERT_EQ(0, bell(self, BELL, 8, content(reg, reg), KVM_IOEVENTFD_FLAG_DEASSIGN));
		guest_finish(vcpu);
	}
}

/* Memory goes first, be it there already or not; a slot that may not be written is none. */
TEST_F(ioeventfd, memory_goes_first)
{
	const uint64_t at = SLOT_BASE + 0x18;
	volatile uint64_t *words;

	ASSERT_EQ(0, bell(self, at, 4, 7, 0));
	guest_call(&self->vcpu, G_mmio_sw, at, 7);
	EXPECT_EQ(1, rings(self->fd));
	words = slot_add(&self->vm, 1, 0, SLOT_BASE, 0x10000);
	for (int i = 0; i < 2; i++) {
		guest_call(&self->vcpu, G_mmio_sw, at, 7);
		EXPECT_EQ(0, rings(self->fd));
		EXPECT_EQ(7, words[3]);
		words[3] = 0;
	}
}

#define LOOPS	2000

static const uint32_t store_loop[] = {
	0x00b52023,	/* sw a1, 0(a0) */
	0xfff58593,	/* addi a1, a1, -1 */
	0xfe059ce3,	/* bnez a1, -8 */
	0x00008067,	/* ret */
};

struct reader {
	int fd;
	unsigned int reads;
	uint64_t sum;
};

static void *reader_main(void *arg)
{
	const struct sched_param first = { .sched_priority = 10 };
	struct reader *reader = arg;
	uint64_t count;

	pin(0);
	if (sched_setscheduler(0, SCHED_FIFO, &first))
		die("sched_setscheduler: %s", strerror(errno));
	while (reader->sum < LOOPS && read(reader->fd, &count, sizeof(count)) == sizeof(count)) {
		reader->sum += count;
		reader->reads++;
	}
	return NULL;
}

/* A thread that goes before the guest goes at once, not when the hart's next tick comes. */
TEST_F(ioeventfd, who_waits_runs)
{
	struct reader reader = { .fd = eventfd(0, EFD_CLOEXEC) };
	struct kvm_ioeventfd io = { .addr = BELL, .len = 4, .fd = reader.fd };
	struct vcpu_thread guest;
	pthread_t thread;

	ASSERT_EQ(0, kvm_ioctl(self->vm.fd, KVM_IOEVENTFD, &io));
	memcpy(ram(&self->vm, CODE), store_loop, sizeof(store_loop));
	ASSERT_EQ(0, pthread_create(&thread, NULL, reader_main, &reader));
	guest_set(&self->vcpu, CODE, BELL, LOOPS);
	thread_start(&guest, &self->vcpu, 0);
	thread_join(&guest);
	pthread_join(thread, NULL);
	EXPECT_EQ(LOOPS, reader.sum);
	note("%u reads", reader.reads);
	/* Of each second the kernel keeps a part in which threads of its kind do not go first. */
	EXPECT_LE(LOOPS / 4, reader.reads);
}

/*
 * Have the kernel give this thread something to do when @fd is readable: a request of io_uring's is
 * ended by its maker. Returns where the count of ended ones is, NULL without io_uring.
 */
static volatile uint32_t *poll_by_uring(int fd)
{
	struct io_uring_params params = { 0 };
	int ring = syscall(__NR_io_uring_setup, 1, &params);
	struct io_uring_sqe *request;
	uint8_t *rings;

	/* Forbidden, or not in this kernel, as far as one says so (6.6). */
	if (ring < 0 && (errno == EPERM || access("/proc/sys/kernel/io_uring_disabled", F_OK)))
		return NULL;
	if (ring < 0 || !(params.features & IORING_FEAT_SINGLE_MMAP))
		die("io_uring_setup: %s", strerror(errno));
	rings = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
	request = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
	if (rings == MAP_FAILED || request == MAP_FAILED)
		die("mmap of io_uring: %s", strerror(errno));
	*request = (struct io_uring_sqe){
		.opcode = IORING_OP_POLL_ADD, .fd = fd, .poll_events = POLLIN,
	};
	*(uint32_t *)(rings + params.sq_off.array) = 0;
	*(volatile uint32_t *)(rings + params.sq_off.tail) = 1;
	if (syscall(__NR_io_uring_enter, ring, 1, 0, 0, NULL, 0) != 1)
		die("io_uring_enter: %s", strerror(errno));
	return (volatile uint32_t *)(rings + params.cq_off.tail);
}

static const uint32_t store_and_count[] = {
	0x00b52023,	/* sw a1, 0(a0) */
	0x00160613,	/* addi a2, a2, 1 */
	0xffdff06f,	/* j -4 */
};

/* What a store leaves to the guest's own thread is done before the guest's next instruction. */
TEST_F(ioeventfd, own_thread_is_told)
{
	struct vcpu *vcpu = &self->vcpu;
	volatile uint32_t *done = poll_by_uring(self->fd);

	if (!done)
		SKIP(return, "the kernel has no io_uring, or forbids it");
	ASSERT_EQ(0, bell(self, BELL, 4, 1, 0));
	memcpy(ram(&self->vm, CODE), store_and_count, sizeof(store_and_count));
	guest_set(vcpu, CODE, BELL, 1, 0);
	EXPECT_EQ(0, *done);
	EXPECT_EQ(EV_ERROR, guest_run(vcpu));
	EXPECT_EQ(EINTR, vcpu->err);
	EXPECT_EQ(1, *done);
	EXPECT_EQ(0, reg_get(vcpu, REG_X(12)));
}

/* The word before a slot: no memory, while what the guest ends by is the slot's first word. */
#define AMID	(SLOT_BASE - 8)

struct amid {
	struct vcpu *vcpu;
	volatile uint64_t exits;
	enum event event;
};

static void *amid_main(void *arg)
{
	struct amid *amid = arg;

	pin(0);
	while ((amid->event = guest_run(amid->vcpu)) == EV_MMIO)
		amid->exits++;
	return NULL;
}

/*
 * A store that has found the ioeventfd is over when the ioeventfd is gone. All of it on one hart, and
 * by stores that are settled with interrupts on: where kernels are preemptible, the guest's thread
 * is stopped amid one of them now and then.
 */
TEST_F(ioeventfd, taken_away_amid_stores)
{
	struct kvm_ioeventfd io = { .addr = AMID, .len = 8, .fd = self->fd };
	struct amid amid = { .vcpu = &self->vcpu };
	unsigned int taken = 0, late = 0;
	volatile uint64_t *word;
	pthread_t thread;

	if (in_tree())
		SKIP(return, "in-tree: FP loads and stores are not emulated");
	word = slot_add(&self->vm, 1, 0, SLOT_BASE, PAGE);
	guest_set(&self->vcpu, G_mmio_fsd_on, AMID);
	pin(0);
	ASSERT_EQ(0, pthread_create(&thread, NULL, amid_main, &amid));
	for (int i = 0; i < 400; i++) {
		uint64_t exits, end = now_ms() + 10000;

		io.flags = 0;
		ASSERT_EQ(0, kvm_ioctl(self->vm.fd, KVM_IOEVENTFD, &io));
		sleep_ms(1);
		io.flags = KVM_IOEVENTFD_FLAG_DEASSIGN;
		ASSERT_EQ(0, kvm_ioctl(self->vm.fd, KVM_IOEVENTFD, &io));
		taken += rings(self->fd) != 0;
		/* The next store comes to user space, and whatever was on its way has arrived. */
		for (exits = amid.exits; amid.exits == exits && now_ms() < end; )
			sleep_ms(1);
		ASSERT_NE(exits, amid.exits);
		late += rings(self->fd) != 0;
	}
	*word = 1;
	pthread_join(thread, NULL);
	EXPECT_EQ(EV_DONE, amid.event);
	EXPECT_LT(100, taken);
	EXPECT_EQ(0, late);
}

/* More than a VM of ours may have at a time (in-tree knows no bound but memory) */
#define BELLS	8192U

/* A VM that has had as many as it may, and let go of them, may have as many again. */
TEST_F(ioeventfd, come_and_go)
{
	unsigned int i, round;
	uint64_t start;

	for (round = 0; round < 2; round++) {
		start = now_ms();
		for (i = 0; i < BELLS; i++)
			ASSERT_EQ(0, bell(self, BELL + 8 * i, 8, i, 0)) TH_LOG("bell %u", i);
		note("%u assigned in %u ms", BELLS, (unsigned int)(now_ms() - start));
		guest_call(&self->vcpu, G_mmio_sd, BELL + 8 * 77, 77);
		EXPECT_EQ(1, rings(self->fd));
		start = now_ms();
		for (i = 0; i < BELLS; i++)
			ASSERT_EQ(0, bell(self, BELL + 8 * i, 8, i, KVM_IOEVENTFD_FLAG_DEASSIGN));
		note("%u deassigned in %u ms", BELLS, (unsigned int)(now_ms() - start));
		guest_set(&self->vcpu, G_mmio_sd, BELL + 8 * 77, 77);
		guest_expect(&self->vcpu, EV_MMIO);
		guest_expect(&self->vcpu, EV_DONE);
	}
}

TEST_HARNESS_MAIN
