# SPDX-License-Identifier: GPL-2.0-only
"""The definitions of a header as the compiler sees them: names and values of constants, and where
each member of each structure lies. Read from preprocessor output, DWARF and an object file's
data, so that nothing depends on how the header is written."""
import collections
import os
import re
import struct
import subprocess

# offset and size in bytes; sign: of an element; elem: bytes of an element
Leaf = collections.namedtuple("Leaf", "offset size elem sign")

DEFINE = re.compile(r"#define (\w+)(\([^)]*\))?(?: (.*))?$")
MARKER = re.compile(r'# \d+ "([^"]*)"')
DIE = re.compile(r" <([0-9a-f]+)><([0-9a-f]+)>: Abbrev Number: \d+ \((DW_TAG_\w+)\)")
ATTRIBUTE = re.compile(r" +<[0-9a-f]+> +(DW_AT_\w+) *: (.*)")
AGGREGATES = ("DW_TAG_structure_type", "DW_TAG_union_type")
TRANSPARENT = ("DW_TAG_typedef", "DW_TAG_const_type", "DW_TAG_volatile_type")


class Tools:
    """The cross compiler and its binutils; prefix: words of a command before the tool's name."""

    def __init__(self, prefix, cross, work):
        self.prefix, self.cross, self.work = prefix, cross, work

    def run(self, tool, *args):
        done = subprocess.run([*self.prefix, self.cross + tool, *args], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{tool} {' '.join(args)}:\n{done.stderr}")
        return done.stdout


class Dwarf:
    """The entries of one object file's .debug_info."""

    def __init__(self, text):
        self.entries, stack, entry = {}, {}, None
        for line in text.splitlines():
            found = DIE.match(line)
            if found:
                level, key = int(found[1], 16), int(found[2], 16)
                entry = {"tag": found[3], "children": [], "at": {}}
                self.entries[key] = entry
                stack[level] = entry
                if level:
                    stack[level - 1]["children"].append(entry)
                continue
            found = ATTRIBUTE.match(line)
            if found and entry is not None:
                # "(indirect string, offset: 0x1): name", "(alt …) name", "<0x12>", "8"
                value = re.sub(r"^\([^)]*\):? ?", "", found[2]).strip()
                entry["at"][found[1][6:]] = value

    def of_tag(self, tag):
        return [e for e in self.entries.values() if e["tag"] == tag]

    def type_of(self, entry):
        """The entry of @entry's type, behind typedefs and qualifiers."""
        reference = entry["at"].get("type")
        target = self.entries[int(reference.strip("<>"), 16)] if reference else None
        while target and target["tag"] in TRANSPARENT:
            target = self.type_of(target)
        return target

    def leaves(self, entry, base=0, path=""):
        """{member path: Leaf} of a structure or union; anonymous members add no path."""
        out = {}
        for member in entry["children"]:
            if member["tag"] != "DW_TAG_member":
                continue
            kind = self.type_of(member)
            offset = base + int(member["at"].get("data_member_location", "0"), 0)
            name = member["at"].get("name")
            full = ".".join(part for part in (path, name) if part)
            if name:
                out[full] = self.leaf(kind, offset)
            if kind["tag"] in AGGREGATES:
                out.update(self.leaves(kind, offset, full))
            elif kind["tag"] == "DW_TAG_array_type" and self.type_of(kind)["tag"] in AGGREGATES:
                out.update(self.leaves(self.type_of(kind), offset, full + "[]"))
        return out

    def leaf(self, kind, offset):
        elem, count = kind, 1
        while elem["tag"] == "DW_TAG_array_type":
            for bound in elem["children"]:
                size = bound["at"]
                count *= int(size["upper_bound"], 0) + 1 if "upper_bound" in size else int(size.get("count", "0"), 0)
            elem = self.type_of(elem)
        size = int(elem["at"].get("byte_size", "8"), 0)
        sign = "pointer" if elem["tag"] == "DW_TAG_pointer_type" else "aggregate"
        if elem["tag"] == "DW_TAG_base_type":
            # "7\t(unsigned)", "5 (signed)", "8 (unsigned char)"
            sign = "unsigned" if "unsigned" in elem["at"]["encoding"] else "signed"
        return Leaf(offset, size * count, size, sign)


class Header:
    """What #include @include gives; @own: a function that knows its files by name."""

    def __init__(self, tools, label, include, paths, own):
        self.tools, self.label, self.include = tools, label, include
        self.flags = ["-std=gnu11", "-O0", "-g", "-fno-eliminate-unused-debug-types"]
        for path in paths:
            self.flags += ["-isystem", path]
        self.objects, self.functions, self.empty = set(), set(), set()
        self.answers = {}
        self.read_macros(own)
        self.read_types()

    def source(self, suffix, text):
        path = os.path.join(self.tools.work, f"{self.label}_{suffix}.c")
        with open(path, "w", encoding="utf-8") as file:
            # Page size is the kernel's, which user space headers do not have.
            file.write(f"#define PAGE_SIZE 4096\n#include <stddef.h>\n#include <{self.include}>\n{text}\n")
        return path

    def read_macros(self, own):
        where = ""
        path = self.source("macros", "")
        for line in self.tools.run("gcc", *self.flags, "-E", "-dD", path).splitlines():
            marker, define = MARKER.match(line), DEFINE.match(line)
            if marker:
                where = marker[1]
            elif define and own(where):
                name, args, body = define.groups()
                kind = self.functions if args else self.objects if body else self.empty
                kind.add(name)

    def read_types(self):
        path = self.source("types", "")
        self.tools.run("gcc", *self.flags, "-c", path, "-o", path[:-1] + "o")
        dwarf = Dwarf(self.tools.run("readelf", "--debug-dump=info", path[:-1] + "o"))
        self.enumerators = {e["at"]["name"] for e in dwarf.of_tag("DW_TAG_enumerator")}
        self.types = {}
        for tag in AGGREGATES:
            for entry in dwarf.of_tag(tag):
                if "name" in entry["at"] and "declaration" not in entry["at"]:
                    size = int(entry["at"].get("byte_size", "0"), 0)
                    self.types[entry["at"]["name"]] = (size, dwarf.leaves(entry))

    def names(self):
        return self.objects | self.functions | self.empty | self.enumerators

    def members(self):
        return {f"{name}.{path}" for name, (_, leaves) in self.types.items() for path in leaves}

    def evaluate(self, expressions):
        """Cached: the same question comes again with each other header."""
        key = tuple(expressions)
        if key not in self.answers:
            self.answers[key] = self.compile_values(expressions)
        return self.answers[key]

    def compile_values(self, expressions):
        """[(value as 64 bits, bytes of its type, type is unsigned)] of constant @expressions."""
        rows = ",\n".join(f"{{ (unsigned long long)({e}), sizeof({e}), (__typeof__({e}))-1 > 0 }}"
                          for e in expressions)
        path = self.source("values", "struct row { unsigned long long value; unsigned int size, is_unsigned; };\n"
                           f"const struct row rows[] __attribute__((section(\".abi_rows\"))) = {{\n{rows}\n}};")
        made = path[:-1] + "o"
        self.tools.run("gcc", *self.flags, "-c", path, "-o", made)
        self.tools.run("objcopy", "-O", "binary", "--only-section=.abi_rows", made, made + ".bin")
        with open(made + ".bin", "rb") as file:
            data = list(struct.iter_unpack("<QII", file.read()))
        if len(data) != len(expressions):
            raise RuntimeError(f"{len(data)} values of {len(expressions)}")
        return data
