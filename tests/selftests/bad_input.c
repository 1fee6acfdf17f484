// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wrong arguments, ioctl by ioctl, and the errno that each gives (Documentation/virt/kvm/api.rst).
 *
 * A row is one call. If the kernel's own KVM of Linux 7.2 answers differently, the row says so and
 * says why this module does not; the tests can be run with that KVM to check this.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>

#include "lib.h"
#include "harness.h"

/* Every descriptor of the scene at a number of its own, so that tables can name it. */
enum {
	FD_CLOSED = 99,
	FD_KVM = 100, FD_VM, FD_VCPU, FD_VM_STATS, FD_VCPU_STATS, FD_DEVICE,
	FD_EVENT, FD_OTHER_EVENT, FD_NULL,
};

#define FD_COUNT	(FD_DEVICE - FD_KVM + 1)
#define ON(fd)		(1U << ((fd) - FD_KVM))

static const char * const fd_names[FD_COUNT] = {
	"/dev/kvm", "VM", "vCPU", "VM statistics", "vCPU statistics", "device",
};

#define BAD_POINTER	((void *)(~0UL << 16))
#define SAME		1000	/* no errno: the kernel's own KVM answers so, too */

/* Slots of the scene; slot 0 is the guest's RAM */
#define SLOT_LOGGED	1
#define SLOT_PLAIN	2
#define SLOT_NONE	3
#define SLOT_PAGES	128UL

static uint8_t buffer[PAGE] __attribute__((aligned(PAGE)));

struct row {
	const char *what;
	int fd;
	unsigned long request;
	void *arg;
	long want;		/* -errno; 0: must succeed, for what is nearly wrong */
	long theirs;		/* the same of the kernel's own KVM, or SAME */
};

#define POINTED(what, fd, request, want, theirs, type, ...) \
	{ what, fd, request, &(type) { __VA_ARGS__ }, want, theirs }
#define NUMBER(what, fd, request, want, theirs, number) \
	{ what, fd, request, (void *)(uintptr_t)(number), want, theirs }

static void keep(int fd, int at)
{
	if (fd < 0 || dup2(fd, at) < 0)
		die("descriptor %d: %s", at, strerror(fd < 0 ? -fd : errno));
}

static void move(int fd, int at)
{
	keep(fd, at);
	close(fd);
}

static void scene(struct vm *vm)
{
	struct kvm_create_device device = { .type = KVM_DEV_TYPE_VFIO };
	struct vcpu vcpu;

	vm_open(vm);
	vcpu_open(&vcpu, vm, 0);
	slot_add(vm, SLOT_LOGGED, KVM_MEM_LOG_DIRTY_PAGES, SLOT_BASE, SLOT_PAGES * PAGE);
	slot_add(vm, SLOT_PLAIN, 0, SLOT_BASE + MIB, SLOT_PAGES * PAGE);
	keep(vm->kvm, FD_KVM);
	keep(vm->fd, FD_VM);
	keep(vcpu.fd, FD_VCPU);
	keep(kvm_ioctl_n(vm->fd, KVM_GET_STATS_FD, 0), FD_VM_STATS);
	keep(kvm_ioctl_n(vcpu.fd, KVM_GET_STATS_FD, 0), FD_VCPU_STATS);
	keep(eventfd(0, EFD_NONBLOCK), FD_EVENT);
	keep(eventfd(0, EFD_NONBLOCK), FD_OTHER_EVENT);
	keep(open("/dev/null", O_RDWR), FD_NULL);
	/* in-tree: has no device that is there on every hart */
	if (!kvm_ioctl(vm->fd, KVM_CREATE_DEVICE, &device))
		move(device.fd, FD_DEVICE);
	else if (!in_tree())
		die("KVM_CREATE_DEVICE: %d", errno);
}

static unsigned int rows_run(const struct row *rows, size_t count)
{
	unsigned int bad = 0;

	for (const struct row *row = rows; row < rows + count; row++) {
		long want = in_tree() && row->theirs != SAME ? row->theirs : row->want;
		long got = kvm_ioctl(row->fd, row->request, row->arg);

		if (got == want || (want == 0 && got > 0))
			continue;
		note("%s: %ld (%s), not %ld (%s)", row->what, got,
		     got < 0 ? strerror(-got) : "success", want,
		     want < 0 ? strerror(-want) : "success");
		bad++;
	}
	return bad;
}

