// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "files.h"
#include "machine.h"

#define DT	"/sys/firmware/devicetree/base"

/*
 * Letters stand together behind rv64, up to the first "_" or longer name; older firmware put "su"
 * among them.
 */
bool isa_has(const char *isa, const char *name)
{
	size_t length = strlen(name);
	const char *at;

	if (strncasecmp(isa, "rv64", 4))
		return false;
	if (length == 1) {
		for (at = isa + 4; isalnum(*at) && !strchr("zxZX", *at); at++) {
			if (tolower(*at) == *name)
				return true;
			if (tolower(*at) == 's' && tolower(at[1]) != 'u')
				return false;
		}
		return false;
	}
	for (at = strchr(isa, '_'); at; at = strchr(at + 1, '_'))
		if (!strncasecmp(at + 1, name, length) && !isalpha(at[1 + length]))
			return true;
	return false;
}

/* Whether the strings @list of @size bytes, one behind the other, hold @name. */
static bool list_has(const char *list, size_t size, const char *name)
{
	size_t at;

	for (at = 0; at < size; at += strlen(list + at) + 1)
		if (!strcasecmp(list + at, name))
			return true;
	return false;
}

void hart_add(struct machine *m, unsigned long id, bool h, bool sstc, bool aia)
{
	int at = m->harts < HARTS_MAX ? m->harts : HARTS_MAX - 1;

	for (; at > 0 && m->hart[at - 1].id > id; at--)
		m->hart[at] = m->hart[at - 1];
	m->hart[at] = (struct hart){ id, h, sstc, aia };
	m->harts++;
	m->harts_h += h;
	m->harts_sstc += h && sstc;
	m->harts_aia += h && aia;
}

void harts_list(const struct machine *m, bool (*pick)(const struct hart *hart), char *text,
		size_t size)
{
	int count = m->harts < HARTS_MAX ? m->harts : HARTS_MAX, i, last;
	size_t used = 0;

	*text = 0;
	for (i = 0; i < count && used < size; i = last + 1) {
		last = i;
		if (!pick(&m->hart[i]))
			continue;
		while (last + 1 < count && pick(&m->hart[last + 1]) &&
		       m->hart[last + 1].id == m->hart[last].id + 1)
			last++;
		used += snprintf(text + used, size - used, "%s%lu", used ? ", " : "", m->hart[i].id);
		if (last > i && used < size)
			used += snprintf(text + used, size - used, "%s%lu",
					 last > i + 1 ? "-" : ", ", m->hart[last].id);
	}
}

bool hart_can(const struct hart *hart)
{
	return hart->h;
}

bool hart_cannot(const struct hart *hart)
{
	return !hart->h;
}

bool hart_lacks_sstc(const struct hart *hart)
{
	return hart->h && !hart->sstc;
}

/* Whether the tree says that the kernel is not to use node @path. */
static bool dt_off(const char *path)
{
	char name[PATH_MAX + 32], status[32];

	snprintf(name, sizeof(name), "%s/status", path);
	return file_line(name, status, sizeof(status)) && strcmp(status, "okay") &&
	       strcmp(status, "ok");
}

static void dt_hart(const char *path, void *data)
{
	struct machine *m = data;
	char name[PATH_MAX + 32], *text;
	unsigned long id;
	size_t size;

	/* Boards have small harts for the firmware's own use. */
	if (!strchr(path, '@') || dt_off(path))
		return;
	id = strtoul(strrchr(path, '@') + 1, NULL, 16);
	snprintf(name, sizeof(name), "%s/riscv,isa-extensions", path);
	text = file_read(name, &size);
	if (text) {
		hart_add(m, id, list_has(text, size, "h"), list_has(text, size, "sstc"),
			 list_has(text, size, "ssaia"));
	} else {
		snprintf(name, sizeof(name), "%s/riscv,isa", path);
		text = file_read(name, &size);
		if (!text)
			return;
		hart_add(m, id, isa_has(text, "h"), isa_has(text, "sstc"), isa_has(text, "ssaia"));
	}
	m->described_by = "the device tree";
	free(text);
}

