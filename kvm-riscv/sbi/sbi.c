// SPDX-License-Identifier: GPL-2.0-only
#include "hart/switch.h"
#include "sbi/sbi.h"
#include "vcpu/request.h"
#include "vcpu/trace.h"

/* In the order of how often guests call them. */
const struct kvr_sbi_extension kvr_sbi_extensions[] = {
	{ 0x54494d45, 0x54494d45, KVM_RISCV_SBI_EXT_TIME, false,
	  kvr_sbi_time_fast, kvr_sbi_time },
	{ 0x735049, 0x735049, KVM_RISCV_SBI_EXT_IPI, false,
	  kvr_sbi_ipi_fast, kvr_sbi_ipi },
	{ 0x52464e43, 0x52464e43, KVM_RISCV_SBI_EXT_RFENCE, false,
	  kvr_sbi_rfence_fast, kvr_sbi_rfence },
	{ 0x10, 0x10, KVR_SBI_ALWAYS, false,
	  kvr_sbi_base_fast, kvr_sbi_base },
	{ 0x4442434e, 0x4442434e, KVM_RISCV_SBI_EXT_DBCN, true, NULL, kvr_sbi_dbcn },
	{ 0x48534d, 0x48534d, KVM_RISCV_SBI_EXT_HSM, false, NULL, kvr_sbi_hsm },
	{ 0x53525354, 0x53525354, KVM_RISCV_SBI_EXT_SRST, false, NULL, kvr_sbi_srst },
	{ 0x0, 0x8, KVM_RISCV_SBI_EXT_V01, false, NULL, kvr_sbi_legacy },
	{ 0x08000000, 0x08ffffff, KVM_RISCV_SBI_EXT_EXPERIMENTAL, false, NULL, kvr_sbi_forwarded },
	{ 0x09000000, 0x09ffffff, KVM_RISCV_SBI_EXT_VENDOR, false, NULL, kvr_sbi_forwarded },
};

const unsigned int kvr_sbi_extensions_count = ARRAY_SIZE(kvr_sbi_extensions);

static const struct kvr_sbi_extension *sbi_find(struct kvr_vcpu *vcpu, unsigned long id)
{
	const struct kvr_sbi_extension *row;

	for (row = kvr_sbi_extensions; row < kvr_sbi_extensions + kvr_sbi_extensions_count; row++)
		if (id >= row->first && id <= row->last)
			return row->abi == KVR_SBI_ALWAYS || vcpu->sbi_enabled & BIT(row->abi) ?
			       row : NULL;
	return NULL;
}

bool kvr_sbi_probe(struct kvr_vcpu *vcpu, unsigned long id)
{
	const struct kvr_sbi_extension *row = sbi_find(vcpu, id);

	return row && row->call != kvr_sbi_forwarded;
}

bool kvr_sbi_probe_forwarded(struct kvr_vcpu *vcpu, unsigned long id)
{
	const struct kvr_sbi_extension *row = sbi_find(vcpu, id);

	return row && row->call == kvr_sbi_forwarded && vcpu->sbi_asked & BIT(row->abi);
}

bool KVR_FAST kvr_sbi_fast(struct kvr_vcpu *vcpu)
{
	const struct kvr_sbi_extension *row;

	/* Counted before anything else: nothing need be kept across a call then. */
	vcpu->fast.ecalls++;
	row = sbi_find(vcpu, kvr_sbi_arg(vcpu, 7));
	return row && row->fast && row->fast(vcpu, kvr_sbi_arg(vcpu, 6));
}

int kvr_sbi_call(struct kvr_vcpu *vcpu)
{
	const struct kvr_sbi_extension *row = sbi_find(vcpu, kvr_sbi_arg(vcpu, 7));
	unsigned long pc = vcpu->guest.frame.pc;
	int result;

	trace_kvm_sbi_call(vcpu);
	if (row)
		result = row->call(vcpu, kvr_sbi_arg(vcpu, 6));
	else
		result = kvr_sbi_return(vcpu, KVR_SBI_ERR_NOT_SUPPORTED, 0);
	/* A hart that stopped got no answer. */
	if (trace_kvm_sbi_return_enabled() && vcpu->guest.frame.pc != pc)
		trace_kvm_sbi_return(vcpu);
	return result;
}

int kvr_sbi_forward(struct kvr_vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	unsigned int n;

	run->exit_reason = KVM_EXIT_RISCV_SBI;
	run->riscv_sbi.extension_id = kvr_sbi_arg(vcpu, 7);
	run->riscv_sbi.function_id = kvr_sbi_arg(vcpu, 6);
	for (n = 0; n < ARRAY_SIZE(run->riscv_sbi.args); n++)
		run->riscv_sbi.args[n] = kvr_sbi_arg(vcpu, n);
	run->riscv_sbi.ret[0] = KVR_SBI_ERR_NOT_SUPPORTED;
	run->riscv_sbi.ret[1] = 0;
	vcpu->pending = (struct kvr_pending_access){ .kind = KVR_PENDING_SBI };
	return KVR_TO_USER;
}

int kvr_sbi_complete(struct kvr_vcpu *vcpu)
{
	long error = READ_ONCE(vcpu->run->riscv_sbi.ret[0]);
	unsigned long value = READ_ONCE(vcpu->run->riscv_sbi.ret[1]);

	vcpu->pending.kind = KVR_PENDING_NONE;
	/* A legacy call answers in a0 alone and leaves a1 as it was. */
	if (kvr_sbi_arg(vcpu, 7) <= 0xf)
		value = kvr_sbi_arg(vcpu, 1);
	kvr_sbi_return(vcpu, error, value);
	trace_kvm_sbi_return(vcpu);
	return KVR_RESUME;
}

int kvr_sbi_forwarded(struct kvr_vcpu *vcpu, unsigned long function)
{
	return kvr_sbi_forward(vcpu);
}

int kvr_sbi_system_event(struct kvr_vcpu *vcpu, u32 type, u64 datum)
{
	struct kvm_run *run = vcpu->run;
	struct kvr_vcpu *sibling;
	unsigned long index, flags;

	kvr_vcpus_for_each(vcpu->siblings, index, sibling) {
		raw_spin_lock_irqsave(&vcpu->siblings->hsm_lock, flags);
		WRITE_ONCE(sibling->mp_state, KVM_MP_STATE_STOPPED);
		raw_spin_unlock_irqrestore(&vcpu->siblings->hsm_lock, flags);
		kvr_vcpu_request(sibling, KVR_REQ_STOPPED);
	}
	memset(&run->system_event, 0, sizeof(run->system_event));
	run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	run->system_event.type = type;
	run->system_event.ndata = 1;
	run->system_event.data[0] = datum;
	return KVR_TO_USER;
}

u64 kvr_sbi_available(void)
{
	u64 mask = 0;
	unsigned int i;

	for (i = 0; i < kvr_sbi_extensions_count; i++)
		if (kvr_sbi_extensions[i].abi != KVR_SBI_ALWAYS)
			mask |= BIT_ULL(kvr_sbi_extensions[i].abi);
	return mask;
}

u64 kvr_sbi_default(void)
{
	u64 mask = 0;
	unsigned int i;

	for (i = 0; i < kvr_sbi_extensions_count; i++)
		if (kvr_sbi_extensions[i].abi != KVR_SBI_ALWAYS &&
		    !kvr_sbi_extensions[i].off_by_default)
			mask |= BIT_ULL(kvr_sbi_extensions[i].abi);
	return mask;
}
