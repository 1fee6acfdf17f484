/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_MODEL_LINUX_IRQFLAGS_H
#define KVR_MODEL_LINUX_IRQFLAGS_H

#include "model/sched.h"

#define irqs_disabled()		(model_thread()->irqs_off)
#define local_irq_disable()	((void)(model_thread()->irqs_off = true))
#define local_irq_save(flags)					\
	do {							\
		(flags) = model_thread()->irqs_off;		\
		local_irq_disable();				\
	} while (0)
#define local_irq_restore(flags)				\
	do {							\
		model_thread()->irqs_off = (flags);		\
		if (!(flags))					\
			model_point();				\
	} while (0)
#define local_irq_enable()	local_irq_restore(0)

#endif
