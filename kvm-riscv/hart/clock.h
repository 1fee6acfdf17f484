/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The clock that guests' time is built on: the host's time CSR, but that it never goes back.
 *
 * A machine that wakes from hibernation was switched off in between, and its time CSR has begun
 * anew. Guests were in the image, and their clock goes on where it was: what the time CSR lost is
 * added to it from then on.
 */
#ifndef KVR_HART_CLOCK_H
#define KVR_HART_CLOCK_H

#include <linux/types.h>

/*
 * Ticks that the time CSR has lost since the module came. Written by the only hart that is on-line,
 * with interrupts off and no guest in it.
 */
extern u64 kvr_clock_lost;

/*
 * kvr_clock_sleep - the hart may sleep, and the machine with it
 * @now: its time CSR
 *
 * kvr_clock_wake - it has woken, or it does not sleep after all. What there is of guests in its
 * registers is written anew afterwards.
 *
 * Interrupts off, on the hart. Where the time CSR stands higher than before, it is believed: that
 * much time may have passed.
 */
void kvr_clock_sleep(u64 now);
void kvr_clock_wake(u64 now);

#endif
