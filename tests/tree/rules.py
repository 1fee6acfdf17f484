# SPDX-License-Identifier: GPL-2.0-only
"""The rules of the tree, each a function.

A tree is a dict {path: text}. A rule takes a tree and returns a list of complaints, each
"path:line: what is wrong". A rule does not read files itself, so that each can be tested with
samples that keep it and that break it (samples.py).
"""
import posixpath
import re

MODULE = 'kvm-riscv/'
# Upper rooms first: a file may include its own room and those after it.
ROOMS = ['api', 'exits', 'sbi', 'irqchip', 'io', 'memory', 'vcpu', 'translate', 'hart', 'insn', 'host',
         'compat']
# Rooms inside of one; what they may include is the outer room's affair.
INNER = ['api/onereg', 'api/observe']
OPEN_ROOM = 'uapi'
GENERATED = 'compat/generated/'
LINES_MAX = 800
FUNCTION_MAX = 60
ROOM_FILES_MAX = 17
COLUMNS_MAX = 100

_include = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
_kernel_kvm = re.compile(r'^(uapi/)?(linux|asm)/kvm|^kvm/|^trace/events/kvm')
_version = re.compile(r'\b(LINUX_VERSION_\w+|KERNEL_VERSION|RHEL_RELEASE_\w+|UTS_RELEASE)\b')
_have = re.compile(r'\bKVR_HAVE_([A-Z0-9_]+)\b')
_config = re.compile(r'\bCONFIG_([A-Z0-9_]+)\b')
_option = re.compile(r'(?m)^kvr-options \+= ([A-Z0-9_]+) # (\S.*)$')
_release = re.compile(r'\b\d+\.\d+\b')


def _lines(tree, path):
    return enumerate(tree[path].splitlines(), 1)


def _sources(tree, where='', endings=('.c', '.h', '.S')):
    return sorted(p for p in tree if p.startswith(where) and p.endswith(endings))


def _room(path):
    """The room of a path below kvm-riscv/; '' for what lies above the rooms."""
    return path.split('/')[0] if '/' in path else ''


def _may_include(room, target):
    if target == OPEN_ROOM or room == target:
        return True
    if room == OPEN_ROOM or target not in ROOMS:
        return False
    return room == '' or ROOMS.index(room) <= ROOMS.index(target)


def layers(tree):
    """Includes name files by their path below kvm-riscv/ and point downward only."""
    bad = []
    for path in _sources(tree, MODULE):
        room = _room(path[len(MODULE):])
        if room and room not in ROOMS + [OPEN_ROOM]:
            bad.append(f'{path}:1: {room}/ is no room of the house')
            continue
        for number, line in _lines(tree, path):
            found = _include.match(line)
            if not found or found.group(1) == '<':
                continue
            name = found.group(2)
            if not name.startswith(GENERATED) and MODULE + name not in tree:
                bad.append(f'{path}:{number}: "{name}" is no file below {MODULE}')
            elif not _may_include(room, _room(name)):
                bad.append(f'{path}:{number}: {room or "module.c"} must not include {name}')
    return bad


def file_names(tree):
    """A file's name is unique in the module: no two rooms have one of the same name."""
    bad = []
    seen = {}
    for path in _sources(tree, MODULE):
        if path.startswith((MODULE + 'compat/', MODULE + GENERATED)):
            continue
        name = posixpath.basename(path)
        stem = name.rsplit('.', 1)[0]
        place = posixpath.dirname(path)
        if seen.setdefault(stem, place) != place:
            bad.append(f'{path}:1: {seen[stem]}/ has a file named {stem} as well')
    return bad


def room_sizes(tree):
    """A room that holds more than some fifteen files is two rooms."""
    count = {}
    for path in _sources(tree, MODULE, ('.c', '.S')):
        place = posixpath.dirname(path)
        if not place.startswith(MODULE + 'compat/probes'):
            count[place] = count.get(place, 0) + 1
    return [f'{place}:1: {number} C and assembly files in one room'
            for place, number in sorted(count.items()) if number > ROOM_FILES_MAX]


_csr_access = re.compile(r'\bkvr_csr_(read|write|set|clear|swap|read_set|read_clear|exists)\(')


