# SPDX-License-Identifier: GPL-2.0-only
# kvm-riscv: KVM for RISC-V as an out-of-tree module. `make help` lists the targets.

MAKEFLAGS += --no-print-directory
SHELL := /bin/bash

machine := tests/machine
KREL ?= 6.12
KDIR ?= /lib/modules/$(shell uname -r)/build

.PHONY: all
all: ## Build the module for the running kernel, or for the kernel tree KDIR=
	@release=$$(cat '$(KDIR)/include/config/kernel.release' 2>/dev/null) || { \
		echo 'There is no prepared kernel tree in $(KDIR).'; \
		echo 'On a RISC-V machine install the headers of its kernel; elsewhere try:'; \
		echo '  make module KREL=6.12     (for a Debian kernel, everything fetched)'; \
		echo '  make KDIR=DIR ARCH=riscv CROSS_COMPILE=riscv64-linux-gnu-'; \
		exit 1; }; \
	$(MAKE) kbuild RELEASE="$$release"

# Kbuild writes into the directory of its sources, so each kernel gets a directory of links to
# them, in which one build runs at a time. The links of a tree that was copied with its build/ lead
# to the original: they are made again, and everything is compiled again. Modules for a kernel that
# clang built are built by clang; LLVM= or CC= on the command line override this.
clang = $(if $(LLVM)$(filter command,$(origin CC)),,$(shell \
	grep -qsx CONFIG_CC_IS_CLANG=y '$(KDIR)/include/config/auto.conf' && echo LLVM=1))

.PHONY: kbuild
kbuild: OUT := $(CURDIR)/build/module/$(RELEASE)
kbuild:
	@mkdir -p '$(OUT)'; exec 9>'$(OUT)/.lock'; flock 9; \
	find '$(OUT)' -xtype l -delete; \
	(cd kvm-riscv && find . -type d -exec mkdir -p '$(OUT)/{}' \;); \
	(cd kvm-riscv && find . -type f \( -name '*.[chS]' -o -name '*.lds' -o \
		-name '*.sh' -o -name Kbuild -o -name '*.mk' -o -name 'Makefile*' \) -printf '%P\0') | \
	while IFS= read -r -d '' file; do \
		[ ! '$(OUT)/'"$$file" -ef "kvm-riscv/$$file" ] || continue; \
		[ ! -e '$(OUT)/'"$$file" ] || \
			find '$(OUT)' \( -name '*.o' -o -name '*.result' \) -delete; \
		ln -sfn "$(CURDIR)/kvm-riscv/$$file" '$(OUT)/'"$$file"; \
	done; \
	$(MAKE) $(if $(findstring j,$(firstword -$(MAKEFLAGS))),,-j$(shell nproc)) \
		-C '$(KDIR)' M='$(OUT)' $(clang) $(if $(filter riscv64,$(ARCH)),ARCH=riscv) modules

.PHONY: module
module: ## Build the module for a known kernel: KREL=6.12, 7.2, … (W=1, C=1 work)
	@$(machine)/setup
	@root=$$($(machine)/kernels $(KREL) root) && \
	$(machine)/in-root "$$root" $(MAKE) -C '$(CURDIR)' kbuild \
		RELEASE="$$($(machine)/kernels $(KREL) release)" \
		KDIR="$$($(machine)/kernels $(KREL) kdir)" \
		ARCH=riscv CROSS_COMPILE=riscv64-linux-gnu- \
		CHECK='$(CURDIR)/$(machine)/sparse'

.PHONY: probe
probe: ## Say what a known kernel has of what kernels differ in: KREL=
	@$(MAKE) module KVR_PROBE_ONLY=1 >/dev/null && \
	sh kvm-riscv/compat/collect.sh summary kvm-riscv/compat/probes \
		"build/module/$$($(machine)/kernels $(KREL) release)/compat/generated"

.PHONY: install
install: ## Install the module built for the running kernel (or KDIR=) and run depmod
	@release=$$(cat '$(KDIR)/include/config/kernel.release') && \
	install -D -m 644 "build/module/$$release/kvm-riscv.ko" \
		"$(INSTALL_MOD_PATH)/lib/modules/$$release/updates/kvm-riscv.ko" && \
	install -D -m 644 tools/kvm-riscv.conf \
		"$(INSTALL_MOD_PATH)/etc/modprobe.d/kvm-riscv.conf" && \
	install -D -m 644 tools/kvm-riscv.rules \
		"$(INSTALL_MOD_PATH)/etc/udev/rules.d/60-kvm-riscv.rules" && \
	depmod $(if $(INSTALL_MOD_PATH),-b '$(INSTALL_MOD_PATH)') "$$release"

.PHONY: uninstall
uninstall: ## Remove what install has installed
	@release=$$(cat '$(KDIR)/include/config/kernel.release') && \
	rm -f "$(INSTALL_MOD_PATH)/lib/modules/$$release/updates/kvm-riscv.ko" \
		"$(INSTALL_MOD_PATH)/etc/modprobe.d/kvm-riscv.conf" \
		"$(INSTALL_MOD_PATH)/etc/udev/rules.d/60-kvm-riscv.rules" && \
	depmod $(if $(INSTALL_MOD_PATH),-b '$(INSTALL_MOD_PATH)') "$$release"

.PHONY: doctor
doctor: ## Build kvm-riscv-check, which says why a machine cannot run guests: build/tools/
	@mkdir -p build/tools && $(MAKE) -C tools OUT='$(CURDIR)/build/tools'

.PHONY: dist
dist: ## Write build/dist/kvm-riscv-VERSION.tar.gz
	@tools/dist

.PHONY: deb
deb: ## Build the Debian packages: build/deb/
	@tools/deb

.PHONY: rpm
rpm: ## Build the rpm packages: build/rpm/
	@tools/rpm

.PHONY: setup
setup: ## Fetch the toolchains, kernels and the emulator that the tests use
	@$(machine)/setup

.PHONY: demo
demo: ## Boot a Linux guest under QEMU on this module, on an emulated board
	@$(machine)/demo

.PHONY: shell
shell: ## A root shell on the emulated board, module loaded: KREL=6.12 (CPU=, MACHINE=, SMP=, MEM=)
	@$(machine)/shell $(KREL) $(if $(CPU),--cpu '$(CPU)') $(if $(MACHINE),--machine '$(MACHINE)') \
		$(if $(SMP),--smp '$(SMP)') $(if $(MEM),--mem '$(MEM)')

.PHONY: check
check: ## Run the tests that every change has to pass (SUITE=NAME: one suite); on RISC-V, test the loaded module
	@$(if $(filter riscv64,$(shell uname -m)),tests/native/run,$(machine)/setup && tests/run $(SUITE))

.PHONY: check-quick
check-quick: ## Run the tests that need no set-up, root or network: a compiler, git and python3
	@tests/run --quick $(SUITE)

.PHONY: check-full
check-full: ## Run all tests (takes hours)
	@$(machine)/setup && tests/run --full $(SUITE)

.PHONY: check-kselftests
check-kselftests: ## Run the KVM selftests of the newest Linux, unmodified, on the module
	@$(machine)/setup && tests/run kselftests-full

.PHONY: kernels-table
kernels-table: ## Write docs/kernels.md from the results of the kernel tests in check-full
	@tests/kernels/table

.PHONY: bench
bench: ## Count the instructions of exits, faults and guest boots, with this module and with the kernel's own KVM
	@tests/bench/run

.PHONY: clean
clean: ## Remove build/ (the cache of downloads is kept)
	@rm -rf build

.PHONY: help
help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.* ## \(.*\)/\1\t\2/p' Makefile | expand -t 14
