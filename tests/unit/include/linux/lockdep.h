/* SPDX-License-Identifier: GPL-2.0-only */
/* Pure cores run in one thread here; who holds what is lockdep's to check in the machine. */
#ifndef KVR_UNIT_LINUX_LOCKDEP_H
#define KVR_UNIT_LINUX_LOCKDEP_H

#define lockdep_is_held(l) ((l)->held)
#define lockdep_assert_held(l) ((void)(l))
#define lockdep_assert_held_write(l) ((void)(l))
#define lockdep_assert_held_read(l) ((void)(l))

#endif
