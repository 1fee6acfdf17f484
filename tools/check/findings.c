// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "files.h"
#include "findings.h"
#include "kmod.h"
#include "vmm.h"

#define HEADERS		"the files below /lib/modules/RELEASE/build"
#define MODULE		"the module's file below /lib/modules/RELEASE"
#define DT		"the harts in the device tree or ACPI"
#define LOG		"the kernel's log"
#define NODE		"/dev/kvm"
#define ASKED		"what /dev/kvm answers"

/* Linux 6.1 to 7.3 on RISC-V look for the owner's keys in "db" only, not in shim's list (MOK). */
#define ENROL		"have the UEFI firmware's setup put /var/lib/dkms/mok.pub in db, from where Debian's " \
			"kernels take it (mokutil does not help here), and reboot"

#define CONFIG_FIND	"it is in a file that grep -rs kvm.riscv /etc/modprobe.d /run/modprobe.d " \
			"/usr/lib/modprobe.d shows, or on the kernel's command line"

#define set(detail, ...)	snprintf(detail, DETAIL_MAX, __VA_ARGS__)

/* Something serves /dev/kvm: what follows is for machines where nothing does. */
static bool served(const struct machine *m)
{
	return m->vm.tried && !m->vm.failed;
}

static bool look_arch(const struct machine *m, char *detail)
{
	set(detail, "%s", m->arch);
	return strcmp(m->arch, "riscv64");
}

static bool look_undescribed(const struct machine *m, char *detail)
{
	(void)detail;
	return m->firmware && !m->described_by && !m->description_hidden;
}

static bool look_firmware_unseen(const struct machine *m, char *detail)
{
	(void)detail;
	return !m->firmware;
}

static bool look_proc_unseen(const struct machine *m, char *detail)
{
	(void)detail;
	return !m->proc;
}

static bool look_kernel_unseen(const struct machine *m, char *detail)
{
	(void)detail;
	return !*m->release;
}

static bool look_hidden(const struct machine *m, char *detail)
{
	(void)detail;
	return m->description_hidden;
}

static bool look_no_h(const struct machine *m, char *detail)
{
	set(detail, "%s", m->described_by ? m->described_by : "");
	return m->described_by && !m->harts_h;
}

static bool look_some_h(const struct machine *m, char *detail)
{
	char can[DETAIL_MAX / 2 - 64], cannot[DETAIL_MAX / 2 - 64];

	harts_list(m, hart_can, can, sizeof(can));
	harts_list(m, hart_cannot, cannot, sizeof(cannot));
	set(detail, "hart%s %s can run guests, hart%s %s cannot: %s", m->harts_h > 1 ? "s" : "", can,
	    m->harts - m->harts_h > 1 ? "s" : "", cannot,
	    m->harts - m->harts_h > 1 ? "they lack" : "it lacks");
	return m->harts_h && m->harts_h < m->harts;
}

/* The kernel's own KVM goes by the kernel's list, this one by what the firmware says. */
static bool look_unlisted_h(const struct machine *m, char *detail)
{
	set(detail, "%s", m->described_by ? m->described_by : "");
	return m->harts_h && m->harts_h == m->harts && m->cpuinfo_told && !m->cpuinfo_h &&
	       !m->ours_loaded;
}

/* Debian lets root alone read it. */
static bool look_log(const struct machine *m, char *detail)
{
	set(detail, "%s", m->log_readable ? "has lost its beginning" :
	    files_real() ? "is for root alone" : "is not there");
	return !m->log_readable || !(m->log_whole || m->sbi_told);
}

static bool look_sbi_old(const struct machine *m, char *detail)
{
	set(detail, "%s", m->sbi_version);
	return m->sbi_told && !strcmp(m->sbi_version, "0.1");
}

static bool look_sbi_rfence(const struct machine *m, char *detail)
{
	(void)detail;
	return m->sbi_told && strcmp(m->sbi_version, "0.1") && !m->sbi_rfence;
}

static bool look_kernel_old(const struct machine *m, char *detail)
{
	set(detail, "%s", m->release);
	return release_before(m->release, KVR_KERNEL_OLDEST);
}

static bool look_kernel_new(const struct machine *m, char *detail)
{
	set(detail, "%s", m->release);
	return release_before(KVR_KERNEL_NEWEST, m->release) && strchr(m->release, '.');
}

