#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Usage: firmware-key.py VARS CERTIFICATE

Puts the certificate, DER, into the list "db" of the firmware variables in VARS, the second flash of an
emulated board that has not been started yet: what an owner does in the firmware's setup."""
import struct
import sys
import uuid

VARIABLES = uuid.UUID('aaf32c78-947b-439a-a180-2e144ec37792')
DB = uuid.UUID('d719b2cb-3d3a-4596-a3bc-dad00e67656f')
X509 = uuid.UUID('a5c059a1-94e4-4aa7-87b5-ab155c2bf072')
# Kept over a reset, to be read before and after the kernel starts, and changed with a signature only
ATTRIBUTES = 0x27
HEADER = 28


def signature_list(certificate):
    entry = bytes(16) + certificate     # nobody's
    return X509.bytes_le + struct.pack('<3I', 28 + len(entry), 0, len(entry)) + entry


def variable(vendor, name, data):
    name = (name + '\0').encode('utf-16-le')
    return struct.pack('<HBBIQ16xIII', 0x55aa, 0x3f, 0, ATTRIBUTES, 0, 0, len(name), len(data)) + \
        vendor.bytes_le + name + data


def main():
    with open(sys.argv[2], 'rb') as file:
        certificate = file.read()
    with open(sys.argv[1], 'r+b') as file:
        flash = file.read()
        # They follow the header of the volume, whose length it holds.
        start = struct.unpack_from('<H', flash, 48)[0]
        if flash[start:start + 16] != VARIABLES.bytes_le:
            sys.exit(f'{sys.argv[1]}: its variables are of another kind')
        start += HEADER
        record = variable(DB, 'db', signature_list(certificate))
        if flash[start:start + len(record)].strip(b'\xff'):
            sys.exit(f'{sys.argv[1]}: there are variables in it')
        file.seek(start)
        file.write(record)


main()
