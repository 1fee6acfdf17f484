# SPDX-License-Identifier: GPL-2.0-only
"""Write the emulated board's device tree with firmware that can put the board to sleep.

OpenSBI offers SBI's system suspend on boards that have the hardware, and on any board whose
tree asks for its test of it: the kernel goes all the way down, the last hart waits for five
seconds and then for an interrupt.
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


def tree_make(path, cpu, options):
    """Write the tree of the board that tests/machine/boot makes of CPU model and options."""
    machine = options[options.index('--machine') + 1] if '--machine' in options else 'virt'
    with tempfile.TemporaryDirectory() as directory:
        dumped = os.path.join(directory, 'tree')
        subprocess.run([os.path.join(TOP, 'tests/machine/in-root'), 'trixie',
                        'qemu-system-riscv64', '-M', f'{machine},dumpdtb={dumped}', '-cpu', cpu,
                        '-smp', '2', '-m', '2G', '-nographic'],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(dumped, 'rb') as tree, open(path, 'wb') as out:
            out.write(sleep_added(tree.read()))
