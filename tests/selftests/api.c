// SPDX-License-Identifier: GPL-2.0-only
/* The three file descriptors, used correctly and wrongly (KVM API document, sections 2 to 4). */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include "lib.h"
#include "harness.h"

/* A pointer that is a valid user address with nothing behind it. */
static void *bad_pointer(void)
{
	return mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/*
 * What an ioctl that does not exist gives. in-tree: EINVAL, from the RISC-V
 * back end's default branch; the API document's section 2.2 and every other
 * kernel file say ENOTTY.
 */
static long unknown_errno(void)
{
	return in_tree() ? -EINVAL : -ENOTTY;
}

TEST(api_version)
{
	int kvm = kvm_open();

	EXPECT_EQ(12, kvm_ioctl_n(kvm, KVM_GET_API_VERSION, 0));
	EXPECT_EQ(-EINVAL, kvm_ioctl_n(kvm, KVM_GET_API_VERSION, 1));
}

TEST(create_vm)
{
	int kvm = kvm_open();
	int a = kvm_ioctl_n(kvm, KVM_CREATE_VM, 0);
	int b = kvm_ioctl_n(kvm, KVM_CREATE_VM, 0);

	ASSERT_LE(0, a);
	ASSERT_LE(0, b);
	EXPECT_NE(a, b);
	EXPECT_EQ(FD_CLOEXEC, fcntl(a, F_GETFD));
	close(kvm);
	/* A VM lives on without the device's fd. */
	EXPECT_LE(0, kvm_ioctl_n(a, KVM_CREATE_VCPU, 0));
	close(a);
	EXPECT_EQ(-EBADF, kvm_ioctl_n(a, KVM_CREATE_VCPU, 0));
	EXPECT_LE(0, kvm_ioctl_n(b, KVM_CREATE_VCPU, 0));
}

TEST(create_vm_type)
{
	int kvm = kvm_open();

	/* RISC-V has machine type 0 only. in-tree: does not look at it. */
	if (in_tree())
		SKIP(return, "in-tree: any machine type makes a VM");
	EXPECT_EQ(-EINVAL, kvm_ioctl_n(kvm, KVM_CREATE_VM, 1));
	EXPECT_EQ(-EINVAL, kvm_ioctl_n(kvm, KVM_CREATE_VM, ~0UL));
	EXPECT_EQ(-EINVAL, kvm_ioctl_n(kvm, KVM_CREATE_VM, 1UL << 32));
}

/* Answers of KVM_CHECK_EXTENSION that a VMM on any RISC-V host may count on. */
static const struct {
	const char *name;
	int cap;
	int min, max;
} caps[] = {
#define CAP(name, min, max) { #name, KVM_CAP_##name, min, max }
	/* VMMs compare these two with 1. */
	CAP(IMMEDIATE_EXIT, 1, 1),
	CAP(USER_MEMORY, 1, 1),
	CAP(ONE_REG, 1, 1),
	CAP(MP_STATE, 1, 1),
	CAP(READONLY_MEM, 1, 1),
	CAP(IOEVENTFD, 1, 1),
	CAP(IOEVENTFD_ANY_LENGTH, 1, 1),
	CAP(DESTROY_MEMORY_REGION_WORKS, 1, 1),
	CAP(JOIN_MEMORY_REGIONS_WORKS, 1, 1),
	CAP(INTERNAL_ERROR_DATA, 1, 1),
	CAP(CHECK_EXTENSION_VM, 1, 1),
	CAP(NR_VCPUS, 1, 100000),
	CAP(MAX_VCPUS, 8, 100000),
	/* 0: as KVM_CAP_MAX_VCPUS. */
	CAP(MAX_VCPU_ID, 0, 100000),
	CAP(NR_MEMSLOTS, 32, 1 << 30),
	/* Sv39x4, Sv48x4, Sv57x4. */
	CAP(VM_GPA_BITS, 41, 59),
#undef CAP
	/* Other architectures'. */
	{ "PIT", 11, 0, 0 },
	{ "S390_PSW", 42, 0, 0 },
	{ "ARM_PSCI", 87, 0, 0 },
};

TEST(check_extension)
{
	struct vm vm;

	vm_create(&vm);
	for (size_t i = 0; i < ARRAY_LEN(caps); i++) {
		long sys = kvm_ioctl_n(vm.kvm, KVM_CHECK_EXTENSION, caps[i].cap);
		long of_vm = kvm_ioctl_n(vm.fd, KVM_CHECK_EXTENSION, caps[i].cap);

		EXPECT_LE(caps[i].min, sys)
			TH_LOG("KVM_CAP_%s", caps[i].name);
		EXPECT_GE(caps[i].max, sys)
			TH_LOG("KVM_CAP_%s", caps[i].name);
		EXPECT_EQ(sys, of_vm)
			TH_LOG("KVM_CAP_%s", caps[i].name);
	}
	EXPECT_EQ(0, kvm_ioctl_n(vm.kvm, KVM_CHECK_EXTENSION, 0xffffff));
	EXPECT_EQ(0, kvm_ioctl_n(vm.kvm, KVM_CHECK_EXTENSION, -1));
	EXPECT_EQ(0, kvm_ioctl_n(vm.fd, KVM_CHECK_EXTENSION, -1));
	EXPECT_GE(kvm_ioctl_n(vm.kvm, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS),
		  kvm_ioctl_n(vm.kvm, KVM_CHECK_EXTENSION, KVM_CAP_NR_VCPUS));
}

TEST(enable_cap_bad)
{
	struct kvm_enable_cap cap = { .cap = 0xffffff };
	struct vm vm;

	vm_create(&vm);
	EXPECT_EQ(-EINVAL, kvm_ioctl(vm.fd, KVM_ENABLE_CAP, &cap));
	cap = (struct kvm_enable_cap){ .cap = KVM_CAP_USER_MEMORY };
	EXPECT_EQ(-EINVAL, kvm_ioctl(vm.fd, KVM_ENABLE_CAP, &cap));
	EXPECT_EQ(-EFAULT, kvm_ioctl(vm.fd, KVM_ENABLE_CAP, bad_pointer()));
}

TEST(enable_halt_poll)
{
	struct kvm_enable_cap cap = { .cap = KVM_CAP_HALT_POLL, .args = { 100000 } };
	struct vm vm;

	vm_create(&vm);
	EXPECT_EQ(1, kvm_ioctl_n(vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_HALT_POLL));
	EXPECT_EQ(0, kvm_ioctl(vm.fd, KVM_ENABLE_CAP, &cap));
	cap.args[0] = 0;
	EXPECT_EQ(0, kvm_ioctl(vm.fd, KVM_ENABLE_CAP, &cap));
	cap.args[0] = 1UL << 32;
	EXPECT_EQ(-EINVAL, kvm_ioctl(vm.fd, KVM_ENABLE_CAP, &cap));
	cap = (struct kvm_enable_cap){ .cap = KVM_CAP_HALT_POLL, .flags = 1 };
	EXPECT_EQ(-EINVAL, kvm_ioctl(vm.fd, KVM_ENABLE_CAP, &cap));
}

TEST(vcpu_mmap_size)
{
	int kvm = kvm_open();
	long size = kvm_ioctl_n(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);

	EXPECT_LE((long)sizeof(struct kvm_run), size);
	EXPECT_EQ(0, size % (long)PAGE);
	EXPECT_EQ(-EINVAL, kvm_ioctl_n(kvm, KVM_GET_VCPU_MMAP_SIZE, 1));
}

TEST(unknown_ioctls)
{
	struct vcpu vcpu;
	struct vm vm;
	/* Nothing has these: free numbers of KVM's own type, with each direction. */
	const unsigned long numbers[] = {
		_IO(KVMIO, 0xff), _IOR(KVMIO, 0xff, int), _IOW(KVMIO, 0xfe, int),
		_IOWR(KVMIO, 0xfd, char[64]),
		/* Right numbers, wrong sizes or directions. */
		_IOW(KVMIO, 0x46, char[8]), _IOR(KVMIO, 0xab, char[16]),
		_IOW(KVMIO, 0x80, int),
	};

	vm_create(&vm);
	vcpu_open(&vcpu, &vm, 0);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		EXPECT_EQ(unknown_errno(), kvm_ioctl_n(vm.kvm, numbers[i], 0))
			TH_LOG("device, %#lx", numbers[i]);
		EXPECT_EQ(unknown_errno(), kvm_ioctl_n(vm.fd, numbers[i], 0))
			TH_LOG("VM, %#lx", numbers[i]);
		EXPECT_EQ(unknown_errno(), kvm_ioctl_n(vcpu.fd, numbers[i], 0))
			TH_LOG("vCPU, %#lx", numbers[i]);
	}
}

