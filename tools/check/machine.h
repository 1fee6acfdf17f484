/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CHECK_MACHINE_H
#define CHECK_MACHINE_H

/* What a machine says of itself, gathered once; findings.c judges it. */

#include <limits.h>
#include <stdbool.h>

#include "vm.h"

#define COPIES_MAX	8

/* One module file of ours for the running kernel */
struct module_copy {
	char path[PATH_MAX];		/* from the machine's / */
};

struct machine {
	char arch[32], release[128], model[128];

	/* The harts, as firmware describes them; described_by is NULL where nothing does */
	const char *described_by;	/* "the device tree" or "ACPI" */
	bool description_hidden;	/* it is there, but only root may read it */
	int harts, harts_h, harts_sstc, harts_aia;
	bool cpuinfo_told, cpuinfo_h;	/* the kernel has a list of its own, and that has H, too */
	bool imsic;
	int guest_index_bits;		/* of the interrupt files: 2^bits - 1 per hart for guests */

	/* The kernel's log */
	bool log_readable, log_whole;	/* whole: its first line is still there */
	bool sbi_rfence, sbi_told;
	char sbi_version[32], sbi_impl[64];
	char sbi_extensions[96];	/* " TIME IPI RFENCE" */
	char refusal[256];		/* why our module was last refused, "" if it was not */
	bool key_rejected;
	int vmid_bits;			/* -1: not said */
	char gstage[32];
	bool pinned;			/* our module said that it pins guest memory */

	/* KVM in this kernel */
	bool modules;			/* the kernel loads modules */
	bool builtin, intree, intree_loaded, ours_loaded;
	char device[64];		/* device= of our loaded module */
	int copies;
	struct module_copy copy[COPIES_MAX];
	int chosen;			/* of copy[], by modules.dep; -1: by none */
	bool preferred;			/* modprobe.d says that ours comes first */
	char blacklisted[PATH_MAX];	/* the file of modprobe.d that forbids ours */
	char vermagic[128], signer[128];	/* of the chosen copy */
	bool is_signed, signer_known, keys_readable, enforced;
	char dkms_version[64];		/* that dkms has, built or not */
	bool dkms_built;

	/* To build it */
	bool headers;
	char headers_arch[32];		/* what its programs run on, "" if they run here */
	char headers_missing[64];	/* first file that is not there, "" if all are */
	char headers_release[128];
	bool compiler, make;

	/* /dev/kvm */
	bool node, node_right, node_mine;
	bool node_private;		/* for root alone, whatever groups one is in */
	struct vm_report vm;
};

/* machine_look - fills @m from the files of the machine and, on the real one, its /dev/kvm */
void machine_look(struct machine *m);

/* release_before - whether Linux @release is older than @version ("5.10"), by its two numbers */
bool release_before(const char *release, const char *version);

/* The parts of machine_look(), each in its own file */
void harts_look(struct machine *m);
void modules_look(struct machine *m);
void acpi_look(struct machine *m);

/* isa_has - whether ISA string @isa ("rv64imafdch_sstc") has single letter or longer name @name */
bool isa_has(const char *isa, const char *name);

/* hart_count - one more hart, which has those or has them not */
void hart_count(struct machine *m, bool h, bool sstc, bool aia);

#endif
