/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared helpers of the KVM ABI tests: devices, VMs, vCPUs, memory, and running
 * small guests (tests/guests) until they have something to say.
 *
 * Helpers that set a scene end the test when that fails (die()); whatever is
 * under test goes through kvm_ioctl() and is judged by the caller. Every test
 * runs in its own process, so nothing needs to be undone.
 */
#ifndef SELFTESTS_LIB_H
#define SELFTESTS_LIB_H

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kvm_abi.h"
#include "guest_syms.h"
#include "../guests/ucall.h"

#define PAGE		4096UL
#define MIB		(1024UL * 1024)
#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))

/* Nothing is ever mapped here: accesses exit as MMIO. */
#define MMIO_BASE	0x10000000UL
/* Where tests put slots of their own, away from guest RAM. */
#define SLOT_BASE	0x90000000UL

#define REG_U32		(KVM_REG_RISCV | KVM_REG_SIZE_U32)
#define REG_U64		(KVM_REG_RISCV | KVM_REG_SIZE_U64)
#define REG_CONFIG(f)	(REG_U64 | KVM_REG_RISCV_CONFIG | KVM_REG_RISCV_CONFIG_REG(f))
#define REG_CORE(f)	(REG_U64 | KVM_REG_RISCV_CORE | KVM_REG_RISCV_CORE_REG(f))
#define REG_CSR(f)	(REG_U64 | KVM_REG_RISCV_CSR | \
			 KVM_REG_RISCV_CSR_GENERAL | KVM_REG_RISCV_CSR_REG(f))
#define REG_TIMER(f)	(REG_U64 | KVM_REG_RISCV_TIMER | KVM_REG_RISCV_TIMER_REG(f))
#define REG_ISA(e)	(REG_U64 | KVM_REG_RISCV_ISA_EXT | KVM_REG_RISCV_ISA_SINGLE | (e))
#define REG_ISA_EN(n)	(REG_U64 | KVM_REG_RISCV_ISA_EXT | KVM_REG_RISCV_ISA_MULTI_EN | (n))
#define REG_ISA_DIS(n)	(REG_U64 | KVM_REG_RISCV_ISA_EXT | KVM_REG_RISCV_ISA_MULTI_DIS | (n))
#define REG_SBI(e)	(REG_U64 | KVM_REG_RISCV_SBI_EXT | KVM_REG_RISCV_SBI_SINGLE | (e))
#define REG_SBI_EN(n)	(REG_U64 | KVM_REG_RISCV_SBI_EXT | KVM_REG_RISCV_SBI_MULTI_EN | (n))
#define REG_SBI_DIS(n)	(REG_U64 | KVM_REG_RISCV_SBI_EXT | KVM_REG_RISCV_SBI_MULTI_DIS | (n))
/* Register n (x0 is pc's place) of the core group. */
#define REG_X(n)	(REG_U64 | KVM_REG_RISCV_CORE | (n))

struct vm {
	int kvm;		/* the device node */
	int fd;
	size_t run_size;	/* bytes of a vCPU's mapping */
	uint8_t *ram;		/* slot 0: GUEST_RAM_SIZE bytes at GUEST_BASE */
};

struct vcpu {
	struct vm *vm;
	int id;
	int fd;
	struct kvm_run *run;
	int err;		/* errno of the last KVM_RUN, 0 when it returned 0 */
	bool unfinished;	/* the last exit waits for KVM_RUN to complete it */
};

/* Why guest_run() came back. */
enum event {
	EV_DONE,	/* guest function returned: done_value() */
	EV_REPORT,	/* guest_report(); answer with report_answer() */
	EV_TRAP,	/* guest exception: trap_cause() and friends */
	EV_MMIO,
	EV_SBI,		/* any other SBI call handed to user space */
	EV_SYSTEM,	/* KVM_EXIT_SYSTEM_EVENT */
	EV_ERROR,	/* KVM_RUN failed: vcpu->err */
	EV_OTHER,	/* run->exit_reason says */
};

struct guest_ret {
	uint64_t a0, a1;
};

/* A vCPU running a guest function in its own thread, until EV_DONE or EV_ERROR. */
struct vcpu_thread {
	pthread_t thread;
	struct vcpu *vcpu;
	int cpu;		/* host CPU to run on, -1: any */
	enum event event;
	uint64_t value;		/* of EV_DONE */
	volatile bool done;
};

/** die() - end this test as failed, saying why. */
void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

/** note() - a TAP comment. */
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** in_tree() - true when the kernel's own kvm.ko is under test, not ours. */
bool in_tree(void);

/** memory_follows() - false where guest memory is pinned, so that changes to mappings are not seen. */
bool memory_follows(struct vm *vm);

/** file_has() - true when a line of @path contains @text; no file, no line. */
bool file_has(const char *path, const char *text);

/** kvm_open() - a new fd of the device node ($KVM_DEVICE or /dev/kvm). */
int kvm_open(void);

/** kvm_ioctl() - ioctl() that returns its result or -errno. */
long kvm_ioctl(int fd, unsigned long request, const void *arg);
#define kvm_ioctl_n(fd, request, n) \
	kvm_ioctl(fd, request, (const void *)(uintptr_t)(n))

/** vm_create() - a VM with no memory and no vCPUs. */
void vm_create(struct vm *vm);

/** vm_load() - guest RAM holding the guests' blob, in slot 0. */
void vm_load(struct vm *vm);

/** vm_open() - vm_create() and vm_load(). */
void vm_open(struct vm *vm);

/** vcpu_open() - vCPU @id of @vm, its kvm_run mapped. */
void vcpu_open(struct vcpu *vcpu, struct vm *vm, int id);