/* ioctls of one kind of fd, tried on the others. */
TEST(misplaced_ioctls)
{
	struct vcpu vcpu;
	struct vm vm;

	vm_create(&vm);
	vcpu_open(&vcpu, &vm, 0);
	EXPECT_EQ(unknown_errno(), kvm_ioctl_n(vm.kvm, KVM_CREATE_VCPU, 0));
	EXPECT_EQ(unknown_errno(), kvm_ioctl_n(vm.kvm, KVM_RUN, 0));
	EXPECT_EQ(unknown_errno(), kvm_ioctl_n(vm.fd, KVM_CREATE_VM, 0));
	EXPECT_EQ(unknown_errno(), kvm_ioctl_n(vm.fd, KVM_RUN, 0));
	EXPECT_EQ(unknown_errno(), kvm_ioctl_n(vcpu.fd, KVM_CREATE_VCPU, 0));
	EXPECT_EQ(unknown_errno(), kvm_ioctl_n(vcpu.fd, KVM_GET_API_VERSION, 0));
}

/* Another device's ioctls must not be mistaken for KVM's. */
TEST(foreign_ioctls)
{
	struct vcpu vcpu;
	struct vm vm;

	vm_create(&vm);
	vcpu_open(&vcpu, &vm, 0);
	EXPECT_EQ(unknown_errno(), kvm_ioctl_n(vm.kvm, _IO('T', 0x01), 0));
	EXPECT_EQ(unknown_errno(), kvm_ioctl_n(vm.fd, _IO('T', 0x01), 0));
	/* in-tree: EINVAL too, for another reason. */
	EXPECT_EQ(unknown_errno(), kvm_ioctl_n(vcpu.fd, _IO('T', 0x01), 0));
}