def csrs(tree):
    """No CSR is touched outside of hart/."""
    return [f'{path}:{number}: touches a CSR'
            for path in _sources(tree, MODULE, ('.c', '.h')) if not path.startswith(MODULE + 'hart/')
            for number, line in _lines(tree, path)
            if _csr_access.search(line) or re.search(r'"\s*csr[rwsc]', line)]


def kernel_kvm(tree):
    """Nothing of the kernel's own KVM is included."""
    bad = []
    for path in _sources(tree, MODULE):
        for number, line in _lines(tree, path):
            found = _include.match(line)
            if found and found.group(1) == '<' and _kernel_kvm.search(found.group(2)):
                bad.append(f'{path}:{number}: <{found.group(2)}> is the kernel\'s own KVM')
    return bad


def versions(tree):
    """No kernel version decides anything, and probe macros stay in compat/."""
    bad = []
    for path in _sources(tree, MODULE):
        for number, line in _lines(tree, path):
            if _version.search(line):
                bad.append(f'{path}:{number}: asks for the kernel\'s version')
            if path.startswith(MODULE + 'compat/'):
                continue
            if _have.search(line) or GENERATED in line:
                bad.append(f'{path}:{number}: a probe\'s answer outside of compat/')
    return bad


def probes(tree):
    """Each probe says what changed when, and exactly one file uses its answer."""
    bad = []
    where = MODULE + 'compat/probes/'
    users = {}
    for path in _sources(tree, MODULE):
        for name in set(_have.findall(tree[path])):
            users.setdefault(name.lower(), []).append(path)
    names = {p[len(where):-2]: p for p in tree if p.startswith(where) and p.endswith('.c')}
    for control in ('control_good', 'control_bad'):
        if control not in names:
            bad.append(f'{where}:1: no {control}.c')
    for name, path in sorted(names.items()):
        if name.startswith('control_'):
            continue
        told = [line for _, line in _lines(tree, path)][1:2]
        if not told or not re.match(r'/\* .+ \*/$', told[0]) or not _release.search(told[0]):
            bad.append(f'{path}:2: no one-line comment that names a release')
        if len(users.get(name, [])) != 1:
            bad.append(f'{path}:1: KVR_HAVE_{name.upper()} is used in '
                       f'{len(users.get(name, []))} files, not one')
    for name in sorted(set(users) - set(names)):
        bad.append(f'{users[name][0]}:1: there is no probe {name}')
    return bad


def shims(tree):
    """Each shim says which release made it unnecessary, and a file includes it."""
    bad = []
    used = set()
    for path in _sources(tree, MODULE):
        for _, line in _lines(tree, path):
            found = _include.match(line)
            if found and not path.startswith(MODULE + 'compat/'):
                used.add(MODULE + found.group(2))
    for path in _sources(tree, MODULE + 'compat/', ('.h',)):
        if path not in used:
            bad.append(f'{path}:1: no file includes it')
        lines = tree[path].splitlines()
        for number, line in enumerate(lines):
            # The branch for kernels that lack a thing.
            if not re.match(r'#\s*(ifndef|if|elif)\b.*KVR_HAVE_', line):
                continue
            near = ' '.join(lines[max(0, number - 4):number + 12])
            if not re.search(r'\b(since|by|until|as long as)\b[^.]*', near) or \
                    not _release.search(near) and 'as long as' not in near:
                bad.append(f'{path}:{number + 1}: does not say when this became unnecessary')
    return bad


def options(tree):
    """Each CONFIG_ name that compat/ tests has its meaning in probe.mk; no other file tests it."""
    bad = []
    listed = dict(_option.findall(tree.get(MODULE + 'compat/probe.mk', '')))
    asked = set()
    for path in _sources(tree, MODULE):
        for number, line in _lines(tree, path):
            if not re.match(r'\s*#|.*\bIS_ENABLED\(', line):
                continue
            for name in _config.findall(line):
                if path.startswith(MODULE + 'compat/'):
                    asked.add(name)
                    if name not in listed:
                        bad.append(f'{path}:{number}: CONFIG_{name} is not listed in probe.mk')
                elif name in listed:
                    bad.append(f'{path}:{number}: CONFIG_{name} outside of compat/')
    return bad + [f'{MODULE}compat/probe.mk:1: compat/ does not ask for CONFIG_{name}'
                  for name in sorted(set(listed) - asked)]


