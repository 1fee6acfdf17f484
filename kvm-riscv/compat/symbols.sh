#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: symbols.sh NM OBJECT TRIMMED SYMVERS...
# Fails where OBJECT, which is the whole module, needs symbols that none of the files SYMVERS
# exports, and names all of them: modpost names ten. TRIMMED is y where the kernel was built with
# CONFIG_TRIM_UNUSED_KSYMS. NM may be a command with arguments.
set -eu

nm=$1 object=$2 trimmed=$3
shift 3
# Without these there is no answer here: modpost has words of its own for that.
[ -s "${1-}" ] || exit 0
needed=$($nm -u "$object" 2>/dev/null) || exit 0
# __this_module is in the part that modpost writes.
missing=$(printf '%s\n' "$needed" | awk '
	FILENAME != "-" { exported[$2] = 1; next }
	$(NF - 1) == "U" && $NF != "__this_module" && $NF != "_GLOBAL_OFFSET_TABLE_" &&
		!($NF in exported) { print $NF }' "$@" - | sort)
[ -n "$missing" ] || exit 0
{
	echo "kvm-riscv: this kernel does not export what the module needs:"
	printf '%s\n' "$missing" | sed 's/^/kvm-riscv:   /'
	if [ "$trimmed" = y ]; then
		echo "kvm-riscv: it was built with CONFIG_TRIM_UNUSED_KSYMS and exports only what its own"
		echo "kvm-riscv: modules use; build it without, or list these symbols in the file that"
		echo "kvm-riscv: its CONFIG_UNUSED_KSYMS_WHITELIST names"
	else
		echo "kvm-riscv: its configuration leaves them out, or $1 is not that"
		echo "kvm-riscv: of a complete build of this kernel"
	fi
} >&2
exit 1