TEST(faulting_pointers)
{
	void *bad = bad_pointer();
	struct vcpu vcpu;
	struct vm vm;
	const unsigned long of_vm[] = {
		KVM_SET_USER_MEMORY_REGION, KVM_GET_DIRTY_LOG, KVM_IOEVENTFD,
	};
	const unsigned long of_vcpu[] = {
		KVM_GET_ONE_REG, KVM_SET_ONE_REG, KVM_GET_REG_LIST,
		KVM_GET_MP_STATE, KVM_SET_MP_STATE, KVM_INTERRUPT,
		KVM_SET_SIGNAL_MASK,
	};

	vm_create(&vm);
	vcpu_open(&vcpu, &vm, 0);
	for (size_t i = 0; i < ARRAY_LEN(of_vm); i++) {
		EXPECT_EQ(-EFAULT, kvm_ioctl(vm.fd, of_vm[i], bad))
			TH_LOG("VM, %#lx", of_vm[i]);
		EXPECT_EQ(-EFAULT, kvm_ioctl_n(vm.fd, of_vm[i], ~0UL << 16))
			TH_LOG("VM, %#lx, kernel address", of_vm[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(of_vcpu); i++) {
		EXPECT_EQ(-EFAULT, kvm_ioctl(vcpu.fd, of_vcpu[i], bad))
			TH_LOG("vCPU, %#lx", of_vcpu[i]);
		EXPECT_EQ(-EFAULT, kvm_ioctl_n(vcpu.fd, of_vcpu[i], ~0UL << 16))
			TH_LOG("vCPU, %#lx, kernel address", of_vcpu[i]);
	}
}

TEST(register_value_pointers)
{
	void *bad = bad_pointer();
	struct vcpu vcpu;
	struct vm vm;

	vm_create(&vm);
	vcpu_open(&vcpu, &vm, 0);
	EXPECT_EQ(-EFAULT, reg_read(&vcpu, REG_CORE(regs.pc), bad));
	EXPECT_EQ(-EFAULT, reg_write(&vcpu, REG_CORE(regs.pc), bad));
	EXPECT_EQ(-EFAULT, reg_read(&vcpu, REG_CORE(regs.pc),
				    (void *)(~0UL << 16)));
	EXPECT_EQ(-EFAULT, reg_write(&vcpu, REG_CSR(stvec),
				     (void *)(~0UL << 16)));
}

TEST(vcpu_ids)
{
	struct vm vm;
	long max;
	int fd;

	vm_create(&vm);
	max = kvm_ioctl_n(vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPU_ID);
	if (max <= 0)
		max = kvm_ioctl_n(vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS);
	EXPECT_EQ(-EINVAL, kvm_ioctl_n(vm.fd, KVM_CREATE_VCPU, max));
	EXPECT_EQ(-EINVAL, kvm_ioctl_n(vm.fd, KVM_CREATE_VCPU, 1UL << 31));
	EXPECT_EQ(-EINVAL, kvm_ioctl_n(vm.fd, KVM_CREATE_VCPU, 0xffffffff));

	fd = kvm_ioctl_n(vm.fd, KVM_CREATE_VCPU, 3);
	ASSERT_LE(0, fd);
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_EQ(-EEXIST, kvm_ioctl_n(vm.fd, KVM_CREATE_VCPU, 3));
	EXPECT_LE(0, kvm_ioctl_n(vm.fd, KVM_CREATE_VCPU, 0));
	EXPECT_LE(0, kvm_ioctl_n(vm.fd, KVM_CREATE_VCPU, max - 1));
	/* A vCPU's id stays taken while the VM lives, its fd closed or not. */
	close(fd);
	EXPECT_EQ(-EEXIST, kvm_ioctl_n(vm.fd, KVM_CREATE_VCPU, 3));
}

TEST(vcpu_count)
{
	struct vm vm;
	long max, i, made = 0;

	vm_create(&vm);
	max = kvm_ioctl_n(vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS);
	ASSERT_LT(0, max);
	if (max > 64)
		max = 64;
	for (i = 0; i < max; i++)
		made += kvm_ioctl_n(vm.fd, KVM_CREATE_VCPU, i) >= 0;
	EXPECT_EQ(max, made);
}

TEST(run_argument)
{
	struct vcpu vcpu;
	struct vm vm;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	EXPECT_EQ(-EINVAL, kvm_ioctl_n(vcpu.fd, KVM_RUN, 1));
}

TEST(signal_mask_argument)
{
	struct {
		__u32 len;
		__u8 set[16];
	} mask = { .len = 4 };
	struct vcpu vcpu;
	struct vm vm;

	vm_create(&vm);
	vcpu_open(&vcpu, &vm, 0);
	EXPECT_EQ(-EINVAL, kvm_ioctl(vcpu.fd, KVM_SET_SIGNAL_MASK, &mask));
	mask.len = 16;
	EXPECT_EQ(-EINVAL, kvm_ioctl(vcpu.fd, KVM_SET_SIGNAL_MASK, &mask));
	mask.len = 8;
	EXPECT_EQ(0, kvm_ioctl(vcpu.fd, KVM_SET_SIGNAL_MASK, &mask));
	EXPECT_EQ(0, kvm_ioctl_n(vcpu.fd, KVM_SET_SIGNAL_MASK, 0));
}

TEST(vcpu_mapping)
{
	struct vcpu vcpu;
	struct vm vm;
	void *more;

	vm_create(&vm);
	vcpu_open(&vcpu, &vm, 0);
	/* Two mappings show the same page. */
	more = mmap(NULL, vm.run_size, PROT_READ | PROT_WRITE, MAP_SHARED,
		    vcpu.fd, 0);
	ASSERT_NE(MAP_FAILED, more);
	vcpu.run->immediate_exit = 1;
	EXPECT_EQ(1, ((struct kvm_run *)more)->immediate_exit);
	EXPECT_EQ(0, munmap(more, vm.run_size));
	EXPECT_EQ(-EINTR, kvm_ioctl_n(vcpu.fd, KVM_RUN, 0));
}

/* Past the end of kvm_run there is nothing: no mapping, or SIGBUS on access. */
TEST(vcpu_mapping_bounds)
{
	struct vcpu vcpu;
	struct vm vm;
	volatile char *p;
	int status = 0;
	pid_t pid;

	vm_create(&vm);
	vcpu_open(&vcpu, &vm, 0);
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, vcpu.fd, vm.run_size);
	if (p == MAP_FAILED) {
		EXPECT_EQ(EINVAL, errno);
		return;
	}
	pid = fork();
	if (!pid) {
		signal(SIGBUS, SIG_DFL);
		_exit(p[0] & 0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
	EXPECT_EQ(SIGBUS, WTERMSIG(status));
}

/* Only the process (address space) that made a VM may use it. */
TEST(other_address_space)
{
	struct kvm_mp_state state;
	struct vcpu vcpu;
	int status = -1;
	struct vm vm;
	pid_t pid;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	pid = fork();
	if (!pid) {
		int bad = 0;

		bad |= kvm_ioctl_n(vcpu.fd, KVM_RUN, 0) != -EIO;
		bad |= (kvm_ioctl(vcpu.fd, KVM_GET_MP_STATE, &state) != -EIO) << 1;
		bad |= (kvm_ioctl_n(vm.fd, KVM_CREATE_VCPU, 1) != -EIO) << 2;
		bad |= (slot_set(&vm, 1, 0, SLOT_BASE, PAGE, vm.ram) != -EIO) << 3;
		_exit(bad);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_EQ(0, WEXITSTATUS(status));
	/* The parent's VM is none the worse. */
	guest_call(&vcpu, G_irq_pending, 0);
}

TEST(no_read_write)
{
	struct vcpu vcpu;
	struct vm vm;
	char c = 0;

	vm_create(&vm);
	vcpu_open(&vcpu, &vm, 0);
	EXPECT_EQ(-1, read(vm.kvm, &c, 1));
	EXPECT_EQ(-1, write(vm.kvm, &c, 1));
	EXPECT_EQ(-1, read(vm.fd, &c, 1));
	EXPECT_EQ(-1, write(vm.fd, &c, 1));
	EXPECT_EQ(-1, read(vcpu.fd, &c, 1));
	EXPECT_EQ(-1, write(vcpu.fd, &c, 1));
}

static long ioeventfd(struct vm *vm, int fd, uint64_t addr, uint32_t len,
		      uint32_t flags, uint64_t match)
{
	struct kvm_ioeventfd io = {
		.fd = fd, .addr = addr, .len = len, .flags = flags,
		.datamatch = match,
	};

	return kvm_ioctl(vm->fd, KVM_IOEVENTFD, &io);
}

static uint64_t eventfd_count(int fd)
{
	uint64_t n = 0;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

TEST(ioeventfd_arguments)
{
	const uint32_t match = KVM_IOEVENTFD_FLAG_DATAMATCH;
	const uint32_t gone = KVM_IOEVENTFD_FLAG_DEASSIGN;
	int fd = eventfd(0, EFD_NONBLOCK);
	struct vm vm;

	vm_create(&vm);
	EXPECT_EQ(-EINVAL, ioeventfd(&vm, fd, MMIO_BASE, 3, 0, 0));
	EXPECT_EQ(-EINVAL, ioeventfd(&vm, fd, MMIO_BASE, 16, 0, 0));
	EXPECT_EQ(-EINVAL, ioeventfd(&vm, fd, MMIO_BASE, 4, 1U << 31, 0));
	EXPECT_EQ(-EINVAL, ioeventfd(&vm, fd, ~0UL - 3, 8, 0, 0));
	/* A value to match needs a width to match it in. */
	EXPECT_EQ(-EINVAL, ioeventfd(&vm, fd, MMIO_BASE, 0, match, 1));
	EXPECT_EQ(-EBADF, ioeventfd(&vm, -1, MMIO_BASE, 4, 0, 0));
	EXPECT_EQ(-EINVAL, ioeventfd(&vm, vm.fd, MMIO_BASE, 4, 0, 0));
	EXPECT_EQ(-ENOENT, ioeventfd(&vm, fd, MMIO_BASE, 4, gone, 0));

	EXPECT_EQ(0, ioeventfd(&vm, fd, MMIO_BASE, 4, 0, 0));
	EXPECT_EQ(-EEXIST, ioeventfd(&vm, fd, MMIO_BASE, 4, 0, 0));
	EXPECT_EQ(-EEXIST, ioeventfd(&vm, fd, MMIO_BASE, 4, match, 7));
	EXPECT_EQ(0, ioeventfd(&vm, fd, MMIO_BASE, 4, gone, 0));
	EXPECT_EQ(0, ioeventfd(&vm, fd, MMIO_BASE, 4, match, 7));
	EXPECT_EQ(0, ioeventfd(&vm, fd, MMIO_BASE, 4, match, 8));
	EXPECT_EQ(-ENOENT, ioeventfd(&vm, fd, MMIO_BASE, 4, gone | match, 9));
	EXPECT_EQ(0, ioeventfd(&vm, fd, MMIO_BASE, 4, gone | match, 7));
}

TEST(ioeventfd_signals)
{
	const uint32_t match = KVM_IOEVENTFD_FLAG_DATAMATCH;
	int any = eventfd(0, EFD_NONBLOCK);
	int seven = eventfd(0, EFD_NONBLOCK);
	int wide = eventfd(0, EFD_NONBLOCK);
	struct vcpu vcpu;
	struct vm vm;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	ASSERT_EQ(0, ioeventfd(&vm, any, MMIO_BASE, 4, 0, 0));
	ASSERT_EQ(0, ioeventfd(&vm, seven, MMIO_BASE + 8, 4, match, 7));
	ASSERT_EQ(0, ioeventfd(&vm, wide, MMIO_BASE + 16, 0, 0, 0));

	/* Writes that match are swallowed in the kernel … */
	guest_call(&vcpu, G_mmio_sw, MMIO_BASE, 1);
	guest_call(&vcpu, G_mmio_sw, MMIO_BASE, 2);
	EXPECT_EQ(2, eventfd_count(any));
	guest_call(&vcpu, G_mmio_sw, MMIO_BASE + 8, 7);
	EXPECT_EQ(1, eventfd_count(seven));
	guest_call(&vcpu, G_mmio_sd, MMIO_BASE + 16, 1);
	guest_call(&vcpu, G_mmio_sb, MMIO_BASE + 16, 1);
	EXPECT_EQ(2, eventfd_count(wide));

	/* … others, by value, width or kind, go to user space. */
	guest_set(&vcpu, G_mmio_sw, MMIO_BASE + 8, 8);
	guest_expect(&vcpu, EV_MMIO);
	guest_expect(&vcpu, EV_DONE);
	guest_set(&vcpu, G_mmio_sh, MMIO_BASE, 1);
	guest_expect(&vcpu, EV_MMIO);
	guest_expect(&vcpu, EV_DONE);
	guest_set(&vcpu, G_mmio_lw, MMIO_BASE);
	guest_expect(&vcpu, EV_MMIO);
	guest_expect(&vcpu, EV_DONE);
	EXPECT_EQ(0, eventfd_count(any));
	EXPECT_EQ(0, eventfd_count(seven));

	/* An eventfd that user space closed is still held by the VM. */
	close(any);
	guest_call(&vcpu, G_mmio_sw, MMIO_BASE, 1);
}

TEST_HARNESS_MAIN
