// SPDX-License-Identifier: GPL-2.0-only
/*
 * What kmod's modprobe would do: it is asked to show that (-D, which is -n -v also for what is
 * loaded) instead of its configuration being read here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "kmod.h"

#define WORDS_MAX	32

static const char *const programs[] = {
	"/usr/sbin/modprobe", "/sbin/modprobe", "/usr/bin/modprobe", "/bin/modprobe",
};

static const char *const config_dirs[] = {
	"/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d",
	"/usr/lib/modprobe.d", "/lib/modprobe.d",
};

/* The words of the command so far: as many as fit, the last one NULL */
struct command {
	const char *words[WORDS_MAX];
	int count;
};

static void add(struct command *command, const char *word)
{
	if (command->count < WORDS_MAX - 1)
		command->words[command->count++] = word;
}

/* The modules and the configuration of another machine: this one's modprobe looks at them. */
static void add_root(struct command *command, const char *release,
		     char (*names)[PATH_MAX + 32])
{
	size_t i, found = 0;

	if (files_real())
		return;
	add(command, "-d");
	add(command, files_root_path());
	add(command, "-S");
	add(command, release);
	for (i = 0; i < sizeof(config_dirs) / sizeof(config_dirs[0]); i++) {
		if (!file_exists(config_dirs[i]))
			continue;
		snprintf(names[i], sizeof(names[i]), "%s%s", files_root_path(), config_dirs[i]);
		add(command, "-C");
		add(command, names[i]);
		found++;
	}
	if (!found) {
		add(command, "-C");
		add(command, "/dev/null");
	}
}

/* The lines that "modprobe -D @option @name" prints; NULL if it knows no such name. */
static char *ask(const struct machine *m, const char *option, const char *name)
{
	static char names[sizeof(config_dirs) / sizeof(config_dirs[0])][PATH_MAX + 32];
	struct command command = { { m->modprobe, "-q", "-D" }, 3 };
	size_t size;

	if (option)
		add(&command, option);
	add_root(&command, m->release, names);
	add(&command, name);
	return program_read(command.words, -1, &size);
}

/* What stands behind @word in the last line of @text that starts with it, in @rest; else "" */
static void line_find(const char *text, const char *word, char *rest, size_t size)
{
	size_t length = strlen(word);
	const char *line;

	*rest = 0;
	for (line = text; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, word, length) && line[length] == ' ')
			snprintf(rest, size, "%.*s", (int)strcspn(line + length + 1, "\n"),
				 line + length + 1);
	}
	length = strlen(rest);
	while (length && rest[length - 1] == ' ')
		rest[--length] = 0;
}

/* Busybox has a modprobe, too, which is another program with other options. */
static bool modprobe_find(struct machine *m)
{
	size_t i, size;

	for (i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		const char *argv[3] = { programs[i], "--version", NULL };
		char *text = access(programs[i], X_OK) ? NULL : program_read(argv, -1, &size);
		bool kmod = text && !strncmp(text, "kmod version", 12);

		free(text);
		if (!kmod)
			continue;
		m->modprobe = programs[i];
		return true;
	}
	return false;
}

static void ours_ask(struct machine *m)
{
	char *text = ask(m, "-i", "kvm-riscv"), path[PATH_MAX];
	size_t root = strlen(files_root_path());

	line_find(text, "insmod", path, sizeof(path));
	path[strcspn(path, " ")] = 0;
	snprintf(m->chosen, sizeof(m->chosen), "%s",
		 strncmp(path, files_root_path(), root) ? path : path + root);
	free(text);
	text = ask(m, NULL, "kvm-riscv");
	line_find(text, "install", m->ours_command, sizeof(m->ours_command));
	free(text);
	text = ask(m, "-b", "kvm-riscv");
	m->blacklisted = *m->chosen && !*m->ours_command && text && !*text;
	free(text);
}

bool command_does_nothing(const char *command)
{
	const char *slash = strrchr(command, '/');
	const char *program = slash ? slash + 1 : command;

	return !strcmp(program, "false") || !strcmp(program, "true") || !strcmp(program, ":");
}

bool ours_kept_out(const struct machine *m)
{
	return m->blacklisted || (*m->ours_command && command_does_nothing(m->ours_command));
}

/* Whether opening /dev/kvm can load the kernel's own: -b has modprobe heed "blacklist kvm". */
static void kernels_own_ask(struct machine *m)
{
	char *text = ask(m, "-b", "kvm"), path[PATH_MAX], command[256];

	line_find(text, "insmod", path, sizeof(path));
	line_find(text, "install", command, sizeof(command));
	m->intree_allowed = *path || (*command && !command_does_nothing(command));
	free(text);
}

void kmod_ask(struct machine *m)
{
	char *text;

	if (!*m->release || !modprobe_find(m))
		return;
	ours_ask(m);
	kernels_own_ask(m);
	text = ask(m, NULL, "char-major-10-232");
	m->preferred = text && (strstr(text, "kvm-riscv") || strstr(text, "kvm_riscv"));
	free(text);
}
