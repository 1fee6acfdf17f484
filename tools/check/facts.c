// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "files.h"
#include "findings.h"
#include "kmod.h"
#include "uapi/kvm_caps.h"
#include "vmm.h"

__attribute__((format(printf, 2, 3)))
static void say(char *text, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, DETAIL_MAX, fmt, args);
	va_end(args);
}

static void tell_machine(const struct machine *m, char *text)
{
	say(text, "%s%s%s", m->model, *m->model ? ", " : "", m->arch);
}

static void tell_kernel(const struct machine *m, char *text)
{
	if (!*m->release)
		return;
	if (m->releases > 1)
		say(text, "Linux %s, the newest of %d that are installed", m->release, m->releases);
	else
		say(text, "Linux %s%s", m->release, m->modules ? "" : ", which loads no modules");
}

static void tell_hypervisor(const struct machine *m, char *text)
{
	if (m->described_by)
		say(text, "H on %d of %d, says %s; the kernel's own list has %s", m->harts_h,
		    m->harts, m->described_by, m->cpuinfo_h ? "it too" : "it not");
}

static void tell_firmware(const struct machine *m, char *text)
{
	if (m->sbi_told)
		say(text, "SBI %s, implementation %s%s%s", m->sbi_version,
		    *m->sbi_impl ? m->sbi_impl : "unknown", *m->sbi_extensions ? ", has" : "",
		    m->sbi_extensions);
}

static void tell_timer(const struct machine *m, char *text)
{
	if (m->harts_h)
		say(text, "%s", m->harts_sstc == m->harts_h ? "Sstc" : "by the host (no Sstc)");
}

static void tell_interrupts(const struct machine *m, char *text)
{
	int files = (1 << m->guest_index_bits) - 1;

	if (m->harts_h && m->harts_aia == m->harts_h && m->imsic)
		say(text, "AIA with %d guest interrupt files per hart", files);
	else if (m->harts_h)
		say(text, "no AIA");
}

static void tell_tables(const struct machine *m, char *text)
{
	int bits = m->vm.cap[KVM_CAP_VM_GPA_BITS];

	if (*m->gstage && m->vmid_bits >= 0)
		say(text, "%s, %d VMID bits", m->gstage, m->vmid_bits);
	else if (bits > 2)
		say(text, "Sv%dx4", bits - 2);
}

static void tell_kvm(const struct machine *m, char *text)
{
	if (m->ours_loaded)
		say(text, "kvm-riscv%s%s is loaded as /dev/%s%s", *m->loaded_version ? " " : "",
		    m->loaded_version, *m->device ? m->device : "kvm",
		    m->builtin ? ", beside what is built into the kernel" :
		    m->intree_loaded ? ", beside the kernel's own module" : "");
	else if (m->builtin)
		say(text, "built into the kernel");
	else if (m->intree_loaded)
		say(text, "the kernel's own module is loaded");
	else if (m->proc)
		say(text, "none is loaded");
}

static void tell_module(const struct machine *m, char *text)
{
	const char *signer = m->is_signed ? m->signer : "";
	const char *is_signed = m->is_signed ? "signed by " : *m->vermagic ? "not signed" :
				"which cannot be read here";

	if (*m->chosen)
		say(text, "%.300s, %s%s%s%s%s; opening /dev/kvm tries %s", m->chosen,
		    *m->version ? "version " : "", m->version, *m->version ? ", " : "",
		    is_signed, signer, !m->modprobe ? "what is not known" :
		    m->preferred && !ours_kept_out(m) ? "it first" :
		    m->intree_allowed ? "the kernel's own" : "no module");
	else if (m->intree)
		say(text, "the kernel's own is the only one");
}

static void tell_vmms(const struct machine *m, char *text)
{
	size_t used = 0;
	enum vmm which;

	if (!m->vm.tried || m->vm.failed)
		return;
	for (which = 0; which < VMMS && used < DETAIL_MAX; which++) {
		char missing[DETAIL_MAX] = "";
		bool misses = vmm_misses(m, which, missing);

		used += snprintf(text + used, DETAIL_MAX - used, "%s%s %s%s", used ? "; " : "",
				 vmm_name(which), misses ? "would miss " : "finds all that it needs",
				 missing);
	}
}

const struct fact facts[] = {
	{ "machine", tell_machine },
	{ "kernel", tell_kernel },
	{ "hypervisor", tell_hypervisor },
	{ "firmware", tell_firmware },
	{ "timer", tell_timer },
	{ "interrupts", tell_interrupts },
	{ "tables", tell_tables },
	{ "kvm", tell_kvm },
	{ "module", tell_module },
	{ "vmms", tell_vmms },
};

const int facts_count = sizeof(facts) / sizeof(facts[0]);