static bool look_no_modules(const struct machine *m, char *detail)
{
	(void)detail;
	return !m->modules;
}

static bool look_builtin(const struct machine *m, char *detail)
{
	(void)detail;
	return m->builtin && !m->ours_loaded && m->copies;
}

static bool look_intree_loaded(const struct machine *m, char *detail)
{
	(void)detail;
	return m->intree_loaded && !m->ours_loaded && *m->chosen;
}

static bool look_absent(const struct machine *m, char *detail)
{
	(void)detail;
	return m->modules && !m->copies && !m->dkms_version[0] && !m->builtin && !m->intree &&
	       !m->ours_loaded && !served(m);
}

static bool look_dkms_unbuilt(const struct machine *m, char *detail)
{
	set(detail, "%s", m->dkms_version);
	return *m->dkms_version && !m->dkms_built && !m->copies;
}

static bool look_several(const struct machine *m, char *detail)
{
	size_t used = 0;
	int i;

	for (i = 0; i < m->copies && used < DETAIL_MAX; i++)
		used += snprintf(detail + used, DETAIL_MAX - used, "%s%s", i ? ", " : "",
				 m->copy[i].path);
	return m->copies > 1;
}

static bool look_unlisted(const struct machine *m, char *detail)
{
	set(detail, "%s", m->copy[0].path);
	return m->modprobe && m->copies && !*m->chosen;
}

static bool look_modprobe(const struct machine *m, char *detail)
{
	(void)detail;
	return *m->release && !m->modprobe;
}

/* What an administrator says by "install kvm-riscv /bin/false", or by a "blacklist" line */
static bool kept_out(const struct machine *m, char *detail)
{
	if (m->blacklisted)
		set(detail, "blacklist kvm-riscv");
	else
		set(detail, "install kvm-riscv %.200s", m->ours_command);
	return ours_kept_out(m);
}

static bool look_kept_out(const struct machine *m, char *detail)
{
	return kept_out(m, detail) && (m->intree_allowed || m->builtin);
}

static bool look_blacklisted(const struct machine *m, char *detail)
{
	return kept_out(m, detail) && !(m->intree_allowed || m->builtin);
}

static bool look_undecided(const struct machine *m, char *detail)
{
	return m->modprobe && *m->chosen && !m->preferred && !kept_out(m, detail);
}

static bool look_version(const struct machine *m, char *detail)
{
	bool other = *m->version && strcmp(m->version, m->loaded_version);

	if (other)
		set(detail, "version %s is loaded, and version %s is installed", m->loaded_version,
		    m->version);
	else
		set(detail, "another build of version %s is loaded than is installed", m->version);
	return m->ours_loaded && *m->loaded_version &&
	       (other || (*m->srcversion && *m->loaded_srcversion &&
			  strcmp(m->srcversion, m->loaded_srcversion)));
}

static bool look_vermagic(const struct machine *m, char *detail)
{
	size_t length = strlen(m->release);

	set(detail, "%s", m->vermagic);
	detail[strcspn(detail, " ")] = 0;
	return *m->vermagic && (strncmp(m->vermagic, m->release, length) ||
				(m->vermagic[length] && m->vermagic[length] != ' '));
}

static bool look_unsigned(const struct machine *m, char *detail)
{
	set(detail, "%.*s", DETAIL_MAX - 1, m->chosen);
	return m->enforced && *m->vermagic && !m->is_signed;
}

static bool look_key(const struct machine *m, char *detail)
{
	set(detail, "%s", m->signer);
	return m->enforced && m->is_signed && m->keys_readable && !m->signer_known;
}

static bool look_keys_hidden(const struct machine *m, char *detail)
{
	(void)detail;
	return m->enforced && m->is_signed && !m->keys_readable;
}

static bool look_unreadable(const struct machine *m, char *detail)
{
	set(detail, "%.*s", DETAIL_MAX - 1, m->chosen);
	return *m->chosen && !*m->vermagic;
}

static bool look_rejected(const struct machine *m, char *detail)
{
	(void)detail;
	return m->key_rejected && !m->ours_loaded && *m->chosen;
}

static bool look_refused(const struct machine *m, char *detail)
{
	set(detail, "%s", m->refusal);
	return *m->refusal && !m->ours_loaded;
}

