/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads of the model's kernel, one at a time, in every order.
 *
 * Each thread is bound to a hart. It may lose it at points only: locks, unlocks, interrupts going
 * on, messages between harts, and each step of a guest. A scenario is run again and again, and at
 * each point another thread goes on than the last time, until all orders with so many preemptions
 * have been
 * seen, or at random with a seed that is printed.
 */
#ifndef KVR_MODEL_SCHED_H
#define KVR_MODEL_SCHED_H

#include <linux/types.h>

#define MODEL_THREADS	6

struct kvr_preempt_notifier;
struct mm_struct;

struct model_thread {
	const char *name;
	void (*run)(void *arg);
	void *arg;
	unsigned int hart;
	struct mm_struct *mm;		/* of the VM that it runs a guest of */
	bool done;
	bool irqs_off;
	bool yields;			/* threads that do not go on before it */
	unsigned int preempt_off;
	void *writes;			/* the lock that it holds for writing */
	/* told when another thread gets the hart; NULL: nobody */
	struct kvr_preempt_notifier *notifier;
	/* what is waited for; NULL: nothing. Messages are taken all the same. */
	bool (*is_ready)(void *what);
	void *what;
};

/* Each exchange of an entry of a table is a point as well: many more orders. */
extern bool model_fine;

/* model_cpu - number of this hart */
unsigned int model_cpu(void);

/* model_thread - the thread that runs; never NULL: outside of threads it is hart 0's boot */
struct model_thread *model_thread(void);

/* model_spawn - a thread on hart @hart, which begins in model_threads_run */
void model_spawn(const char *name, unsigned int hart, void (*run)(void *arg), void *arg);

/* model_threads_run - until all threads are done, or none can go on, which is a violation */
void model_threads_run(void);

/* model_point - here other threads may run, and messages from other harts are taken */
void model_point(void);

/* model_yield - a point where another thread goes on, if one can: for who tries again and again */
void model_yield(void);

/* model_wait - until @is_ready says so of @what */
void model_wait(bool (*is_ready)(void *what), void *what);

/* model_move - the thread goes to hart @hart; preemption on */
void model_move(unsigned int hart);

/*
 * model_on_harts - @fn on each hart in @mask with interrupts off, when that hart takes the message;
 * returns when all have
 */
void model_on_harts(u64 mask, void (*fn)(void *data), void *data);

/* model_message_pending - does this hart have a message to take? */
bool model_message_pending(void);

struct model_explored {
	unsigned long runs;
	bool complete;			/* no order was left out for want of time */
};

/*
 * model_explore - run @scenario in every order with up to @preemptions preemptions, or until
 * model_report says something, @runs_max times at most
 */
struct model_explored model_explore(void (*scenario)(void), unsigned int preemptions,
				    unsigned long runs_max);

/* model_random - run @scenario @runs times in orders that follow from @seed, likewise */
struct model_explored model_random(void (*scenario)(void), u64 seed, unsigned long runs);

#endif
