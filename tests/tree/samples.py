# SPDX-License-Identifier: GPL-2.0-only
"""For each rule a tree that keeps it, and trees that break it in one place each.

A broken tree is the good one with some files replaced (None takes one away).
"""
SPDX_C = '// SPDX-License-Identifier: GPL-2.0-only\n'
SPDX_H = '/* SPDX-License-Identifier: GPL-2.0-only */\n'

PROBE = SPDX_C + '/* 6.13: a_thing() */\nint kvr_probe;\n'
SHIM = (SPDX_H + '#include "compat/generated/have.h"\n/* Unnecessary since 6.13. */\n'
        '#ifndef KVR_HAVE_A_THING\n#endif\n#ifdef CONFIG_A_KIND\n#endif\n')

GOOD = {
    'COPYING': 'licence\n',
    'README.md': 'From 5.10 to 7.3, small\n',
    'tools/kvm-riscv.4': '.\\" SPDX-License-Identifier: GPL-2.0-only\non any Linux from 5.10 on\n',
    'kvm-riscv/Kbuild': '# SPDX-License-Identifier: GPL-2.0-only\nobj-m := kvm-riscv.o\n'
                        'kvm-riscv-y := module.o\nkvm-riscv-y += api/vm.o hart/switch.o\n',
    'kvm-riscv/version.mk': '# SPDX-License-Identifier: GPL-2.0-only\nKVR_VERSION=0.1.0\n'
                            'KVR_KERNEL_OLDEST=5.10\nKVR_KERNEL_NEWEST=7.3\n',
    'kvm-riscv/module.c': SPDX_C + '#include "api/vm.h"\n',
    'kvm-riscv/api/vm.c': SPDX_C + '#include <linux/mm.h>\n#include "api/vm.h"\n#include "compat/a.h"\n',
    'kvm-riscv/api/vm.h': SPDX_H + '#include "uapi/kvm.h"\n#include "hart/switch.h"\n',
    'kvm-riscv/uapi/kvm.h': SPDX_H,
    'kvm-riscv/hart/switch.S': SPDX_H + '#include "hart/switch.h"\n',
    'kvm-riscv/hart/switch.h': SPDX_H,
    'kvm-riscv/compat/a.h': SHIM,
    'kvm-riscv/compat/probe.mk': '# SPDX-License-Identifier: GPL-2.0-only\n'
                                 'kvr-options += A_KIND # what hangs on it\n',
    'kvm-riscv/compat/probes/a_thing.c': PROBE,
    'kvm-riscv/compat/probes/control_good.c': SPDX_C,
    'kvm-riscv/compat/probes/control_bad.c': SPDX_C,
}


def _function(lines):
    return SPDX_C + 'int f(void)\n{\n' + '\tg();\n' * (lines - 2) + '}\n'


