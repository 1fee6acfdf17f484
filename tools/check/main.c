// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvm-riscv-check: what keeps this machine from running guests under KVM, and what to do about
 * it. Looks (machine.c and its like), judges (findings.c, a table), tells (here).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "findings.h"

#define STATUS_WRONG	1
#define STATUS_USAGE	2

static const char usage[] =
	"usage: kvm-riscv-check [--json] [--root DIR] [--list] [--has hypervisor] [--version]\n"
	"Says what keeps this machine from running guests under KVM, and what to do about it.\n"
	"  --json       the same for programs\n"
	"  --root DIR   look at the files of the machine that is mounted there\n"
	"  --list       the findings that there are\n"
	"  --has hypervisor   say nothing; succeed if at least one hart has H\n"
	"Exit status: 0 healthy, 1 not healthy, 2 not understood.\n";

/* @fmt with @detail for each %s and @version for each %v: the words of a row are not a format. */
static void words_expand(char *out, size_t size, const char *fmt, const char *detail,
			 const char *version)
{
	size_t used = 0;

	while (*fmt && used + 1 < size) {
		if (fmt[0] == '%' && (fmt[1] == 's' || fmt[1] == 'v')) {
			used += snprintf(out + used, size - used, "%s",
					 fmt[1] == 's' ? detail : version);
			fmt += 2;
		} else {
			out[used++] = *fmt++;
		}
	}
	out[used < size ? used : size - 1] = 0;
}

static void json_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
			printf("\\u%04x", (unsigned char)*text);
		else
			putchar(*text);
	}
	putchar('"');
}

static void json_field(const char *name, const char *text, const char *after)
{
	printf("\"%s\": ", name);
	json_string(text);
	fputs(after, stdout);
}

static void facts_tell(const struct machine *m, bool json)
{
	char text[DETAIL_MAX];
	const char *between = "";
	int i;

	for (i = 0; i < facts_count; i++) {
		text[0] = 0;
		facts[i].tell(m, text);
		if (!*text)
			continue;
		if (json) {
			fputs(between, stdout);
			json_field(facts[i].id, text, "");
		} else {
			printf("%-12s %s\n", facts[i].id, text);
		}
		between = ", ";
	}
}

static const char *const level_words[] = {
	[NOTE] = "note", [WRONG] = "WRONG", [NOT_SEEN] = "not seen",
};

static const char *const level_names[] = {
	[NOTE] = "note", [WRONG] = "wrong", [NOT_SEEN] = "not seen",
};

static void finding_tell(const struct machine *m, const struct finding *row, const char *detail,
			 bool json, bool first)
{
	const char *version = *m->dkms_version ? m->dkms_version : KVR_VERSION;
	char words[2 * DETAIL_MAX], remedy[2 * DETAIL_MAX];

	words_expand(words, sizeof(words), row->words, detail, version);
	words_expand(remedy, sizeof(remedy), row->remedy, detail, version);
	if (!json) {
		printf("%s%s: %s\n  what to do: %s\n", first ? "\n" : "", level_words[row->level],
		       words, remedy);
		return;
	}
	printf("%s\n  {", first ? "" : ",");
	json_field("id", row->id, ", ");
	json_field("level", level_names[row->level], ", ");
	json_field("looked_at", row->looked_at, ", ");
	json_field("words", words, ", ");
	json_field("remedy", remedy, "}");
}

/* Tells what was found, or with @unseen what could not be looked at; returns how many it told. */
static int findings_tell(const struct machine *m, bool json, bool unseen, int *wrong)
{
	int i, told = 0;

	for (i = 0; i < findings_count; i++) {
		char detail[DETAIL_MAX] = "";

		if ((findings[i].level == NOT_SEEN) != unseen || !findings[i].look(m, detail))
			continue;
		finding_tell(m, &findings[i], detail, json, !told);
		told++;
		*wrong += findings[i].level == WRONG;
	}
	return told;
}

static int machine_tell(const struct machine *m, bool json)
{
	bool works = m->vm.tried && !m->vm.failed;
	int wrong = 0, unseen;

	if (json) {
		printf("{\"version\": \"%s\", \"facts\": {", KVR_VERSION);
		facts_tell(m, json);
		printf("},\n\"findings\": [");
		findings_tell(m, json, false, &wrong);
		printf("],\n\"not_seen\": [");
		findings_tell(m, json, true, &wrong);
		printf("],\n\"wrong\": %d, \"guest_ran\": %s, \"healthy\": %s}\n", wrong,
		       works ? "true" : "false", wrong ? "false" : "true");
	} else {
		facts_tell(m, json);
		findings_tell(m, json, false, &wrong);
		unseen = findings_tell(m, json, true, &wrong);
		if (wrong)
			printf("\nnot healthy: %d thing%s wrong\n", wrong, wrong > 1 ? "s are" : " is");
		else
			printf("\nhealthy%s%s\n", unseen ? ", as far as could be seen" : "",
			       works ? ": a virtual machine was made, ran and was taken apart" : "");
	}
	return wrong ? STATUS_WRONG : 0;
}

static void findings_list(void)
{
	int i;

	for (i = 0; i < findings_count; i++)
		printf("%-22s %s\n", findings[i].id, findings[i].looked_at);
}

int main(int argc, char **argv)
{
	static struct machine machine;
	const char *root = NULL;
	bool json = false, ask = false, list = false, version = false, known = true;
	int i;

	for (i = 1; i < argc && known; i++) {
		if (!strcmp(argv[i], "--json"))
			json = true;
		else if (!strcmp(argv[i], "--root") && i + 1 < argc)
			root = argv[++i];
		else if (!strcmp(argv[i], "--has") && i + 1 < argc &&
			 !strcmp(argv[i + 1], "hypervisor"))
			ask = ++i;
		else if (!strcmp(argv[i], "--list"))
			list = true;
		else if (!strcmp(argv[i], "--version"))
			version = true;
		else
			known = false;
	}
	if (!known) {
		bool help = !strcmp(argv[i - 1], "--help");

		fputs(usage, help ? stdout : stderr);
		return help ? 0 : STATUS_USAGE;
	}
	if (version)
		puts("kvm-riscv-check " KVR_VERSION);
	if (list)
		findings_list();
	if (version || list)
		return 0;
	if (root && !files_root(root)) {
		fprintf(stderr, "kvm-riscv-check: %s: %s\n", root, strerror(errno));
		return STATUS_USAGE;
	}
	machine_look(&machine);
	if (ask)
		return machine.harts_h ? 0 : STATUS_WRONG;
	return machine_tell(&machine, json);
}
