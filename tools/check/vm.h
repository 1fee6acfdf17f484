/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CHECK_VM_H
#define CHECK_VM_H

/* A virtual machine of one hart and one page, made, run and taken apart through /dev/kvm. */

#include <stdbool.h>

#define VM_CAPS		256
#define VM_SECONDS	20	/* it takes milliseconds, and a second or two under an emulator */

struct vm_report {
	bool tried;
	const char *step;		/* what is being done, or was last */
	const char *failed;		/* the step that failed, NULL if none did */
	int error;			/* its errno, 0 if it answered wrongly */
	bool hung;			/* it was not done after VM_SECONDS */
	bool aia;			/* an in-kernel interrupt controller can be made */
	int cap[VM_CAPS];		/* answers of KVM_CHECK_EXTENSION */
};

/* vm_try - fills @report from device node @path, within VM_SECONDS */
void vm_try(const char *path, struct vm_report *report);

/*
 * vm_pretend - fills @report from @answers, for a machine of which only files are there: numbers of
 * the capabilities that its KVM has ("207=50": with that answer), and "aia"; "fails" instead if no virtual machine can be made
 */
void vm_pretend(char *answers, struct vm_report *report);

#endif
