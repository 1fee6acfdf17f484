// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "kmod.h"
#include "machine.h"

#define LOADED		"/sys/module/kvm_riscv/"
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

/* What stands behind "@name=" in the .modinfo of the module that is @data, in @value */
static void modinfo_read(const char *data, size_t size, const char *name, char *value, size_t room)
{
	size_t length = strlen(name), at;

	for (at = 0; at + length + 1 < size; at++) {
		if (data[at + length] != '=' || memcmp(data + at, name, length) ||
		    (at && isalnum((unsigned char)data[at - 1])))
			continue;
		snprintf(value, room, "%s", data + at + length + 1);
		return;
	}
}

static void copy_read(struct machine *m, const char *path)
{
	size_t size, mark = strlen(SIGNATURE_MARK);
	char *data = file_read(path, &size);

	if (!data)
		return;
	modinfo_read(data, size, "vermagic", m->vermagic, sizeof(m->vermagic));
	modinfo_read(data, size, "version", m->version, sizeof(m->version));
	modinfo_read(data, size, "srcversion", m->srcversion, sizeof(m->srcversion));
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

	m->proc = text || file_exists("/proc/version") || file_exists("/proc/cpuinfo");
	m->modules = text || !m->proc;
	for (line = text ? strtok_r(text, "\n", &at) : NULL; line;
	     line = strtok_r(NULL, "\n", &at)) {
		m->intree_loaded |= !strncmp(line, "kvm ", 4);
		m->ours_loaded |= !strncmp(line, "kvm_riscv ", 10);
	}
	free(text);
	if (!m->ours_loaded)
		return;
	file_line(LOADED "parameters/device", m->device, sizeof(m->device));
	file_line(LOADED "version", m->loaded_version, sizeof(m->loaded_version));
	file_line(LOADED "srcversion", m->loaded_srcversion, sizeof(m->loaded_srcversion));
}

void modules_look(struct machine *m)
{
	char dir[256];

	loaded_look(m);
	if (*m->release) {
		snprintf(dir, sizeof(dir), "/lib/modules/%s/modules.builtin", m->release);
		m->builtin = file_has(dir, "arch/riscv/kvm/kvm.ko", NULL);
		snprintf(dir, sizeof(dir), "/lib/modules/%s", m->release);
		files_walk(dir, "kvm", 8, copy_found, m);
		files_walk(dir, "kvm.ko", 8, intree_found, m);
		headers_look(m);
	}
	kmod_ask(m);
	if (!m->modprobe && m->copies == 1)
		snprintf(m->chosen, sizeof(m->chosen), "%s", m->copy[0].path);
	if (*m->chosen)
		copy_read(m, m->chosen);
	keys_look(m);
	files_walk("/var/lib/dkms/kvm-riscv", "", 1, dkms_found, m);
}

/* Directories of /lib/modules: the newest one that holds modules is the machine's kernel. */
static void release_found(const char *path, void *data)
{
	struct machine *m = data;
	const char *release = base_name(path);
	char name[PATH_MAX + 16];

	snprintf(name, sizeof(name), "%s/modules.dep", path);
	if (!file_exists(name))
		return;
	m->releases++;
	if (strverscmp(release, m->release) > 0)
		snprintf(m->release, sizeof(m->release), "%.127s", release);
}

void release_look(struct machine *m)
{
	if (!file_line("/proc/sys/kernel/osrelease", m->release, sizeof(m->release)))
		files_walk("/lib/modules", "", 1, release_found, m);
}

bool release_before(const char *release, const char *version)
{
	int have[2] = { 0 }, want[2] = { 0 };

	if (sscanf(release, "%d.%d", &have[0], &have[1]) != 2 ||
	    sscanf(version, "%d.%d", &want[0], &want[1]) != 2)
		return false;
	return have[0] != want[0] ? have[0] < want[0] : have[1] < want[1];
}