def lengths(tree):
    """Files stay under 800 lines."""
    return [f'{path}:{LINES_MAX}: {tree[path].count(chr(10))} lines'
            for path in sorted(tree)
            if path != 'COPYING' and tree[path].count('\n') >= LINES_MAX]


def functions(tree):
    """Functions stay under 60 lines."""
    bad = []
    for path in _sources(tree, endings=('.c', '.h')):
        start = None
        for number, line in _lines(tree, path):
            if line == '{':
                start = number
            elif line.startswith('}') and start:
                if number - start + 1 >= FUNCTION_MAX:
                    bad.append(f'{path}:{start}: a function of {number - start + 1} lines')
                start = None
    return bad


def headers(tree):
    """Each C file of the module is fronted by the header of its name, or by one of its own room."""
    bad = []
    for path in _sources(tree, MODULE, ('.c',)):
        place = posixpath.dirname(path[len(MODULE):])
        if not place or path.startswith(MODULE + 'compat/probes/'):
            continue
        included = [found.group(2) for _, line in _lines(tree, path) if (found := _include.match(line))]
        own = path[len(MODULE):-2] + '.h'
        if MODULE + own in tree:
            if own not in included:
                bad.append(f'{path}:1: does not include {own}, its contract')
        elif not any(name.startswith(_room(own) + '/') for name in included):
            bad.append(f'{path}:1: no {posixpath.basename(own)} beside it, '
                       f'and nothing of {_room(own)}/ included')
    return bad


def columns(tree):
    """Lines of the module's C stay within 100 columns; a message to people is not broken."""
    return [f'{path}:{number}: {len(line.expandtabs(8))} columns'
            for path in _sources(tree, MODULE, ('.c', '.h')) for number, line in _lines(tree, path)
            if len(line.expandtabs(8)) > COLUMNS_MAX and not re.search(r'"[,;)\\ ]*$', line)]


# Lines that begin like a comment and are for programs.
_not_prose = re.compile(r'^\s*(#!|# shellcheck)')
# Pages with longer lines.
LONG_PAGES = ('tests/packaging/',)


def _prose(tree, path):
    """(number, line) of the lines of a page that are not code or a table, or of the comments of a
    script."""
    fenced = False
    for number, line in _lines(tree, path):
        if path.endswith('.md'):
            fenced ^= line.startswith('```')
            if not fenced and not line.startswith(('```', '|', '    ')):
                yield number, line
        elif re.search(r'\.[1-9]$', path) or re.match(r'\s*#', line) and not _not_prose.match(line):
            yield number, line


def prose(tree):
    """Lines of pages and of comments in scripts stay within 100 columns."""
    return [f'{path}:{number}: {len(line.expandtabs(8))} columns'
            for path in sorted(tree) if not path.endswith(('.c', '.h', '.S', '.svg', '.json'))
            and not path.startswith(LONG_PAGES)
            for number, line in _prose(tree, path) if len(line.expandtabs(8)) > COLUMNS_MAX]


# Domains that are reserved for examples; put together so that this file does not hold them.
_placeholder = re.compile(r'[@/.][\w-]+\.(exam' + r'ple|invalid|test)\b|@exam' + r'ple\.|//exam' + r'ple\.')


def addresses(tree):
    """No address is a placeholder: what a page says can be used."""
    return [f'{path}:{number}: {_placeholder.search(line).group(0)}' for path in sorted(tree)
            if path != 'COPYING' for number, line in _lines(tree, path)
            if _placeholder.search(line)]


def objects(tree):
    """Kbuild lists each source file of the module, once."""
    listed = re.findall(r'([\w/.-]+)\.o\b', re.sub(r'(?m)#.*|^obj-m.*', '',
                                                   tree.get(MODULE + 'Kbuild', '')))
    there = [p[len(MODULE):].rsplit('.', 1)[0] for p in _sources(tree, MODULE, ('.c', '.S'))
             if not p.startswith(MODULE + 'compat/probes/')]
    bad = [f'{MODULE}Kbuild:1: {name}.o is listed {listed.count(name)} times'
           for name in sorted(set(listed + there)) if listed.count(name) != 1]
    return bad + [f'{MODULE}Kbuild:1: {name}.o has no source'
                  for name in sorted(set(listed) - set(there))]


