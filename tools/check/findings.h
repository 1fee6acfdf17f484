/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CHECK_FINDINGS_H
#define CHECK_FINDINGS_H

/* What can be wrong, one row per finding, and what there is to say of a machine in any case. */

#include "machine.h"

#define DETAIL_MAX	512

enum level {
	NOTE,				/* worth knowing; guests run all the same */
	WRONG,				/* the machine is not healthy */
	NOT_SEEN,			/* what could not be looked at; it may be right or wrong */
};

struct finding {
	const char *id;
	enum level level;
	/*
	 * Whether it is so. May leave words in @detail (DETAIL_MAX bytes, empty before), which take
	 * the place of %s in words and remedy; %v there is the version that DKMS has.
	 */
	bool (*look)(const struct machine *m, char *detail);
	const char *looked_at;
	const char *words;
	const char *remedy;
};

extern const struct finding findings[];
extern const int findings_count;

struct fact {
	const char *id;
	/* One line in @text (DETAIL_MAX bytes); left empty if nothing is known */
	void (*tell)(const struct machine *m, char *text);
};

extern const struct fact facts[];
extern const int facts_count;

#endif
