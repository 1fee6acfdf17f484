// SPDX-License-Identifier: GPL-2.0-only
/*
 * Usage: guest-hold MIB [PASSES]
 * Fills MIB of memory with numbers that do not compress, then checks and
 * changes all of it, page after page, PASSES times: under a host that swaps,
 * each pass makes it bring back what it took away.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define PAGE_WORDS	512

static uint64_t mix(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 29;
	return x;
}

static void page_fill(uint64_t *page, uint64_t number, uint64_t pass)
{
	uint64_t x = mix(number * 1000003 + pass + 1);
	int i;

	for (i = 0; i < PAGE_WORDS; i++) {
		page[i] = x;
		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
	}
}

static int page_check(const uint64_t *page, uint64_t number, uint64_t pass)
{
	uint64_t x = mix(number * 1000003 + pass + 1);
	int i;

	for (i = 0; i < PAGE_WORDS; i++) {
		if (page[i] != x) {
			printf("guest: hold FAILED: page %lu word %d pass %lu: %lx, not %lx\n",
			       number, i, pass, page[i], x);
			return -1;
		}
		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
	}
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t pages = (argc > 1 ? strtoul(argv[1], NULL, 0) : 64) << 8;
	uint64_t passes = argc > 2 ? strtoul(argv[2], NULL, 0) : 1;
	uint64_t *memory, i, pass;

	setvbuf(stdout, NULL, _IOLBF, 0);
	memory = mmap(NULL, pages * 4096, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED) {
		perror("mmap");
		return 1;
	}
	for (i = 0; i < pages; i++)
		page_fill(memory + i * PAGE_WORDS, i, 0);
	printf("guest: hold filled %lu pages\n", pages);
	for (pass = 0; pass < passes; pass++) {
		for (i = 0; i < pages; i++) {
			if (page_check(memory + i * PAGE_WORDS, i, pass))
				return 1;
			page_fill(memory + i * PAGE_WORDS, i, pass + 1);
		}
		printf("guest: hold pass %lu good\n", pass + 1);
	}
	return 0;
}