BREAKS = {
    'layers': [
        {'kvm-riscv/hart/switch.h': '#include "api/vm.h"\n'},
        {'kvm-riscv/compat/a.h': '#include "hart/switch.h"\n'},
        {'kvm-riscv/uapi/kvm.h': '#include "compat/a.h"\n'},
        {'kvm-riscv/api/vm.c': '#include "vm.h"\n'},
        {'kvm-riscv/api/vm.c': '# include "../hart/switch.h"\n'},
        {'kvm-riscv/attic/old.c': ''},
    ],
    'file_names': [{'kvm-riscv/api/switch.c': SPDX_C + '#include "api/vm.h"\n'}],
    'room_sizes': [{f'kvm-riscv/sbi/s{n}.c': SPDX_C for n in range(18)}],
    'csrs': [
        {'kvm-riscv/api/vm.c': SPDX_C + 'int f(void)\n{\n\treturn kvr_csr_read(KVR_CSR_TIME);\n}\n'},
        {'kvm-riscv/api/vm.h': SPDX_H + '#define f() asm volatile("csrw 5, zero")\n'},
    ],
    'kernel_kvm': [
        {'kvm-riscv/api/vm.c': '#include <linux/kvm_host.h>\n'},
        {'kvm-riscv/api/vm.c': '#include <linux/kvm.h>\n'},
        {'kvm-riscv/hart/switch.S': '#include <asm/kvm_vcpu.h>\n'},
        {'kvm-riscv/uapi/kvm.h': '#include <uapi/linux/kvm.h>\n'},
    ],
    'versions': [
        {'kvm-riscv/api/vm.c': '#if LINUX_VERSION_CODE < 1\n'},
        {'kvm-riscv/compat/a.h': '#if X >= KERNEL_VERSION(6, 1, 0)\n'},
        {'kvm-riscv/api/vm.c': '#ifdef KVR_HAVE_A_THING\n'},
        {'kvm-riscv/api/vm.h': '#include "compat/generated/have.h"\n'},
    ],
    'probes': [
        {'kvm-riscv/compat/b.h': SHIM},
        {'kvm-riscv/compat/a.h': SPDX_H},
        {'kvm-riscv/compat/b.h': '#ifdef KVR_HAVE_NEVER_PROBED\n'},
        {'kvm-riscv/compat/probes/a_thing.c': SPDX_C + '/* a_thing() */\n'},
        {'kvm-riscv/compat/probes/control_bad.c': None},
    ],
    'options': [
        {'kvm-riscv/compat/a.h': SHIM + '#ifdef CONFIG_NEVER_LISTED\n#endif\n'},
        {'kvm-riscv/compat/a.h': SHIM.replace('CONFIG_A_KIND', 'CONFIG_OTHER')},
        {'kvm-riscv/api/vm.h': SPDX_H + '#if IS_ENABLED(CONFIG_A_KIND)\n#endif\n'},
        {'kvm-riscv/compat/probe.mk': '# SPDX-License-Identifier: GPL-2.0-only\n'
                                      'kvr-options += A_KIND\n'},
    ],
    'shims': [
        {'kvm-riscv/api/vm.c': SPDX_C},
        {'kvm-riscv/compat/a.h': SPDX_H + '#ifndef KVR_HAVE_A_THING\n#endif\n'},
    ],
    'lengths': [{'tests/run': '\n' * 800}],
    'functions': [{'kvm-riscv/api/vm.c': _function(60)}],
    'columns': [{'kvm-riscv/api/vm.c': '\t' * 12 + 'int a;\n'}],
    'prose': [
        {'README.md': 'From 5.10 to 7.3, small\n' + 'word ' * 21 + '\n'},
        {'docs/a.md': '- item ' + 'word ' * 20 + '\n'},
        {'tests/run': '#!/bin/sh\n\t# ' + 'word ' * 19 + '\n'},
        {'tools/kvm-riscv.4': 'any Linux from 5.10 on' + ' word' * 20 + '\n'},
    ],
    'headers': [
        {'kvm-riscv/io/new.c': SPDX_C + '#include "hart/switch.h"\n'},
        {'kvm-riscv/io/old.h': SPDX_H + '#include <linux/types.h>\n', 'kvm-riscv/io/new.c': SPDX_C + '#include "io/old.h"\n',
         'kvm-riscv/io/old.c': SPDX_C + '#include "io/other.h"\n'},
    ],
    'objects': [
        {'kvm-riscv/api/new.c': SPDX_C},
        {'kvm-riscv/hart/switch.S': None},
        {'kvm-riscv/Kbuild': 'kvm-riscv-y := module.o module.o api/vm.o hart/switch.o\n'},
    ],
    'licences': [
        {'kvm-riscv/module.c': 'int a;\n'},
        {'tests/run': '#!/bin/bash\n# SPDX-License-Identifier: MIT\n'},
    ],
    'words': [
        {'README.md': 'Written in one ses' + 'sion.\n'},
        {'tests/run': 'cd /wo' + 'rk/tree\n'},
    ],
    'addresses': [
        {'debian/control': 'Maintainer: A <a@kvm.exam' + 'ple>\n'},
        {'SECURITY.md': 'Write to security@exam' + 'ple.org.\n'},
        {'rpm/kvm-riscv.spec.in': 'URL: https://kvm.exam' + 'ple/\n'},
    ],
    'version_once': [
        {'kvm-riscv/version.mk': ''},
        {'dkms.conf': 'PACKAGE_VERSION=0.1.0\n'},
        {'README.md': 'dkms install kvm-riscv/0.2.0\n'},
        {'debian/changelog': 'kvm-riscv (0.2.0) unstable; urgency=medium\n'},
        {'CHANGELOG.md': '# Changes\n\n## 0.0.9\n'},
    ],
    'range_once': [
        {'README.md': 'From 5.10 to 7.2, small\n'},
        {'README.md': 'Read me\n'},
        {'CHANGELOG.md': '# Changes\n\n## 0.1.0\n\n- for Linux 5.9 to 7.3: all\n'},
        {'tools/kvm-riscv.4': 'on any Linux from 6.1 on\n'},
    ],
}
KEEPS = {
    'prose': [{'docs/a.md': '|' + ' cell |' * 30 + '\n\n    ' + 'code ' * 30 + '\n```text\n' +
               'code ' * 30 + '\n```\n', 'tests/run': '#!/bin/sh\necho ' + 'word ' * 30 + '\n'}],
    'addresses': [{'README.md': 'From 5.10 to 7.3, an exam' + 'ple: a@b.org, unit_test.c\n'}],
    'columns': [{'kvm-riscv/api/vm.c': '\t' * 12 + 'abc;\n\tpr_err("' + 'word ' * 30 + '");\n'}],
    'headers': [{'kvm-riscv/io/new.c': SPDX_C + '#include "io/irq.h"\n'}],
    'csrs': [{'kvm-riscv/hart/now.h': SPDX_H + '#define now() kvr_csr_read(KVR_CSR_TIME)\n'}],
    'file_names': [{'kvm-riscv/compat/vm.h': SHIM}],
    'functions': [{'kvm-riscv/api/vm.c': _function(59)}],
    'lengths': [{'tests/run': '\n' * 799}],
    'version_once': [{'README.md': 'needs tool 10.1.0: dkms install kvm-riscv/0.1.0\n'}],
    'range_once': [{'CHANGELOG.md': '- for Linux 5.10 to 7.3: all\n'}],
    'words': [{'tests/run': 'ls "$HOME/wo' + 'rk/x"\n'}],
}
