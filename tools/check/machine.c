// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "files.h"
#include "limit.h"
#include "machine.h"

/* Character device 10:232 is KVM's on all of Linux. */
static void node_look(struct machine *m)
{
	struct stat st;
	char node[96], *answers;
	size_t size;
	bool own;

	answers = file_read("/dev/kvm.answers", &size);
	if (answers && !files_real())
		vm_pretend(answers, &m->vm);
	free(answers);

	snprintf(node, sizeof(node), "/dev/%s", *m->device ? m->device : "kvm");
	own = *m->device && strcmp(m->device, "kvm");
	if (!file_stat(node, &st))
		return;
	/* Without a module behind it /dev/kvm can be there, and fail to open, for it loads one. */
	m->node = true;
	m->node_right = S_ISCHR(st.st_mode) && (own || st.st_rdev == makedev(10, 232));
	m->node_private = !(st.st_mode & 066);
	m->node_mine = !access(file_path("%s", node), R_OK | W_OK);
	if (files_real() && m->node_right && m->node_mine)
		vm_try(node, &m->vm);
}

static void node_open(void *data)
{
	const char *const *node = data;
	int fd = open(*node, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
}

void machine_look(struct machine *m)
{
	const char *node = "/dev/kvm";
	struct utsname name;

	memset(m, 0, sizeof(*m));
	/* Opening it loads the module, or has the kernel say why not: before all else is looked at. */
	if (files_real())
		limit_run(node_open, &node, VM_SECONDS);
	uname(&name);
	if (files_real() || !file_line("/proc/sys/kernel/arch", m->arch, sizeof(m->arch)))
		snprintf(m->arch, sizeof(m->arch), "%.31s", files_real() ? name.machine : "riscv64");
	if (files_real())
		snprintf(m->release, sizeof(m->release), "%.65s", name.release);
	else
		release_look(m);
	harts_look(m);
	modules_look(m);
	node_look(m);
}
