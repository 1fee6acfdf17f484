/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CHECK_KMOD_H
#define CHECK_KMOD_H

#include "machine.h"

/*
 * kmod_ask - fills @m, whose release is known, with what modprobe would load, and how
 *
 * m->modprobe stays NULL where there is no modprobe of kmod, and the rest of what it says unknown.
 */
void kmod_ask(struct machine *m);

/* ours_kept_out - whether an "install" or "blacklist" line keeps opening /dev/kvm from loading ours */
bool ours_kept_out(const struct machine *m);

/* command_does_nothing - whether @command of an "install" line keeps a module from being loaded */
bool command_does_nothing(const char *command);

#endif
