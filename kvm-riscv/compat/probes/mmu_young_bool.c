// SPDX-License-Identifier: GPL-2.0-only
/* by 7.2 (6.12 has not): MMU notifier callbacks that ask about age return bool */
#include <linux/mmu_notifier.h>

bool (*kvr_probe(struct mmu_notifier_ops *ops))(struct mmu_notifier *subscription,
						struct mm_struct *mm, unsigned long address);
bool (*kvr_probe(struct mmu_notifier_ops *ops))(struct mmu_notifier *subscription,
						struct mm_struct *mm, unsigned long address)
{
	return ops->test_young;
}