/* Something is to be built here: by DKMS at each upgrade, or because no module is there yet. */
static bool builds(const struct machine *m)
{
	return *m->release && m->modules &&
	       (*m->dkms_version || !(m->copies || m->ours_loaded || served(m)));
}

static bool look_no_headers(const struct machine *m, char *detail)
{
	set(detail, "%s", m->release);
	return builds(m) && !m->headers;
}

static bool look_headers_part(const struct machine *m, char *detail)
{
	set(detail, "%s", m->headers_missing);
	return *m->headers_missing;
}

static bool look_headers_arch(const struct machine *m, char *detail)
{
	set(detail, "%s", m->headers_arch);
	return *m->headers_arch;
}

static bool look_headers_release(const struct machine *m, char *detail)
{
	set(detail, "%s", m->headers_release);
	return *m->headers_release && strcmp(m->headers_release, m->release);
}

static bool look_compiler(const struct machine *m, char *detail)
{
	set(detail, "%s", m->make ? "C compiler" : m->compiler ? "make" : "C compiler and no make");
	return builds(m) && m->headers && !(m->make && m->compiler);
}

static bool look_not_loaded(const struct machine *m, char *detail)
{
	(void)detail;
	return m->proc && *m->chosen && !m->ours_loaded && !m->intree_loaded && !m->builtin &&
	       !served(m);
}

static bool look_no_node(const struct machine *m, char *detail)
{
	set(detail, "/dev/%s", *m->device ? m->device : "kvm");
	return m->ours_loaded && !m->node;
}

static bool look_wrong_node(const struct machine *m, char *detail)
{
	(void)detail;
	return m->node && !m->node_right;
}

static bool look_permission(const struct machine *m, char *detail)
{
	set(detail, "/dev/%s", *m->device ? m->device : "kvm");
	return m->node && m->node_right && !m->node_mine && !m->node_private;
}

static bool look_private(const struct machine *m, char *detail)
{
	set(detail, "/dev/%s", *m->device ? m->device : "kvm");
	return m->node && m->node_right && !m->node_mine && m->node_private;
}

static bool look_vm(const struct machine *m, char *detail)
{
	if (m->vm.hung)
		set(detail, "%s was not done after %d seconds", m->vm.failed, VM_SECONDS);
	else
		set(detail, "%s: %s", m->vm.failed ? m->vm.failed : "",
		    m->vm.error ? strerror(m->vm.error) : "not what was expected");
	return m->vm.tried && m->vm.failed;
}

/* Root, mostly: the limit is not for such a process. */
static bool may_lock(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	return !syscall(SYS_capget, &head, data) && (data[0].effective & 1U << CAP_IPC_LOCK);
}

static bool look_memlock(const struct machine *m, char *detail)
{
	struct rlimit limit;

	if (!m->ours_loaded || !m->pinned || may_lock() || getrlimit(RLIMIT_MEMLOCK, &limit))
		return false;
	set(detail, "%llu MiB", (unsigned long long)limit.rlim_cur >> 20);
	return limit.rlim_cur < (1UL << 30);
}

static bool look_vmid(const struct machine *m, char *detail)
{
	(void)detail;
	return !m->vmid_bits;
}

static bool look_sstc(const struct machine *m, char *detail)
{
	char list[DETAIL_MAX - 64];

	harts_list(m, hart_lacks_sstc, list, sizeof(list));
	set(detail, "%s%s", m->harts_sstc ? "some of the harts have no Sstc: " :
	    "the harts have no Sstc", m->harts_sstc ? list : "");
	return m->harts_h && m->harts_sstc < m->harts_h;
}

static bool look_guest_files(const struct machine *m, char *detail)
{
	(void)detail;
	return m->harts_h && m->imsic && m->harts_aia == m->harts_h && !m->guest_index_bits;
}

static bool look_qemu(const struct machine *m, char *detail)
{
	return vmm_misses(m, VMM_QEMU, detail);
}

static bool look_kvmtool(const struct machine *m, char *detail)
{
	return vmm_is_here(VMM_KVMTOOL) && vmm_misses(m, VMM_KVMTOOL, detail);
}

static bool look_cloud_hypervisor(const struct machine *m, char *detail)
{
	return vmm_is_here(VMM_CLOUD_HYPERVISOR) && vmm_misses(m, VMM_CLOUD_HYPERVISOR, detail);
}

