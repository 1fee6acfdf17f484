// SPDX-License-Identifier: GPL-2.0-only
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "files.h"
#include "machine.h"

#define SIGNATURE_MARK	"~Module signature appended~\n"

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void copy_found(const char *path, void *data)
{
	struct machine *m = data;
	const char *name = base_name(path);

	if (m->copies < COPIES_MAX &&
	    (!fnmatch("kvm-riscv.ko*", name, 0) || !fnmatch("kvm_riscv.ko*", name, 0)))
		snprintf(m->copy[m->copies++].path, PATH_MAX, "%s", path);
}

static void intree_found(const char *path, void *data)
{
	struct machine *m = data;

	if (!fnmatch("*/arch/riscv/kvm/kvm.ko*", path, 0))
		m->intree = true;
}

/* Which of the copies depmod wrote down: modules.dep names them from below lib/modules/RELEASE. */
static void copy_choose(struct machine *m)
{
	char dir[PATH_MAX];
	size_t size;
	char *dep, *at;
	int i;

	snprintf(dir, sizeof(dir), "/lib/modules/%.128s/modules.dep", m->release);
	dep = file_read(dir, &size);
	m->chosen = -1;
	for (i = 0; dep && i < m->copies; i++) {
		const char *below = m->copy[i].path + strlen("/lib/modules//") + strlen(m->release);
		size_t length = strlen(below);

		for (at = dep; at && m->chosen < 0; at = strchr(at, '\n')) {
			at += *at == '\n';
			if (!strncmp(at, below, length) && at[length] == ':')
				m->chosen = i;
		}
	}
	free(dep);
}

/* The last name (X.509 commonName, OID 2.5.4.3) that the signature behind a module has: its signer's. */
static void signer_read(struct machine *m, const char *data, size_t size)
{
	static const char oid[] = "\x06\x03\x55\x04\x03";
	size_t start = size > 4096 ? size - 4096 : 0, at;

	for (at = start; at + 8 < size; at++) {
		unsigned char length = data[at + 6];

		if (!memcmp(data + at, oid, 5) && length < sizeof(m->signer) &&
		    at + 7 + length < size)
			snprintf(m->signer, sizeof(m->signer), "%.*s", length, data + at + 7);
	}
}

static void copy_read(struct machine *m, const char *path)
{
	static const char field[] = "vermagic=";
	size_t size, mark = strlen(SIGNATURE_MARK), at;
	char *data = file_read(path, &size);

	if (!data)
		return;
	for (at = 0; at + sizeof(field) < size && !*m->vermagic; at++)
		if (!memcmp(data + at, field, sizeof(field) - 1))
			snprintf(m->vermagic, sizeof(m->vermagic), "%s",
				 data + at + sizeof(field) - 1);
	m->is_signed = size > mark && !memcmp(data + size - mark, SIGNATURE_MARK, mark);
	if (m->is_signed)
		signer_read(m, data, size);
	free(data);
}

static void keys_look(struct machine *m)
{
	char line[256];

	if (file_line("/sys/module/module/parameters/sig_enforce", line, sizeof(line)) &&
	    *line == 'Y')
		m->enforced = true;
	if (file_line("/sys/kernel/security/lockdown", line, sizeof(line)) &&
	    (strstr(line, "[integrity]") || strstr(line, "[confidentiality]")))
		m->enforced = true;
	m->keys_readable = file_has("/proc/keys", "asymmetri", NULL);
	m->signer_known = *m->signer && file_has("/proc/keys", "asymmetri", m->signer);
}

/* A file of modprobe.d: whether it puts ours before the kernel's own, or forbids ours */
static void config_read(const char *path, void *data)
{
	struct machine *m = data;
	char *text, *at = NULL, *line;
	size_t size;

	if (fnmatch("*.conf", path, 0))
		return;
	text = file_read(path, &size);
	for (line = text ? strtok_r(text, "\n", &at) : NULL; line;
	     line = strtok_r(NULL, "\n", &at)) {
		char verb[16], name[64], rest[16] = "";

		if (sscanf(line, " %15s %63s %15s", verb, name, rest) < 2)
			continue;
		if (!strcmp(verb, "install") && !strcmp(name, "kvm") && strstr(line, "kvm-riscv"))
			m->preferred = true;
		if (!strcmp(verb, "alias") && !strcmp(rest, "kvm-riscv"))
			m->preferred = true;
		if (strcmp(name, "kvm-riscv") && strcmp(name, "kvm_riscv"))
			continue;
		if (!strcmp(verb, "blacklist") ||
		    (!strcmp(verb, "install") && (strstr(rest, "false") || strstr(rest, "true"))))
			snprintf(m->blacklisted, sizeof(m->blacklisted), "%s", path);
	}
	free(text);
}

