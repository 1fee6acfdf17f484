// SPDX-License-Identifier: GPL-2.0-only
#include <linux/acpi.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/of.h>
#include <linux/string.h>

#include "host/firmware.h"
#include "host/isa.h"
#include "host/isa_read.h"

static struct kvr_isa_found isa_found;
static struct cpumask isa_harts_h;	/* those that the description says to have H */

/* "riscv,isa" is older than the naming of these: its "i" means them too. */
static const u8 isa_unnamed[] = {
	KVM_RISCV_ISA_EXT_ZICSR, KVM_RISCV_ISA_EXT_ZIFENCEI,
	KVM_RISCV_ISA_EXT_ZICNTR, KVM_RISCV_ISA_EXT_ZIHPM,
};

/* "riscv,isa-extensions" where there is one, else "riscv,isa" */
static int dt_read_names(const struct device_node *hart, struct kvr_isa_set *set)
{
	int count = of_property_count_strings(hart, "riscv,isa-extensions");
	const char *text;
	unsigned int i;
	int ret;

	for (ret = 0; ret < count; ret++)
		if (!of_property_read_string_index(hart, "riscv,isa-extensions", ret, &text))
			kvr_isa_add_name(set, text, strlen(text));
	if (count > 0)
		return 0;

	ret = of_property_read_string(hart, "riscv,isa", &text);
	if (ret)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(isa_unnamed); i++)
		kvr_isa_set_add(set, isa_unnamed[i]);
	return kvr_isa_add_string(set, text, strlen(text));
}

static int dt_read_hart(struct kvr_isa_found *found, const struct device_node *hart, int cpu)
{
	struct kvr_isa_machine machine = { };
	struct kvr_isa_set set = { };
	u32 ticks;
	int ret;

	ret = dt_read_names(hart, &set);
	if (ret)
		return ret;
	of_property_read_u32(hart, "riscv,cbom-block-size", &machine.cbom_size);
	of_property_read_u32(hart, "riscv,cboz-block-size", &machine.cboz_size);
	of_property_read_u32(hart, "riscv,cbop-block-size", &machine.cbop_size);
	if (kvr_isa_merge(found, &set, &machine))
		cpumask_set_cpu(cpu, &isa_harts_h);
	if (!of_property_read_u32(hart, "timebase-frequency", &ticks))
		found->machine.timebase = ticks;
	return 0;
}

static int dt_read(struct kvr_isa_found *found)
{
	struct device_node *node;
	int cpu, ret = -ENODEV;
	u32 ticks;

	for_each_possible_cpu(cpu) {
		node = of_get_cpu_node(cpu, NULL);
		if (!node)
			return found->harts ? -EINVAL : -ENODEV;
		ret = dt_read_hart(found, node, cpu);
		of_node_put(node);
		if (ret)
			return ret;
	}
	node = of_find_node_by_path("/cpus");
	if (node && !of_property_read_u32(node, "timebase-frequency", &ticks))
		found->machine.timebase = ticks;
	of_node_put(node);
	return ret;
}

#ifdef CONFIG_ACPI
static int rhct_fetch(struct kvr_isa_found *found)
{
	struct acpi_table_header *table;
	int ret;

	if (ACPI_FAILURE(acpi_get_table("RHCT", 0, &table)))
		return -ENODEV;
	ret = kvr_isa_read_rhct(found, table, table->length);
	acpi_put_table(table);
	/* Which of the kernel's numbers goes with which UID most kernels do not tell modules. */
	cpumask_setall(&isa_harts_h);
	return ret;
}
#else
static int rhct_fetch(struct kvr_isa_found *found)
{
	return -ENODEV;
}
#endif

int kvr_isa_init(void)
{
	struct kvr_isa_found *found = &isa_found;
	int ret;

	memset(found, 0, sizeof(*found));
	ret = dt_read(found);
	if (ret == -ENODEV)
		ret = rhct_fetch(found);
	if (!ret && !found->machine.timebase)
		ret = -EINVAL;
	if (ret) {
		memset(found, 0, sizeof(*found));
		return ret;
	}
	return 0;
}

void kvr_isa_ask_ids(void)
{
	struct kvr_isa_machine *machine = &isa_found.machine;

	machine->mvendorid = kvr_host_sbi(KVR_HOST_SBI_BASE, KVR_HOST_SBI_GET_MVENDORID,
					  0, 0, 0, 0, 0, 0).value;
	machine->marchid = kvr_host_sbi(KVR_HOST_SBI_BASE, KVR_HOST_SBI_GET_MARCHID,
					0, 0, 0, 0, 0, 0).value;
	machine->mimpid = kvr_host_sbi(KVR_HOST_SBI_BASE, KVR_HOST_SBI_GET_MIMPID,
				       0, 0, 0, 0, 0, 0).value;
}

void kvr_isa_withhold(unsigned int id)
{
	if (id == KVM_RISCV_ISA_EXT_V)
		kvr_isa_set_drop_vector(&isa_found.common);
	else
		kvr_isa_set_drop(&isa_found.common, id);
}

const char *kvr_isa_refusal(void)
{
	if (!isa_found.harts)
		return "no device tree or ACPI table describes the harts; update the firmware";
	if (!isa_found.harts_h)
		return "no hart has the hypervisor extension (H); use a machine that has it";
	return NULL;
}

bool kvr_isa_hart_has_h(unsigned int cpu)
{
	return cpumask_test_cpu(cpu, &isa_harts_h);
}

bool kvr_isa_host_has(unsigned int id)
{
	return kvr_isa_set_has(&isa_found.common, id);
}

bool kvr_isa_guest_may_have(unsigned int id)
{
	const struct kvr_isa_ext *ext = kvr_isa_ext_by_id(id);

	return ext && kvr_isa_holds(ext->give, &isa_found.common, id);
}

bool kvr_isa_guest_may_drop(unsigned int id)
{
	const struct kvr_isa_ext *ext = kvr_isa_ext_by_id(id);

	return ext && kvr_isa_holds(ext->drop, &isa_found.common, id);
}

void kvr_isa_guest_default(struct kvr_isa_set *set)
{
	unsigned int id;

	memset(set, 0, sizeof(*set));
	for (id = 0; id < KVM_RISCV_ISA_EXT_MAX; id++)
		if (kvr_isa_holds(kvr_isa_ext_by_id(id)->start, &isa_found.common, id))
			kvr_isa_set_add(set, id);
}

const struct kvr_isa_machine *kvr_isa_machine(void)
{
	return &isa_found.machine;
}

u64 kvr_isa_timebase(void)
{
	return isa_found.machine.timebase;
}
