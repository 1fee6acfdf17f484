// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"

#define READ_MAX	(64UL << 20)

static const char *root = "";

void files_root(const char *dir)
{
	root = dir;
}

bool files_real(void)
{
	return !*root;
}

const char *file_path(const char *fmt, ...)
{
	static char path[PATH_MAX];
	size_t used = snprintf(path, sizeof(path), "%s", root);
	va_list args;

	va_start(args, fmt);
	if (used < sizeof(path))
		vsnprintf(path + used, sizeof(path) - used, fmt, args);
	va_end(args);
	return path;
}

bool file_exists(const char *path)
{
	struct stat st;

	return !stat(file_path("%s", path), &st);
}

/* All of @fd, read in pieces: files of /proc have no size, and the kernel's log one record each. */
static char *read_all(int fd, size_t *size)
{
	size_t room = 16384, used = 0;
	char *data = malloc(room);
	ssize_t got;

	while (data && used < READ_MAX) {
		if (room - used < 9000) {
			char *more = realloc(data, room *= 2);

			if (!more)
				break;
			data = more;
		}
		got = read(fd, data + used, room - used - 1);
		if (got < 0 && (errno == EINTR || errno == EPIPE))
			continue;
		if (got <= 0)
			break;
		used += got;
	}
	if (data) {
		data[used] = 0;
		*size = used;
	}
	return data;
}

static char *read_packed(const char *path, const char *program, size_t *size)
{
	int ends[2], status = 0;
	char *data;
	pid_t pid;

	if (pipe(ends))
		return NULL;
	pid = fork();
	if (!pid) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		execlp(program, program, "-dcq", path, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	data = pid > 0 ? read_all(ends[0], size) : NULL;
	close(ends[0]);
	if (pid > 0)
		waitpid(pid, &status, 0);
	if (data && status) {
		free(data);
		data = NULL;
		errno = EIO;
	}
	return data;
}

char *file_read(const char *path, size_t *size)
{
	static const char *const packed[][2] = {
		{ ".ko.xz", "xz" }, { ".ko.zst", "zstd" }, { ".ko.gz", "gzip" },
	};
	const char *name = file_path("%s", path);
	size_t i, length = strlen(path);
	char *data;
	int fd;

	for (i = 0; i < sizeof(packed) / sizeof(packed[0]); i++) {
		size_t end = strlen(packed[i][0]);

		if (length > end && !strcmp(path + length - end, packed[i][0]))
			return read_packed(name, packed[i][1], size);
	}
	fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	data = read_all(fd, size);
	close(fd);
	return data;
}

bool file_line(const char *path, char *line, size_t size)
{
	size_t length;
	char *data = file_read(path, &length);

	if (!data)
		return false;
	data[strcspn(data, "\n")] = 0;
	snprintf(line, size, "%s", data);
	free(data);
	return *line;
}

bool file_has(const char *path, const char *first, const char *second)
{
	size_t length;
	char *data = file_read(path, &length), *at = NULL, *line;
	bool found = false;

	if (!data)
		return false;
	for (line = strtok_r(data, "\n", &at); line && !found; line = strtok_r(NULL, "\n", &at))
		found = strstr(line, first) && (!second || strstr(line, second));
	free(data);
	return found;
}

void files_walk(const char *dir, const char *prefix, int depth, file_visit visit, void *data)
{
	DIR *list = opendir(file_path("%s", dir));
	struct dirent *entry;
	char path[PATH_MAX];
	struct stat st;

	if (!list)
		return;
	while ((entry = readdir(list))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name) >=
		    sizeof(path))
			continue;
		if (!strncmp(entry->d_name, prefix, strlen(prefix)))
			visit(path, data);
		if (depth > 1 && !lstat(file_path("%s", path), &st) && S_ISDIR(st.st_mode))
			files_walk(path, prefix, depth - 1, visit, data);
	}
	closedir(list);
}

bool program_find(const char *name)
{
	static const char *const places[] = {
		"/usr/bin", "/bin", "/usr/local/bin", "/usr/sbin", "/sbin", "/usr/local/sbin",
	};
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/%s", places[i], name);
		if (file_exists(path))
			return true;
	}
	return false;
}
