/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_MODEL_LINUX_XARRAY_H
#define KVR_MODEL_LINUX_XARRAY_H

#include <stddef.h>

#define MODEL_XA_MAX	8

struct xarray {
	void *at[MODEL_XA_MAX];
};

#define xa_init(xa)		((void)(*(xa) = (struct xarray){}))
#define xa_destroy(xa)		((void)(xa))
#define xa_load(xa, i)		((i) < MODEL_XA_MAX ? (xa)->at[i] : NULL)
#define xa_err(result)		((void)(result), 0)

static inline void *xa_store(struct xarray *xa, unsigned long i, void *entry, unsigned int flags)
{
	void *before = xa->at[i];

	(void)flags;
	xa->at[i] = entry;
	return before;
}

static inline void *xa_erase(struct xarray *xa, unsigned long i)
{
	return xa_store(xa, i, NULL, 0);
}

static inline int xa_empty(const struct xarray *xa)
{
	for (unsigned int i = 0; i < MODEL_XA_MAX; i++)
		if (xa->at[i])
			return 0;
	return 1;
}

#define xa_for_each(xa, i, entry)					\
	for ((i) = 0; (i) < MODEL_XA_MAX; (i)++)			\
		for ((entry) = (xa)->at[i]; (entry); (entry) = NULL)

#endif