def licences(tree):
    """Each file that can bear it says GPL-2.0-only in its first lines."""
    bad = []
    for path in sorted(tree):
        name = posixpath.basename(path)
        if name in ('COPYING', '.gitignore') or name.endswith(('.md', '.svg', '.json', '.list')):
            continue
        if path in ('debian/changelog', 'debian/copyright', 'debian/source/format'):
            continue
        if 'SPDX-License-Identifier: GPL-2.0-only' not in '\n'.join(tree[path].splitlines()[:3]):
            bad.append(f'{path}:1: no SPDX-License-Identifier: GPL-2.0-only')
    return bad


# Words of the trade in which the text was made, and places on one machine only. They
# are put together here so that this file does not hold them.
_words = re.compile(r'\b(' + '|'.join([
    'ses' + 'sions?', '(sub)?ag' + 'ents?', 'prom' + 'pts?', 'clau' + 'de', 'anth' + 'ropic',
    'open' + 'ai', 'chat' + 'gpt', 'copi' + 'lot', 'l' + 'lms?']) + r')\b', re.I)
_places = re.compile(r'(?<![\w.$}/])/(' + '|'.join(['wo' + 'rk', 'ho' + 'me', 'Us' + 'ers', 'mn' + 't']) + r')/\w')


def words(tree):
    """Nothing speaks of how the text came about, or of one machine's directories."""
    bad = []
    for path in sorted(tree):
        if path == 'COPYING':
            continue
        for number, line in _lines(tree, path):
            for pattern in (_words, _places):
                found = pattern.search(line)
                if found:
                    bad.append(f'{path}:{number}: "{found.group(0)}"')
    return bad


def version_once(tree):
    """The version is stated in kvm-riscv/version.mk; pages for people agree with it."""
    stated = dict(re.findall(r'(?m)^(KVR_\w+)=(\S+)$', tree.get(MODULE + 'version.mk', '')))
    version = stated.get('KVR_VERSION')
    if not version:
        return [f'{MODULE}version.mk:1: no KVR_VERSION=']
    again = re.compile(r'(?<![\d.])' + re.escape(version) + r'(?![\d.]*\d)')
    told = re.compile(r'kvm-riscv[/: ]+(\d+(?:\.\d+)+)')
    bad = []
    for path, newest in (('debian/changelog', r'kvm-riscv \(([^)]+)\)'),
                         ('CHANGELOG.md', r'# Changes\n\n## (\S+)')):
        found = re.match(newest, tree.get(path, ''))
        if path in tree and (not found or found.group(1) != version):
            bad.append(f'{path}:1: does not start with {version}')
    for path in sorted(tree):
        name = posixpath.basename(path)
        for number, line in _lines(tree, path):
            if name in ('dkms.conf', 'Kbuild', 'Makefile', 'module.c') and again.search(line):
                bad.append(f'{path}:{number}: the version again')
            if name.endswith('.md') and any(v != version for v in told.findall(line)):
                bad.append(f'{path}:{number}: another version than {version}')
    return bad


# Pages that say for which kernels this is, and how
_ranges = {'README.md': r'(?m)^From (\S+) to (\S+), ', 'CHANGELOG.md': r'for Linux (\S+) to ([\d.]+\d)',
           'tools/kvm-riscv.4': r'any Linux from (\S+) on()'}


def range_once(tree):
    """Pages for people say for which kernels this is, as kvm-riscv/version.mk states it."""
    stated = dict(re.findall(r'(?m)^(KVR_\w+)=(\S+)$', tree.get(MODULE + 'version.mk', '')))
    oldest, newest = stated.get('KVR_KERNEL_OLDEST'), stated.get('KVR_KERNEL_NEWEST')
    bad = []
    for path, pattern in _ranges.items():
        found = re.search(pattern, tree.get(path, ''))
        if path in tree and (not found or found.group(1) != oldest or found.group(2) not in ('', newest)):
            bad.append(f'{path}:1: not for Linux {oldest} to {newest}')
    return bad


RULES = [layers, file_names, room_sizes, csrs, kernel_kvm, versions, probes, shims, options, lengths,
         columns, prose, functions, headers, objects, licences, words, addresses, version_once,
         range_once]