/** slot_set() - KVM_SET_USER_MEMORY_REGION; 0 or -errno. */
long slot_set(struct vm *vm, uint32_t slot, uint32_t flags, uint64_t gpa,
	      uint64_t size, void *hva);

/** slot_add() - slot_set() with fresh anonymous memory, which is returned. */
void *slot_add(struct vm *vm, uint32_t slot, uint32_t flags, uint64_t gpa,
	       uint64_t size);

/** cap_enable() - KVM_ENABLE_CAP of @vm with one argument; 0 or -errno. */
long cap_enable(struct vm *vm, uint32_t cap, uint64_t arg);

/** stat_read() - statistic @name of the VM or vCPU fd @of; ~0 when there is none. */
uint64_t stat_read(int of, const char *name);

/** ram() - user space's view of guest RAM address @gpa (in slot 0). */
void *ram(struct vm *vm, uint64_t gpa);
#define ram64(vm, gpa) (*(volatile uint64_t *)ram(vm, gpa))

/** reg_get() - the value of a 32 or 64 bit register. */
uint64_t reg_get(struct vcpu *vcpu, uint64_t id);
void reg_set(struct vcpu *vcpu, uint64_t id, uint64_t value);

/** reg_read() - KVM_GET_ONE_REG into @buf; 0 or -errno. */
long reg_read(struct vcpu *vcpu, uint64_t id, void *buf);
/** reg_write() - KVM_SET_ONE_REG from @buf; 0 or -errno. */
long reg_write(struct vcpu *vcpu, uint64_t id, const void *buf);
/** reg_try() - reg_write() of a 64-bit @value. */
long reg_try(struct vcpu *vcpu, uint64_t id, uint64_t value);

/** reg_list() - KVM_GET_REG_LIST, to be freed by the caller. */
struct kvm_reg_list *reg_list(struct vcpu *vcpu);

/** isa_has() - 1 when ISA extension @ext is there and on, else 0. */
bool isa_has(struct vcpu *vcpu, uint64_t ext);

/**
 * guest_finish() - let KVM complete the last exit (write the result of an MMIO
 * load or SBI call to registers, step over the instruction) and do no more, so
 * that registers set from now on stay as they are.
 */
void guest_finish(struct vcpu *vcpu);

/**
 * guest_set() - make @vcpu ready to call the guest function at @fn with up to
 * eight arguments: pc, ra, sp, tp, mode and stvec are set, the rest is
 * kept. An unfinished exit is finished first.
 */
#define guest_set(vcpu, fn, ...)					\
	guest_set_args(vcpu, fn, (uint64_t[8]) { __VA_ARGS__ })
void guest_set_args(struct vcpu *vcpu, uint64_t fn, const uint64_t args[8]);

/** guest_run() - KVM_RUN once, and what came of it. */
enum event guest_run(struct vcpu *vcpu);

/** guest_expect() - guest_run(); die() unless it gave @want. */
void guest_expect(struct vcpu *vcpu, enum event want);

/** guest_call() - call a guest function to its end; returns its a0. */
#define guest_call(vcpu, fn, ...)					\
	guest_call_a0(vcpu, fn, (uint64_t[8]) { __VA_ARGS__ })
uint64_t guest_call_a0(struct vcpu *vcpu, uint64_t fn, const uint64_t args[8]);
struct guest_ret guest_call_args(struct vcpu *vcpu, uint64_t fn,
				 const uint64_t args[8]);

/** guest_sbi() - let the guest make an SBI call; a0 the error, a1 the value. */
#define guest_sbi(vcpu, ...) \
	guest_call_args(vcpu, G_sbi_raw, (uint64_t[8]) { __VA_ARGS__ })

/**
 * memory_faults() - guest_run(), which fails with EFAULT as there is no memory behind @gpa's page, and
 * says so where it is not the kernel's own.
 */
bool memory_faults(struct vcpu *vcpu, uint64_t gpa);

/** event_name() - for messages. */
const char *event_name(enum event ev);

uint64_t done_value(struct vcpu *vcpu);
uint64_t trap_cause(struct vcpu *vcpu);
uint64_t trap_value(struct vcpu *vcpu);
/** trap_skip_to() - where the guest is to go on after EV_TRAP. */
void trap_skip_to(struct vcpu *vcpu, uint64_t pc);
/** report_answer() - what guest_report() returns to the guest. */
void report_answer(struct vcpu *vcpu, uint64_t value);

/** thread_start() - run @vcpu (guest_set() done) on host CPU @cpu or -1. */
void thread_start(struct vcpu_thread *t, struct vcpu *vcpu, int cpu);
/** thread_join() - wait for it; die() unless EV_DONE; the guest's a0. */
uint64_t thread_join(struct vcpu_thread *t);

/** thread_interrupt() - signal it out of KVM_RUN, however late it enters; joins it. */
void thread_interrupt(struct vcpu_thread *t);

/** pin() - bind the calling thread to host CPU @cpu. */
void pin(int cpu);

/** vm_life() - make a VM, run it, take it apart; 0 when the guest did its work. */
int vm_life(void);

/** signal_catch() - install an empty handler for @sig, without SA_RESTART. */
void signal_catch(int sig);

/** sleep_ms() - sleep, going on after signals. */
void sleep_ms(unsigned int ms);

/** now_ms() - monotonic milliseconds. */
uint64_t now_ms(void);

/** wait_for() - poll @word until it is not zero; false after @ms. */
bool wait_for(volatile uint64_t *word, unsigned int ms);

#endif
