// SPDX-License-Identifier: GPL-2.0-only
/* Guests live on in the image of a host that hibernates; the time CSR begins anew there. */
#define _GNU_SOURCE
#include <stdlib.h>

#include "hosts.h"
#include "harness.h"

#define AWAKE_MS	20000	/* the host's time stands higher then than a new one that wakes it */

TEST(clock_goes_on)
{
	struct vcpu awake, asleep;
	struct vcpu_thread t;
	struct kvm_mp_state runnable = { .mp_state = KVM_MP_STATE_RUNNABLE };
	uint64_t before, after;
	struct vm vm;

	vm_open(&vm);
	vcpu_open(&awake, &vm, 0);
	vcpu_open(&asleep, &vm, 1);
	ram64(&vm, G_guest_sstc) = isa_has(&awake, KVM_RISCV_ISA_EXT_SSTC);
	/* Sleeps through it all, until a minute later on its own clock. */
	guest_set(&asleep, G_timer_wfi, 60 * reg_get(&awake, REG_TIMER(frequency)));
	ASSERT_EQ(0, kvm_ioctl(asleep.fd, KVM_SET_MP_STATE, &runnable));
	thread_start(&t, &asleep, -1);
	sleep_ms(AWAKE_MS);
	before = guest_call(&awake, G_timer_now, 0);
	ASSERT_EQ(0, file_say("/sys/power/state", "disk"));
	after = guest_call(&awake, G_timer_now, 0);
	EXPECT_LE(before, after);
	EXPECT_LE(after, reg_get(&awake, REG_TIMER(time)));
	/* Freezing the threads got it out of KVM_RUN, which it goes back to. */
	pthread_join(t.thread, NULL);
	while (t.event == EV_ERROR && asleep.err == EINTR)
		t.event = guest_run(&asleep);
	ASSERT_EQ(EV_DONE, t.event);
	EXPECT_LE(60 * reg_get(&awake, REG_TIMER(frequency)), done_value(&asleep));
}

TEST_HARNESS_MAIN
