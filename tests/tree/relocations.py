# SPDX-License-Identifier: GPL-2.0-only
"""Are all relocations of a module known to the loader of the kernel it is for?

What a loader knows is read from its source, arch/riscv/kernel/module.c of that kernel. A stock
kernel comes without; that of the newest kernel here that is not newer stands in for it.
"""
import pathlib
import re

import targets

# As in "[R_RISCV_32] = apply_…" (until 6.7) and "[R_RISCV_32] = { .reloc_handler = apply_…".
# What is never applied has handlers of other names, but for this one.
HANDLER = re.compile(r'\[(R_RISCV_\w+)\]\s*=\s*(?:\{\s*\.reloc_handler\s*=\s*)?apply_')
REFUSED = {'R_RISCV_ALIGN'}


def source(krel):
    """The directory of the sources that say what the loader of krel knows."""
    if (targets.MACHINE / 'configs' / krel).exists():
        name = krel
    elif directory := targets.kernel(krel, 'source'):
        return pathlib.Path(directory)
    else:
        recipes = [path.name for path in (targets.MACHINE / 'configs').iterdir()
                   if path.suffix != '.config']
        name = max((recipe for recipe in recipes
                    if targets.number(recipe) <= targets.number(krel)),
                   key=lambda recipe: (targets.number(recipe), recipe))
    return pathlib.Path(targets.said([targets.MACHINE / 'kernel-build', '--source', name]))


def known(text):
    """The types that the loader whose source is text applies."""
    return set(HANDLER.findall(text)) - REFUSED


def used(listing):
    """{type: section}: one section each, of those that are loaded, from what readelf prints."""
    loaded = {found[1] for found in
              re.finditer(r'^ *\[ *\d+\] (\S+) +\S+ +\w+ \w+ \w+ \w+ +(\w*A\w*) ', listing, re.M)}
    found, section = {}, None
    for line in listing.splitlines():
        if title := re.match(r"Relocation section '\.rela(\S+)'", line):
            section = title[1]
        elif (entry := re.match(r'[0-9a-f]+ +[0-9a-f]+ +(\S+)', line)) and section in loaded:
            found.setdefault(entry[1], section)
    return found


def unknown(krel, module, loader):
    """Complaints about a module, or a part of one, by a loader whose source is text."""
    done = targets.in_root(krel, [targets.CROSS + 'readelf', '-SrW', module])
    types, names = known(loader), used(done.stdout)
    if done.returncode or not names:
        return ['no relocations found', *done.stdout.splitlines()[:20]]
    if 'R_RISCV_64' not in types:
        return ['this loader knows nothing: has its source another form now?']
    return [f'{name} in {section} is unknown to the loader'
            for name, section in sorted(names.items()) if name not in types]


def loader_of(krel):
    path = source(krel) / 'arch/riscv/kernel/module.c'
    return path.read_text(encoding='utf-8')
