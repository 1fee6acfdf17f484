// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib.h"

extern const uint8_t guest_blob[], guest_blob_end[];

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("# ");
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
	fflush(stdout);
	_exit(1);
}

void note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("# ");
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
	fflush(stdout);
}

bool memory_follows(struct vm *vm)
{
	return kvm_ioctl_n(vm->kvm, KVM_CHECK_EXTENSION, KVM_CAP_SYNC_MMU) > 0;
}

bool file_has(const char *path, const char *text)
{
	char line[1024];
	bool found = false;
	FILE *f = fopen(path, "r");

	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		found = strstr(line, text);
	fclose(f);
	return found;
}

bool in_tree(void)
{
	static int answer = -1;

	/* Asked once: tests that unload the module go on asking. */
	if (answer < 0)
		answer = access("/sys/module/kvm_riscv", F_OK) != 0;
	return answer;
}

int kvm_open(void)
{
	const char *path = getenv("KVM_DEVICE");
	int fd = open(path ? path : "/dev/kvm", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("open %s: %s", path ? path : "/dev/kvm", strerror(errno));
	return fd;
}

long kvm_ioctl(int fd, unsigned long request, const void *arg)
{
	int ret = ioctl(fd, request, arg);

	return ret < 0 ? -errno : ret;
}

void vm_create(struct vm *vm)
{
	long ret;

	memset(vm, 0, sizeof(*vm));
	vm->kvm = kvm_open();
	vm->fd = kvm_ioctl_n(vm->kvm, KVM_CREATE_VM, 0);
	if (vm->fd < 0)
		die("KVM_CREATE_VM: %s", strerror(-vm->fd));
	ret = kvm_ioctl_n(vm->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (ret <= 0)
		die("KVM_GET_VCPU_MMAP_SIZE: %ld", ret);
	vm->run_size = ret;
}

void vm_open(struct vm *vm)
{
	vm_create(vm);
	vm_load(vm);
}

void vm_load(struct vm *vm)
{
	vm->ram = slot_add(vm, 0, 0, GUEST_BASE, GUEST_RAM_SIZE);
	memcpy(vm->ram, guest_blob, guest_blob_end - guest_blob);
}

void vcpu_open(struct vcpu *vcpu, struct vm *vm, int id)
{
	*vcpu = (struct vcpu){ .vm = vm, .id = id };
	vcpu->fd = kvm_ioctl_n(vm->fd, KVM_CREATE_VCPU, id);
	if (vcpu->fd < 0)
		die("KVM_CREATE_VCPU %d: %s", id, strerror(-vcpu->fd));
	vcpu->run = mmap(NULL, vm->run_size, PROT_READ | PROT_WRITE, MAP_SHARED,
			 vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED)
		die("mmap of vCPU %d: %s", id, strerror(errno));
}

long slot_set(struct vm *vm, uint32_t slot, uint32_t flags, uint64_t gpa,
	      uint64_t size, void *hva)
{
	struct kvm_userspace_memory_region region = { .slot = slot, .flags = flags };

	region.userspace_addr = (uintptr_t)hva;
	region.guest_phys_addr = gpa;
	region.memory_size = size;

	return kvm_ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region);
}

void *slot_add(struct vm *vm, uint32_t slot, uint32_t flags, uint64_t gpa,
	       uint64_t size)
{
	void *hva = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long ret;

	if (hva == MAP_FAILED)
		die("mmap of %#lx bytes: %s", (unsigned long)size, strerror(errno));
	ret = slot_set(vm, slot, flags, gpa, size, hva);
	if (ret)
		die("slot %u at %#lx: %s", slot, (unsigned long)gpa, strerror(-ret));
	return hva;
}

long cap_enable(struct vm *vm, uint32_t cap, uint64_t arg)
{
	struct kvm_enable_cap enable = { .cap = cap, .args = { arg } };

	return kvm_ioctl(vm->fd, KVM_ENABLE_CAP, &enable);
}

uint64_t stat_read(int of, const char *name)
{
	int fd = kvm_ioctl_n(of, KVM_GET_STATS_FD, 0);
	struct kvm_stats_header header;
	uint64_t value = ~0UL;
	union {
		struct kvm_stats_desc desc;
		char room[256];
	} u;

	if (fd < 0 || pread(fd, &header, sizeof(header), 0) != sizeof(header))
		die("statistics: %s", strerror(errno));
	for (unsigned int n = 0; n < header.num_desc; n++) {
		size_t size = sizeof(u.desc) + header.name_size;

		if (size > sizeof(u) ||
		    pread(fd, &u, size, header.desc_offset + n * size) != (ssize_t)size)
			die("statistics: descriptor %u cannot be read", n);
		if (strcmp(u.desc.name, name))
			continue;
		if (pread(fd, &value, 8, header.data_offset + u.desc.offset) != 8)
			die("statistics: %s cannot be read", name);
	}
	close(fd);
	return value;
}

void *ram(struct vm *vm, uint64_t gpa)
{
	if (gpa < GUEST_BASE || gpa >= GUEST_BASE + GUEST_RAM_SIZE)
		die("%#lx is not in guest RAM", (unsigned long)gpa);
	return vm->ram + (gpa - GUEST_BASE);
}

long reg_read(struct vcpu *vcpu, uint64_t id, void *buf)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)buf };

	return kvm_ioctl(vcpu->fd, KVM_GET_ONE_REG, &reg);
}

