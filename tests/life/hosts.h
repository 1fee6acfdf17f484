/* SPDX-License-Identifier: GPL-2.0-only */
/* Actions of a test on the host: harts off and on, sleep, reading the harts' registers. */
#ifndef LIFE_HOSTS_H
#define LIFE_HOSTS_H

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "lib.h"

#define HART_STATE	"/proc/hart_state"

/** file_say() - write @text to @path; 0 or -errno. */
static inline int file_say(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

/** hart_online() - take a hart off-line or bring it back; 0 or -errno. */
static inline int hart_online(int hart, bool online)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", hart);
	return file_say(path, online ? "1" : "0");
}

/** hart_state() - all harts' hypervisor registers as text, to be freed. */
static inline char *hart_state(void)
{
	size_t room = 1 << 16, len = 0;
	char *text = calloc(1, room);
	int fd = open(HART_STATE, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0 || !text)
		die("%s: %s", HART_STATE, strerror(errno));
	while ((n = read(fd, text + len, room - 1 - len)) > 0)
		len += n;
	close(fd);
	return text;
}

/** machine_sleeps() - false where the kernel was built without sleep. */
static inline bool machine_sleeps(void)
{
	return !access("/sys/power/pm_test", W_OK);
}

/** harts_come_and_go() - false where the kernel was built without CPU hotplug. */
static inline bool harts_come_and_go(void)
{
	return !access("/sys/devices/system/cpu/cpu1/online", W_OK);
}

/* QEMU shows the host's own timer interrupt in hvip; what counts are the VS level's three. */
static inline bool hvip_same(const char *a, const char *b)
{
	unsigned long x, y;
	int cpu, other;

	return sscanf(a, "%d HVIP %lx", &cpu, &x) == 2 && sscanf(b, "%d HVIP %lx", &other, &y) == 2 &&
	       cpu == other && !((x ^ y) & 0x444);
}

/** hart_state_differs() - the number of lines that differ, each as a comment. */
static inline unsigned int hart_state_differs(char *before, char *after)
{
	char *a = before, *b = after;
	unsigned int differ = 0;

	while (*a && *b) {
		size_t la = strcspn(a, "\n"), lb = strcspn(b, "\n");

		if ((la != lb || memcmp(a, b, la)) && !hvip_same(a, b)) {
			note("was: %.*s, is: %.*s", (int)la, a, (int)lb, b);
			differ++;
		}
		a += la + 1;
		b += lb + 1;
	}
	return differ + (*a || *b);
}

/** hart_state_traces() - registers of @hart (-1: all) that an empty hart would not have so. */
static inline unsigned int hart_state_traces(int hart)
{
	char *text = hart_state(), *line;
	unsigned int traces = 0, seen = 0;

	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		unsigned long value;
		char name[16];
		int cpu;

		if (sscanf(line, "%d %15s %lx", &cpu, name, &value) != 3)
			die("%s: %s", HART_STATE, line);
		if (hart >= 0 && cpu != hart)
			continue;
		seen++;
		/*
		 * Fields that can only have one value say nothing: the XLEN of VU-mode, and
		 * beside it one that no guest has, but that QEMU's reset sets.
		 */
		if (!strcmp(name, "VSSTATUS"))
			value &= ~0xf00000000UL;
		if (!strcmp(name, "HVIP"))
			value &= 0x444;
		if (value && (strcmp(name, "VSTIMECMP") || value != ~0UL)) {
			note("left behind: %s", line);
			traces++;
		}
	}
	free(text);
	return seen ? traces : 1;
}

#endif
