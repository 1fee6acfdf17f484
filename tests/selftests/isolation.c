// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nothing in a hart's registers crosses from one of its users to another: two
 * guests and host programs share one hart, each writes its own pattern into all
 * it has, waits until the scheduler has given the hart to others, and looks.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <string.h>

#include "lib.h"
#include "harness.h"

#define BUF GUEST_SCRATCH
#define ROUNDS 4000

struct party {
	struct vm vm;
	struct vcpu vcpu;
	struct vcpu_thread t;
};

static void party_start(struct party *p, uint64_t fn, uint64_t pattern)
{
	vm_open(&p->vm);
	vcpu_open(&p->vcpu, &p->vm, 0);
	guest_set(&p->vcpu, fn, pattern, ROUNDS);
	thread_start(&p->t, &p->vcpu, 0);
}

/* Fill f0…f31 with @v + n, spin @loops, return how many have changed. */
static unsigned int host_fp_hold(uint64_t v, unsigned long loops)
{
	uint64_t seen[32];
	unsigned int bad = 0;

	__asm__ __volatile__(
		".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n\t"
		"addi t0, %[v], \\n\n\t"
		"fmv.d.x f\\n, t0\n\t"
		".endr\n\t"
		"1: addi %[loops], %[loops], -1\n\t"
		"bnez %[loops], 1b\n\t"
		".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n\t"
		"fsd f\\n, (\\n * 8)(%[seen])\n\t"
		".endr\n\t"
		: [loops] "+r"(loops)
		: [v] "r"(v), [seen] "r"(seen)
		: "t0", "memory", "f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7",
		  "f8", "f9", "f10", "f11", "f12", "f13", "f14", "f15", "f16",
		  "f17", "f18", "f19", "f20", "f21", "f22", "f23", "f24", "f25",
		  "f26", "f27", "f28", "f29", "f30", "f31");
	for (int i = 0; i < 32; i++)
		bad += seen[i] != v + i;
	return bad;
}

struct host_party {
	pthread_t thread;
	volatile bool stop;
	unsigned int bad;
	unsigned long rounds;
};

static void *host_party_main(void *arg)
{
	struct host_party *h = arg;

	pin(0);
	while (!h->stop) {
		h->bad += host_fp_hold(0x5a5a000000000000, 20000);
		h->rounds++;
	}
	return NULL;
}

static void host_party_start(struct host_party *h)
{
	memset(h, 0, sizeof(*h));
	if (pthread_create(&h->thread, NULL, host_party_main, h))
		die("pthread_create failed");
}

static unsigned int host_party_stop(struct host_party *h)
{
	h->stop = true;
	pthread_join(h->thread, NULL);
	return h->bad;
}

static bool host_has_vector(struct vcpu *vcpu)
{
	return isa_has(vcpu, KVM_RISCV_ISA_EXT_V);
}

TEST(fp_of_two_guests_and_host)
{
	struct host_party host;
	struct party a, b;

	host_party_start(&host);
	party_start(&a, G_fp_hold, 0x1111000000000000);
	party_start(&b, G_fp_hold, 0x2222000000000000);
	EXPECT_EQ(0, thread_join(&a.t));
	EXPECT_EQ(0, thread_join(&b.t));
	EXPECT_EQ(0, host_party_stop(&host));
	EXPECT_LT(0, host.rounds);
}

TEST(vector_of_two_guests)
{
	struct host_party host;
	struct party a, b, probe;

	vm_open(&probe.vm);
	vcpu_open(&probe.vcpu, &probe.vm, 0);
	if (!host_has_vector(&probe.vcpu))
		SKIP(return, "this hart has no vector extension");
	host_party_start(&host);
	party_start(&a, G_vec_hold, 0x1111000000000000);
	party_start(&b, G_vec_hold, 0x2222000000000000);
	EXPECT_EQ(0, thread_join(&a.t));
	EXPECT_EQ(0, thread_join(&b.t));
	EXPECT_EQ(0, host_party_stop(&host));
}

TEST(csrs_of_two_guests)
{
	struct party a, b;

	party_start(&a, G_csr_hold, 0x0000111111111110);
	party_start(&b, G_csr_hold, 0x0000222222222220);
	EXPECT_EQ(0, thread_join(&a.t));
	EXPECT_EQ(0, thread_join(&b.t));
}

/* Two harts of one VM on one host CPU. */
TEST(fp_of_two_vcpus)
{
	struct kvm_mp_state state = { .mp_state = KVM_MP_STATE_RUNNABLE };
	struct vcpu_thread t0, t1;
	struct vcpu v0, v1;
	struct vm vm;

	vm_open(&vm);
	vcpu_open(&v0, &vm, 0);
	vcpu_open(&v1, &vm, 1);
	ASSERT_EQ(0, kvm_ioctl(v1.fd, KVM_SET_MP_STATE, &state));
	guest_set(&v0, G_fp_hold, 0x3333000000000000, ROUNDS);
	guest_set(&v1, G_fp_hold, 0x4444000000000000, ROUNDS);
	thread_start(&t0, &v0, 0);
	thread_start(&t1, &v1, 0);
	EXPECT_EQ(0, thread_join(&t0));
	EXPECT_EQ(0, thread_join(&t1));
}

/* KVM_RUN of the same thread: the host's FP registers before and after. */
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
	vcpu->err = 0;
	vcpu->unfinished = true;
	if (a0)
		return 100;
	return (f8 != 0x1111111111111111) + (f20 != 0x2222222222222222) +
	       (f31 != 0x3333333333333333) + (fcsr != 0x61);
}

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

/* The same while it runs: the scheduler moves a guest that never exits. */
TEST(migration_while_running)
{
	struct party p;
	cpu_set_t set;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "this machine has one CPU");
	party_start(&p, G_fp_hold, 0x1111000000000000);
	for (int i = 0; !p.t.done; i++) {
		CPU_ZERO(&set);
		CPU_SET(i % 2, &set);
		pthread_setaffinity_np(p.t.thread, sizeof(set), &set);
		sleep_ms(5);
	}
	EXPECT_EQ(0, thread_join(&p.t));
}

TEST_HARNESS_MAIN
