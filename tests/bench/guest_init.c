// SPDX-License-Identifier: GPL-2.0-only
/* First and only process of the guest whose boot is counted: powers it off. */
#include <stdio.h>
#include <sys/reboot.h>
#include <unistd.h>

int main(void)
{
	puts("guest: up");
	fflush(stdout);
	reboot(RB_POWER_OFF);
	pause();
}
