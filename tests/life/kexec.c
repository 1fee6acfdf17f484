// SPDX-License-Identifier: GPL-2.0-only
/*
 * kexec IMAGE INITRD: start a kernel in place of the running one while guests run on all harts.
 * The new one gets this one's device tree, with the word "life=1" of its command line turned to
 * "life=2".
 *
 * kexec MARK: restart the machine while guests run, having made the file MARK.
 *
 * Both while threads hold locks of a VM for good, waiting for a page that never comes.
 */
#define _GNU_SOURCE
#include <endian.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "parties.h"

#define DEVICE		"kvm"
/* Where there is room in a machine of 2 GiB whose memory begins at 2 GiB */
#define IMAGE_AT	0xa0000000UL
#define TREE_AT		0xa8000000UL
#define INITRD_AT	0xb0000000UL

static struct kexec_segment file_segment(const char *path, uint64_t at)
{
	size_t room = 1UL << 29, len = 0;
	char *data = malloc(room);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0 || !data)
		die("%s: %s", path, strerror(errno));
	while ((n = read(fd, data + len, room - len)) > 0)
		len += n;
	close(fd);
	return (struct kexec_segment){ .buf = data, .bufsz = len, .mem = (void *)at,
				       .memsz = (len + PAGE - 1) & -PAGE };
}

static uint32_t tree_word(const char *tree, size_t at)
{
	uint32_t word;

	memcpy(&word, tree + at, sizeof(word));
	return be32toh(word);
}

static void tree_number(char *value, uint32_t len, uint64_t number)
{
	uint64_t wide = htobe64(number);

	/* One cell or two. */
	memcpy(value, (char *)&wide + 8 - len, len);
}

/* Properties of a flattened tree: token 3, length, offset of the name, value (Devicetree, 5.4). */
static unsigned int tree_change(char *tree, const struct kexec_segment *initrd)
{
	size_t at = tree_word(tree, 8), strings = tree_word(tree, 12);
	unsigned int changed = 0;
	uint32_t token;

	while ((token = tree_word(tree, at)) != 9) {
		at += 4;
		if (token == 1)
			at += (strlen(tree + at) + 4) & -4UL;
		if (token != 3)
			continue;
		uint32_t len = tree_word(tree, at);
		const char *name = tree + strings + tree_word(tree, at + 4);
		char *value = tree + at + 8;
		char *word = strcmp(name, "bootargs") ? NULL : strstr(value, "life=1");

		if (!strcmp(name, "linux,initrd-start")) {
			tree_number(value, len, (uint64_t)initrd->mem);
			changed++;
		} else if (!strcmp(name, "linux,initrd-end")) {
			tree_number(value, len, (uint64_t)initrd->mem + initrd->bufsz);
			changed++;
		} else if (word) {
			word[5] = '2';
			changed++;
		}
		at += 8 + ((len + 3) & -4U);
	}
	return changed;
}

static void image_load(const char *image, const char *initrd)
{
	struct kexec_segment segments[3];

	segments[0] = file_segment(image, IMAGE_AT);
	/* The kernel says itself how much it needs (boot image header, at 16). */
	memcpy(&segments[0].memsz, (char *)segments[0].buf + 16, 8);
	segments[0].memsz = (segments[0].memsz + PAGE - 1) & -PAGE;
	segments[1] = file_segment("/sys/firmware/fdt", TREE_AT);
	segments[2] = file_segment(initrd, INITRD_AT);
	if (tree_change((char *)segments[1].buf, &segments[2]) != 3)
		die("the device tree is not as expected");
	if (syscall(SYS_kexec_load, IMAGE_AT, 3, segments, KEXEC_ARCH_RISCV))
		die("kexec_load: %s", strerror(errno));
}

/*
 * Nearly all of hart 1 is this guest's, which never leaves by itself: were guests run to the end,
 * the end would find it there.
 */
static void *stay_main(void *arg)
{
	struct vcpu *vcpu = arg;

	pin(1);
	if (setpriority(PRIO_PROCESS, 0, -20))
		die("setpriority: %s", strerror(errno));
	guest_set(vcpu, G_irq_forever, GUEST_SCRATCH);
	while (guest_run(vcpu) == EV_ERROR && vcpu->err == EINTR)
		;
	/* The machine goes down, and no guest is run any more. */
	for (;;)
		pause();
}

