/* SPDX-License-Identifier: GPL-2.0-only */
/* Which sizes of G-stage table the harts have in common. */
#ifndef KVR_TRANSLATE_GSTAGE_MODES_H
#define KVR_TRANSLATE_GSTAGE_MODES_H

#include <linux/types.h>

/* kvr_gpa_bits - width of guest-physical addresses, the largest there is: 41, 50 or 59 */
unsigned int kvr_gpa_bits(void);

/* kvr_gstage_levels_for - levels of the smallest table for addresses of @bits; 0: there is none */
unsigned int kvr_gstage_levels_for(u64 bits);

/* kvr_gstage_mode_of - hgatp.MODE of a table of @levels levels */
unsigned long kvr_gstage_mode_of(unsigned int levels);

/* kvr_gstage_mode_name - "Sv39x4", "Sv48x4" or "Sv57x4", the largest that all harts have */
const char *kvr_gstage_mode_name(void);

#endif