long reg_write(struct vcpu *vcpu, uint64_t id, const void *buf)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)buf };

	return kvm_ioctl(vcpu->fd, KVM_SET_ONE_REG, &reg);
}

long reg_try(struct vcpu *vcpu, uint64_t id, uint64_t value)
{
	return reg_write(vcpu, id, &value);
}

uint64_t reg_get(struct vcpu *vcpu, uint64_t id)
{
	uint64_t value = 0;
	long ret = reg_read(vcpu, id, &value);

	if (ret)
		die("get register %#lx: %s", (unsigned long)id, strerror(-ret));
	return value;
}

void reg_set(struct vcpu *vcpu, uint64_t id, uint64_t value)
{
	long ret = reg_write(vcpu, id, &value);

	if (ret)
		die("set register %#lx to %#lx: %s", (unsigned long)id,
		    (unsigned long)value, strerror(-ret));
}

struct kvm_reg_list *reg_list(struct vcpu *vcpu)
{
	struct kvm_reg_list head = { .n = 0 }, *list;
	long ret = kvm_ioctl(vcpu->fd, KVM_GET_REG_LIST, &head);

	if (ret != -E2BIG)
		die("KVM_GET_REG_LIST with n = 0: %ld", ret);
	list = calloc(1, sizeof(*list) + head.n * sizeof(list->reg[0]));
	if (!list)
		die("out of memory");
	list->n = head.n;
	ret = kvm_ioctl(vcpu->fd, KVM_GET_REG_LIST, list);
	if (ret)
		die("KVM_GET_REG_LIST with n = %llu: %s",
		    (unsigned long long)head.n, strerror(-ret));
	return list;
}

bool isa_has(struct vcpu *vcpu, uint64_t ext)
{
	uint64_t on = 0;

	return !reg_read(vcpu, REG_ISA(ext), &on) && on;
}

void guest_finish(struct vcpu *vcpu)
{
	long ret;

	vcpu->run->immediate_exit = 1;
	ret = kvm_ioctl_n(vcpu->fd, KVM_RUN, 0);
	vcpu->run->immediate_exit = 0;
	if (ret != -EINTR)
		die("KVM_RUN with immediate_exit: %ld", ret);
	vcpu->unfinished = false;
}