static void stay_start(void)
{
	static struct vcpu vcpu;
	static struct vm vm;
	pthread_t thread;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	if (pthread_create(&thread, NULL, stay_main, &vcpu))
		die("pthread_create failed");
	if (!wait_for(&ram64(&vm, GUEST_SCRATCH), 60000))
		die("the guest that stays does not run");
}

/* A page for which a thread that touches it waits for ever; @fd tells when one does. */
static void *page_never(int *fd)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*fd = syscall(__NR_userfaultfd, O_CLOEXEC);
	if (page == MAP_FAILED || *fd < 0)
		die("userfaultfd: %s", strerror(errno));
	range.range.start = (uintptr_t)page;
	range.range.len = PAGE;
	if (ioctl(*fd, UFFDIO_API, &api) || ioctl(*fd, UFFDIO_REGISTER, &range))
		die("userfaultfd: %s", strerror(errno));
	return page;
}

static struct stuck {
	struct vm vm;
	void *page;
	volatile pid_t ring_thread;
} stuck;

/* The kernel stores the log in a page that never comes, and holds the lock of the slots. */
static void *log_main(void *arg)
{
	struct kvm_dirty_log log = { .slot = 1, .dirty_bitmap = stuck.page };

	kvm_ioctl(stuck.vm.fd, KVM_GET_DIRTY_LOG, &log);
	die("a page came that nobody gave");
}

/* Waits for that lock, and holds the lock of the vCPUs. */
static void *ring_main(void *arg)
{
	struct kvm_enable_cap cap = { .cap = KVM_CAP_DIRTY_LOG_RING_ACQ_REL, .args = { 4096 } };

	stuck.ring_thread = syscall(SYS_gettid);
	kvm_ioctl(stuck.vm.fd, KVM_ENABLE_CAP, &cap);
	die("KVM_ENABLE_CAP did not wait for KVM_GET_DIRTY_LOG");
}

/* The state of a thread as /proc has it; D: it waits, and no signal ends that. */
static char thread_state(pid_t thread)
{
	char path[64], state = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", thread);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		die("%s: %s", path, strerror(errno));
	fclose(f);
	return state;
}

static void stuck_start(void)
{
	uint64_t end = now_ms() + 60000;
	struct uffd_msg fault;
	pthread_t threads[2];
	int fd;

	vm_open(&stuck.vm);
	slot_add(&stuck.vm, 1, KVM_MEM_LOG_DIRTY_PAGES, SLOT_BASE, 16 * PAGE);
	stuck.page = page_never(&fd);
	if (pthread_create(&threads[0], NULL, log_main, NULL))
		die("pthread_create failed");
	if (read(fd, &fault, sizeof(fault)) != sizeof(fault))
		die("userfaultfd: %s", strerror(errno));
	if (pthread_create(&threads[1], NULL, ring_main, NULL))
		die("pthread_create failed");
	while (!stuck.ring_thread || thread_state(stuck.ring_thread) != 'D') {
		if (now_ms() > end)
			die("KVM_ENABLE_CAP does not wait for KVM_GET_DIRTY_LOG");
		sleep_ms(10);
	}
}

int main(int argc, char **argv)
{
	struct party parties[2 * PARTY_KINDS];
	int how = argc == 3 ? LINUX_REBOOT_CMD_KEXEC : LINUX_REBOOT_CMD_RESTART;

	if (argc == 3)
		image_load(argv[1], argv[2]);
	else if (argc != 2)
		die("usage: kexec IMAGE INITRD | kexec MARK");
	for (int i = 0; i < 2 * PARTY_KINDS; i++)
		party_start(&parties[i], DEVICE, i % PARTY_KINDS, i & 1);
	for (int i = 0; i < 2 * PARTY_KINDS; i++)
		if (!party_proceeds(&parties[i], 1))
			die("guest %d does not run", i);
	stay_start();
	stuck_start();
	if (argc == 2 && close(creat(argv[1], 0600)))
		die("%s: %s", argv[1], strerror(errno));
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, how, NULL);
	die("restart: %s", strerror(errno));
}
