/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_MODEL_LINUX_DELAY_H
#define KVR_MODEL_LINUX_DELAY_H

#include "model/sched.h"

#define usleep_range(least, most)	model_point()

#endif
