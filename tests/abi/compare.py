#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""compare.py THEIRS OURS WORK CROSS [COMMAND...]

Holds the module's statement of the KVM ABI against Debian's linux-libc-dev, as TAP.
THEIRS: an unpacked linux-libc-dev; OURS: the directory that holds uapi/; WORK: scratch;
CROSS: the compiler's prefix; COMMAND: what to run it with (a chroot)."""
import fnmatch
import os
import re
import shutil
import sys

from layout import Header, Tools

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))
import tap  # noqa: E402

# Our header states what Linux 7.3 has; an older header could not show that something is missing.
OLDEST = (7, 3)

# Names that our header may have on its own
OWN = ("kvr_", "__user")

# Macros with an argument, and the arguments to try: a list, or the structure of their header whose
# members the macro takes. Members are the leaves of the structure: "regs.pc"; "f[]" is "f[0]".
IDS = ["0", "1", "63", "64", "79", "127", "128"]
WORDS = ["0UL", "1UL", "0x70UL", "0xfffUL", "0x1000UL", "0x3ff0ffUL"]
PROBES = {
    "KVM_REG_SIZE": [f"0x80{n}0000000000001ULL" for n in range(9)],
    "KVM_REG_RISCV_CONFIG_REG": "kvm_riscv_config",
    "KVM_REG_RISCV_CORE_REG": "kvm_riscv_core",
    "KVM_REG_RISCV_CSR_REG": "kvm_riscv_csr",
    "KVM_REG_RISCV_CSR_AIA_REG": "kvm_riscv_aia_csr",
    "KVM_REG_RISCV_CSR_SMSTATEEN_REG": "kvm_riscv_smstateen_csr",
    "KVM_REG_RISCV_CSR_ZICFISS_REG": "kvm_riscv_zicfiss_csr",
    "KVM_REG_RISCV_TIMER_REG": "kvm_riscv_timer",
    "KVM_REG_RISCV_FP_F_REG": "__riscv_f_ext_state",
    "KVM_REG_RISCV_FP_D_REG": "__riscv_d_ext_state",
    "KVM_REG_RISCV_VECTOR_CSR_REG": "__riscv_v_ext_state",
    "KVM_REG_RISCV_VECTOR_REG": [str(n) for n in range(32)],
    "KVM_REG_RISCV_SBI_STA_REG": "kvm_riscv_sbi_sta",
    "KVM_REG_RISCV_SBI_FWFT_REG": "kvm_riscv_sbi_fwft",
    "KVM_REG_RISCV_ISA_MULTI_REG": IDS,
    "KVM_REG_RISCV_ISA_MULTI_MASK": IDS,
    "KVM_REG_RISCV_SBI_MULTI_REG": IDS,
    "KVM_REG_RISCV_SBI_MULTI_MASK": IDS,
    "KVM_DEV_RISCV_AIA_ADDR_IMSIC": ["0", "1", "0x3fff"],
    "KVM_DEV_RISCV_AIA_IMSIC_MKATTR": ["0UL, 0x70UL", "1UL, 0xffUL", "0x3ffUL, 0x1072UL"],
    "KVM_DEV_RISCV_AIA_IMSIC_GET_ISEL": WORDS,
    "KVM_DEV_RISCV_AIA_IMSIC_GET_VCPU": WORDS,
}

# Wrong headers: file, text in it, the text that replaces it, the test that must fail.
MUTATIONS = [
    ("kvm.h", "_IO(KVMIO, 0x80)", "_IO(KVMIO, 0x81)", "values"),
    ("types.h", "(4ULL << KVM_REG_SIZE_SHIFT)", "(4L << KVM_REG_SIZE_SHIFT)", "values"),
    ("kvm_caps.h", "KVM_CAP_STEAL_TIME\t\t\t= 187", "KVM_CAP_STEAL_TIME\t\t\t= 178", "values"),
    ("riscv_ids.h", "X(32, ZKR)", "X(32, ZKRX)", "missing"),
    ("riscv_ids.h", "X(32, ZKR)", "X(32, ZKRX)", "invented"),
    ("kvm_run.h", "struct kvr_exit_notify notify;", "", "layout"),
    ("kvm_run.h", "__u64 flags, gpa, size;", "__u64 flags, size, gpa;", "layout"),
    ("types.h", "__s32 fd;", "__u32 fd;", "layout"),
    ("types.h", "__u32 guest_memfd, pad1;", "__u64 guest_memfd;", "layout"),
    ("kvm_stats.h", "struct kvm_stats_header {", "struct kvm_stats_head {", "missing"),
    ("types.h", "struct kvm_memory_attributes {", "struct kvm_memory_attribute {", "values"),
    ("riscv.h", "((id) / 64)", "((id) / 32)", "functions"),
    ("riscv.h", "scounteren, senvcfg;", "scounteren, senvcfg, more;", "layout"),
    ("riscv.h", "stval, sip;", "sip, stval;", "functions"),
]


class Exclusions:
    """Names that are not part of the RISC-V ABI: a file of lines «pattern  reason»."""

    def __init__(self, path):
        self.rows, self.used = [], set()
        with open(path, encoding="utf-8") as file:
            for line in file:
                if line.strip() and not line.startswith("#"):
                    pattern, reason = line.split(maxsplit=1)
                    self.rows.append((pattern, reason.strip()))

    def match(self, name):
        hits = [pattern for pattern, _ in self.rows if fnmatch.fnmatchcase(name, pattern)]
        self.used.update(hits)
        return bool(hits)

    def wrong(self, our_names):
        """Patterns that match no name of their header, or a name of ours."""
        out = [f"{pattern} matches nothing" for pattern, _ in self.rows if pattern not in self.used]
        for pattern, _ in self.rows:
            out += [f"{pattern} hides {name}" for name in sorted(fnmatch.filter(our_names, pattern))]
        return out