#define ROWS_TEST(name)				\
TEST(name)					\
{						\
	struct vm vm;				\
						\
	scene(&vm);				\
	EXPECT_EQ(0, rows_run(name##_rows, ARRAY_LEN(name##_rows)));	\
}

/* All that there is, where it belongs, and whether the argument is a pointer. */
static const struct {
	const char *name;
	unsigned long request;
	unsigned int on;
	bool pointer;
} known[] = {
#define KNOWN(name, on, pointer) { #name, KVM_##name, on, pointer }
	KNOWN(GET_API_VERSION, ON(FD_KVM), false),
	KNOWN(CREATE_VM, ON(FD_KVM), false),
	KNOWN(GET_VCPU_MMAP_SIZE, ON(FD_KVM), false),
	KNOWN(CHECK_EXTENSION, ON(FD_KVM) | ON(FD_VM), false),
	KNOWN(CREATE_VCPU, ON(FD_VM), false),
	KNOWN(SET_USER_MEMORY_REGION, ON(FD_VM), true),
	KNOWN(SET_USER_MEMORY_REGION2, ON(FD_VM), true),
	KNOWN(GET_DIRTY_LOG, ON(FD_VM), true),
	KNOWN(CLEAR_DIRTY_LOG, ON(FD_VM), true),
	KNOWN(RESET_DIRTY_RINGS, ON(FD_VM), false),
	KNOWN(IRQ_LINE, ON(FD_VM), true),
	KNOWN(SET_GSI_ROUTING, ON(FD_VM), true),
	KNOWN(SIGNAL_MSI, ON(FD_VM), true),
	KNOWN(IRQFD, ON(FD_VM), true),
	KNOWN(IOEVENTFD, ON(FD_VM), true),
	/* The number of KVM_IRQ_LINE_STATUS, which RISC-V does not have, but for its direction */
	KNOWN(REGISTER_COALESCED_MMIO, ON(FD_VM), true),
	KNOWN(UNREGISTER_COALESCED_MMIO, ON(FD_VM), true),
	KNOWN(CREATE_DEVICE, ON(FD_VM), true),
	KNOWN(ENABLE_CAP, ON(FD_VM), true),
	KNOWN(GET_STATS_FD, ON(FD_VM) | ON(FD_VCPU), false),
	KNOWN(RUN, ON(FD_VCPU), false),
	KNOWN(GET_ONE_REG, ON(FD_VCPU), true),
	KNOWN(SET_ONE_REG, ON(FD_VCPU), true),
	KNOWN(GET_REG_LIST, ON(FD_VCPU), true),
	KNOWN(GET_MP_STATE, ON(FD_VCPU), true),
	KNOWN(SET_MP_STATE, ON(FD_VCPU), true),
	KNOWN(INTERRUPT, ON(FD_VCPU), true),
	KNOWN(SET_SIGNAL_MASK, ON(FD_VCPU), true),
	KNOWN(SET_GUEST_DEBUG, ON(FD_VCPU), true),
	KNOWN(SET_DEVICE_ATTR, ON(FD_DEVICE), true),
	KNOWN(GET_DEVICE_ATTR, ON(FD_DEVICE), true),
	KNOWN(HAS_DEVICE_ATTR, ON(FD_DEVICE), true),
	/* Other architectures' */
	KNOWN(CREATE_IRQCHIP, 0, false),
	KNOWN(GET_IRQCHIP, 0, true),
	KNOWN(SET_IRQCHIP, 0, true),
	KNOWN(IRQ_LINE_STATUS, 0, true),
	KNOWN(SET_BOOT_CPU_ID, 0, false),
	KNOWN(SET_NR_MMU_PAGES, 0, false),
	KNOWN(NMI, 0, false),
	KNOWN(TRANSLATE, 0, true),
#undef KNOWN
};

/* Nowhere but where it belongs; and there no argument that cannot be read. */
TEST(every_ioctl_on_every_descriptor)
{
	uint8_t *edge = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1, 0);
	struct vm vm;

	if (in_tree())
		SKIP(return, "in-tree: EINVAL for many an unknown ioctl, some numbers answered");
	ASSERT_NE(MAP_FAILED, edge);
	ASSERT_EQ(0, mprotect(edge + PAGE, PAGE, PROT_NONE));
	scene(&vm);
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		for (int fd = FD_KVM; fd < FD_KVM + FD_COUNT; fd++) {
			long want = -ENOTTY;

			if (known[i].on & ON(fd)) {
				if (!known[i].pointer)
					continue;
				want = -EFAULT;
			}
			EXPECT_EQ(want, kvm_ioctl(fd, known[i].request, BAD_POINTER))
				TH_LOG("%s on %s", known[i].name, fd_names[fd - FD_KVM]);
			EXPECT_EQ(want, kvm_ioctl(fd, known[i].request, edge + PAGE))
				TH_LOG("%s on %s, no access", known[i].name, fd_names[fd - FD_KVM]);
			/* Begins well */
			EXPECT_EQ(want, kvm_ioctl(fd, known[i].request, edge + PAGE - 1))
				TH_LOG("%s on %s, the edge", known[i].name, fd_names[fd - FD_KVM]);
		}
	}
}

/* No number of KVM's own is answered but those above, whatever its size and direction. */
TEST(no_other_number)
{
	const unsigned long sizes[] = { 0, 4, 8, 16, 24, 64, 104, 160 };
	struct vm vm;

	if (in_tree())
		SKIP(return, "in-tree: EINVAL for many an unknown ioctl");
	scene(&vm);
	for (unsigned int nr = 0; nr < 256; nr++) {
		for (unsigned int bits = 0; bits < 4 * ARRAY_LEN(sizes); bits++) {
			unsigned long request = _IOC(bits % 4, KVMIO, nr, sizes[bits / 4]);
			bool is_known = false;

			for (size_t i = 0; i < ARRAY_LEN(known); i++)
				is_known |= known[i].request == request;
			for (int fd = FD_KVM; !is_known && fd < FD_KVM + FD_COUNT; fd++) {
				EXPECT_EQ(-ENOTTY, kvm_ioctl(fd, request, NULL))
					TH_LOG("%#lx on %s", request, fd_names[fd - FD_KVM]);
			}
		}
	}
}

