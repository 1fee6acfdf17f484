# SPDX-License-Identifier: GPL-2.0-only
"""Kernels that no package has, imitated by those that there are.

Headers are the kernel's own with a few words changed, and stand before the real ones; a tree
that exports too little is the kernel's with other files in two places.
"""
import os
import pathlib
import re
import shutil

import relocations
import targets
from targets import OUT, TOP, kbuild, kernel

ARGUMENTS = r'(TP_(?:PROTO|ARGS))\((?=[^()]*\bpreempt\b)[^()]*\)'


def without_read(text):
    """linux/eventfd.h before 5.11 and 5.10.195."""
    text = re.sub(r'static inline void eventfd_ctx_do_read\([^)]*\)\s*\{[^}]*\}', '', text)
    return re.sub(r'void eventfd_ctx_do_read\([^)]*\);', '', text)


def switch_with(*arguments):
    """The sched_switch event of trace/events/sched.h with other arguments."""
    def change(text):
        head, event, rest = text.partition('TRACE_EVENT(sched_switch,')
        words = {'TP_PROTO': ', '.join(arguments),
                 'TP_ARGS': ', '.join(re.search(r'\w+$', word)[0] for word in arguments)}
        rest = re.sub(ARGUMENTS, lambda found: f'{found[1]}({words[found[1]]})', rest, count=2)
        # What the event prints is of no interest, but may name an argument that is gone.
        body, end, tail = rest.partition('\n);')
        return head + event + body.replace('__trace_sched_switch_state(preempt, prev_state, prev)',
                                           '0') + end + tail
    return change


PREEMPT, STATE = 'bool preempt', 'unsigned int prev_state'
THREADS = ['struct task_struct *prev', 'struct task_struct *next']

# What it is, the header, how it differs, which source files care, the answers that it gives.
OLDER = [
    ('5.10.0', 'linux/eventfd.h', without_read, 'compat/eventfd.h',
     {'eventfd_ctx_do_read': False}),
    ('5.18.0', 'trace/events/sched.h', switch_with(PREEMPT, STATE, *THREADS), 'compat/preempt.h',
     {'sched_switch_prev_state': False, 'sched_switch_prev_state_second': True}),
    ('5.17', 'trace/events/sched.h', switch_with(PREEMPT, *THREADS), 'compat/preempt.h',
     {'sched_switch_prev_state': False, 'sched_switch_prev_state_second': False}),
]


def tree_copy(name):
    """The module's sources in a directory of their own, with nothing built."""
    work = OUT / name
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(TOP / 'kvm-riscv', work, ignore=shutil.ignore_patterns('generated'))
    return work


def header_path(krel, out, header):
    """Where the kernel keeps a header, from what the module's objects were made of."""
    for command in out.rglob('.*.o.cmd'):
        if found := re.search(rf'\S+/{header}', command.read_text(encoding='utf-8')):
            return pathlib.Path(kernel(krel, 'kdir')) / found[0]
    raise SystemExit(f'Bail out! no object of {out} includes {header}')


def objects_of(work, included):
    """The objects of the C files that include one of the module's headers, and this header's."""
    return [str(path.relative_to(work).with_suffix('.o')) for path in sorted(work.rglob('*.c'))
            if f'#include "{included}"' in path.read_text(encoding='utf-8')]


def try_older(tap, krel, out):
    """Each must get the right answers, and compile with them; out has the module built."""
    for what, header, change, included, wanted in OLDER:
        path = header_path(krel, out, header)
        text = targets.in_root(krel, ['cat', path]).stdout
        changed = OUT / f'older-{what}.h'
        changed.write_text(change(text), encoding='utf-8')
        work = tree_copy('older')
        done = kbuild(krel, work, f'KCFLAGS=-include {changed}', *objects_of(work, included))
        found = targets.answers(work)
        wrong = [f'{name} is {found.get(name)} there' for name, answer in wanted.items()
                 if found.get(name) != answer]
        if done.returncode or change(text) == text:
            wrong += ['the header is as it was'] if change(text) == text else done.stdout.splitlines()
        tap.result(f'{krel}: builds where {header} is as in {what}', wrong)


def try_unwinding(tap, krel):
    """A kernel whose flags leave unwind tables to the compiler: the module has none."""
    work = tree_copy('unwinding')
    flags = '-fasynchronous-unwind-tables -funwind-tables'
    done = kbuild(krel, work, f'KCFLAGS={flags}', 'module.o')
    wrong = done.stdout.splitlines() if done.returncode else \
        relocations.unknown(krel, work / 'module.o', relocations.loader_of(krel))
    listing = targets.in_root(krel, [targets.CROSS + 'readelf', '-SW', work / 'module.o']).stdout
    if '.eh_frame' in listing:
        wrong.append('there is a section .eh_frame')
    tap.result(f'{krel}: has no unwind tables, whatever the kernel and the compiler want', wrong)


