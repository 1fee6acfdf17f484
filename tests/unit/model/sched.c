// SPDX-License-Identifier: GPL-2.0-only
/* Threads of the model's kernel, and the orders in which they run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>

#include "compat/preempt.h"
#include "model/hart.h"
#include "model/sched.h"

#define STACK_BYTES	(256 * 1024)
#define POINTS_MAX	4096
#define MESSAGES	8

struct context {
	struct model_thread thread;
	ucontext_t ucontext;
	void *stack;
	void *fake_stack;		/* the sanitizer's */
};

/* What one hart asks of another. */
struct message {
	void (*fn)(void *data);
	void *data;
	unsigned int *left;		/* answers that the sender waits for */
};

static struct context contexts[MODEL_THREADS];
static unsigned int thread_count;
static struct context *current_context;	/* NULL: the boot thread */
static struct model_thread boot;
static ucontext_t boot_ucontext;
static void *boot_fake_stack;
static const void *boot_stack;
static size_t boot_stack_size;

static struct context *on_hart[MODEL_HARTS];	/* who has each hart */
static int cpu_override = -1;			/* the hart that takes a message */
static struct message messages[MODEL_HARTS][MESSAGES];
static unsigned int message_count[MODEL_HARTS];

/* The order of the present run: at each point, which of so many goes on. */
static struct {
	bool random;
	u64 seed;
	unsigned int preemptions_max, preemptions;
	unsigned int at, length;
	unsigned char choice[POINTS_MAX], of[POINTS_MAX];
} order;

unsigned int model_cpu(void)
{
	return cpu_override >= 0 ? (unsigned int)cpu_override : model_thread()->hart;
}

struct model_thread *model_thread(void)
{
	return current_context ? &current_context->thread : &boot;
}

/* ---- Orders ---- */

static unsigned int random_below(unsigned int limit)
{
	order.seed = order.seed * 6364136223846793005UL + 1442695040888963407UL;
	return (order.seed >> 33) % limit;
}

/* Which of @count goes on; 0 is the one that runs now if @may_stay. */
static unsigned int order_choose(unsigned int count, bool may_stay)
{
	unsigned int choice;

	if (order.random)
		return may_stay && random_below(3) ? 0 : random_below(count);
	if (may_stay && order.preemptions == order.preemptions_max)
		count = 1;
	if (count == 1)
		return 0;
	if (order.at == POINTS_MAX) {
		model_violation("a run has too many points");
		return 0;
	}
	if (order.at == order.length) {
		order.choice[order.length] = 0;
		order.of[order.length++] = count;
	}
	choice = order.choice[order.at++];
	order.preemptions += may_stay && choice;
	return choice;
}

/* The next order; false: that was the last. */
static bool order_next(void)
{
	while (order.length && order.choice[order.length - 1] + 1 == order.of[order.length - 1])
		order.length--;
	if (!order.length)
		return false;
	order.choice[order.length - 1]++;
	return true;
}

static void order_begin(void)
{
	order.at = 0;
	order.preemptions = 0;
}

struct model_explored model_explore(void (*scenario)(void), unsigned int preemptions,
				    unsigned long runs_max)
{
	struct model_explored explored = {};

	memset(&order, 0, sizeof(order));
	order.preemptions_max = preemptions;
	do {
		order_begin();
		scenario();
		explored.runs++;
		if (*model_report)
			return explored;
		explored.complete = !order_next();
	} while (!explored.complete && explored.runs < runs_max);
	return explored;
}

struct model_explored model_random(void (*scenario)(void), u64 seed, unsigned long runs)
{
	struct model_explored explored = {};

	memset(&order, 0, sizeof(order));
	order.random = true;
	while (explored.runs < runs) {
		order_begin();
		order.seed = seed + explored.runs++;
		scenario();
		if (*model_report) {
			printf("# seed %llu\n", (unsigned long long)seed + explored.runs - 1);
			return explored;
		}
	}
	return explored;
}

/* ---- Messages ---- */

