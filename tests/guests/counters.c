// SPDX-License-Identifier: GPL-2.0-only
/* Guest functions that look at clocks. */
#include "guest.h"

/**
 * counters_watch() - read time, cycle and instret until @ticks of time are over; 0 if none of them
 * went back and all three went on, else which did not: 1 time, 2 cycle, 4 instret.
 */
u64 counters_watch(u64 ticks)
{
	u64 time = csr_read(time), cycle = csr_read(cycle), instret = csr_read(instret);
	u64 end = time + ticks, first_cycle = cycle, first_instret = instret, bad = 0, now;

	do {
		now = csr_read(cycle);
		bad |= now < cycle ? 2 : 0;
		cycle = now;
		now = csr_read(instret);
		bad |= now < instret ? 4 : 0;
		instret = now;
		now = csr_read(time);
		bad |= now < time ? 1 : 0;
		time = now;
	} while (time < end);
	bad |= cycle == first_cycle ? 2 : 0;
	bad |= instret == first_instret ? 4 : 0;
	return bad;
}
