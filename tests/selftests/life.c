// SPDX-License-Identifier: GPL-2.0-only
/* Lifetimes of file descriptors and processes. */
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "lib.h"
#include "harness.h"

#define FLAG GUEST_SCRATCH

TEST(vm_fd_closed_first)
{
	struct vcpu vcpu;
	struct vm vm;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	close(vm.kvm);
	close(vm.fd);
	EXPECT_EQ(5, guest_call(&vcpu, G_mem_write, FLAG, 5));
	guest_finish(&vcpu);
	close(vcpu.fd);
	EXPECT_EQ(-EBADF, kvm_ioctl_n(vcpu.fd, KVM_RUN, 0));
}

TEST(mapping_outlives_fds)
{
	struct vcpu vcpu;
	struct vm vm;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	close(vcpu.fd);
	close(vm.fd);
	close(vm.kvm);
	/* The pages are there while they are mapped, whatever they hold. */
	vcpu.run->immediate_exit = 1;
	EXPECT_EQ(1, vcpu.run->immediate_exit);
	memset(vcpu.run, 0x55, sizeof(*vcpu.run));
	EXPECT_EQ(0, munmap(vcpu.run, vm.run_size));
}

/* kvm_run is the guest's worst enemy: garbage in it must not hurt the host. */
TEST(garbage_in_kvm_run)
{
	struct vcpu vcpu;
	struct vm vm;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	for (int i = 0; i < 256; i++) {
		guest_set(&vcpu, i % 2 ? G_mmio_lw : G_mmio_sw, MMIO_BASE);
		guest_expect(&vcpu, EV_MMIO);
		memset(vcpu.run, i | 1, vm.run_size);
		vcpu.run->immediate_exit = 0;
		kvm_ioctl_n(vcpu.fd, KVM_RUN, 0);
		vcpu.unfinished = true;
	}
	EXPECT_EQ(5, guest_call(&vcpu, G_mem_write, FLAG, 5));
}

TEST(fds_closed_while_running)
{
	struct vcpu_thread t;
	struct vcpu vcpu;
	struct vm vm;

	signal_catch(SIGUSR1);
	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	guest_set(&vcpu, G_irq_forever, FLAG);
	thread_start(&t, &vcpu, -1);
	ASSERT_TRUE(wait_for(&ram64(&vm, FLAG), 60000));
	close(vcpu.fd);
	close(vm.fd);
	close(vm.kvm);
	sleep_ms(20);
	EXPECT_FALSE(t.done);
	pthread_kill(t.thread, SIGUSR1);
	pthread_join(t.thread, NULL);
	EXPECT_EQ(EV_ERROR, t.event);
	EXPECT_EQ(EINTR, vcpu.err);
}

/* A process that is killed in the middle of its guest. */
TEST(killed_while_running)
{
	uint64_t *flag = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	for (int i = 0; i < 20; i++) {
		int status = 0;
		pid_t pid;

		*flag = 0;
		pid = fork();
		if (!pid) {
			struct vcpu_thread t[2];
			struct vcpu v[2];
			struct vm vm;

			vm_open(&vm);
			for (int n = 0; n < 2; n++) {
				vcpu_open(&v[n], &vm, n);
				guest_set(&v[n], n ? G_irq_wfi : G_irq_forever,
					  n ? 9 : FLAG);
				thread_start(&t[n], &v[n], -1);
			}
			wait_for(&ram64(&vm, FLAG), 60000);
			*flag = 1;
			pause();
		}
		ASSERT_TRUE(wait_for(flag, 60000));
		kill(pid, SIGKILL);
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status));
	}
	EXPECT_EQ(0, vm_life());
}

TEST(many_vms)
{
	struct vcpu vcpu[40];
	struct vm vm[40];

	for (size_t i = 0; i < ARRAY_LEN(vm); i++) {
		vm_open(&vm[i]);
		vcpu_open(&vcpu[i], &vm[i], 0);
		EXPECT_EQ(i, guest_call(&vcpu[i], G_mem_write, FLAG, i));
	}
	for (size_t i = ARRAY_LEN(vm); i-- > 0; ) {
		EXPECT_EQ(i, guest_call(&vcpu[i], G_mem_read, FLAG));
		close(i % 2 ? vm[i].fd : vcpu[i].fd);
		close(i % 2 ? vcpu[i].fd : vm[i].fd);
	}
}

TEST_HARNESS_MAIN