void guest_set_args(struct vcpu *vcpu, uint64_t fn, const uint64_t args[8])
{
	if (vcpu->unfinished)
		guest_finish(vcpu);
	reg_set(vcpu, REG_CORE(regs.pc), fn);
	reg_set(vcpu, REG_CORE(regs.ra), G_guest_return);
	reg_set(vcpu, REG_CORE(regs.sp),
		GUEST_STACK + (vcpu->id + 1) * GUEST_STACK_SIZE);
	reg_set(vcpu, REG_CORE(regs.tp), vcpu->id);
	reg_set(vcpu, REG_CORE(mode), 1);
	reg_set(vcpu, REG_CSR(stvec), G_guest_vector);
	for (int i = 0; i < 8; i++)
		reg_set(vcpu, REG_X(10 + i), args[i]);
}

static enum event event_of(const struct kvm_run *run)
{
	switch (run->exit_reason) {
	case KVM_EXIT_MMIO:
		return EV_MMIO;
	case KVM_EXIT_SYSTEM_EVENT:
		return EV_SYSTEM;
	case KVM_EXIT_RISCV_SBI:
		break;
	default:
		return EV_OTHER;
	}
	if (run->riscv_sbi.extension_id != UCALL_EXT)
		return EV_SBI;
	switch (run->riscv_sbi.function_id) {
	case UCALL_DONE:
		return EV_DONE;
	case UCALL_REPORT:
		return EV_REPORT;
	case UCALL_TRAP:
		return EV_TRAP;
	default:
		return EV_SBI;
	}
}

enum event guest_run(struct vcpu *vcpu)
{
	long ret = kvm_ioctl_n(vcpu->fd, KVM_RUN, 0);

	vcpu->err = ret < 0 ? -ret : 0;
	vcpu->unfinished = !vcpu->err;
	return vcpu->err ? EV_ERROR : event_of(vcpu->run);
}

bool memory_faults(struct vcpu *vcpu, uint64_t gpa)
{
	struct kvm_run *run = vcpu->run;
	enum event event = guest_run(vcpu);

	if (event != EV_ERROR || vcpu->err != EFAULT) {
		note("%s, errno %d instead of EFAULT", event_name(event), vcpu->err);
		return false;
	}
	if (in_tree() || (run->exit_reason == KVM_EXIT_MEMORY_FAULT && !run->memory_fault.flags &&
			  run->memory_fault.gpa == gpa && run->memory_fault.size == PAGE))
		return true;
	note("exit reason %u: flags %#llx, %#llx bytes at %#llx instead of %#lx", run->exit_reason,
	     run->memory_fault.flags, run->memory_fault.size, run->memory_fault.gpa,
	     (unsigned long)gpa);
	return false;
}

const char *event_name(enum event ev)
{
	static const char * const names[] = {
		[EV_DONE] = "done", [EV_REPORT] = "report", [EV_TRAP] = "trap",
		[EV_MMIO] = "mmio", [EV_SBI] = "sbi", [EV_SYSTEM] = "system",
		[EV_ERROR] = "error", [EV_OTHER] = "other",
	};

	return names[ev];
}

static void event_die(struct vcpu *vcpu, enum event ev, enum event want)
{
	struct kvm_run *run = vcpu->run;
	unsigned long pc = reg_get(vcpu, REG_CORE(regs.pc));

	if (ev == EV_ERROR)
		die("vCPU %d: KVM_RUN: %s at pc %#lx, expected %s", vcpu->id,
		    strerror(vcpu->err), pc, event_name(want));
	if (ev == EV_TRAP)
		die("vCPU %d: guest trap %#lx at %#lx, stval %#lx, expected %s",
		    vcpu->id, (unsigned long)trap_cause(vcpu),
		    run->riscv_sbi.args[1], run->riscv_sbi.args[2],
		    event_name(want));
	if (ev == EV_MMIO)
		die("vCPU %d: MMIO %s of %u bytes at %#llx, pc %#lx, expected %s",
		    vcpu->id, run->mmio.is_write ? "write" : "read",
		    run->mmio.len, run->mmio.phys_addr, pc, event_name(want));
	die("vCPU %d: %s (exit reason %u) at pc %#lx, expected %s", vcpu->id,
	    event_name(ev), run->exit_reason, pc, event_name(want));
}