/* Interrupt files of S-mode; firmware switches its own off in the tree. */
static void dt_imsic(const char *path, void *data)
{
	struct machine *m = data;
	char name[PATH_MAX + 32], *bits;
	size_t size;
	bool kind;

	snprintf(name, sizeof(name), "%s/compatible", path);
	bits = file_read(name, &size);
	kind = bits && list_has(bits, size, "riscv,imsics");
	free(bits);
	if (!kind || dt_off(path))
		return;
	m->imsic = true;
	snprintf(name, sizeof(name), "%s/riscv,guest-index-bits", path);
	bits = file_read(name, &size);
	if (bits && size == 4 && bits[3] > m->guest_index_bits)
		m->guest_index_bits = bits[3];
	free(bits);
}

static void cpuinfo_read(struct machine *m)
{
	size_t size;
	char *text = file_read("/proc/cpuinfo", &size), *at;

	m->cpuinfo_told = text && strstr(text, "isa\t");
	for (at = text; at && (at = strstr(at, "isa\t")); at++) {
		const char *isa = strchr(at, ':');

		if (isa && isa_has(isa + 1 + strspn(isa + 1, " \t"), "h"))
			m->cpuinfo_h = true;
	}
	free(text);
}

/* What firmware offers, by a line of the log that starts with "SBI" and goes on with @line. */
static void log_firmware(struct machine *m, const char *line)
{
	size_t used = strlen(m->sbi_extensions), length;
	int major, minor;

	if (sscanf(line, "specification v%d.%d", &major, &minor) == 2) {
		snprintf(m->sbi_version, sizeof(m->sbi_version), "%d.%d", major, minor);
		m->sbi_told = true;
	}
	if (!strncmp(line, "implementation ID=", 18))
		snprintf(m->sbi_impl, sizeof(m->sbi_impl), "%s", line + 18);
	/* Linux 5.10 says "SBI v0.2 TIME extension detected". */
	if (*line == 'v' && isdigit(line[1]))
		line += strcspn(line, " ") + (strchr(line, ' ') != NULL);
	length = strcspn(line, " ");
	if (strncmp(line + length, " extension detected", 19))
		return;
	m->sbi_rfence |= length == 6 && !strncmp(line, "RFENCE", 6);
	snprintf(m->sbi_extensions + used, sizeof(m->sbi_extensions) - used, " %.*s", (int)length, line);
}

/* From the kernel's log: what firmware offered, and what KVM found. @line ends with a NUL. */
static void log_line(struct machine *m, const char *line)
{
	const char *at;

	if (strstr(line, "Linux version "))
		m->log_whole = true;
	if (!strncmp(line, "SBI ", 4))
		log_firmware(m, line + 4);
	if (strstr(line, "Loading of module with unavailable key is rejected") ||
	    strstr(line, "Loading of unsigned module is rejected"))
		m->key_rejected = true;
	at = strstr(line, "kvm-riscv: not loaded: ");
	if (at)
		snprintf(m->refusal, sizeof(m->refusal), "%s", at + 23);
	at = strstr(line, " VMID bits");
	while (at && at > line && at[-1] >= '0' && at[-1] <= '9')
		at--;
	if (at)
		m->vmid_bits = atoi(at);
	if (strstr(line, "kvm-riscv: ") && strstr(line, ": /dev/")) {
		m->refusal[0] = 0;
		m->pinned = strstr(line, "memory pinned");
	}
	at = strstr(line, "Sv");
	if (at && strstr(at, "x4") && strstr(line, "kvm"))
		snprintf(m->gstage, sizeof(m->gstage), "%.6s", at);
}

/* Each record of /dev/kmsg is "numbers;text", and more lines that start with a space. */
static void log_read(struct machine *m)
{
	size_t size;
	char *log = file_read("/dev/kmsg", &size), *at = NULL, *line;

	m->vmid_bits = -1;
	if (!log)
		return;
	m->log_readable = true;
	for (line = strtok_r(log, "\n", &at); line; line = strtok_r(NULL, "\n", &at)) {
		char *text = strchr(line, ';');

		if (text)
			log_line(m, text + 1);
	}
	free(log);
}

void harts_look(struct machine *m)
{
	m->firmware = file_exists("/sys/firmware");
	if (!file_line(DT "/model", m->model, sizeof(m->model)))
		file_line("/sys/class/dmi/id/product_name", m->model, sizeof(m->model));
	files_walk(DT "/cpus", "cpu@", 1, dt_hart, m);
	if (!m->harts)
		acpi_look(m);
	files_walk(DT, "imsics@", 3, dt_imsic, m);
	files_walk(DT, "interrupt-controller@", 3, dt_imsic, m);
	cpuinfo_read(m);
	log_read(m);
}
