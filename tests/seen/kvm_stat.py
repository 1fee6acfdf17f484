# SPDX-License-Identifier: GPL-2.0-only
"""Usage: kvm_stat.py OPTION...

Runs /usr/bin/kvm_stat as it is. It has a description of each architecture that it knows, and ends
with an exception where it knows none, as on RISC-V; so it is lent one.
"""
import importlib.machinery
import importlib.util

loader = importlib.machinery.SourceFileLoader('kvm_stat', '/usr/bin/kvm_stat')
kvm_stat = importlib.util.module_from_spec(importlib.util.spec_from_loader('kvm_stat', loader))
loader.exec_module(kvm_stat)


class ArchRISCV(kvm_stat.Arch):
    """What it wants to know of RISC-V; exit reasons are those that a guest under load gives."""

    def __init__(self):
        self.sc_perf_evt_open = 241
        self.ioctl_numbers = kvm_stat.IOCTL_NUMBERS
        self.exit_reason_field = 'scause'
        self.exit_reasons = {'ECALL': 10, 'LOAD_GUEST_PAGE': 21, 'VIRTUAL_INST': 22,
                             'STORE_GUEST_PAGE': 23}

    def debugfs_is_child(self, field):
        """No statistic is a part of another one."""
        return None


if kvm_stat.ARCH is None:
    kvm_stat.ARCH = ArchRISCV()
kvm_stat.main()
