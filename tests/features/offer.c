// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints all that the module offers a VMM, a line "name = value" each: every capability, every
 * register of a fresh vCPU, every ISA and SBI extension and whether it can be switched, every
 * kind of device. What can only differ from one moment to the next is left out.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "uapi/kvm.h"

#define CAPS		300	/* the last number that is asked for */
#define DEVICES		32
/* Extensions beyond those that anybody has defined, so that a stray one shows. */
#define ISA_EXTS	128
#define SBI_EXTS	64

#define REG_U64		(KVM_REG_RISCV | KVM_REG_SIZE_U64)
#define REG_ISA(n)	(REG_U64 | KVM_REG_RISCV_ISA_EXT | KVM_REG_RISCV_ISA_SINGLE | (n))
#define REG_SBI(n)	(REG_U64 | KVM_REG_RISCV_SBI_EXT | KVM_REG_RISCV_SBI_SINGLE | (n))
#define REG_TIME	(REG_U64 | KVM_REG_RISCV_TIMER | KVM_REG_RISCV_TIMER_REG(time))

#define NAME(number, name)	\
	[number] = #name,

static const char * const isa_names[ISA_EXTS] = {
	KVR_ISA_EXT_IDS(NAME)
};

static const char * const sbi_names[SBI_EXTS] = {
	KVR_SBI_EXT_IDS(NAME)
};

static int must(int result, const char *what)
{
	if (result < 0) {
		printf("offer: %s: %s\n", what, strerror(errno));
		exit(1);
	}
	return result;
}

static long reg_access(int vcpu, unsigned long request, uint64_t id, void *value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)value };

	return ioctl(vcpu, request, &reg) ? -errno : 0;
}

static void caps_print(const char *where, int fd)
{
	for (long cap = 0; cap <= CAPS; cap++) {
		long answer = ioctl(fd, KVM_CHECK_EXTENSION, cap);

		printf("%s capability %ld = %ld\n", where, cap, answer < 0 ? -errno : answer);
	}
}

static void devices_print(int vm)
{
	for (unsigned int type = 0; type < DEVICES; type++) {
		struct kvm_create_device device = {
			.type = type,
			.flags = KVM_CREATE_DEVICE_TEST,
		};

		printf("device %u = %d\n", type,
		       ioctl(vm, KVM_CREATE_DEVICE, &device) ? -errno : 0);
	}
}

static void regs_print(int vcpu)
{
	struct kvm_reg_list head = { .n = 0 }, *list;

	if (!ioctl(vcpu, KVM_GET_REG_LIST, &head) || errno != E2BIG)
		must(-1, "KVM_GET_REG_LIST");
	list = calloc(1, sizeof(*list) + head.n * sizeof(list->reg[0]));
	list->n = head.n;
	must(ioctl(vcpu, KVM_GET_REG_LIST, list), "KVM_GET_REG_LIST");
	printf("registers = %llu\n", (unsigned long long)list->n);
	for (uint64_t i = 0; i < list->n; i++) {
		uint64_t id = list->reg[i];
		unsigned int size = 1U << ((id & KVM_REG_SIZE_MASK) >> KVM_REG_SIZE_SHIFT);
		unsigned char value[256] = {};
		long ret = reg_access(vcpu, KVM_GET_ONE_REG, id, value);

		printf("register %#llx = ", (unsigned long long)id);
		if (id == REG_TIME)
			printf("(time)");
		else if (ret)
			printf("%ld", ret);
		else
			while (size--)
				printf("%02x", value[size]);
		printf("\n");
	}
	free(list);
}

/* What an extension is at first, and what comes of switching it; as it was afterwards. */
static void ext_print(int vcpu, const char *kind, uint64_t id, unsigned int n, const char *name)
{
	uint64_t at_first = 0, other;
	long got = reg_access(vcpu, KVM_GET_ONE_REG, id, &at_first);
	long set, back = 0;

	other = !at_first;
	set = reg_access(vcpu, KVM_SET_ONE_REG, id, &other);
	if (!set)
		back = reg_access(vcpu, KVM_SET_ONE_REG, id, &at_first);
	printf("%s %u %s = ", kind, n, name ? name : "(nothing)");
	if (got)
		printf("%ld, setting it %ld\n", got, set);
	else
		printf("%s, switching it %ld, back %ld\n", at_first ? "on" : "off", set, back);
}

int main(int argc, char **argv)
{
	const char *node = argc > 1 ? argv[1] : "/dev/kvm";
	int kvm = must(open(node, O_RDWR | O_CLOEXEC), node);
	int vm = must(ioctl(kvm, KVM_CREATE_VM, 0UL), "KVM_CREATE_VM");
	int vcpu = must(ioctl(vm, KVM_CREATE_VCPU, 0UL), "KVM_CREATE_VCPU");
	int other = must(ioctl(vm, KVM_CREATE_VCPU, 1UL), "KVM_CREATE_VCPU");

	printf("API version = %d\n", ioctl(kvm, KVM_GET_API_VERSION, 0UL));
	printf("kvm_run bytes = %d\n", ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0UL));
	caps_print("/dev/kvm", kvm);
	caps_print("VM", vm);
	devices_print(vm);
	regs_print(vcpu);
	for (unsigned int n = 0; n < ISA_EXTS; n++)
		ext_print(other, "ISA", REG_ISA(n), n, isa_names[n]);
	for (unsigned int n = 0; n < SBI_EXTS; n++)
		ext_print(other, "SBI", REG_SBI(n), n, sbi_names[n]);
	printf("end\n");
	return 0;
}
