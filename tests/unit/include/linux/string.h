/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UNIT_LINUX_STRING_H
#define KVR_UNIT_LINUX_STRING_H

#include <linux/errno.h>
#include <linux/types.h>
#include <string.h>
#include <strings.h>

static inline ssize_t strscpy(char *to, const char *from, size_t size)
{
	size_t len = strnlen(from, size);

	if (!size)
		return -E2BIG;
	if (len == size) {
		memcpy(to, from, size - 1);
		to[size - 1] = '\0';
		return -E2BIG;
	}
	memcpy(to, from, len + 1);
	return len;
}

static inline size_t str_has_prefix(const char *str, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(str, prefix, len) ? 0 : len;
}

#endif
