// SPDX-License-Identifier: GPL-2.0-only
/*
 * No register content passes from one user of a hart to another: two guests and host programs share
 * one hart. Each writes its own pattern into all registers, waits until the scheduler has run the
 * others, and compares.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <ucontext.h>

#include "lib.h"
#include "harness.h"

#define BUF GUEST_SCRATCH
#define ROUNDS 4000

#define ALL_REGS \
	"0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31"

/* Fill f0…f31 with @v + n, fcsr with 0x5a, spin @loops, return how many have changed. */
static unsigned int host_fp_hold(uint64_t v, unsigned long loops)
{
	uint64_t seen[32], fcsr;
	unsigned int bad = 0;

	__asm__ __volatile__(
		".irp n, " ALL_REGS "\n\t"
		"addi t0, %[v], \\n\n\t"
		"fmv.d.x f\\n, t0\n\t"
		".endr\n\t"
		"li t0, 0x5a\n\t"
		"fscsr t0\n\t"
		"1: addi %[loops], %[loops], -1\n\t"
		"bnez %[loops], 1b\n\t"
		"frcsr %[fcsr]\n\t"
		"fscsr zero\n\t"
		".irp n, " ALL_REGS "\n\t"
		"fsd f\\n, (\\n * 8)(%[seen])\n\t"
		".endr\n\t"
		: [loops] "+r"(loops), [fcsr] "=&r"(fcsr)
		: [v] "r"(v), [seen] "r"(seen)
		: "t0", "memory", "f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7",
		  "f8", "f9", "f10", "f11", "f12", "f13", "f14", "f15", "f16",
		  "f17", "f18", "f19", "f20", "f21", "f22", "f23", "f24", "f25",
		  "f26", "f27", "f28", "f29", "f30", "f31");
	for (int i = 0; i < 32; i++)
		bad += seen[i] != v + i;
	return bad + (fcsr != 0x5a);
}

/* The same with the 64-bit elements of v0…v31, and the vector CSRs; needs user_has_vector(). */
static unsigned int host_vector_hold(uint64_t v, unsigned long loops)
{
	uint64_t bad = 0;

	__asm__ __volatile__(
		".option push\n\t"
		".option arch, +v\n\t"
		".macro changed reg, want\n\t"
		"sub t0, \\reg, \\want\n\t"
		"snez t0, t0\n\t"
		"add %[bad], %[bad], t0\n\t"
		".endm\n\t"
		"vsetvli t1, zero, e64, m1, ta, ma\n\t"
		"csrr t2, vtype\n\t"
		".irp n, " ALL_REGS "\n\t"
		"addi t0, %[v], \\n\n\t"
		"vmv.v.x v\\n, t0\n\t"
		".endr\n\t"
		"li t4, 6\n\t"
		"csrw vcsr, t4\n\t"
		"1: addi %[loops], %[loops], -1\n\t"
		"bnez %[loops], 1b\n\t"
		"csrr t3, vcsr\n\t"
		"changed t3, t4\n\t"
		"csrr t3, vl\n\t"
		"changed t3, t1\n\t"
		"csrr t3, vtype\n\t"
		"changed t3, t2\n\t"
		".irp n, " ALL_REGS "\n\t"
		"addi t0, %[v], \\n\n\t"
		"vmsne.vx v0, v\\n, t0\n\t"
		"vcpop.m t0, v0\n\t"
		"add %[bad], %[bad], t0\n\t"
		".endr\n\t"
		".purgem changed\n\t"
		".option pop\n\t"
		: [loops] "+r"(loops), [bad] "+r"(bad)
		: [v] "r"(v)
		: "t0", "t1", "t2", "t3", "t4", "memory");
	return bad;
}

/* Does the host's kernel keep vector registers for its programs? A guest has V by the hart. */
static bool user_has_vector(void)
{
	return getauxval(AT_HWCAP) >> ('v' - 'a') & 1;
}

static __thread volatile sig_atomic_t trapped;

