# SPDX-License-Identifier: GPL-2.0-only
"""Write the emulated board's device tree, changed.

With a firmware that can put the board to sleep: OpenSBI offers SBI's system suspend on boards that
have the hardware, and on any board whose tree asks for its test of it: the kernel goes all the
way down, the last hart waits for five seconds and then for an interrupt.

With harts that differ: the tree no longer says that some of them have the hypervisor extension (they
do, as the emulator's harts are all the same).
"""
import os
import struct
import subprocess
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Tokens of a flattened tree (Devicetree Specification, 5.4)
BEGIN_NODE, END_NODE, PROP, NOP, END = 1, 2, 3, 4, 9


def padded(data):
    return data + bytes(-len(data) % 4)


def node_end(block, name):
    """The offset at which the node of that name ends in a structure block."""
    at, depth, found = 0, 0, None
    while True:
        token, = struct.unpack_from('>I', block, at)
        if token == BEGIN_NODE:
            depth += 1
            end = block.index(0, at + 4)
            if block[at + 4:end] == name:
                found = depth
            at = end + 4 & ~3
        elif token == PROP:
            at += 12 + (struct.unpack_from('>I', block, at + 4)[0] + 3 & ~3)
        elif token == END_NODE:
            if depth == found:
                return at
            depth -= 1
            at += 4
        elif token == NOP:
            at += 4
        else:
            raise SystemExit(f'the tree has no node {name}')


def sleep_added(tree):
    """The tree with /chosen/opensbi-config."""
    size, at_block, at_strings = struct.unpack_from('>3I', tree, 4)
    block_size, strings_size = struct.unpack_from('>I', tree, 36) + \
        struct.unpack_from('>I', tree, 32)
    assert at_block + block_size <= at_strings <= size
    strings = tree[at_strings:at_strings + strings_size]
    node = struct.pack('>I', BEGIN_NODE) + padded(b'opensbi-config\0')
    for name, value in ((b'compatible', b'opensbi,config\0'), (b'system-suspend-test', b'')):
        node += struct.pack('>3I', PROP, len(value), len(strings)) + padded(value)
        strings += name + b'\0'
    node += struct.pack('>I', END_NODE)
    block = tree[at_block:at_block + block_size]
    where = node_end(block, b'chosen')
    block = block[:where] + node + block[where:]
    out = bytearray(tree[:at_block] + block)
    struct.pack_into('>I', out, 12, len(out))
    out += strings
    struct.pack_into('>I', out, 4, len(out))
    struct.pack_into('>2I', out, 32, len(strings), len(block))
    return bytes(out)


def without_h(name, value):
    """The value of a hart's property, said of a hart without H."""
    if name == b'riscv,isa':
        letters, more = value.split(b'_', 1)
        return letters.replace(b'h', b'') + b'_' + b'_'.join(
            word for word in more.split(b'_') if not word.startswith(b'sh'))
    if name == b'riscv,isa-extensions':
        return b''.join(word + b'\0' for word in value.split(b'\0')[:-1]
                        if word != b'h' and not word.startswith(b'sh'))
    return value


def h_taken(tree, harts):
    """The tree with no H in cpu@N for each N in harts."""
    _, at_block, at_strings = struct.unpack_from('>3I', tree, 4)
    strings_size, block_size = struct.unpack_from('>2I', tree, 32)
    block, strings = tree[at_block:at_block + block_size], tree[at_strings:at_strings + strings_size]
    nodes = [b'cpu@%x' % hart for hart in harts]
    at, path, taken, out = 0, [], 0, b''
    while at < len(block):
        token, = struct.unpack_from('>I', block, at)
        start = at
        at += 4
        if token == BEGIN_NODE:
            end = block.index(0, at)
            path.append(block[at:end])
            at = end + 4 & ~3
        elif token == END_NODE:
            path.pop()
        elif token == PROP and path[-1] in nodes:
            size, at_name = struct.unpack_from('>2I', block, at)
            old = block[at + 8:at + 8 + size]
            new = without_h(strings[at_name:strings.index(0, at_name)], old)
            taken += new != old
            at = at + 8 + size + 3 & ~3
            out += struct.pack('>3I', PROP, len(new), at_name) + padded(new)
            continue
        elif token == PROP:
            at = at + 8 + struct.unpack_from('>I', block, at)[0] + 3 & ~3
        out += block[start:at]
    if taken < len(nodes):
        raise SystemExit('the tree has no H to take from some hart')
    # The strings follow behind; both keep their alignment.
    head = bytearray(tree[:at_block])
    struct.pack_into('>I', head, 4, len(head) + len(out) + len(strings))
    struct.pack_into('>I', head, 12, len(head) + len(out))
    struct.pack_into('>I', head, 36, len(out))
    return bytes(head) + out + strings


def tree_make(path, cpu, options, change=sleep_added, smp=2):
    """Write the tree of the board that tests/machine/boot makes of CPU model and options, changed."""
    machine = options[options.index('--machine') + 1] if '--machine' in options else 'virt'
    with tempfile.TemporaryDirectory() as directory:
        dumped = os.path.join(directory, 'tree')
        subprocess.run([os.path.join(TOP, 'tests/machine/in-root'), 'trixie',
                        'qemu-system-riscv64', '-M', f'{machine},dumpdtb={dumped}', '-cpu', cpu,
                        '-smp', str(smp), '-m', '2G', '-nographic'],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(dumped, 'rb') as tree, open(path, 'wb') as out:
            out.write(change(tree.read()))
