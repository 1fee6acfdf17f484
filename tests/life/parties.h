/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guests that check their registers, CSRs, memory and timer. Each runs repeatedly in its own thread
 * until it is stopped.
 */
#ifndef LIFE_PARTIES_H
#define LIFE_PARTIES_H

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "lib.h"

#define PARTY_STOP	GUEST_SCRATCH
#define PARTY_PAGES	(GUEST_SCRATCH + 0x1000)

enum party_kind { PARTY_CSRS, PARTY_FP, PARTY_MEMORY, PARTY_TIMER, PARTY_KINDS };

struct party {
	struct vm vm;
	struct vcpu vcpu;
	pthread_t thread;
	enum party_kind kind;
	int hart;			/* host's, -1: any */
	uint64_t pattern;
	volatile bool stop;
	volatile uint64_t rounds;
	uint64_t bad;			/* what the guest found wrong, over all rounds */
};

/*
 * guest_call() that takes no notice of the freezer, which interrupts system calls, and of guests that
 * look in at user space.
 */
#define party_call(vcpu, fn, ...)	party_call_args(vcpu, fn, (uint64_t[8]) { __VA_ARGS__ })
static inline uint64_t party_call_args(struct vcpu *vcpu, uint64_t fn, const uint64_t args[8])
{
	enum event event;

	guest_set_args(vcpu, fn, args);
	do {
		event = guest_run(vcpu);
		/* The machine goes down, and no guest is run any more. */
		while (event == EV_ERROR && vcpu->err == EIO)
			pause();
	} while ((event == EV_ERROR && vcpu->err == EINTR) ||
		 (event == EV_MMIO && vcpu->run->mmio.phys_addr == MMIO_BASE));
	if (event != EV_DONE)
		die("guest function %#lx: %s, errno %d", (unsigned long)fn, event_name(event),
		    vcpu->err);
	return done_value(vcpu);
}

/** thread_pin() - bind @thread to host CPU @cpu. */
static inline void thread_pin(pthread_t thread, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (pthread_setaffinity_np(thread, sizeof(set), &set))
		die("pthread_setaffinity_np failed");
}

static inline uint64_t party_round(struct party *p)
{
	struct vcpu *vcpu = &p->vcpu;

	switch (p->kind) {
	case PARTY_CSRS:
		return party_call(vcpu, G_csr_hold, p->pattern & 0xfffffffffff, 20);
	case PARTY_FP:
		return party_call(vcpu, G_fp_hold, p->pattern, 20);
	case PARTY_MEMORY:
		party_call(vcpu, G_mem_fill, PARTY_PAGES, 200, p->pattern + p->rounds);
		return party_call(vcpu, G_mem_check, PARTY_PAGES, 200, p->pattern + p->rounds);
	default:
		/* Interrupts that do not come keep the guest for ever: the test's time limit tells. */
		return party_call(vcpu, G_timer_interrupt, 2000, 10);
	}
}

static inline void *party_main(void *arg)
{
	struct party *p = arg;

	if (p->hart >= 0)
		pin(p->hart);
	while (!p->stop) {
		p->bad += party_round(p);
		p->rounds++;
	}
	return NULL;
}

/** party_start() - a VM of /dev/@device with one such guest. */
static inline void party_start(struct party *p, const char *device, enum party_kind kind, int hart)
{
	static unsigned int number;
	char path[64];

	memset(p, 0, sizeof(*p));
	snprintf(path, sizeof(path), "/dev/%s", device);
	setenv("KVM_DEVICE", path, 1);
	p->kind = kind;
	p->hart = hart;
	p->pattern = 0x0111111111100000 * (++number % 14 + 1);
	vm_open(&p->vm);
	vcpu_open(&p->vcpu, &p->vm, 0);
	ram64(&p->vm, G_guest_sstc) = isa_has(&p->vcpu, KVM_RISCV_ISA_EXT_SSTC);
	if (pthread_create(&p->thread, NULL, party_main, p))
		die("pthread_create failed");
}

/** party_stop() - end it; what it found wrong. A guest that never got to run counts as wrong. */
static inline uint64_t party_stop(struct party *p)
{
	p->stop = true;
	pthread_join(p->thread, NULL);
	/* The mapping would keep the vCPU alive. */
	munmap(p->vcpu.run, p->vm.run_size);
	close(p->vcpu.fd);
	close(p->vm.fd);
	close(p->vm.kvm);
	return p->rounds ? p->bad : 1;
}

/** party_proceeds() - it gets through @rounds more, within a minute; false if not. */
static inline bool party_proceeds(struct party *p, unsigned int rounds)
{
	uint64_t until = p->rounds + rounds, end = now_ms() + 60000;

	while (p->rounds < until && now_ms() < end)
		sleep_ms(2);
	return p->rounds >= until;
}

#endif
