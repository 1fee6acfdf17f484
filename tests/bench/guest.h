/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bare-metal guest of the benchmarks: its addresses and its calling convention.
 *
 * guest.S is linked into the bench as data and copied to GUEST_CODE. A loop is
 * entered in VS-mode without paging, with
 *   a0  number of iterations
 *   a1  its argument: the guest physical address that it reads or writes
 * and ends with a 4-byte store to GUEST_DONE; an unexpected trap ends with a
 * store of scause to GUEST_TRAP instead.
 *
 * The addresses keep clear of the emulated machine's firmware (0x80000000), so
 * that an instruction trace can tell guest, firmware and user space by address.
 */
#ifndef TESTS_BENCH_GUEST_H
#define TESTS_BENCH_GUEST_H

#define GUEST_DONE	0x10000000
#define GUEST_TRAP	0x10001000
#define GUEST_MMIO	0x10002000
#define GUEST_EVENT	0x10003000
#define GUEST_CODE	0x40000000
#define GUEST_PAGES	0x50000000

#ifndef __ASSEMBLER__
extern const unsigned char guest_begin[], guest_end[];
extern const unsigned char guest_empty[], guest_sbi_base[], guest_set_timer[];
extern const unsigned char guest_send_ipi[], guest_remote_sfence[];
extern const unsigned char guest_rdcycle[], guest_wfi[], guest_write[];
extern const unsigned char guest_read[], guest_stride[];
#endif

#endif