static void skip_instruction(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	trapped = 1;
	uc->uc_mcontext.__gregs[REG_PC] += 4;
}

/* Is the instruction (4 bytes; a0 may be the address of a cache block) left to user space? */
#define USER_MAY(insn)						\
({								\
	static __thread uint64_t block[64] __attribute__((aligned(512)));	\
								\
	trapped = 0;						\
	__asm__ __volatile__("mv a0, %0\n\t"			\
			     ".option push\n\t"			\
			     ".option norvc\n\t" insn "\n\t"	\
			     ".option pop"			\
			     : : "r"(block) : "a0", "memory");	\
	!trapped;						\
})

/* What scounteren and senvcfg leave to this thread: cbo.zero, cbo.clean, and the counters. */
static unsigned int user_rights(void)
{
	return USER_MAY(".insn i 0x0f, 2, x0, a0, 4") |
	       USER_MAY(".insn i 0x0f, 2, x0, a0, 1") << 1 |
	       USER_MAY("csrr a0, cycle") << 2 |
	       USER_MAY("csrr a0, time") << 3 |
	       USER_MAY("csrr a0, instret") << 4;
}

static void traps_skip(void)
{
	struct sigaction action = {
		.sa_sigaction = skip_instruction,
		.sa_flags = SA_SIGINFO,
	};

	sigaction(SIGILL, &action, NULL);
}

/* A host program that uses all of its hart, beside the guests. */
struct host_party {
	pthread_t thread;
	int cpu;		/* -1: any */
	volatile bool stop;
	unsigned int bad, rights_lost;
	unsigned long rounds;
};

static void *host_party_main(void *arg)
{
	struct host_party *h = arg;
	bool vector = user_has_vector();
	unsigned int rights;

	if (h->cpu >= 0)
		pin(h->cpu);
	rights = user_rights();
	while (!h->stop) {
		h->bad += host_fp_hold(0x5a5a000000000000, 20000);
		if (vector)
			h->bad += host_vector_hold(0x5b5b000000000000, 20000);
		h->rights_lost += user_rights() != rights;
		__sync_fetch_and_add(&h->rounds, 1);
	}
	return NULL;
}

/* Returns when the party has gone round once, so that it has seen how things were. */
static void host_party_start(struct host_party *h, int cpu)
{
	memset(h, 0, sizeof(*h));
	h->cpu = cpu;
	traps_skip();
	if (pthread_create(&h->thread, NULL, host_party_main, h))
		die("pthread_create failed");
	while (!__sync_fetch_and_add(&h->rounds, 0))
		sleep_ms(1);
}

static void host_party_stop(struct __test_metadata *_metadata, struct host_party *h)
{
	h->stop = true;
	pthread_join(h->thread, NULL);
	EXPECT_EQ(0, h->bad) TH_LOG("registers of a host program, %lu rounds", h->rounds);
	EXPECT_EQ(0, h->rights_lost) TH_LOG("of %lu rounds of a host program", h->rounds);
	EXPECT_LT(1, h->rounds);
}

/*
 * KVM_RUN with a pattern in the thread's own FP registers: how many of them had changed
 * afterwards, or -1 when it failed.
 */
static int host_fp_across_run(struct vcpu *vcpu)
{
	register long a0 __asm__("a0") = vcpu->fd;
	register long a1 __asm__("a1") = KVM_RUN;
	register long a2 __asm__("a2") = 0;
	register long a7 __asm__("a7") = 29;	/* ioctl */
	uint64_t f8, f20, f31, fcsr;

	__asm__ __volatile__(
		"li t0, 0x61\n\t"
		"fscsr t0\n\t"
		"fmv.d.x f8, %[one]\n\t"
		"fmv.d.x f20, %[two]\n\t"
		"fmv.d.x f31, %[three]\n\t"
		"ecall\n\t"
		"fmv.x.d %[f8], f8\n\t"
		"fmv.x.d %[f20], f20\n\t"
		"fmv.x.d %[f31], f31\n\t"
		"frcsr %[fcsr]\n\t"
		"fscsr zero\n\t"
		: "+r"(a0), [f8] "=&r"(f8), [f20] "=&r"(f20), [f31] "=&r"(f31),
		  [fcsr] "=&r"(fcsr)
		: "r"(a1), "r"(a2), "r"(a7), [one] "r"(0x1111111111111111),
		  [two] "r"(0x2222222222222222), [three] "r"(0x3333333333333333)
		: "t0", "memory", "f8", "f20", "f31");
	vcpu->err = a0 ? -a0 : 0;
	vcpu->unfinished = !a0;
	if (a0)
		return -1;
	return (f8 != 0x1111111111111111) + (f20 != 0x2222222222222222) +
	       (f31 != 0x3333333333333333) + (fcsr != 0x61);
}