static const struct row device_node_rows[] = {
	NUMBER("API version with an argument", FD_KVM, KVM_GET_API_VERSION, -EINVAL, SAME, 1),
	NUMBER("mmap size with an argument", FD_KVM, KVM_GET_VCPU_MMAP_SIZE, -EINVAL, SAME, 1),
	/* Theirs does not look at the type; KVM_CAP_VM_TYPES is what says which there are. */
	NUMBER("VM of type 1", FD_KVM, KVM_CREATE_VM, -EINVAL, 0, 1),
	NUMBER("VM of type 31", FD_KVM, KVM_CREATE_VM, -EINVAL, 0, 31),
	NUMBER("VM of type 2^32", FD_KVM, KVM_CREATE_VM, -EINVAL, 0, 1UL << 32),
	NUMBER("VM of type 2^63", FD_KVM, KVM_CREATE_VM, -EINVAL, 0, 1UL << 63),
	NUMBER("VM of type 0", FD_KVM, KVM_CREATE_VM, 0, SAME, 0),
	NUMBER("vCPU 1024", FD_VM, KVM_CREATE_VCPU, -EINVAL, SAME, 1024),
	NUMBER("vCPU 2^31", FD_VM, KVM_CREATE_VCPU, -EINVAL, SAME, 1UL << 31),
	NUMBER("vCPU 2^32 - 1", FD_VM, KVM_CREATE_VCPU, -EINVAL, SAME, 0xffffffff),
	NUMBER("vCPU 2^32", FD_VM, KVM_CREATE_VCPU, -EINVAL, SAME, 1UL << 32),
	NUMBER("vCPU 2^64 - 1", FD_VM, KVM_CREATE_VCPU, -EINVAL, SAME, -1),
	NUMBER("vCPU 0 again", FD_VM, KVM_CREATE_VCPU, -EEXIST, SAME, 0),
	NUMBER("vCPU 1023", FD_VM, KVM_CREATE_VCPU, 0, SAME, 1023),
	NUMBER("vCPU 1023 again", FD_VM, KVM_CREATE_VCPU, -EEXIST, SAME, 1023),
};

ROWS_TEST(device_node)

#define REGION(what, want, ...) \
	POINTED(what, FD_VM, KVM_SET_USER_MEMORY_REGION, want, SAME, \
		struct kvm_userspace_memory_region, __VA_ARGS__)
#define REGION2(what, want, theirs, ...) \
	POINTED(what, FD_VM, KVM_SET_USER_MEMORY_REGION2, want, theirs, \
		struct kvm_userspace_memory_region2, __VA_ARGS__)
#define AT	.guest_phys_addr
#define BYTES	.memory_size
#define HERE	.userspace_addr = (uintptr_t)buffer
#define FREE	(SLOT_BASE + 16 * MIB)

/* tests/selftests/memory.c has more of slots alone. */
static const struct row region_rows[] = {
	REGION("slot 32767", -EINVAL, .slot = 32767, AT = FREE, BYTES = PAGE, HERE),
	REGION("address space 1", -EINVAL, .slot = 1 << 16, AT = FREE, BYTES = PAGE, HERE),
	REGION("guest_memfd flag without its structure", -EINVAL, .slot = SLOT_NONE,
	       .flags = KVM_MEM_GUEST_MEMFD, AT = FREE, BYTES = PAGE, HERE),
	REGION("unknown flag", -EINVAL, .slot = SLOT_NONE, .flags = 1U << 31, AT = FREE,
	       BYTES = PAGE, HERE),
	REGION("unaligned size", -EINVAL, .slot = SLOT_NONE, AT = FREE, BYTES = PAGE - 8, HERE),
	REGION("unaligned guest address", -EINVAL, .slot = SLOT_NONE, AT = FREE + 8, BYTES = PAGE,
	       HERE),
	REGION("unaligned host address", -EINVAL, .slot = SLOT_NONE, AT = FREE, BYTES = PAGE,
	       .userspace_addr = (uintptr_t)buffer + 8),
	REGION("kernel address", -EINVAL, .slot = SLOT_NONE, AT = FREE, BYTES = PAGE,
	       .userspace_addr = ~0UL << 16),
	REGION("wraps around guest memory", -EINVAL, .slot = SLOT_NONE, AT = ~0UL << 12,
	       BYTES = 2 * PAGE, HERE),
	REGION("beyond guest memory", -EFAULT, .slot = SLOT_NONE, AT = 1UL << 60, BYTES = PAGE,
	       HERE),
	REGION("takes away what is not there", -EINVAL, .slot = SLOT_NONE),
	REGION("overlaps", -EEXIST, .slot = SLOT_NONE, AT = SLOT_BASE, BYTES = PAGE, HERE),
	REGION("another size", -EINVAL, .slot = SLOT_PLAIN, AT = FREE, BYTES = PAGE, HERE),
	REGION2("guest_memfd", -EINVAL, SAME, .slot = SLOT_NONE, .flags = KVM_MEM_GUEST_MEMFD,
		AT = FREE, BYTES = PAGE, HERE, .guest_memfd = FD_CLOSED),
	REGION2("no flag, so no guest_memfd", 0, SAME, .slot = SLOT_NONE, AT = FREE, BYTES = PAGE,
		HERE, .guest_memfd = FD_CLOSED),
	REGION2("padding", 0, SAME, .slot = SLOT_NONE + 1, AT = FREE + PAGE, BYTES = PAGE, HERE,
		.pad1 = 1, .pad2 = { 1 }),
};

