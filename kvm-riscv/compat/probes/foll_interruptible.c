// SPDX-License-Identifier: GPL-2.0-only
/* since 6.2: FOLL_INTERRUPTIBLE, any signal ends get_user_pages() */
#include <linux/mm.h>

int kvr_probe(void);
int kvr_probe(void)
{
	return FOLL_INTERRUPTIBLE;
}
