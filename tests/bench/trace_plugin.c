// SPDX-License-Identifier: GPL-2.0-only
/*
 * A QEMU TCG plugin (-plugin trace_plugin.so,out=FILE): writes the address of
 * every instruction that runs between the two marks of counter.h, 8 bytes each
 * in the host's byte order. A second begin mark starts the file anew.
 *
 * What is used of the plugin interface is declared here, since distributions
 * seldom install its header.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARK_BEGIN	0x2a102013u
#define MARK_END	0x2a202013u
#define RECORDS_MAX	(64UL << 20)

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t;

enum { CB_NO_REGS = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
		void (*cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *dest, size_t len);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
		void (*cb)(unsigned int vcpu, void *data), int flags, void *data);

__attribute__((visibility("default"))) int qemu_plugin_version = 2;
__attribute__((visibility("default")))
int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc, char **argv);

static const char *out_path;
static uint64_t *records;
static size_t n_records;
static int recording;

static void on_insn(unsigned int vcpu, void *address)
{
	(void)vcpu;
	if (recording && n_records < RECORDS_MAX)
		records[n_records++] = (uintptr_t)address;
}

static void on_begin(unsigned int vcpu, void *unused)
{
	(void)vcpu;
	(void)unused;
	n_records = 0;
	recording = 1;
}

static void on_end(unsigned int vcpu, void *unused)
{
	FILE *f;

	(void)vcpu;
	(void)unused;
	if (!recording)
		return;
	recording = 0;
	f = fopen(out_path, "wb");
	if (!f || fwrite(records, sizeof(*records), n_records, f) != n_records || fclose(f))
		perror(out_path);
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t i, n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		void (*cb)(unsigned int vcpu, void *data) = on_insn;
		uint32_t word = 0;

		qemu_plugin_insn_data(insn, &word, sizeof(word));
		if (word == MARK_BEGIN)
			cb = on_begin;
		else if (word == MARK_END)
			cb = on_end;
		qemu_plugin_register_vcpu_insn_exec_cb(insn, cb, CB_NO_REGS,
				(void *)(uintptr_t)qemu_plugin_insn_vaddr(insn));
	}
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc, char **argv)
{
	int i;

	(void)info;
	for (i = 0; i < argc; i++)
		if (!strncmp(argv[i], "out=", 4))
			out_path = strdup(argv[i] + 4);
	records = malloc(RECORDS_MAX * sizeof(*records));
	if (!out_path || !records) {
		fputs("trace_plugin: needs out=FILE, and memory\n", stderr);
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	return 0;
}