static void message_take(unsigned int hart)
{
	int before = cpu_override;
	struct model_thread *thread = model_thread();
	bool irqs_off = thread->irqs_off;

	cpu_override = hart;
	thread->irqs_off = true;
	thread->preempt_off++;
	while (message_count[hart]) {
		struct message message = messages[hart][0];

		message_count[hart]--;
		memmove(messages[hart], messages[hart] + 1,
			message_count[hart] * sizeof(message));
		model_step();
		message.fn(message.data);
		model_step();
		--*message.left;
	}
	thread->preempt_off--;
	thread->irqs_off = irqs_off;
	cpu_override = before;
}

bool model_message_pending(void)
{
	return message_count[model_cpu()];
}

static bool hart_is_idle(unsigned int hart)
{
	return hart != model_thread()->hart && (!on_hart[hart] || on_hart[hart]->thread.done);
}

static bool is_answered(void *left)
{
	return !*(unsigned int *)left;
}

void model_on_harts(u64 mask, void (*fn)(void *data), void *data)
{
	unsigned int self = model_cpu();
	unsigned int left = 0;

	if (model_thread()->irqs_off)
		model_violation("harts are told with interrupts off");
	model_thread()->preempt_off++;
	for (unsigned int hart = 0; hart < model_hart_count; hart++) {
		if (hart == self || !(mask >> hart & 1) || model_mutant == MUTANT_NO_IPI)
			continue;
		if (message_count[hart] == MESSAGES) {
			model_violation("hart %u is told too much at once", hart);
			continue;
		}
		left++;
		messages[hart][message_count[hart]++] = (struct message){
			fn, data, &left,
		};
		if (hart_is_idle(hart))
			message_take(hart);
	}
	if (mask >> self & 1) {
		bool irqs_off = model_thread()->irqs_off;

		model_thread()->irqs_off = true;
		fn(data);
		model_thread()->irqs_off = irqs_off;
	}
	model_wait(is_answered, &left);
	model_thread()->preempt_off--;
}

/* ---- Threads ---- */

static void stack_entered(struct context *to)
{
	__sanitizer_finish_switch_fiber(to ? to->fake_stack : boot_fake_stack,
					boot_stack ? NULL : &boot_stack,
					boot_stack ? NULL : &boot_stack_size);
}

/* @to goes on: NULL is the boot thread. */
static void context_switch(struct context *to)
{
	struct context *from = current_context;
	bool gone = from && from->thread.done;
	void **fake = gone ? NULL : from ? &from->fake_stack : &boot_fake_stack;

	current_context = to;
	__sanitizer_start_switch_fiber(fake, to ? to->stack : boot_stack,
				       to ? STACK_BYTES : boot_stack_size);
	swapcontext(from ? &from->ucontext : &boot_ucontext,
		    to ? &to->ucontext : &boot_ucontext);
	stack_entered(from);
}

/* Another thread may take the hart of @context. */
static bool hart_can_be_had(unsigned int hart)
{
	const struct context *holder = on_hart[hart];

	return !holder || holder->thread.done ||
	       (!holder->thread.irqs_off && !holder->thread.preempt_off);
}

static bool can_go_on(struct context *context)
{
	struct model_thread *thread = &context->thread;

	if (thread->done)
		return false;
	if (on_hart[thread->hart] != context && !hart_can_be_had(thread->hart))
		return false;
	if (!thread->is_ready || thread->is_ready(thread->what))
		return true;
	/* It waits, and has the hart: it takes messages meanwhile. */
	return on_hart[thread->hart] == context && message_count[thread->hart] &&
	       !thread->irqs_off;
}

/* @context NULL: the boot thread */
static void notify_out(struct context *context)
{
	struct model_thread *thread = context ? &context->thread : &boot;
	struct context *before = current_context;

	if (!thread->notifier || thread->done)
		return;
	current_context = context;
	thread->irqs_off = true;
	thread->notifier->ops->sched_out(thread->notifier);
	thread->irqs_off = false;
	current_context = before;
}