void guest_expect(struct vcpu *vcpu, enum event want)
{
	enum event ev = guest_run(vcpu);

	if (ev != want)
		event_die(vcpu, ev, want);
}

struct guest_ret guest_call_args(struct vcpu *vcpu, uint64_t fn,
				 const uint64_t args[8])
{
	guest_set_args(vcpu, fn, args);
	guest_expect(vcpu, EV_DONE);
	return (struct guest_ret){ vcpu->run->riscv_sbi.args[0],
				   vcpu->run->riscv_sbi.args[1] };
}

uint64_t guest_call_a0(struct vcpu *vcpu, uint64_t fn, const uint64_t args[8])
{
	return guest_call_args(vcpu, fn, args).a0;
}

uint64_t done_value(struct vcpu *vcpu)
{
	return vcpu->run->riscv_sbi.args[0];
}

uint64_t trap_cause(struct vcpu *vcpu)
{
	return vcpu->run->riscv_sbi.args[0];
}

uint64_t trap_value(struct vcpu *vcpu)
{
	return vcpu->run->riscv_sbi.args[2];
}

void trap_skip_to(struct vcpu *vcpu, uint64_t pc)
{
	vcpu->run->riscv_sbi.ret[0] = 0;
	vcpu->run->riscv_sbi.ret[1] = pc;
}

void report_answer(struct vcpu *vcpu, uint64_t value)
{
	vcpu->run->riscv_sbi.ret[0] = 0;
	vcpu->run->riscv_sbi.ret[1] = value;
}

static void *thread_main(void *arg)
{
	struct vcpu_thread *t = arg;

	if (t->cpu >= 0)
		pin(t->cpu);
	t->event = guest_run(t->vcpu);
	if (t->event == EV_DONE)
		t->value = done_value(t->vcpu);
	t->done = true;
	return NULL;
}

void thread_start(struct vcpu_thread *t, struct vcpu *vcpu, int cpu)
{
	*t = (struct vcpu_thread){ .vcpu = vcpu, .cpu = cpu };
	if (pthread_create(&t->thread, NULL, thread_main, t))
		die("pthread_create failed");
}

uint64_t thread_join(struct vcpu_thread *t)
{
	pthread_join(t->thread, NULL);
	if (t->event != EV_DONE)
		event_die(t->vcpu, t->event, EV_DONE);
	return t->value;
}

void thread_interrupt(struct vcpu_thread *t)
{
	signal_catch(SIGUSR1);
	while (!t->done) {
		pthread_kill(t->thread, SIGUSR1);
		sleep_ms(5);
	}
	pthread_join(t->thread, NULL);
}

void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("cannot run on CPU %d: %s", cpu, strerror(errno));
}

static void signal_nothing(int sig)
{
	(void)sig;
}

void signal_catch(int sig)
{
	struct sigaction action = { .sa_handler = signal_nothing };

	sigaction(sig, &action, NULL);
}

uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ULL + t.tv_nsec / 1000000;
}

int vm_life(void)
{
	struct vcpu vcpu;
	struct vm vm;
	int bad;

	vm_open(&vm);
	vcpu_open(&vcpu, &vm, 0);
	bad = guest_call(&vcpu, G_mem_fill, GUEST_SCRATCH, 64, 1) != 64;
	munmap(vcpu.run, vm.run_size);
	close(vcpu.fd);
	close(vm.fd);
	close(vm.kvm);
	munmap(vm.ram, GUEST_RAM_SIZE);
	return bad;
}

void sleep_ms(unsigned int ms)
{
	struct timespec t = { ms / 1000, (ms % 1000) * 1000000L };

	while (nanosleep(&t, &t) && errno == EINTR)
		;
}

bool wait_for(volatile uint64_t *word, unsigned int ms)
{
	uint64_t end = now_ms() + ms;

	while (!*word) {
		if (now_ms() > end)
			return false;
		sleep_ms(1);
	}
	return true;
}