ROWS_TEST(region)

#define LOG(what, want, ...) \
	POINTED(what, FD_VM, KVM_GET_DIRTY_LOG, want, SAME, struct kvm_dirty_log, __VA_ARGS__)
#define CLEAR(what, want, ...) \
	POINTED(what, FD_VM, KVM_CLEAR_DIRTY_LOG, want, SAME, struct kvm_clear_dirty_log, \
		__VA_ARGS__)

static const struct row dirty_rows[] = {
	LOG("log of a slot that cannot be", -EINVAL, .slot = 0xffff, .dirty_bitmap = buffer),
	LOG("log of another address space", -EINVAL, .slot = 1 << 16, .dirty_bitmap = buffer),
	LOG("log of no slot", -ENOENT, .slot = SLOT_NONE, .dirty_bitmap = buffer),
	LOG("log of a slot that does not", -ENOENT, .slot = SLOT_PLAIN, .dirty_bitmap = buffer),
	LOG("log to nowhere", -EFAULT, .slot = SLOT_LOGGED, .dirty_bitmap = BAD_POINTER),
	NUMBER("reset of dirty rings that there are not", FD_VM, KVM_RESET_DIRTY_RINGS, -EINVAL,
	       SAME, 0),
	CLEAR("clear without having asked for it", 0, .slot = SLOT_LOGGED,
	      .num_pages = SLOT_PAGES, .dirty_bitmap = buffer),
};

ROWS_TEST(dirty)

static const struct row clear_rows[] = {
	POINTED("manual protection", FD_VM, KVM_ENABLE_CAP, 0, SAME, struct kvm_enable_cap,
		.cap = KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, .args = { 1 }),
	CLEAR("a slot that cannot be", -EINVAL, .slot = 0xffff, .num_pages = SLOT_PAGES,
	      .dirty_bitmap = buffer),
	CLEAR("another address space", -EINVAL, .slot = 1 << 16, .num_pages = SLOT_PAGES,
	      .dirty_bitmap = buffer),
	CLEAR("no slot", -ENOENT, .slot = SLOT_NONE, .num_pages = SLOT_PAGES,
	      .dirty_bitmap = buffer),
	CLEAR("a slot that does not log", -ENOENT, .slot = SLOT_PLAIN, .num_pages = SLOT_PAGES,
	      .dirty_bitmap = buffer),
	CLEAR("first page within a word", -EINVAL, .slot = SLOT_LOGGED, .first_page = 1,
	      .num_pages = 64, .dirty_bitmap = buffer),
	CLEAR("first page behind the slot", -EINVAL, .slot = SLOT_LOGGED,
	      .first_page = SLOT_PAGES + 64, .num_pages = 64, .dirty_bitmap = buffer),
	CLEAR("first page far behind the slot", -EINVAL, .slot = SLOT_LOGGED,
	      .first_page = ~0UL << 6, .num_pages = 64, .dirty_bitmap = buffer),
	CLEAR("part of a word", -EINVAL, .slot = SLOT_LOGGED, .num_pages = 63,
	      .dirty_bitmap = buffer),
	CLEAR("more than the slot", -EINVAL, .slot = SLOT_LOGGED, .num_pages = SLOT_PAGES + 64,
	      .dirty_bitmap = buffer),
	CLEAR("bits from nowhere", -EFAULT, .slot = SLOT_LOGGED, .num_pages = 64,
	      .dirty_bitmap = BAD_POINTER),
	CLEAR("the whole slot", 0, .slot = SLOT_LOGGED, .num_pages = SLOT_PAGES,
	      .dirty_bitmap = buffer),
};

ROWS_TEST(clear)

#define ENABLE(what, want, theirs, ...) \
	POINTED(what, FD_VM, KVM_ENABLE_CAP, want, theirs, struct kvm_enable_cap, __VA_ARGS__)

