// SPDX-License-Identifier: GPL-2.0-only
/* Per-CPU memory, locks, and the parts of the module that the model does without. */
#include <stdio.h>
#include <stdlib.h>

#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/smp.h>
#include <linux/spinlock.h>

#include "compat/preempt.h"
#include "hart/fp.h"
#include "host/isa.h"
#include "memory/pinned.h"
#include "memory/ring.h"
#include "model/frames.h"
#include "model/hart.h"
#include "model/kernel.h"
#include "model/sched.h"

#define PERCPU_BYTES	4096
#define PERCPU_POOL	1024
#define LATER_MAX	64

bool model_tells = true;
bool model_fine;

/* ---- Per-CPU memory ---- */

extern char __start_model_percpu[], __stop_model_percpu[];

static DEFINE_PER_CPU(u64, pool)[PERCPU_POOL / sizeof(u64)];
static size_t pool_used;
static u8 copies[MODEL_HARTS][PERCPU_BYTES] __attribute__((aligned(64)));

void *model_percpu_at(const void *variable, unsigned int cpu)
{
	return copies[cpu] + ((const char *)variable - __start_model_percpu);
}

void *model_percpu_alloc(size_t size)
{
	void *at = (char *)pool + pool_used;

	pool_used += (size + 7) & ~7UL;
	if (pool_used > PERCPU_POOL)
		abort();
	for (unsigned int cpu = 0; cpu < MODEL_HARTS; cpu++)
		memset(model_percpu_at(at, cpu), 0, size);
	return at;
}

/* ---- Messages between harts ---- */

void model_on_each_cpu(u64 mask, void (*fn)(void *data), void *data)
{
	rwlock_t *lock = model_mutant == MUTANT_UNLOCK_AROUND_FENCE ? model_thread()->writes : NULL;

	if (lock)
		write_unlock(lock);
	model_point();
	model_on_harts(mask, fn, data);
	model_point();
	if (lock)
		write_lock(lock);
}

/* ---- Locks ---- */

static bool may_write(void *what)
{
	rwlock_t *lock = what;

	return model_mutant == MUTANT_NO_EXCLUSION || (!lock->writer && !lock->readers);
}

static bool may_read(void *what)
{
	return !((rwlock_t *)what)->writer;
}

void write_lock(rwlock_t *lock)
{
	preempt_disable();
	model_point();
	model_wait(may_write, lock);
	lock->writer = model_thread();
	model_thread()->writes = lock;
}

void write_unlock(rwlock_t *lock)
{
	if (lock->writer != model_thread() && model_mutant != MUTANT_NO_EXCLUSION)
		model_violation("a lock is given back that was not taken");
	lock->writer = NULL;
	model_thread()->writes = NULL;
	preempt_enable();
}

int read_trylock(rwlock_t *lock)
{
	preempt_disable();
	model_point();
	if (lock->writer) {
		preempt_enable();
		return 0;
	}
	lock->readers++;
	model_point();
	return 1;
}

void read_lock(rwlock_t *lock)
{
	preempt_disable();
	model_point();
	model_wait(may_read, lock);
	lock->readers++;
	model_point();
}

void read_unlock(rwlock_t *lock)
{
	lock->readers--;
	model_memory_changed();
	preempt_enable();
}

static bool may_lock(void *what)
{
	return !((struct mutex *)what)->holder;
}

void mutex_lock(struct mutex *mutex)
{
	model_point();
	model_wait(may_lock, mutex);
	mutex->holder = model_thread();
}

void mutex_unlock(struct mutex *mutex)
{
	mutex->holder = NULL;
	model_point();
}

void model_memory_written(const volatile void *at)
{
	/* Harts read nothing but tables, and those are in frames. */
	if (!frame_find((u64)at))
		return;
	model_memory_changed();
	model_step();
}

void model_memory_exchange(const volatile void *at)
{
	if (model_fine && frame_find((u64)at))
		model_point();
}

/* ---- Memory freed later ---- */

static void *later[LATER_MAX];
static unsigned int later_count;

void model_free_later(void *memory)
{
	if (later_count == LATER_MAX)
		abort();
	later[later_count++] = memory;
}

void kernel_reset(void)
{
	if (__stop_model_percpu - __start_model_percpu > PERCPU_BYTES)
		abort();
	memset(copies, 0, sizeof(copies));
	pool_used = 0;
	while (later_count)
		free(later[--later_count]);
}

/* ---- What the model does without ---- */

bool kvr_isa_host_has(unsigned int id)
{
	return id == KVM_RISCV_ISA_EXT_SSTC;
}

bool kvr_isa_hart_has_h(unsigned int cpu)
{
	return !model_harts[cpu].config.no_h;
}

void kvr_isa_withhold(unsigned int id)
{
}

void kvr_isa_ask_ids(void)
{
}

void kvr_fp_load(struct kvr_guest *guest)
{
}

void kvr_fp_put(struct kvr_guest *guest)
{
}

void kvr_vector_bring(struct kvr_guest *guest)
{
}

void kvr_vector_take(struct kvr_guest *guest)
{
}

bool kvr_memory_pins(void)
{
	return false;
}

int kvr_pinning_init(struct kvr_pinning *pinning, struct mm_struct *mm)
{
	return 0;
}

void kvr_pinning_destroy(struct kvr_pinning *pinning)
{
}

int kvr_pins_init(struct kvr_pins *pins, const struct kvr_slot_region *region)
{
	return 0;
}

void kvr_pins_release(struct kvr_memory *memory, struct kvr_slot *slot)
{
}

int kvr_pins_find(struct kvr_memory *memory, const struct kvr_slot_view *view, u64 gfn,
		  bool write, struct kvr_host_block *block)
{
	return -ENOENT;
}

int kvr_pins_add(struct kvr_memory *memory, const struct kvr_slot_view *view, u64 gfn,
		 bool write, bool huge)
{
	return -EFAULT;
}

bool kvr_ring_push(struct kvr_vcpu *vcpu, u32 slot, u64 offset)
{
	return false;
}
