/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CHECK_FILES_H
#define CHECK_FILES_H

/* The files of the machine that is looked at, all below one root (--root, normally /). */

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* files_root - @dir is where the machine's files lie; false if it is no directory */
bool files_root(const char *dir);

/* files_real - whether the machine looked at is the one that this runs on */
bool files_real(void);

/* files_root_path - the absolute name of files_root()'s directory, "" for the machine itself */
const char *files_root_path(void);

/* file_path - the name under which @fmt, a path from the machine's /, can be opened; static */
const char *file_path(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* file_stat - fills @st for @path, from the machine's /; false if it is not there */
bool file_stat(const char *path, struct stat *st);

/* file_exists - whether @path, from the machine's /, is there */
bool file_exists(const char *path);

/*
 * file_read - the bytes of @path with a NUL behind them, at most 64 MiB, and their number
 *
 * A module that was compressed is unpacked by xz, zstd or gzip. NULL with errno if it cannot be
 * read; the caller frees.
 */
char *file_read(const char *path, size_t *size);

/*
 * program_read - what program @argv[0] of this machine prints, with a NUL behind it, and its size
 *
 * @input is its standard input, or -1. NULL if it cannot be run or fails; the caller frees.
 */
char *program_read(const char *const argv[], int input, size_t *size);

/* file_line - the first line of @path in @line, without its end; false if there is none */
bool file_line(const char *path, char *line, size_t size);

/* file_has - whether a line of @path holds all of @first and @second (NULL: any) */
bool file_has(const char *path, const char *first, const char *second);

/* What a visit does with a path from the machine's /, and with what its caller handed it */
typedef void (*file_visit)(const char *path, void *data);

/*
 * files_walk - @visit is shown what lies below @dir whose name starts with @prefix, at most
 * @depth directories deep; links are not followed
 */
void files_walk(const char *dir, const char *prefix, int depth, file_visit visit, void *data);

/* program_find - whether one of the usual directories holds program @name */
bool program_find(const char *name);

#endif
