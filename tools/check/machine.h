/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CHECK_MACHINE_H
#define CHECK_MACHINE_H

/* What a machine says of itself, gathered once; findings.c judges it. */

#include <limits.h>
#include <stdbool.h>

#include "vm.h"

#define COPIES_MAX	8
#define HARTS_MAX	512

struct hart {
	unsigned long id;		/* its number in firmware and in /proc/cpuinfo ("hart") */
	bool h, sstc, aia;
};

/* One module file of ours for the running kernel */
struct module_copy {
	char path[PATH_MAX];		/* from the machine's / */
};

struct machine {
	char arch[32], model[128];
	char release[128];		/* "" if it is not known */
	int releases;			/* kernels there were to choose from; 0: it runs */
	bool proc, firmware;		/* /proc and /sys/firmware are there to be looked at */

	/* The harts, as firmware describes them; described_by is NULL where nothing does */
	const char *described_by;	/* "the device tree" or "ACPI" */
	bool description_hidden;	/* it is there, but only root may read it */
	int harts, harts_h;
	int harts_sstc, harts_aia;	/* of those that have H */
	struct hart hart[HARTS_MAX];	/* sorted by id */
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
	char loaded_version[64], loaded_srcversion[64];
	int copies;
	struct module_copy copy[COPIES_MAX];

	/* What modprobe would do; modprobe is NULL if it is not there, or not that of kmod */
	const char *modprobe;
	char chosen[PATH_MAX];		/* the file that it takes for ours, "" if it knows none */
	bool preferred;			/* opening /dev/kvm has it try ours */
	bool blacklisted;		/* a "blacklist" line keeps ours from being loaded so */
	char ours_command[256];		/* what "install kvm-riscv" has it run, or "" */
	bool intree_allowed;		/* opening /dev/kvm may load the kernel's own */

	char vermagic[128], signer[128];	/* of the chosen file */
	char version[64], srcversion[64];
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

/*
 * release_look - which kernel it is: the one that runs, or of a machine that does not run, the
 * newest that is installed
 */
void release_look(struct machine *m);

/* The parts of machine_look(), each in its own file */
void harts_look(struct machine *m);
void modules_look(struct machine *m);
void acpi_look(struct machine *m);

/* isa_has - whether ISA string @isa ("rv64imafdch_sstc") has single letter or longer name @name */
bool isa_has(const char *isa, const char *name);

/* hart_add - one more hart, number @id, which has those or has them not */
void hart_add(struct machine *m, unsigned long id, bool h, bool sstc, bool aia);

/* harts_list - the numbers of the harts that @pick picks, "0-3, 6", in @text */
void harts_list(const struct machine *m, bool (*pick)(const struct hart *hart), char *text,
		size_t size);

/* The picks that are of use: has H or has it not, has H but no Sstc */
bool hart_can(const struct hart *hart);
bool hart_cannot(const struct hart *hart);
bool hart_lacks_sstc(const struct hart *hart);

#endif
