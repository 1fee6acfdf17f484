/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest CSRs wherever they are at the moment, and what the guest's hart offers at its HS level:
 * pending interrupts, the timer's compare value, the offset of time.
 *
 * All for the guest's own thread, or under vcpu->mutex while it is put. Preemption is off from a
 * look at guest->loaded to what follows from it.
 */
#ifndef KVR_HART_GUEST_CSR_H
#define KVR_HART_GUEST_CSR_H

#include "hart/guest_regs.h"

/* kvr_guest_csr_get - field @field of struct kvr_csrs, one of KVR_GUEST_CSRS; preemption off */
#define kvr_guest_csr_get(guest, field)		kvr_guest_get_##field(guest)

/* kvr_guest_csr_set - the same becomes @value; preemption off */
#define kvr_guest_csr_set(guest, field, value)	kvr_guest_set_##field(guest, value)

#define GUEST_CSR_ACCESS(field, number)						\
static inline unsigned long kvr_guest_get_##field(struct kvr_guest *guest)	\
{										\
	return guest->loaded ? kvr_csr_read(number) : guest->csr.field;		\
}										\
static inline void kvr_guest_set_##field(struct kvr_guest *guest, unsigned long value) \
{										\
	if (guest->loaded) {							\
		kvr_csr_write(number, value);					\
		return;								\
	}									\
	guest->csr.field = value;						\
	guest->csr_modified = true;						\
}
KVR_GUEST_CSRS(GUEST_CSR_ACCESS)
#undef GUEST_CSR_ACCESS

/* vsatp is in the hart only while the guest is live there. */
static inline bool kvr_guest_is_live(const struct kvr_guest *guest)
{
	return guest->loaded && this_cpu_read(kvr_harts.live) == guest;
}

static inline unsigned long kvr_guest_get_vsatp(struct kvr_guest *guest)
{
	return kvr_guest_is_live(guest) ? kvr_csr_read(KVR_CSR_VSATP) : guest->csr.vsatp;
}

static inline void kvr_guest_set_vsatp(struct kvr_guest *guest, unsigned long value)
{
	if (kvr_guest_is_live(guest)) {
		kvr_csr_write(KVR_CSR_VSATP, value);
		return;
	}
	guest->csr.vsatp = value;
	guest->csr_modified |= !guest->loaded;
}

/* kvr_host_time - what guest time is counted from: the host's time CSR, but it never goes back */
static inline u64 kvr_host_time(void)
{
	return kvr_csr_read(KVR_CSR_TIME) + kvr_clock_lost;
}

/* kvr_guest_time - the time CSR as the guest reads it; the guest's own thread, any speed */
static inline u64 kvr_guest_time(const struct kvr_guest *guest)
{
	return kvr_host_time() + READ_ONCE(guest->time_delta);
}

/*
 * kvr_guest_scounteren - the guest's own, while it is in the hart: between kvr_guest_enter and
 * kvr_guest_exit. At any other time guest->csr.scounteren has it.
 */
static inline unsigned long kvr_guest_scounteren(const struct kvr_guest *guest)
{
	return kvr_csr_read(KVR_CSR_SCOUNTEREN);
}

/* kvr_host_levels - levels of the page tables that this hart runs the host with */
static inline unsigned int kvr_host_levels(void)
{
	return (kvr_csr_read(KVR_CSR_SATP) >> KVR_SATP_MODE_SHIFT) - KVR_SATP_MODE_SV39 + 3;
}

/* kvr_guest_time_delta_set - guest time is host time plus @delta from now on; preemption off */
static inline void kvr_guest_time_delta_set(struct kvr_guest *guest, u64 delta)
{
	guest->time_delta = delta;
	if (guest->loaded)
		kvr_csr_write(KVR_CSR_HTIMEDELTA, delta + kvr_clock_lost);
	else
		guest->csr_modified = true;
}

/* kvr_guest_timer_write - the compare value of a guest's timer that has Sstc; guest loaded */
static inline void kvr_guest_timer_write(struct kvr_guest *guest, u64 compare)
{
	kvr_csr_write(KVR_CSR_VSTIMECMP, compare);
}

/* kvr_guest_irq_change - hvip loses the bits in @clear, then gains those in @set; guest loaded */
static inline void kvr_guest_irq_change(struct kvr_guest *guest, unsigned long clear,
					unsigned long set)
{
	kvr_csr_clear(KVR_CSR_HVIP, clear);
	kvr_csr_set(KVR_CSR_HVIP, set);
}

/* kvr_guest_irq_set - hvip gains the bits in @set; guest loaded */
static inline void kvr_guest_irq_set(struct kvr_guest *guest, unsigned long set)
{
	kvr_csr_set(KVR_CSR_HVIP, set);
}

/*
 * kvr_guest_irq_pending/enabled - bits of hip and hie, the VS level's; guest loaded, preemption off
 */
static inline unsigned long kvr_guest_irq_pending(struct kvr_guest *guest)
{
	return kvr_csr_read(KVR_CSR_VSIP) << KVR_IP_VS_TO_S_SHIFT;
}

static inline unsigned long kvr_guest_irq_enabled(struct kvr_guest *guest)
{
	return kvr_csr_read(KVR_CSR_VSIE) << KVR_IP_VS_TO_S_SHIFT;
}

/* kvr_guest_irq_ready - is anything both pending and enabled? guest loaded, interrupts off */
static inline bool kvr_guest_irq_ready(struct kvr_guest *guest)
{
	return kvr_csr_read(KVR_CSR_VSIP) & kvr_csr_read(KVR_CSR_VSIE);
}

#endif