static const struct row enable_rows[] = {
	ENABLE("an unknown capability", -EINVAL, SAME, .cap = 0xffffff),
	ENABLE("one that needs no enabling", -EINVAL, SAME, .cap = KVM_CAP_USER_MEMORY),
	ENABLE("another architecture's", -EINVAL, SAME, .cap = 116),
	ENABLE("manual protection with flags", -EINVAL, SAME,
	       .cap = KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, .flags = 1),
	ENABLE("manual protection, unknown bit", -EINVAL, SAME,
	       .cap = KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, .args = { 4 }),
	ENABLE("manual protection, unknown high bit", -EINVAL, SAME,
	       .cap = KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, .args = { 1UL << 32 | 1 }),
	ENABLE("all set at first, without manual protection", -EINVAL, SAME,
	       .cap = KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, .args = { 2 }),
	ENABLE("halt polling with flags", -EINVAL, SAME, .cap = KVM_CAP_HALT_POLL, .flags = 1),
	ENABLE("halt polling for 2^32 ns", -EINVAL, SAME, .cap = KVM_CAP_HALT_POLL,
	       .args = { 1UL << 32 }),
	ENABLE("halt polling for 0 ns", 0, SAME, .cap = KVM_CAP_HALT_POLL),
	ENABLE("reset by MP state with flags", -EINVAL, SAME, .cap = KVM_CAP_RISCV_MP_STATE_RESET,
	       .flags = 1),
	/* Against the document theirs takes it. */
	ENABLE("reset by MP state with an argument", -EINVAL, 0,
	       .cap = KVM_CAP_RISCV_MP_STATE_RESET, .args = { 1 }),
	ENABLE("reset by MP state", 0, SAME, .cap = KVM_CAP_RISCV_MP_STATE_RESET),
	ENABLE("GPA bits with flags", -EINVAL, SAME, .cap = KVM_CAP_VM_GPA_BITS, .flags = 1),
	ENABLE("rings with flags", -EINVAL, SAME, .cap = KVM_CAP_DIRTY_LOG_RING_ACQ_REL,
	       .flags = 1, .args = { PAGE }),
	ENABLE("rings after a vCPU", -EINVAL, SAME, .cap = KVM_CAP_DIRTY_LOG_RING_ACQ_REL,
	       .args = { PAGE }),
};

ROWS_TEST(enable)

#define IOEVENT(what, want, theirs, ...) \
	POINTED(what, FD_VM, KVM_IOEVENTFD, want, theirs, struct kvm_ioeventfd, .addr = MMIO_BASE, \
		__VA_ARGS__)
#define ZONE(what, request, want, ...) \
	POINTED(what, FD_VM, request, want, SAME, struct kvm_coalesced_mmio_zone, __VA_ARGS__)

static const struct row io_rows[] = {
	IOEVENT("length 3", -EINVAL, SAME, .len = 3, .fd = FD_EVENT),
	IOEVENT("length 16", -EINVAL, SAME, .len = 16, .fd = FD_EVENT),
	IOEVENT("unknown flag", -EINVAL, SAME, .len = 4, .fd = FD_EVENT, .flags = 1U << 31),
	/* Theirs takes it for a bus that no guest ever writes to. */
	IOEVENT("another architecture's flag", -EINVAL, 0, .len = 4, .fd = FD_EVENT,
		.flags = KVM_IOEVENTFD_FLAG_VIRTIO_CCW_NOTIFY),
	IOEVENT("data to match of no length", -EINVAL, SAME, .fd = FD_EVENT,
		.flags = KVM_IOEVENTFD_FLAG_DATAMATCH),
	POINTED("wraps around", FD_VM, KVM_IOEVENTFD, -EINVAL, SAME, struct kvm_ioeventfd,
		.addr = -4UL, .len = 8, .fd = FD_EVENT),
	IOEVENT("closed", -EBADF, SAME, .len = 4, .fd = FD_CLOSED),
	IOEVENT("negative", -EBADF, SAME, .len = 4, .fd = -1),
	IOEVENT("no eventfd", -EINVAL, SAME, .len = 4, .fd = FD_VM),
	IOEVENT("takes away what is not there", -ENOENT, SAME, .len = 4, .fd = FD_EVENT,
		.flags = KVM_IOEVENTFD_FLAG_DEASSIGN),
	IOEVENT("padding", 0, SAME, .len = 4, .fd = FD_EVENT, .pad = { 1 }),
	IOEVENT("the same again", -EEXIST, SAME, .len = 4, .fd = FD_EVENT),
	ZONE("zone of an unknown kind", KVM_REGISTER_COALESCED_MMIO, -EINVAL, .addr = MMIO_BASE,
	     .size = PAGE, .pio = 2),
	ZONE("takes away a zone of an unknown kind", KVM_UNREGISTER_COALESCED_MMIO, -EINVAL,
	     .addr = MMIO_BASE, .size = PAGE, .pio = 2),
	ZONE("takes away what is not there", KVM_UNREGISTER_COALESCED_MMIO, 0, .addr = MMIO_BASE,
	     .size = PAGE),
};

ROWS_TEST(io)

#define DEVICE(what, want, theirs, ...) \
	POINTED(what, FD_VM, KVM_CREATE_DEVICE, want, theirs, struct kvm_create_device, __VA_ARGS__)

