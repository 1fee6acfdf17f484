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
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef SYS_openat2
#include <linux/openat2.h>
#endif

#include "files.h"

#define READ_MAX	(64UL << 20)

static char root[PATH_MAX];
static int root_fd = -1;
static bool links_stay;			/* links below root lead to files below root */

/* openat2() of Linux 5.6 takes root for the directory that all links start from. */
static int open_in_root(const char *path, int flags)
{
#ifdef SYS_openat2
	struct open_how how = { .flags = flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };

	return syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
#else
	(void)path;
	(void)flags;
	return -1;
#endif
}

bool files_root(const char *dir)
{
	int fd;

	if (!realpath(dir, root))
		return false;
	root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0)
		return false;
	fd = open_in_root("/", O_PATH);
	links_stay = fd >= 0;
	if (links_stay)
		close(fd);
	return true;
}

bool files_real(void)
{
	return root_fd < 0;
}

const char *files_root_path(void)
{
	return root;
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

static int file_open(const char *path, int flags)
{
	if (links_stay)
		return open_in_root(path, flags);
	return open(file_path("%s", path), flags | O_CLOEXEC);
}

bool file_stat(const char *path, struct stat *st)
{
	int fd = file_open(path, O_PATH);
	bool known = fd >= 0 && !fstat(fd, st);

	if (fd >= 0)
		close(fd);
	return known;
}

bool file_exists(const char *path)
{
	struct stat st;

	return file_stat(path, &st);
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

char *program_read(const char *const argv[], int input, size_t *size)
{
	int ends[2], status = 0;
	char *data;
	pid_t pid;

	if (pipe(ends))
		return NULL;
	pid = fork();
	if (!pid) {
		int nothing = open("/dev/null", O_RDWR);

		dup2(input >= 0 ? input : nothing, STDIN_FILENO);
		dup2(ends[1], STDOUT_FILENO);
		dup2(nothing, STDERR_FILENO);
		close(ends[0]);
		execvp(argv[0], (char **)argv);
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
	const char *argv[3] = { NULL, "-dcq", NULL };
	size_t i, length = strlen(path);
	int fd = file_open(path, O_RDONLY | O_NONBLOCK);
	char *data;

	if (fd < 0)
		return NULL;
	for (i = 0; i < sizeof(packed) / sizeof(packed[0]) && !argv[0]; i++) {
		size_t end = strlen(packed[i][0]);

		if (length > end && !strcmp(path + length - end, packed[i][0]))
			argv[0] = packed[i][1];
	}
	data = argv[0] ? program_read(argv, fd, size) : read_all(fd, size);
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
	int fd = file_open(dir, O_RDONLY | O_DIRECTORY);
	DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
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
		if (depth > 1 && !fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
		    S_ISDIR(st.st_mode))
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