static void dkms_found(const char *path, void *data)
{
	struct machine *m = data;
	char name[PATH_MAX + 160];

	snprintf(name, sizeof(name), "%s/source", path);
	if (!file_exists(name))
		return;
	snprintf(m->dkms_version, sizeof(m->dkms_version), "%.63s", base_name(path));
	snprintf(name, sizeof(name), "%s/%s", path, m->release);
	m->dkms_built |= file_exists(name);
}

/* The headers' own programs must run here: those of a cross build do not. */
static void headers_program(struct machine *m, const char *path)
{
	static const struct {
		unsigned char number;		/* e_machine */
		const char *name;
	} machines[] = { { 62, "x86_64" }, { 183, "aarch64" }, { 243, "riscv64" } };
	size_t size, i;
	char *data = file_read(path, &size);

	if (data && size > 20 && !memcmp(data, "\177ELF", 4)) {
		for (i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
			if ((unsigned char)data[18] == machines[i].number &&
			    strcmp(machines[i].name, m->arch))
				snprintf(m->headers_arch, sizeof(m->headers_arch), "%s",
					 machines[i].name);
	}
	free(data);
}

static void headers_look(struct machine *m)
{
	static const char *const needed[] = {
		"Makefile", "Module.symvers", "include/generated/autoconf.h", "scripts/mod/modpost",
	};
	char dir[256], name[PATH_MAX];
	size_t i;

	snprintf(dir, sizeof(dir), "/lib/modules/%s/build", m->release);
	m->headers = file_exists(dir);
	m->make = program_find("make");
	m->compiler = program_find("gcc") || program_find("cc") || program_find("clang");
	if (!m->headers)
		return;
	for (i = 0; i < sizeof(needed) / sizeof(needed[0]) && !*m->headers_missing; i++) {
		snprintf(name, sizeof(name), "%s/%s", dir, needed[i]);
		if (!file_exists(name))
			snprintf(m->headers_missing, sizeof(m->headers_missing), "%s", needed[i]);
	}
	snprintf(name, sizeof(name), "%s/scripts/mod/modpost", dir);
	headers_program(m, name);
	snprintf(name, sizeof(name), "%s/include/config/kernel.release", dir);
	file_line(name, m->headers_release, sizeof(m->headers_release));
}

static void loaded_look(struct machine *m)
{
	size_t size;
	char *text = file_read("/proc/modules", &size), *at = NULL, *line;

	m->modules = text;
	for (line = text ? strtok_r(text, "\n", &at) : NULL; line;
	     line = strtok_r(NULL, "\n", &at)) {
		m->intree_loaded |= !strncmp(line, "kvm ", 4);
		m->ours_loaded |= !strncmp(line, "kvm_riscv ", 10);
	}
	free(text);
	if (m->ours_loaded)
		file_line("/sys/module/kvm_riscv/parameters/device", m->device, sizeof(m->device));
}

void modules_look(struct machine *m)
{
	static const char *const configs[] = {
		"/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d",
		"/usr/lib/modprobe.d", "/lib/modprobe.d",
	};
	char dir[256];
	size_t i;

	loaded_look(m);
	snprintf(dir, sizeof(dir), "/lib/modules/%s/modules.builtin", m->release);
	m->builtin = file_has(dir, "arch/riscv/kvm/kvm.ko", NULL);
	snprintf(dir, sizeof(dir), "/lib/modules/%s", m->release);
	files_walk(dir, "kvm", 8, copy_found, m);
	files_walk(dir, "kvm.ko", 8, intree_found, m);
	copy_choose(m);
	if (m->chosen >= 0)
		copy_read(m, m->copy[m->chosen].path);
	keys_look(m);
	for (i = 0; i < sizeof(configs) / sizeof(configs[0]); i++)
		files_walk(configs[i], "", 1, config_read, m);
	files_walk("/var/lib/dkms/kvm-riscv", "", 1, dkms_found, m);
	headers_look(m);
}

bool release_before(const char *release, const char *version)
{
	int have[2] = { 0 }, want[2] = { 0 };

	if (sscanf(release, "%d.%d", &have[0], &have[1]) != 2 ||
	    sscanf(version, "%d.%d", &want[0], &want[1]) != 2)
		return false;
	return have[0] != want[0] ? have[0] < want[0] : have[1] < want[1];
}