static const struct row device_rows[] = {
	DEVICE("type 0", -ENODEV, SAME, .type = 0),
	DEVICE("another architecture's", -ENODEV, SAME, .type = 1),
	DEVICE("type behind the last", -ENODEV, SAME, .type = KVM_DEV_TYPE_MAX),
	DEVICE("type 2^32 - 1", -ENODEV, SAME, .type = ~0U),
	DEVICE("is there a type 0", -ENODEV, SAME, .type = 0, .flags = KVM_CREATE_DEVICE_TEST),
	DEVICE("type 0 with an unknown flag", -ENODEV, SAME, .type = 0, .flags = 2),
	/* Theirs has it on other architectures only. */
	DEVICE("VFIO with an unknown flag", -EINVAL, -ENODEV, .type = KVM_DEV_TYPE_VFIO,
	       .flags = 2),
	DEVICE("is there VFIO", 0, -ENODEV, .type = KVM_DEV_TYPE_VFIO,
	       .flags = KVM_CREATE_DEVICE_TEST),
	DEVICE("a second VFIO", -EEXIST, -ENODEV, .type = KVM_DEV_TYPE_VFIO),
};

ROWS_TEST(device)

#define ATTR(what, request, want, ...) \
	POINTED(what, FD_DEVICE, request, want, -EBADF, struct kvm_device_attr, __VA_ARGS__)
#define FILES	.group = KVM_DEV_VFIO_FILE
#define ADD	.attr = KVM_DEV_VFIO_FILE_ADD
#define DEL	.attr = KVM_DEV_VFIO_FILE_DEL
#define OF(fd)	.addr = (uintptr_t)&(int32_t){ fd }

/* Of the VFIO device. Files that are VFIO's: see vfio.c. */
static const struct row attr_rows[] = {
	ATTR("is there FILE_ADD", KVM_HAS_DEVICE_ATTR, 0, FILES, ADD),
	ATTR("is there FILE_DEL", KVM_HAS_DEVICE_ATTR, 0, FILES, DEL),
	ATTR("is there attribute 0", KVM_HAS_DEVICE_ATTR, -ENXIO, FILES),
	ATTR("is there another architecture's", KVM_HAS_DEVICE_ATTR, -ENXIO, FILES, .attr = 3),
	ATTR("is there attribute 2^64 - 1", KVM_HAS_DEVICE_ATTR, -ENXIO, FILES, .attr = -1UL),
	ATTR("is there group 0", KVM_HAS_DEVICE_ATTR, -ENXIO, ADD),
	ATTR("is there group 2^32 - 1", KVM_HAS_DEVICE_ATTR, -ENXIO, .group = -1U, ADD),
	ATTR("flags", KVM_HAS_DEVICE_ATTR, -EINVAL, .flags = 1, FILES, ADD),
	ATTR("get", KVM_GET_DEVICE_ATTR, -EPERM, FILES, ADD, OF(FD_NULL)),
	ATTR("set with flags", KVM_SET_DEVICE_ATTR, -EINVAL, .flags = 1, FILES, ADD, OF(FD_NULL)),
	ATTR("set group 0", KVM_SET_DEVICE_ATTR, -ENXIO, ADD, OF(FD_NULL)),
	ATTR("set attribute 3", KVM_SET_DEVICE_ATTR, -ENXIO, FILES, .attr = 3, OF(FD_NULL)),
	ATTR("add from nowhere", KVM_SET_DEVICE_ATTR, -EFAULT, FILES, ADD),
	ATTR("add a closed one", KVM_SET_DEVICE_ATTR, -EBADF, FILES, ADD, OF(FD_CLOSED)),
	ATTR("add -1", KVM_SET_DEVICE_ATTR, -EBADF, FILES, ADD, OF(-1)),
	ATTR("add what is not VFIO's", KVM_SET_DEVICE_ATTR, -EINVAL, FILES, ADD, OF(FD_NULL)),
	ATTR("add the VM", KVM_SET_DEVICE_ATTR, -EINVAL, FILES, ADD, OF(FD_VM)),
	ATTR("take away from nowhere", KVM_SET_DEVICE_ATTR, -EFAULT, FILES, DEL),
	ATTR("take away a closed one", KVM_SET_DEVICE_ATTR, -EBADF, FILES, DEL, OF(FD_CLOSED)),
	ATTR("take away what is not there", KVM_SET_DEVICE_ATTR, -ENOENT, FILES, DEL, OF(FD_NULL)),
};

ROWS_TEST(attr)

/* One at a time: when its last descriptor is closed, the next may come. */
TEST(one_device_of_a_kind)
{
	struct kvm_create_device device = { .type = KVM_DEV_TYPE_VFIO };
	struct kvm_device_attr add = {
		.group = KVM_DEV_VFIO_FILE, .attr = KVM_DEV_VFIO_FILE_ADD,
	};
	struct vm vm;

	vm_create(&vm);
	if (in_tree())
		SKIP(return, "in-tree: no VFIO device");
	for (int i = 0; i < 3; i++) {
		struct kvm_create_device second = { .type = KVM_DEV_TYPE_VFIO };

		ASSERT_EQ(0, kvm_ioctl(vm.fd, KVM_CREATE_DEVICE, &device));
		EXPECT_EQ(FD_CLOEXEC, fcntl(device.fd, F_GETFD));
		EXPECT_EQ(-EEXIST, kvm_ioctl(vm.fd, KVM_CREATE_DEVICE, &second));
		close(device.fd);
	}
	/* A device keeps its VM. */
	ASSERT_EQ(0, kvm_ioctl(vm.fd, KVM_CREATE_DEVICE, &device));
	close(vm.fd);
	EXPECT_EQ(0, kvm_ioctl(device.fd, KVM_HAS_DEVICE_ATTR, &add));
}