/* A guest that keeps patterns (tests/guests/hold.S), and the thread that runs it. */
struct party {
	struct vm vm;
	struct vcpu vcpu;
	pthread_t thread;
	int cpu;		/* -1: any */
	volatile bool done;
	unsigned int exits;	/* to user space */
	unsigned int user_bad;	/* FP registers of the thread that KVM_RUN has changed */
	uint64_t guest_bad;
};

static void *party_main(void *arg)
{
	struct party *p = arg;
	struct kvm_run *run = p->vcpu.run;
	int bad;

	if (p->cpu >= 0)
		pin(p->cpu);
	for (;;) {
		bad = host_fp_across_run(&p->vcpu);
		if (bad < 0)
			die("KVM_RUN failed with %d", -p->vcpu.err);
		p->user_bad += bad;
		if (run->exit_reason != KVM_EXIT_MMIO)
			break;
		p->exits++;
		p->user_bad += host_fp_hold(0x6b6b000000000000, 10);
	}
	if (run->exit_reason != KVM_EXIT_RISCV_SBI || run->riscv_sbi.extension_id != UCALL_EXT ||
	    run->riscv_sbi.function_id != UCALL_DONE)
		die("a guest ended with exit %u at pc %#lx", run->exit_reason,
		    (unsigned long)reg_get(&p->vcpu, REG_CORE(regs.pc)));
	p->guest_bad = done_value(&p->vcpu);
	p->done = true;
	return NULL;
}

static void party_thread(struct party *p)
{
	if (pthread_create(&p->thread, NULL, party_main, p))
		die("pthread_create failed");
}

/* @args: pattern, rounds and more, as hold.S says for @fn. */
#define party_start(p, cpu, fn, ...)					\
	party_start_args(p, cpu, fn, (uint64_t[8]) { __VA_ARGS__ })
static void party_start_args(struct party *p, int cpu, uint64_t fn, const uint64_t args[8])
{
	memset(p, 0, sizeof(*p));
	p->cpu = cpu;
	vm_open(&p->vm);
	vcpu_open(&p->vcpu, &p->vm, 0);
	guest_set_args(&p->vcpu, fn, args);
	party_thread(p);
}

static void party_end(struct __test_metadata *_metadata, struct party *p)
{
	pthread_join(p->thread, NULL);
	EXPECT_EQ(0, p->guest_bad) TH_LOG("registers of a guest");
	EXPECT_EQ(0, p->user_bad) TH_LOG("FP registers of the VMM");
	EXPECT_LE(ROUNDS / 16, p->exits);
}

static bool guest_has_vector(void)
{
	struct vcpu vcpu;
	struct vm vm;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	return isa_has(&vcpu, KVM_RISCV_ISA_EXT_V);
}

/* Two guests with patterns of their own and a host program, all on one hart. */
static void two_guests_and_host(struct __test_metadata *_metadata, uint64_t fn)
{
	struct host_party host;
	struct party a, b;

	host_party_start(&host, 0);
	party_start(&a, 0, fn, 0x1111000000000000, ROUNDS);
	party_start(&b, 0, fn, 0x2222000000000000, ROUNDS);
	party_end(_metadata, &a);
	party_end(_metadata, &b);
	host_party_stop(_metadata, &host);
}

