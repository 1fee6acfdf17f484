# SPDX-License-Identifier: GPL-2.0-only
# What does this kernel have? Each compat/probes/NAME.c is compiled with the
# target's own compiler and flags; where it compiles, compat/generated/have.h
# defines KVR_HAVE_NAME. All of them run in parallel, before any object of the
# module, and again only when the probe, the kernel's release or configuration,
# the compiler or its flags have changed. Two probes are controls: control_good
# must compile, control_bad must not, or the build stops.
#
# With KVR_PROBE_ONLY=1 on the command line nothing else is built.

kvr-probes := $(patsubst %.c,%,$(notdir $(wildcard $(src)/compat/probes/*.c)))
kvr-generated := $(obj)/compat/generated
kvr-results := $(kvr-probes:%=$(kvr-generated)/%.result)

# What a kernel was configured without cannot be probed by compiling; compat/ asks for
# these by their CONFIG_ names, and `make probe` shows them with what hangs on them.
kvr-options += BLK_CGROUP # a thread may have to wait for I/O on its way to user space
kvr-options += CONTEXT_TRACKING # user space and guests are told apart (NO_HZ_FULL)
kvr-options += EVENTFD # ioeventfd and irqfd are offered
kvr-options += MEMCG # a thread may have to free memory on its way to user space
kvr-options += MMU_GATHER_RCU_TABLE_FREE # 6.10: the host's tables are walked without a lock
kvr-options += MMU_NOTIFIER # guest memory stays swappable; without, it is pinned
kvr-options += PREEMPT_NOTIFIERS # a vCPU learns of task switches from them
kvr-options += SMP # there are other harts
kvr-options += TRACEPOINTS # where there are no preempt notifiers, sched_switch tells of task switches

ifdef KVR_PROBE_ONLY
obj-m :=
always-y += compat/generated/have.h compat/generated/options
endif

# What the answers are about, as part of each probe's command: Kbuild repeats a command that
# has changed. Files' times would not do, as packages bring old ones.
kvr-config := $(wildcard $(objtree)/include/generated/autoconf.h)
kvr-target = $(eval kvr-target := $(KERNELRELEASE) $$(shell $(CC) --version | head -n 1) \
	config $$(shell cksum < $(or $(kvr-config),/dev/null)))$(kvr-target)

# Only what tells one kernel from another may fail a probe: a name that is not
# there, arguments or pointers of other types. Mere warnings may not, and 5.10
# to 7.3 and gcc 10 to 16 differ in which of these are errors by default.
kvr-probe-flags := -Wno-error -Werror=implicit-function-declaration \
	-Werror=implicit-int -Werror=int-conversion -Werror=incompatible-pointer-types

quiet_cmd_kvr_probe = PROBE   $(notdir $(@:.result=))
      cmd_kvr_probe = : '$(kvr-target)'; \
	if $(CC) $(c_flags) $(kvr-probe-flags) -c -o $(@:.result=.out) $< >$(@:.result=.log) 2>&1; \
	then echo yes; else echo no; fi > $@; rm -f $(@:.result=.out) $(depfile)

$(kvr-results): part-of-module := y
$(kvr-generated)/%.result: $(src)/compat/probes/%.c $(kvr-config) FORCE
	$(call if_changed,kvr_probe)

# Rewritten only when an answer changes, so that objects are not rebuilt for nothing.
filechk_kvr_have = $(CONFIG_SHELL) $(src)/compat/collect.sh header $(src)/compat/probes $(kvr-generated) \
	'$(KERNELVERSION)' '$(KVR_KERNEL_OLDEST)'
$(kvr-generated)/have.h: $(src)/compat/collect.sh $(kvr-results) FORCE
	$(call filechk,kvr_have)

filechk_kvr_options = printf '%s %s\n' $(foreach o,$(kvr-options),$(o) $(if $(CONFIG_$(o)),yes,no))
$(kvr-generated)/options: FORCE
	$(call filechk,kvr_options)

# A kernel may export less than the module needs: all that is missing is named before modpost
# gives up. KBUILD_MODPOST_WARN=1 is for those who know better, here as there.
kvr-symvers := $(wildcard $(objtree)/Module.symvers)
quiet_cmd_kvr_symbols = SYMBOLS $(notdir $<)
      cmd_kvr_symbols = $(CONFIG_SHELL) $(src)/compat/symbols.sh '$(NM)' $< '$(CONFIG_TRIM_UNUSED_KSYMS)' \
	$(kvr-symvers) $(if $(kvr-symvers),$(KBUILD_EXTRA_SYMBOLS)); : > $@

$(kvr-generated)/symbols: $(obj)/kvm-riscv.o $(src)/compat/symbols.sh $(kvr-symvers) FORCE
	$(call if_changed,kvr_symbols)

ifeq ($(KVR_PROBE_ONLY)$(KBUILD_MODPOST_WARN),)
always-y += compat/generated/symbols
endif

targets += $(kvr-probes:%=compat/generated/%.result) compat/generated/have.h \
	compat/generated/options compat/generated/symbols
clean-files += compat/generated

$(addprefix $(obj)/,$(kvm-riscv-y)): $(kvr-generated)/have.h
