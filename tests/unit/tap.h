/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests of the parts of the module that touch no hardware, as TAP.
 *
 * A test file names its sources in its first line, includes this header once
 * and holds nothing but tests; main() is here.
 *
 *	TEST(reserved_forms_are_rejected)
 *	{
 *		EXPECT_EQ(kvr_decode(0, &insn), -EINVAL);
 *	}
 *
 * A failed expectation is reported with its place and both values, and the test
 * goes on; REQUIRE() ends the test instead. In a loop over many inputs, NOTE()
 * beforehand says which input it was (printed only with a failure).
 */
#ifndef KVR_UNIT_TAP_H
#define KVR_UNIT_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAP_REPORTS_MAX 20

struct tap_case {
	const char *name;
	void (*run)(void);
	struct tap_case *next;
};

static struct tap_case *tap_head;
static struct tap_case **tap_tail = &tap_head;
static unsigned int tap_failures;
static char tap_note[256];

static inline void tap_add(struct tap_case *test)
{
	*tap_tail = test;
	tap_tail = &test->next;
}

static inline __attribute__((format(printf, 1, 2)))
void tap_set_note(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(tap_note, sizeof(tap_note), fmt, args);
	va_end(args);
}

static inline void tap_fail(const char *file, int line, const char *what)
{
	if (++tap_failures > TAP_REPORTS_MAX)
		return;
	printf("# %s:%d: %s%s%s\n", file, line, what, *tap_note ? " with " : "", tap_note);
}

static inline bool tap_check_eq(const char *file, int line, const char *what,
				long long got, long long want)
{
	char text[256];

	if (got == want)
		return true;
	snprintf(text, sizeof(text), "%s is %lld (0x%llx), not %lld (0x%llx)",
		 what, got, got, want, want);
	tap_fail(file, line, text);
	return false;
}

static inline bool tap_check_str(const char *file, int line, const char *what,
				 const char *got, const char *want)
{
	char text[256];

	if (got && want && !strcmp(got, want))
		return true;
	snprintf(text, sizeof(text), "%s is \"%s\", not \"%s\"", what,
		 got ? got : "(null)", want ? want : "(null)");
	tap_fail(file, line, text);
	return false;
}

#define TEST(name)							\
	static void name(void);						\
	static struct tap_case tap_case_##name = { #name, name, NULL };	\
	static __attribute__((constructor)) void tap_add_##name(void)	\
	{								\
		tap_add(&tap_case_##name);				\
	}								\
	static void name(void)

#define NOTE(...) tap_set_note(__VA_ARGS__)

#define EXPECT(cond)							\
	do {								\
		if (!(cond))						\
			tap_fail(__FILE__, __LINE__, "not true: " #cond); \
	} while (0)

/* Compares integers of any type by their value as 64 bits. */
#define EXPECT_EQ(got, want)						\
	tap_check_eq(__FILE__, __LINE__, #got, (long long)(got), (long long)(want))

#define EXPECT_STREQ(got, want)						\
	tap_check_str(__FILE__, __LINE__, #got, got, want)

#define REQUIRE(cond)							\
	do {								\
		if (!(cond)) {						\
			tap_fail(__FILE__, __LINE__, "not true: " #cond); \
			return;						\
		}							\
	} while (0)

int main(void)
{
	unsigned int number = 0, bad = 0;

	/* What was reported before a crash must not die in a buffer. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (struct tap_case *test = tap_head; test; test = test->next)
		number++;
	printf("1..%u\n", number);

	number = 0;
	for (struct tap_case *test = tap_head; test; test = test->next) {
		tap_failures = 0;
		*tap_note = '\0';
		test->run();
		if (tap_failures > TAP_REPORTS_MAX)
			printf("# and %u more\n", tap_failures - TAP_REPORTS_MAX);
		printf("%sok %u - %s\n", tap_failures ? "not " : "", ++number, test->name);
		bad += !!tap_failures;
	}
	return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
