# SPDX-License-Identifier: GPL-2.0-only
"""Checkers that others wrote: checkpatch (from the kernel's source package), shellcheck.

Each has check(top, paths), which returns complaints, and samples: (name, text,
whether the tool must be content).
"""
import concurrent.futures
import os
import pathlib
import shutil
import subprocess

MACHINE = pathlib.Path(__file__).resolve().parents[1] / 'machine'
SPDX_C = '// SPDX-License-Identifier: GPL-2.0-only\n'


class Checkpatch:
    """The module is held to its errors and warnings; user space is no kernel code, so for
    tests and tools those fall away that name a kernel's macro or habit as the better way."""
    name = 'checkpatch'
    ignored = [
        'FILE_PATH_CHANGES',	# there is no MAINTAINERS file
        'COMPLEX_MACRO',	# it takes lists of X(...) for expressions,
        'TRAILING_SEMICOLON',	# and what X does with one row for a function
        'DO_WHILE_MACRO_WITH_TRAILING_SEMICOLON',	# likewise
        'YIELD',	# a hart that waits for another one's store gives way on purpose
    ]
    ignored_in_tests = [
        'VOLATILE', 'PREFER_DEFINED_ATTRIBUTE_MACRO', 'WEAK_DECLARATION', 'NEW_TYPEDEFS',
        'AVOID_EXTERNS', 'ARRAY_SIZE', 'YIELD', 'MEMORY_BARRIER', 'PREFER_PR_LEVEL',
        'BRACES', 'MACRO_WITH_FLOW_CONTROL', 'MULTISTATEMENT_MACRO_USE_DO_WHILE',	# harness
        'EMBEDDED_FUNCTION_NAME', 'SPLIT_STRING', 'MISSING_SPACE', 'MACRO_ARG_UNUSED',
        'PRINTK_WITHOUT_KERN_LEVEL', 'STRCPY', 'STRLCPY', 'NAKED_SSCANF', 'SSCANF_TO_KSTRTO',
    ]
    samples = [
        ('kvm-riscv/good.c', SPDX_C + 'int kvr_f(int a)\n{\n\treturn a ? 1 : 2;\n}\n', True),
        ('kvm-riscv/space.c', SPDX_C + 'int kvr_f(int a)\n{\n        return a ;\n}\n', False),
        ('kvm-riscv/brace.c', SPDX_C + 'int kvr_f(int a)\n{\n\tif (a) {\n\t\ta = 1;\n\t}\n'
         '\treturn a;\n}\n', False),
        ('kvm-riscv/volatile.c', SPDX_C + 'volatile int kvr_f;\n', False),
        ('tools/volatile.c', SPDX_C + 'volatile int f;\n', True),
        ('tests/volatile.c', SPDX_C + 'volatile int f;\n', True),
        ('tests/space.c', SPDX_C + 'int f(int a)\n{\n        return a ;\n}\n', False),
    ]

    @staticmethod
    def files(tree):
        return [p for p in sorted(tree) if p.endswith(('.c', '.h', '.S')) and
                p.startswith(('kvm-riscv/', 'tests/', 'tools/'))]

    @classmethod
    def check(cls, top, paths):
        headers = subprocess.run([MACHINE / 'kselftest-headers'], check=True, capture_output=True,
                                 text=True).stdout.strip()
        script = pathlib.Path(headers).parents[2] / 'scripts' / 'checkpatch.pl'
        tests = [path for path in paths if path.startswith(('tests/', 'tools/'))]
        module = [path for path in paths if path not in tests]
        # checkpatch is slow: two halves run at a time.
        jobs = [(part[half::2], ignored) for half in (0, 1) for part, ignored in
                ((module, cls.ignored), (tests, cls.ignored + cls.ignored_in_tests))]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            return sorted(sum(pool.map(lambda job: cls.one_run(top, script, *job), jobs), []))

    @staticmethod
    def one_run(top, script, paths, ignored):
        if not paths:
            return []
        done = subprocess.run(['perl', script, '--no-tree', '--no-summary', '--terse', '--quiet',
                               '--show-types', '--ignore', ','.join(ignored), '-f', *paths],
                              cwd=top, capture_output=True, text=True, check=False)
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip() and
                'No structs that should be const' not in line]
        if done.returncode and not said:
            said = [f'checkpatch ended with {done.returncode}']
        return said


class Shellcheck:
    name = 'shellcheck'
    samples = [
        ('good', '#!/bin/bash\nset -eu\necho "$HOME"\n', True),
        ('bad', '#!/bin/bash\nfor f in $(ls); do rm $f; done\n', False),
    ]

    @staticmethod
    def files(tree):
        """The scripts whose first line names a shell, and the files that they source."""
        return [path for path, text in sorted(tree.items()) if text.startswith('#!') and
                text.splitlines()[0].endswith(('sh', 'sh -e')) or
                '# shellcheck shell=' in text[:200] and not path.endswith('.py')]

    @staticmethod
    def check(top, paths):
        if not paths:
            return []
        command = ['shellcheck', '--external-sources', '--format=gcc', *paths]
        if not shutil.which('shellcheck'):
            command = [MACHINE / 'in-root', 'trixie', *command]
        done = subprocess.run(command, cwd=top, capture_output=True, text=True, check=False,
                              env={**os.environ, 'LC_ALL': 'C.UTF-8'})
        said = done.stdout.splitlines() + done.stderr.splitlines()
        if done.returncode and not said:
            said = [f'shellcheck ended with {done.returncode}']
        return said


TOOLS = [Checkpatch, Shellcheck]