TEST(general_of_two_guests_and_host)
{
	two_guests_and_host(_metadata, G_gpr_hold);
}

TEST(fp_of_two_guests_and_host)
{
	two_guests_and_host(_metadata, G_fp_hold);
}

TEST(vector_of_two_guests_and_host)
{
	if (!guest_has_vector())
		SKIP(return, "this hart has no vector extension");
	two_guests_and_host(_metadata, G_vec_hold);
}

TEST(csrs_of_two_guests_and_host)
{
	two_guests_and_host(_metadata, G_csr_hold);
}

/* CSRs that user space of the host runs under as well: none of it shows there. */
TEST(rights_of_two_guests_and_host)
{
	struct host_party host;
	struct party a, b;

	host_party_start(&host, 0);
	/* All that senvcfg can allow, all counters, all interrupts; next to nothing of either. */
	party_start(&a, 0, G_env_hold, 0xf0, ROUNDS, 7, 0x222);
	party_start(&b, 0, G_env_hold, 0, ROUNDS, 1, 2);
	party_end(_metadata, &a);
	party_end(_metadata, &b);
	host_party_stop(_metadata, &host);
}

/* Two vCPUs and a host program on each hart, and a guest that moves between harts. */
TEST(all_at_once)
{
	uint64_t vector = guest_has_vector() ? G_vec_hold : G_gpr_hold;
	int cpus = sysconf(_SC_NPROCESSORS_ONLN);
	static struct host_party hosts[4];
	static struct party parties[9];

	if (cpus > 4)
		cpus = 4;
	for (int i = 0; i < cpus; i++)
		host_party_start(&hosts[i], i);
	for (int i = 0; i < cpus; i++) {
		party_start(&parties[2 * i], i, G_fp_hold, 0x3333000000000000, ROUNDS);
		party_start(&parties[2 * i + 1], i, vector, 0x2525000000000000, ROUNDS);
	}
	party_start(&parties[2 * cpus], -1, G_fp_hold, 0x4444000000000000, ROUNDS);
	for (int i = 0; i <= 2 * cpus; i++)
		party_end(_metadata, &parties[i]);
	for (int i = 0; i < cpus; i++)
		host_party_stop(_metadata, &hosts[i]);
}

/* Two harts of one VM on one host CPU. */
TEST(fp_of_two_vcpus)
{
	struct kvm_mp_state state = { .mp_state = KVM_MP_STATE_RUNNABLE };
	static struct party parties[2];

	vm_open(&parties[0].vm);
	for (int i = 0; i < 2; i++) {
		struct vcpu *vcpu = &parties[i].vcpu;

		vcpu_open(vcpu, &parties[0].vm, i);
		ASSERT_EQ(0, kvm_ioctl(vcpu->fd, KVM_SET_MP_STATE, &state));
		guest_set(vcpu, G_fp_hold, 0x3333000000000000 * (i + 1), ROUNDS);
	}
	for (int i = 0; i < 2; i++)
		party_thread(&parties[i]);
	for (int i = 0; i < 2; i++)
		party_end(_metadata, &parties[i]);
}

/* KVM_RUN of the same thread: the host's FP registers before and after. */
TEST(host_fp_survives_run)
{
	struct party p;

	vm_open(&p.vm);
	vcpu_open(&p.vcpu, &p.vm, 0);
	/* A guest that uses FP, and one that does not. */
	for (int i = 0; i < 33; i++)
		ram64(&p.vm, BUF + i * 8) = i == 32 ? 0x82 : 0x99990000 + i;
	for (int i = 0; i < 20; i++) {
		guest_set(&p.vcpu, i % 2 ? G_fp_load : G_irq_pending, BUF);
		EXPECT_EQ(0, host_fp_across_run(&p.vcpu)) TH_LOG("round %d", i);
	}
}