/* Gives @to its hart, which another may have had. */
static void hart_hand_over(struct context *to)
{
	struct context **holder = &on_hart[to->thread.hart];

	if (*holder && *holder != to)
		notify_out(*holder);
	*holder = to;
}

/* Threads but this one that can go on, and have yielded or not; how many */
static unsigned int others_ready(struct context **ready, bool yield)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < thread_count; i++)
		if (&contexts[i] != current_context && contexts[i].thread.yields == yield &&
		    can_go_on(&contexts[i]))
			ready[count++] = &contexts[i];
	return count;
}

/* Somebody goes on; the boot thread when nobody can. */
static void schedule(void)
{
	struct context *self = current_context;
	struct context *ready[MODEL_THREADS];
	bool may_stay = self && !self->thread.yields && can_go_on(self);
	unsigned int count = 0;
	struct context *to = NULL;

	if (may_stay)
		ready[count++] = self;
	count += others_ready(ready + count, false);
	if (!count)
		count = others_ready(ready, true);
	if (count)
		to = ready[order_choose(count, may_stay)];
	else if (self && can_go_on(self))
		to = self;
	if (to) {
		to->thread.yields = false;
		hart_hand_over(to);
	}
	if (to != self)
		context_switch(to);
}

void model_point(void)
{
	model_step();
	if (!current_context || cpu_override >= 0)
		return;
	schedule();
	if (!model_thread()->irqs_off && model_message_pending())
		message_take(model_thread()->hart);
}

void model_wait(bool (*is_ready)(void *what), void *what)
{
	struct model_thread *thread = model_thread();

	if (is_ready(what))
		return;
	if (!current_context) {
		model_violation("the boot thread waits for ever");
		return;
	}
	while (!is_ready(what)) {
		thread->is_ready = is_ready;
		thread->what = what;
		model_point();
		thread->is_ready = NULL;
	}
}

void model_yield(void)
{
	if (!current_context)
		return;
	current_context->thread.yields = true;
	model_point();
}

void model_move(unsigned int hart)
{
	struct model_thread *thread = model_thread();

	model_point();
	notify_out(current_context);
	on_hart[thread->hart] = NULL;
	/* A hart without a thread takes its messages at once. */
	message_take(thread->hart);
	thread->hart = hart;
	if (!current_context)
		return;
	/* It has no hart until that one can be had. */
	schedule();
}

static void thread_begin(void)
{
	struct context *self = current_context;

	stack_entered(self);
	self->thread.run(self->thread.arg);
	self->thread.done = true;
	if (self->thread.irqs_off || self->thread.preempt_off)
		model_violation("thread %s ends with interrupts or preemption off",
				self->thread.name);
	cpu_override = self->thread.hart;
	message_take(self->thread.hart);
	cpu_override = -1;
	schedule();
	abort();
}

void model_spawn(const char *name, unsigned int hart, void (*run)(void *arg), void *arg)
{
	struct context *context = &contexts[thread_count++];
	void *stack = context->stack ?: aligned_alloc(4096, STACK_BYTES);

	if (!stack)
		abort();
	__asan_unpoison_memory_region(stack, STACK_BYTES);
	memset(context, 0, sizeof(*context));
	context->stack = stack;
	context->thread = (struct model_thread){
		.name = name, .run = run, .arg = arg, .hart = hart,
	};
	getcontext(&context->ucontext);
	context->ucontext.uc_stack.ss_sp = stack;
	context->ucontext.uc_stack.ss_size = STACK_BYTES;
	makecontext(&context->ucontext, thread_begin, 0);
}

void model_threads_run(void)
{
	schedule();
	for (unsigned int i = 0; i < thread_count; i++)
		if (!contexts[i].thread.done)
			model_violation("thread %s never ends", contexts[i].thread.name);
	thread_count = 0;
	memset(on_hart, 0, sizeof(on_hart));
	memset(message_count, 0, sizeof(message_count));
}