def farm(krel, files):
    """A kernel tree of links to that of krel, with other text in some files: {path: text}."""
    tree = OUT / 'farm'
    shutil.rmtree(tree, ignore_errors=True)
    outside = pathlib.Path(kernel(krel, 'config')).parent
    inside = pathlib.Path(kernel(krel, 'kdir'))
    for directory in sorted({'', *(str(parent) for path in files
                                   for parent in pathlib.PurePath(path).parents)} - {'.'}):
        (tree / directory).unlink(missing_ok=True) if directory else None
        (tree / directory).mkdir(parents=True)
        for name in os.listdir(outside / directory):
            os.symlink(inside / directory / name, tree / directory / name)
    for path, text in files.items():
        (tree / path).unlink(missing_ok=True)
        (tree / path).write_text(text, encoding='utf-8')
    return tree


def try_trimmed(tap, krel, out):
    """A kernel that exports only what its own modules use: all that is missing is named."""
    outside = pathlib.Path(kernel(krel, 'config')).parent
    lines = (outside / 'Module.symvers').read_text(encoding='utf-8').splitlines(keepends=True)
    listing = targets.in_root(krel, [targets.CROSS + 'nm', '-u', out / 'kvm-riscv.o']).stdout
    needed = {line.split()[-1] for line in listing.splitlines()}
    exported = {line.split('\t')[1] for line in lines}
    # More than the ten that modpost names.
    dropped = set(sorted(needed & exported)[::4])
    configuration = (outside / 'include/config/auto.conf').read_text(encoding='utf-8')
    for trimmed, words in (('y', 'CONFIG_TRIM_UNUSED_KSYMS'), ('n', 'leaves them out')):
        tree = farm(krel, {
            'Module.symvers': ''.join(line for line in lines
                                      if line.split('\t')[1] not in dropped),
            'include/config/auto.conf': configuration +
            ('CONFIG_TRIM_UNUSED_KSYMS=y\n' if trimmed == 'y' else '')})
        done = kbuild(krel, out, 'modules', kdir=tree)
        named = set(re.findall(r'^kvm-riscv:   (\S+)$', done.stdout, re.M))
        wrong = [f'not named: {name}' for name in sorted(dropped - named)] + \
            [f'named for nothing: {name}' for name in sorted(named - dropped)]
        if 'MODPOST' in done.stdout:
            wrong.append('modpost was asked all the same')
        if not done.returncode or words not in done.stdout or len(dropped) <= 10 or wrong:
            wrong += [f'make ended with status {done.returncode}', *done.stdout.splitlines()]
        tap.result(f'{krel}: {len(dropped)} missing exports are all named, '
                   f'{"TRIM_UNUSED_KSYMS as well" if trimmed == "y" else "and no more said"}', wrong)


def try_copy(tap, krel):
    """A tree that is copied with what was built in it compiles its own sources."""
    original, copy = OUT / 'original', OUT / 'copy'
    for tree in (original, copy):
        shutil.rmtree(tree, ignore_errors=True)
    original.mkdir(parents=True)
    shutil.copy2(TOP / 'Makefile', original)
    shutil.copytree(TOP / 'kvm-riscv', original / 'kvm-riscv')

    def make(tree):
        return targets.in_root(krel, [
            'make', '-C', tree, 'kbuild', f'KDIR={kernel(krel, "kdir")}', 'RELEASE=some',
            *kernel(krel, 'make').split(), 'KVR_PROBE_ONLY=1'])

    first = make(original)
    shutil.copytree(original, copy, symlinks=True)
    name = 'kvm-riscv/compat/probes/vma_lookup.c'
    # A file that is older than what was made of the original's must be noticed, too.
    (copy / name).write_text('#error not on this kernel\n', encoding='utf-8')
    os.utime(copy / name, (1, 1))
    second = make(copy)
    wrong = [str(path) for path in (copy / 'build').rglob('*')
             if path.is_symlink() and not path.resolve().is_relative_to(copy)]
    wrong = [f'{path} leads out of the copy' for path in wrong[:5]]
    before, after = (targets.answers(tree / 'build/module/some') for tree in (original, copy))
    if not before.get('vma_lookup') or after.get('vma_lookup') is not False:
        wrong.append(f'the probe that was changed said {after.get("vma_lookup")}, '
                     f'before {before.get("vma_lookup")}')
    if first.returncode or second.returncode:
        wrong += (first if first.returncode else second).stdout.splitlines()
    tap.result(f'{krel}: a tree that was copied with its build/ compiles its own sources', wrong)