/* What the host had in f registers is not there for a new guest. */
TEST(fresh_guest_sees_no_host_fp)
{
	const uint64_t secret = 0x5ec4e70000000000;
	unsigned int leaks = 0;
	struct party p;

	vm_open(&p.vm);
	vcpu_open(&p.vcpu, &p.vm, 0);
	guest_set(&p.vcpu, G_fp_store, BUF);
	host_fp_hold(secret, 1);
	guest_expect(&p.vcpu, EV_DONE);
	for (int i = 0; i < 32; i++)
		leaks += ram64(&p.vm, BUF + i * 8) - secret < 32;
	EXPECT_EQ(0, leaks);
}

/* Nor does a guest see what another guest left in the same hart. */
TEST(fresh_guest_sees_no_other_guest)
{
	unsigned int leaks = 0;
	struct party a, b;

	pin(0);
	vm_open(&a.vm);
	vcpu_open(&a.vcpu, &a.vm, 0);
	for (int i = 0; i < 33; i++)
		ram64(&a.vm, BUF + i * 8) = i == 32 ? 0 : 0x77770000 + i;
	guest_call(&a.vcpu, G_fp_load, BUF);
	vm_open(&b.vm);
	vcpu_open(&b.vcpu, &b.vm, 0);
	guest_call(&b.vcpu, G_fp_store, BUF);
	for (int i = 0; i < 32; i++)
		leaks += ram64(&b.vm, BUF + i * 8) - 0x77770000 < 32;
	EXPECT_EQ(0, leaks);
	/* And the first one still has its own. */
	guest_call(&a.vcpu, G_fp_store, BUF);
	for (int i = 0; i < 32; i++) {
		EXPECT_EQ(0x77770000 + i, ram64(&a.vm, BUF + i * 8));
	}
}

/* The vector registers of a new guest are zero, no matter who used them before. */
static void vector_expect_zero(struct __test_metadata *_metadata, struct party *p)
{
	uint64_t vlenb = guest_call(&p->vcpu, G_vec_store, BUF);
	unsigned int bad = 0;

	for (uint64_t i = 0; i < 32 * vlenb; i += 8)
		bad += ram64(&p->vm, BUF + i) != 0;
	EXPECT_EQ(0, bad) TH_LOG("of %lu words", 4 * vlenb);
}

TEST(fresh_guest_sees_no_vector)
{
	static struct party p, host, other;

	if (!guest_has_vector())
		SKIP(return, "this hart has no vector extension");
	pin(0);
	vm_open(&p.vm);
	vcpu_open(&p.vcpu, &p.vm, 0);
	vm_open(&host.vm);
	vcpu_open(&host.vcpu, &host.vm, 0);
	memset(ram(&p.vm, BUF), 0x77, 32 * 256);
	guest_call(&p.vcpu, G_vec_load, BUF);
	vm_open(&other.vm);
	vcpu_open(&other.vcpu, &other.vm, 0);
	vector_expect_zero(_metadata, &other);
	if (user_has_vector())
		host_vector_hold(0x5ec4e70000000000, 1);
	vector_expect_zero(_metadata, &host);
}

/* KVM_RUN, and how many words of the vector registers it leaves are @word. */
static unsigned int vector_words_after_run(struct vcpu *vcpu, uint64_t word)
{
	register long a0 __asm__("a0") = vcpu->fd;
	register long a1 __asm__("a1") = KVM_RUN;
	register long a2 __asm__("a2") = 0;
	register long a7 __asm__("a7") = 29;	/* ioctl */
	static uint64_t seen[32 * 256 / 8];
	unsigned int found = 0;

	__asm__ __volatile__(
		".option push\n\t"
		".option arch, +v\n\t"
		"ecall\n\t"
		"csrr t0, vlenb\n\t"
		"slli t0, t0, 3\n\t"
		"mv t1, %[seen]\n\t"
		".irp n, 0,8,16,24\n\t"
		"vs8r.v v\\n, (t1)\n\t"
		"add t1, t1, t0\n\t"
		".endr\n\t"
		".option pop\n\t"
		: "+r"(a0)
		: "r"(a1), "r"(a2), "r"(a7), [seen] "r"(seen)
		: "t0", "t1", "memory");
	vcpu->unfinished = !a0;
	if (a0)
		die("KVM_RUN failed with %ld", -a0);
	for (size_t i = 0; i < ARRAY_LEN(seen); i++)
		found += seen[i] == word;
	return found;
}