def arguments(theirs, probe):
    """The argument lists to try a macro on."""
    if isinstance(probe, list):
        return probe
    leaves = theirs.types[probe][1]
    return [path + ("[0]" if leaf.size > leaf.elem else "") for path, leaf in leaves.items()
            if leaf.sign != "aggregate"]


def values_differ(theirs, ours, expressions):
    try:
        rows = zip(expressions, theirs.evaluate(expressions), ours.evaluate(expressions))
    except RuntimeError as error:
        return [line for line in str(error).splitlines() if "error:" in line]
    return [f"{name}: {want} here {got} (value, bytes, unsigned)" for name, want, got in rows if want != got]


def layout_differs(theirs, ours, excluded):
    problems, count = [], 0
    for name in sorted(theirs.types):
        if name not in ours.types:
            continue
        (want_size, want), (got_size, got) = theirs.types[name], ours.types[name]
        want = {path: leaf for path, leaf in want.items() if not excluded.match(f"{name}.{path}")}
        count += len(want) + 1
        if want_size != got_size:
            problems.append(f"struct {name}: {want_size} bytes, here {got_size}")
        for path in sorted(want.keys() | got.keys()):
            if want.get(path) != got.get(path):
                problems.append(f"{name}.{path}: {want.get(path)}, here {got.get(path)}")
    return problems, count


def compare(theirs, ours, excluded):
    """{test: (what it says, problems)}, in order."""
    wanted = {n for n in theirs.names() if not excluded.match(n)}
    structures = {n for n in theirs.types if n.startswith("kvm_") and not excluded.match(n)}
    constants = (theirs.objects | theirs.enumerators) & wanted & (ours.objects | ours.enumerators)
    functions = theirs.functions & wanted & ours.functions
    tries = [f"{name}({args})" for name in sorted(functions) if name in PROBES
             for args in arguments(theirs, PROBES[name])]

    missing = sorted(wanted - ours.names()) + [f"struct {n}" for n in sorted(structures - ours.types.keys())]
    invented = sorted(n for n in ours.names() - theirs.names() if not n.lower().startswith(OWN))
    invented += sorted(f"struct {n}" for n in ours.types.keys() - theirs.types.keys() if n.startswith("kvm_"))
    untried = [f"{name}: compare.py does not know what to try it on" for name in sorted(functions - PROBES.keys())]
    layout, members = layout_differs(theirs, ours, excluded)
    return {
        "missing": (f"none of {len(wanted)} names and {len(structures)} structures is missing", missing),
        "invented": ("no name is the module's own invention", invented),
        "values": (f"{len(constants)} constants have their value and type",
                   values_differ(theirs, ours, sorted(constants))),
        "functions": (f"{len(functions)} macros with arguments give the same in {len(tries)} tries",
                      untried + values_differ(theirs, ours, tries)),
        "layout": (f"{members} sizes, offsets and types of members agree", layout),
        "exclusions": (f"each of {len(excluded.rows)} patterns of names that RISC-V lacks is needed, none hides a name",
                       excluded.wrong(ours.names() | ours.types.keys() | ours.members())),
    }


def our_header(tools, label, path, base):
    uapi = os.path.realpath(os.path.join(path, "uapi")) + os.sep
    return Header(tools, label, "uapi/kvm.h", [path, *base], lambda file: os.path.realpath(file).startswith(uapi))


def mutate(tools, theirs, base, ours, row, before_it):
    """Changes one thing in a copy of our header; a problem if no test notices.
    @before_it: what compare() says of the header as it is."""
    name, before, after, test = row
    copy = os.path.join(tools.work, "mutant")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(os.path.join(ours, "uapi"), os.path.join(copy, "uapi"))
    path = os.path.join(copy, "uapi", name)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if before not in text:
        return [f"{name} has no «{before}» to change"]
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(before, after))
    results = compare(theirs, our_header(tools, "mutant", copy, base), Exclusions(os.path.join(HERE, "not-riscv")))
    return [] if set(results[test][1]) - set(before_it[test][1]) else [f"«{after}» in place of «{before}» in {name} goes unnoticed by {test}"]


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    debian, our_dir, work, cross, *prefix = sys.argv[1:]
    tools = Tools(prefix, cross, work)
    base = [os.path.join(debian, "usr/include"), os.path.join(debian, "usr/include/riscv64-linux-gnu")]
    theirs = Header(tools, "theirs", "linux/kvm.h", base,
                    lambda file: file.endswith(("/linux/kvm.h", "/asm/kvm.h")))
    ours = our_header(tools, "ours", our_dir, base)

    results = compare(theirs, ours, Exclusions(os.path.join(HERE, "not-riscv")))
    writer = tap.Writer(planned=1 + len(results) + len(MUTATIONS))
    version = re.search(r"linux-libc-dev-(\d+)\.(\d+)", debian)
    writer.result(f"Debian's newest header is {'.'.join(map(str, OLDEST))} or newer",
                  [] if tuple(map(int, version.groups())) >= OLDEST else
                  [f"it is {os.path.basename(debian)}"])
    for text, problems in results.values():
        writer.result(text.expandtabs(1), problems)
    for row in MUTATIONS:
        seen = f"a wrong {row[0]} is seen by «{row[3]}»: {row[2].strip() or 'without ' + row[1]}"
        writer.result(seen.expandtabs(1), mutate(tools, theirs, base, our_dir, row, results))
    sys.exit(writer.finish())


main()
