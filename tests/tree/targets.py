# SPDX-License-Identifier: GPL-2.0-only
"""Functions that the tests of the module's build share: kernels, the kernel's make, TAP."""
import functools
import os
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / 'tests/lib'))
import tap as taplib  # noqa: E402,F401 - for those that import this

HERE = TOP / 'tests/tree'
OUT = TOP / 'build/tree'
MACHINE = TOP / 'tests/machine'
CROSS = 'riscv64-linux-gnu-'


def run(command, **more):
    return subprocess.run([str(word) for word in command], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, cwd=TOP, **more)


def said(command):
    """What a command prints on stdout; if it fails, nothing else can be tested."""
    done = subprocess.run([str(word) for word in command], text=True, stdout=subprocess.PIPE,
                          check=False, cwd=TOP)
    if done.returncode:
        sys.exit(f'Bail out! {command[0]}: status {done.returncode}')
    return done.stdout.strip()


@functools.cache
def kernel(krel, field):
    return said([MACHINE / 'kernels', krel, field])


def in_root(krel, command):
    return run([MACHINE / 'in-root', kernel(krel, 'root'), *command])


def kbuild(krel, directory, *more, kdir=None):
    """The kernel's own make, as a user would call it, for the module in directory."""
    return in_root(krel, ['make', '-C', kdir or kernel(krel, 'kdir'), f'M={directory}',
                          *kernel(krel, 'make').split(), f'-j{os.cpu_count()}',
                          f'CHECK={MACHINE / "sparse"}', *more])


def answers(out):
    """{probe: True or False}, as the build in directory out found."""
    found = {path.name[:-len('.result')]: path.read_text(encoding='utf-8').strip() == 'yes'
             for path in (out / 'compat/generated').glob('*.result')}
    found.pop('control_bad', None)
    found.pop('control_good', None)
    return found


def number(name):
    """[6, 12] of 6.12-debug."""
    return [int(part) for part in re.match(r'\d+(\.\d+)*', name)[0].split('.')]