/* Nor does the VMM see what its guest has in vector registers. */
TEST(vmm_sees_no_guest_vector)
{
	struct party p;

	if (!guest_has_vector() || !user_has_vector())
		SKIP(return, "guests or host programs have no vector extension here");
	vm_open(&p.vm);
	vcpu_open(&p.vcpu, &p.vm, 0);
	memset(ram(&p.vm, BUF), 0x77, 32 * 256);
	for (int i = 0; i < 20; i++) {
		guest_set(&p.vcpu, G_vec_load, BUF);
		EXPECT_EQ(0, vector_words_after_run(&p.vcpu, 0x7777777777777777));
		EXPECT_EQ(UCALL_DONE, p.vcpu.run->riscv_sbi.function_id);
	}
}

/* CSRs that are written while all else in the unit is clean are kept as well. */
TEST(fcsr_alone)
{
	struct party p;

	vm_open(&p.vm);
	vcpu_open(&p.vcpu, &p.vm, 0);
	for (uint64_t i = 1; i < 8; i++) {
		guest_call(&p.vcpu, G_fp_load, BUF);
		EXPECT_EQ(0, guest_call(&p.vcpu, G_fcsr_swap, i << 5 | i));
		EXPECT_EQ(i << 5 | i, guest_call(&p.vcpu, G_fcsr_swap, 0x1f));
		EXPECT_EQ(0x1f, guest_call(&p.vcpu, G_fcsr_swap, 0));
	}
}

TEST(vector_csrs_alone)
{
	struct party p;

	if (!guest_has_vector())
		SKIP(return, "this hart has no vector extension");
	vm_open(&p.vm);
	vcpu_open(&p.vcpu, &p.vm, 0);
	for (uint64_t i = 1; i < 8; i++) {
		guest_call(&p.vcpu, G_vec_load, BUF);
		guest_call(&p.vcpu, G_vcsr_swap, i);
		EXPECT_EQ(0x100 | i, guest_call(&p.vcpu, G_vcsr_swap, 7 - i));
		EXPECT_EQ(0x107 - i, guest_call(&p.vcpu, G_vcsr_swap, 0));
	}
}

/* A vCPU that moves between host CPUs takes all its registers along. */
TEST(migration_between_cpus)
{
	struct party p;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "this machine has one CPU");
	vm_open(&p.vm);
	vcpu_open(&p.vcpu, &p.vm, 0);
	for (int i = 0; i < 33; i++)
		ram64(&p.vm, BUF + i * 8) = i == 32 ? 0x41 : 0xaaaa0000 + i;
	guest_call(&p.vcpu, G_fp_load, BUF);
	for (int round = 0; round < 20; round++) {
		pin(round % 2);
		memset(ram(&p.vm, BUF), 0, 33 * 8);
		guest_call(&p.vcpu, G_fp_store, BUF);
		for (int i = 0; i < 32; i++) {
			EXPECT_EQ(0xaaaa0000 + i, ram64(&p.vm, BUF + i * 8));
		}
		EXPECT_EQ(0x41, ram64(&p.vm, BUF + 256));
		EXPECT_EQ(G_guest_vector, reg_get(&p.vcpu, REG_CSR(stvec)));
	}
}

/* The same while it runs: the scheduler moves it. */
TEST(migration_while_running)
{
	struct party p;
	cpu_set_t set;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "this machine has one CPU");
	party_start(&p, -1, G_fp_hold, 0x1111000000000000, ROUNDS);
	for (int i = 0; !p.done; i++) {
		CPU_ZERO(&set);
		CPU_SET(i % 2, &set);
		pthread_setaffinity_np(p.thread, sizeof(set), &set);
		sleep_ms(5);
	}
	party_end(_metadata, &p);
}

TEST_HARNESS_MAIN