static bool look_crosvm(const struct machine *m, char *detail)
{
	return vmm_is_here(VMM_CROSVM) && vmm_misses(m, VMM_CROSVM, detail);
}

static bool libvirt_is_here(void)
{
	return program_find("libvirtd") || program_find("virtqemud");
}

static bool look_libvirt_device(const struct machine *m, char *detail)
{
	set(detail, "%s", m->device);
	return m->ours_loaded && *m->device && strcmp(m->device, "kvm") && libvirt_is_here();
}

static bool look_libvirt(const struct machine *m, char *detail)
{
	(void)m;
	(void)detail;
	return libvirt_is_here() && !program_find("qemu-system-riscv64");
}

const struct finding findings[] = {
	{ "not-riscv", WRONG, look_arch, "the kernel's architecture",
	  "this is a machine of architecture %s",
	  "run kvm-riscv-check on a 64-bit RISC-V machine" },
	{ "harts-undescribed", WRONG, look_undescribed, DT,
	  "neither a device tree nor ACPI describes the harts",
	  "update the firmware" },
	{ "kernel-unseen", NOT_SEEN, look_kernel_unseen, "/lib/modules",
	  "no kernel is installed there: its modules and headers are not known",
	  "mount the machine's disk whole, and give --root its mount point" },
	{ "proc-unseen", NOT_SEEN, look_proc_unseen, "/proc",
	  "/proc is not there: the machine does not run, or this is a chroot; what is loaded is not known",
	  "mount it, or run kvm-riscv-check on the machine when that has booted" },
	{ "harts-unseen", NOT_SEEN, look_firmware_unseen, DT,
	  "/sys is not there: what harts the machine has is not known",
	  "mount it, or run kvm-riscv-check on the machine when that has booted" },
	{ "harts-hidden", NOT_SEEN, look_hidden, DT,
	  "only root may read what ACPI says of the harts",
	  "run this as root to know whether they have H" },
	{ "no-hypervisor", WRONG, look_no_h, DT,
	  "no hart has the hypervisor extension (H), says %s",
	  "use a machine that has it; if its processor does, a newer firmware may say so" },
	{ "some-hypervisor", NOTE, look_some_h, DT,
	  "%s the hypervisor extension (H)",
	  "nothing: kvm-riscv runs guests on those that can. The kernel's own KVM needs H on all: nr_cpus= "
	  "on the kernel's command line leaves out those that come last, the firmware's setup perhaps "
	  "others" },
	{ "hypervisor-unlisted", NOTE, look_unlisted_h, "/proc/cpuinfo",
	  "this kernel does not list H, though the harts have it, says %s: its own KVM will not load",
	  "use kvm-riscv, or a newer kernel" },
	{ "log-missing", NOT_SEEN, look_log, LOG,
	  "the kernel's log %s: what it says of firmware, tables and VMID bits is not known",
	  "run this as root, and soon after the machine has booted" },
	{ "sbi-old", WRONG, look_sbi_old, LOG,
	  "the firmware's SBI is version %s",
	  "update the firmware: OpenSBI 0.7 or later" },
	{ "sbi-rfence", WRONG, look_sbi_rfence, LOG,
	  "the firmware's SBI lacks RFENCE",
	  "update the firmware: OpenSBI 0.7 or later" },
	{ "kernel-old", WRONG, look_kernel_old, "the kernel's release",
	  "Linux %s is older than " KVR_KERNEL_OLDEST ", the oldest that kvm-riscv works with",
	  "install a newer kernel" },
	{ "kernel-new", NOTE, look_kernel_new, "the kernel's release",
	  "Linux %s is newer than " KVR_KERNEL_NEWEST ", the newest that this version was tested with",
	  "if the module does not build, look for a newer version of kvm-riscv" },
	{ "no-modules", WRONG, look_no_modules, "/proc/modules",
	  "this kernel loads no modules",
	  "use a kernel with CONFIG_MODULES=y" },
	{ "builtin", NOTE, look_builtin, "modules.builtin",
	  "KVM is built into this kernel and has /dev/kvm",
	  "sudo modprobe kvm-riscv device=kvm-riscv; start QEMU with -accel kvm,device=/dev/kvm-riscv" },
	{ "intree-loaded", NOTE, look_intree_loaded, "/proc/modules",
	  "the kernel's own KVM is loaded although kvm-riscv is installed",
	  "stop all guests, then: sudo modprobe -r kvm && sudo modprobe kvm-riscv" },
	{ "no-kvm", WRONG, look_absent, MODULE,
	  "this kernel has no KVM of its own, and kvm-riscv is not installed",
	  "install kvm-riscv-dkms, or: make && sudo make install" },
	{ "dkms-not-built", WRONG, look_dkms_unbuilt, "/var/lib/dkms/kvm-riscv",
	  "DKMS has kvm-riscv %s and has not built it for this kernel",
	  "sudo dkms autoinstall; the reason is in /var/lib/dkms/kvm-riscv/%s/build/make.log" },
	{ "several-modules", NOTE, look_several, MODULE,
	  "kvm-riscv is installed more than once: %s",
	  "remove those that no package owns, then: sudo depmod -a" },
	{ "not-listed", WRONG, look_unlisted, "modules.dep",
	  "%s is there, but modprobe does not know it",
	  "sudo depmod -a" },
	{ "modprobe-unseen", NOT_SEEN, look_modprobe, "modprobe",
	  "there is no modprobe of kmod to be asked which module would be loaded",
	  "install kmod" },
	{ "undecided", NOTE, look_undecided, "modprobe -D char-major-10-232",
	  "opening /dev/kvm does not load kvm-riscv: modprobe takes another module for it",
	  "install tools/kvm-riscv.conf as /etc/modprobe.d/kvm-riscv.conf (the packages do); "
	  "modprobe -c | grep char-major-10-232 shows what says otherwise" },
	{ "kept-out", NOTE, look_kept_out, "modprobe -D kvm-riscv",
	  "modprobe.d says \"%s\": opening /dev/kvm loads the kernel's own KVM",
	  "nothing if that is meant; " CONFIG_FIND },
	{ "blacklisted", WRONG, look_blacklisted, "modprobe -D kvm-riscv",
	  "modprobe.d says \"%s\", and no other KVM is left to be loaded",
	  "take that line away; " CONFIG_FIND },
	{ "newer-installed", NOTE, look_version, "/sys/module/kvm_riscv/version and " MODULE,
	  "%s: the installed one takes over when the module is loaded next",
	  "when no guest runs: sudo modprobe -r kvm-riscv && sudo modprobe kvm-riscv" },
	{ "module-unreadable", NOT_SEEN, look_unreadable, MODULE,
	  "%s cannot be read: its version, kernel and signature are not known",
	  "install what unpacks it: xz, zstd or gzip" },
	{ "other-kernel", WRONG, look_vermagic, MODULE,
	  "the module was built for Linux %s",
	  "build it again with the headers of the running kernel: sudo dkms autoinstall, or make && sudo make install" },
	{ "not-signed", WRONG, look_unsigned, MODULE " and sig_enforce",
	  "this kernel loads signed modules only, and %s is not signed",
	  "sudo dkms remove kvm-riscv/%v -k $(uname -r) && sudo dkms install kvm-riscv/%v"
	  " signs it with the key in /var/lib/dkms; by hand: scripts/sign-file sha256 KEY CERTIFICATE %s" },
	{ "key-unknown", WRONG, look_key, "/proc/keys",
	  "this kernel loads signed modules only and does not know the key of \"%s\"",
	  ENROL ", or sign with a key that was built into the kernel" },
	{ "keys-hidden", NOT_SEEN, look_keys_hidden, "/proc/keys",
	  "only root may see which keys the kernel knows: whether the module's is among them is not known",
	  "run this as root" },
	{ "key-rejected", WRONG, look_rejected, LOG,
	  "the kernel rejected a module for its signature",
	  ENROL ", or sign with a key that was built into the kernel" },
	{ "refused", WRONG, look_refused, LOG,
	  "kvm-riscv was not loaded: %s",
	  "the words say what would help; then: sudo modprobe kvm-riscv" },
	{ "no-headers", NOTE, look_no_headers, HEADERS,
	  "the headers of Linux %s are not installed, so that no module can be built here",
	  "Debian: sudo apt install linux-headers-$(uname -r); Fedora: sudo dnf install kernel-devel; boards: from the vendor" },
	{ "headers-incomplete", WRONG, look_headers_part, HEADERS,
	  "the kernel's headers are incomplete: no %s",
	  "install them again; in a kernel tree: make modules_prepare, and make modules for Module.symvers" },
	{ "headers-foreign", WRONG, look_headers_arch, HEADERS,
	  "the programs in the kernel's headers are for %s, as they were built on another machine",
	  "sudo make -C /lib/modules/$(uname -r)/build modules_prepare, or cross-build the module where they come from" },
	{ "headers-other", WRONG, look_headers_release, HEADERS,
	  "the headers installed for this kernel are those of Linux %s",
	  "install the headers of the running kernel, or boot the kernel that they are for" },
	{ "no-compiler", NOTE, look_compiler, "the usual directories of programs",
	  "there is no %s, so that no module can be built here",
	  "Debian: sudo apt install build-essential; Fedora: sudo dnf install gcc make" },
	{ "not-loaded", NOTE, look_not_loaded, "/proc/modules",
	  "kvm-riscv is installed and not loaded",
	  "sudo modprobe kvm-riscv" },
	{ "no-node", WRONG, look_no_node, NODE,
	  "kvm-riscv is loaded, but there is no %s",
	  "mount devtmpfs on /dev (a container: give it the device)" },
	{ "wrong-node", WRONG, look_wrong_node, NODE,
	  "/dev/kvm is not KVM's device node (character device 10:232)",
	  "sudo rm /dev/kvm && sudo mknod -m 660 /dev/kvm c 10 232 && sudo chgrp kvm /dev/kvm" },
	{ "no-permission", WRONG, look_permission, NODE,
	  "you may not open %s",
	  "sudo usermod -aG kvm $USER, then log in again" },
	{ "node-private", WRONG, look_private, NODE,
	  "%s is for root alone",
	  "sudo chgrp kvm %s && sudo chmod 660 %s; at each boot, for a name other than kvm-riscv: a rule like "
	  "that of tools/kvm-riscv.rules in /etc/udev/rules.d (the packages have it)" },
	{ "vm-fails", WRONG, look_vm, "a small virtual machine",
	  "a virtual machine does not work: %s",
	  "look into the kernel's log: sudo dmesg | grep kvm" },
	{ "memlock", NOTE, look_memlock, "the limit on locked memory",
	  "this kernel pins guest memory, and you may lock no more than %s",
	  "raise it: ulimit -l, LimitMEMLOCK= of the service, or /etc/security/limits.d" },
	{ "no-vmid", NOTE, look_vmid, LOG,
	  "the harts have no VMID bits: each change of guest on a hart empties its TLB",
	  "nothing; guests are slower when they share harts" },
	{ "no-sstc", NOTE, look_sstc, DT,
	  "%s; guests' timers cost exits",
	  "nothing; if the processor has it, a newer firmware may say so" },
	{ "no-guest-files", NOTE, look_guest_files, DT,
	  "the harts have AIA, but no interrupt files for guests",
	  "nothing; interrupts cost exits. Some firmware reserves the files: ask its vendor" },
	{ "vmm-qemu", NOTE, look_qemu, ASKED,
	  "QEMU would find missing: %s", "use a newer kvm-riscv" },
	{ "vmm-kvmtool", NOTE, look_kvmtool, ASKED,
	  "kvmtool would find missing: %s", "use QEMU, or a newer kvm-riscv" },
	{ "vmm-cloud-hypervisor", NOTE, look_cloud_hypervisor, ASKED,
	  "cloud-hypervisor would find missing: %s", "use QEMU, or a newer kvm-riscv" },
	{ "vmm-crosvm", NOTE, look_crosvm, ASKED,
	  "crosvm would find missing: %s", "use QEMU, or a newer kvm-riscv" },
	{ "libvirt-no-qemu", NOTE, look_libvirt, "the usual directories of programs",
	  "libvirt is installed, and qemu-system-riscv64 is not",
	  "sudo apt install qemu-system-riscv, or with dnf or zypper" },
	{ "libvirt-device", NOTE, look_libvirt_device, "/sys/module/kvm_riscv/parameters/device",
	  "libvirt knows /dev/kvm only, and kvm-riscv serves /dev/%s",
	  "for guests of libvirt, load kvm-riscv without device=, in place of the kernel's own KVM" },
};

const int findings_count = sizeof(findings) / sizeof(findings[0]);