#define LINE(what, want, ...) \
	POINTED(what, FD_VM, KVM_IRQ_LINE, want, SAME, struct kvm_irq_level, __VA_ARGS__)
#define MSI(what, want, ...) \
	POINTED(what, FD_VM, KVM_SIGNAL_MSI, want, SAME, struct kvm_msi, __VA_ARGS__)
#define ROUTES(what, want, ...) \
	POINTED(what, FD_VM, KVM_SET_GSI_ROUTING, want, SAME, struct kvm_irq_routing, __VA_ARGS__)
#define IRQFD(what, want, ...) \
	POINTED(what, FD_VM, KVM_IRQFD, want, SAME, struct kvm_irqfd, __VA_ARGS__)

/* There is no interrupt controller in the kernel. */
static const struct row irq_rows[] = {
	LINE("line", -ENXIO, .irq = 1, .level = 1),
	LINE("line 2^32 - 1", -ENXIO, .irq = -1U, .level = 1),
	MSI("MSI", -EINVAL, .address_lo = 0x28000000, .data = 1),
	MSI("MSI with a device id", -EINVAL, .flags = KVM_MSI_VALID_DEVID),
	ROUTES("no routes", -EINVAL, .nr = 0),
	ROUTES("no routes, flags", -EINVAL, .flags = 1),
	ROUTES("one route", -EINVAL, .nr = 1),
	ROUTES("too many routes", -EINVAL, .nr = 4097),
	IRQFD("closed", -EBADF, .fd = FD_CLOSED, .gsi = 1),
	IRQFD("closed, to be taken away", -EBADF, .fd = FD_CLOSED, .gsi = 1,
	      .flags = KVM_IRQFD_FLAG_DEASSIGN),
	IRQFD("no eventfd", -EINVAL, .fd = FD_VM, .gsi = 1),
	IRQFD("no eventfd, to be taken away", -EINVAL, .fd = FD_VM, .gsi = 1,
	      .flags = KVM_IRQFD_FLAG_DEASSIGN),
	IRQFD("unknown flag", -EINVAL, .fd = FD_EVENT, .gsi = 1, .flags = 1 << 2),
	IRQFD("unknown flag, to be taken away", -EINVAL, .fd = FD_EVENT, .gsi = 1,
	      .flags = 1 << 31 | KVM_IRQFD_FLAG_DEASSIGN),
	IRQFD("resampled", 0, .fd = FD_EVENT, .gsi = 1, .flags = KVM_IRQFD_FLAG_RESAMPLE,
	      .resamplefd = FD_OTHER_EVENT),
	IRQFD("resampled, takes away", 0, .fd = FD_EVENT, .gsi = 1,
	      .flags = KVM_IRQFD_FLAG_DEASSIGN),
	IRQFD("resampled, closed", -EBADF, .fd = FD_EVENT, .gsi = 1,
	      .flags = KVM_IRQFD_FLAG_RESAMPLE, .resamplefd = FD_CLOSED),
	IRQFD("resampled, to be taken away", 0, .fd = FD_EVENT, .gsi = 1,
	      .flags = KVM_IRQFD_FLAG_RESAMPLE | KVM_IRQFD_FLAG_DEASSIGN),
	IRQFD("takes away what is not there", 0, .fd = FD_EVENT, .gsi = 1,
	      .flags = KVM_IRQFD_FLAG_DEASSIGN),
	IRQFD("a good one", 0, .fd = FD_EVENT, .gsi = 1, .pad = { 1 }),
	IRQFD("the same again", -EBUSY, .fd = FD_EVENT, .gsi = 1),
	IRQFD("the same at another GSI", -EBUSY, .fd = FD_EVENT, .gsi = 2),
	IRQFD("two at one GSI", 0, .fd = FD_OTHER_EVENT, .gsi = 1),
	IRQFD("takes away at another GSI", 0, .fd = FD_EVENT, .gsi = 2,
	      .flags = KVM_IRQFD_FLAG_DEASSIGN),
	IRQFD("is still there", -EBUSY, .fd = FD_EVENT, .gsi = 1),
	IRQFD("takes away", 0, .fd = FD_EVENT, .gsi = 1, .flags = KVM_IRQFD_FLAG_DEASSIGN),
	IRQFD("again at another GSI", 0, .fd = FD_EVENT, .gsi = -1U),
};

ROWS_TEST(irq)

static uint64_t value;

#define REG(what, request, want, theirs, which) \
	POINTED(what, FD_VCPU, request, want, theirs, struct kvm_one_reg, .id = which, \
		.addr = (uintptr_t)&value)
#define STATE(what, want, which) \
	POINTED(what, FD_VCPU, KVM_SET_MP_STATE, want, SAME, struct kvm_mp_state, .mp_state = which)
