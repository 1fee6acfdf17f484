// SPDX-License-Identifier: GPL-2.0-only
/* Compiles on no kernel: nobody declares this function */
#include <linux/module.h>

int kvr_probe(void);
int kvr_probe(void)
{
	return kvr_probe_declared_nowhere();
}
