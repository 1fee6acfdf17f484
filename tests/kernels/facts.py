# SPDX-License-Identifier: GPL-2.0-only
"""Properties of the kernels that the module is tested on.

A kernel is named by its alias, as tests/machine/kernels lists it: those built from source
are the recipes in tests/machine/configs, the stock ones come with the toolchain roots.
"""
import json
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOP / 'tests/lib'))
import tap  # noqa: E402,F401 - for those that import this

MACHINE = TOP / 'tests/machine'
RESULTS = TOP / 'build/kernels'
# Their releases move with Debian; these aliases are what docs and tests call them.
STOCK = ('6.12', '7.2')


def order(alias):
    """Sorts 5.10 before 5.10-fuller before 6.1."""
    number, _, variant = alias.partition('-')
    return [int(part) for part in number.split('.')], variant


def recipes():
    """The kernels that are built from source."""
    return sorted((path.name for path in (MACHINE / 'configs').iterdir()
                   if path.suffix != '.config'), key=order)


def known():
    """All kernels with a recipe, oldest first."""
    return sorted({*recipes(), *STOCK}, key=order)


def built():
    """The kernels that are in the cache already."""
    lines = said([MACHINE / 'kernels']).splitlines()
    there = {line.split('\t')[0] for line in lines if line.split('\t')[1] != '-'}
    return [alias for alias in known() if alias in there]


def said(command):
    """The output of command; ends the program if it fails."""
    done = subprocess.run([str(word) for word in command], check=False, cwd=TOP, text=True,
                          stdout=subprocess.PIPE)
    if done.returncode:
        raise SystemExit(f'{" ".join(map(str, command))}: status {done.returncode}')
    return done.stdout


def field(alias, name):
    """One property of one kernel, which is built if it is not in the cache."""
    return said([MACHINE / 'kernels', alias, name]).strip()


def answers(alias):
    """{what: (True or False, its meaning)}: what the module's build finds in this kernel."""
    found = {}
    for line in said(['make', '-s', 'probe', f'KREL={alias}']).splitlines():
        name, answer, meaning = line.split(None, 2)
        if answer not in ('yes', 'no'):
            raise SystemExit(f'make probe KREL={alias} said: {line}')
        found[name] = (answer == 'yes', meaning)
    return found


def compiler(alias):
    """The compiler that built the kernel and builds the module, as in "gcc 14.2.0"."""
    config = pathlib.Path(field(alias, 'config')).read_text(encoding='utf-8')
    text = next(line for line in config.splitlines() if line.startswith('CONFIG_CC_VERSION_TEXT='))
    version = next(word for word in text.split('"')[1].split()
                   if re.fullmatch(r'\d+(\.\d+)+', word))
    return f'{"clang" if "clang" in text else "gcc"} {version}'


def result_read(alias):
    """What the last run of tests/kernels/run found, or None."""
    path = RESULTS / f'{alias}.json'
    return json.loads(path.read_text(encoding='utf-8')) if path.exists() else None


def result_write(alias, result):
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f'{alias}.json'
    path.write_text(json.dumps(result, indent=1) + '\n', encoding='utf-8')