#define IRQ(what, want, theirs, which) \
	POINTED(what, FD_VCPU, KVM_INTERRUPT, want, theirs, struct kvm_interrupt, .irq = which)
#define DEBUG(what, want, theirs, ...) \
	POINTED(what, FD_VCPU, KVM_SET_GUEST_DEBUG, want, theirs, struct kvm_guest_debug, \
		__VA_ARGS__)

/* struct kvm_signal_mask with room for a mask */
struct mask {
	uint32_t len;
	uint8_t set[16];
};

static const struct row vcpu_rows[] = {
	NUMBER("run with an argument", FD_VCPU, KVM_RUN, -EINVAL, SAME, 1),
	REG("read a register of no architecture", KVM_GET_ONE_REG, -ENOENT, -ENOENT, 0),
	/* Theirs does not look at the architecture. */
	REG("read another architecture's", KVM_GET_ONE_REG, -ENOENT, 0,
	    0x6000000000000000 | KVM_REG_SIZE_U64 | KVM_REG_RISCV_CORE),
	REG("read an unknown type", KVM_GET_ONE_REG, -ENOENT, SAME, REG_U64 | 0xf0 << 24),
	REG("read behind the core registers", KVM_GET_ONE_REG, -ENOENT, SAME, REG_X(33)),
	REG("read at another size", KVM_GET_ONE_REG, -EINVAL, SAME,
	    KVM_REG_RISCV | KVM_REG_SIZE_U32 | KVM_REG_RISCV_CORE),
	REG("write a register of no architecture", KVM_SET_ONE_REG, -ENOENT, SAME, 0),
	REG("write behind the core registers", KVM_SET_ONE_REG, -ENOENT, SAME, REG_X(33)),
	REG("write at another size", KVM_SET_ONE_REG, -EINVAL, SAME,
	    KVM_REG_RISCV | KVM_REG_SIZE_U32 | KVM_REG_RISCV_CORE),
	POINTED("a list without room", FD_VCPU, KVM_GET_REG_LIST, -E2BIG, SAME, struct kvm_reg_list,
		.n = 0),
	STATE("MP state UNINITIALIZED", -EINVAL, KVM_MP_STATE_UNINITIALIZED),
	STATE("MP state INIT_RECEIVED, not agreed to", -EINVAL, KVM_MP_STATE_INIT_RECEIVED),
	STATE("MP state HALTED", -EINVAL, KVM_MP_STATE_HALTED),
	STATE("MP state SIPI_RECEIVED", -EINVAL, 4),
	STATE("MP state SUSPENDED", -EINVAL, KVM_MP_STATE_SUSPENDED),
	STATE("MP state 11", -EINVAL, 11),
	STATE("MP state 2^32 - 1", -EINVAL, ~0U),
	STATE("MP state STOPPED", 0, KVM_MP_STATE_STOPPED),
	STATE("MP state RUNNABLE", 0, KVM_MP_STATE_RUNNABLE),
	/* Theirs takes all that is not SET for UNSET. */
	IRQ("interrupt 0", -EINVAL, 0, 0),
	IRQ("interrupt 9", -EINVAL, 0, 9),
	IRQ("interrupt SET_LEVEL", -EINVAL, 0, -3U),
	POINTED("signal mask of 0 bytes", FD_VCPU, KVM_SET_SIGNAL_MASK, -EINVAL, SAME, struct mask,
		.len = 0),
	POINTED("signal mask of 16 bytes", FD_VCPU, KVM_SET_SIGNAL_MASK, -EINVAL, SAME, struct mask,
		.len = 16),
	POINTED("signal mask of 2^32 - 1 bytes", FD_VCPU, KVM_SET_SIGNAL_MASK, -EINVAL, SAME,
		struct mask, .len = ~0U),
	DEBUG("debugging with an unknown flag", -EINVAL, 0, .control = 1U << 31),
	DEBUG("debugging with another architecture's flag", -EINVAL, 0,
	      .control = KVM_GUESTDBG_ENABLE | 0x00020000),
	DEBUG("no debugging", 0, SAME, .pad = 1),
};

ROWS_TEST(vcpu)

/* Descriptors of statistics take no ioctl and no write; a read is never beyond the end. */
TEST(statistics)
{
	struct vm vm;
	char c = 0;

	scene(&vm);
	for (int fd = FD_VM_STATS; fd <= FD_VCPU_STATS; fd++) {
		off_t end = 0;
		ssize_t got;

		while ((got = pread(fd, buffer, sizeof(buffer), end)) > 0)
			end += got;
		EXPECT_EQ(0, got);
		EXPECT_EQ(-1, write(fd, &c, 1));
		EXPECT_EQ(EBADF, errno);
		EXPECT_EQ(0, pread(fd, &c, 1, end));
		EXPECT_EQ(0, pread(fd, &c, 1, INT64_MAX - 1));
		EXPECT_EQ(-1, pread(fd, &c, 1, -1));
		EXPECT_EQ(EINVAL, errno);
		EXPECT_EQ(-1, pread(fd, BAD_POINTER, 1, 0));
		EXPECT_EQ(EFAULT, errno);
		EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0));
	}
}

TEST_HARNESS_MAIN
