#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: collect.sh header|summary PROBES RESULTS [KERNEL OLDEST]
# Reads the answers that the probes in directory PROBES left in directory
# RESULTS, and prints have.h, or a table for people. Fails, with the compiler's
# words, when a control probe went the wrong way: then no answer can be trusted.
# Where Linux KERNEL is older than OLDEST, have.h holds an error that says so.
set -eu

what=$1 probes=$2 results=$3

# One control probe: its name, the answer it must have, what is wrong if not.
control()
{
	if [ "$(cat "$results/$1.result")" = "$2" ]; then
		return 0
	fi
	{
		echo "kvm-riscv: $3"
		echo "kvm-riscv: probe $probes/$1.c; the compiler's output follows."
		cat "$results/$1.log"
	} >&2
	exit 1
}

control control_good yes \
	"even a trivial file does not compile against this kernel: are its headers complete, and is the compiler the right one?"
control control_bad no \
	"a file that must not compile does: probing this kernel would give wrong answers."

if [ "$what" = header ]; then
	if [ -n "${4-}" ] && [ "$4" != "$5" ] &&
		[ "$(printf '%s\n%s\n' "$4" "$5" | sort -V | head -n 1)" = "$4" ]; then
		echo "#error kvm-riscv works with Linux $5 and later, this is $4"
	fi
	echo "/* Written by the build from the answers of compat/probes. */"
fi
for file in "$probes"/*.c; do
	name=${file##*/}
	name=${name%.c}
	case $name in control_*) continue ;; esac
	answer=$(cat "$results/$name.result")
	macro=KVR_HAVE_$(printf '%s' "$name" | tr '[:lower:]' '[:upper:]')
	case $what,$answer in
	header,yes) echo "#define $macro 1" ;;
	header,no) echo "/* $macro is not set */" ;;
	summary,*)
		printf '%-32s %-4s %s\n' "$name" "$answer" \
			"$(sed -n 's,^/\* *\(.*[^ ]\) *\*/$,\1,p' "$file" | head -n 1)"
		;;
	*)
		echo "kvm-riscv: probe $name has no answer" >&2
		exit 1
		;;
	esac
done

[ "$what" = summary ] || exit 0
while read -r name answer; do
	printf '%-32s %-4s %s\n' "CONFIG_$name" "$answer" \
		"$(sed -n "s/^kvr-options += $name # //p" "$probes/../probe.mk")"
done < "$results/options"
