# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Functions that the scripts of the emulated board share: directories, the look-up of a kernel's
# name, messages.
#
# A script that sources this gets
#   KVR_TREE   top of the project tree, absolute
#   KVR_CACHE  directory of downloads and what is made of them, outside of the tree
#   KVR_BUILD  directory of build output, in the tree

KVR_TREE=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
KVR_CACHE=${KVM_RISCV_CACHE:-$HOME/.cache/kvm-riscv}
# shellcheck disable=SC2034
KVR_BUILD=$KVR_TREE/build
# shellcheck disable=SC2034
KVR_MACHINE=$KVR_TREE/tests/machine
# shellcheck disable=SC2034 # read by the scripts that source this
KVR_ROOTS=(trixie forky)
# shellcheck disable=SC2034
KVR_CROSS=riscv64-linux-gnu-

say()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die()
{
	say "$*"
	exit 1
}

# Directory of toolchain root $1, whether or not it is there.
root_dir()
{
	printf '%s/roots/%s\n' "$KVR_CACHE" "$1"
}

# One line per kernel: alias, release, root, oldest first. A kernel that has to be built from source
# first has "-" for its release.
kernels_list()
{
	local info recipe name alias release root
	{
		for info in "$KVR_CACHE"/roots/*/srv/kernels/*/info "$KVR_CACHE"/kernels/*/info; do
			[ -e "$info" ] || continue
			# shellcheck disable=SC1090 # written by root-unpack and kernel-build
			. "$info"
			printf '%s\t%s\t%s\n' "$alias" "$release" "$root"
		done
		for recipe in "$KVR_MACHINE"/configs/*; do
			name=${recipe##*/}
			[[ $name != *.config ]] || continue
			compgen -G "$KVR_CACHE/kernels/$name-[0-9a-f]*/info" >/dev/null ||
				printf '%s\t-\t%s\n' "$name" "$(sed -n 's/^root=//p' "$recipe")"
		done
	} | sort -V
}

# Prints the file that describes kernel $1 (alias or full release), or nothing if there is no such
# kernel. A kernel that is built from source is built at its first use.
kernel_info()
{
	local info alias release
	if [ -e "$KVR_MACHINE/configs/$1" ]; then
		"$KVR_MACHINE/kernel-build" "$1"
		return
	fi
	for info in "$KVR_CACHE"/roots/*/srv/kernels/*/info "$KVR_CACHE"/kernels/*/info; do
		[ -e "$info" ] || continue
		# shellcheck disable=SC1090
		. "$info"
		if [ "$1" = "$alias" ] || [ "$1" = "$release" ]; then
			printf '%s\n' "$info"
			return
		fi
	done
}

# Look up kernel $1 (alias or full release). Sets KVR_ALIAS, KVR_RELEASE,
# KVR_ROOT (its name), KVR_KDIR (headers, a path inside of the root), KVR_IMAGE
# and KVR_MODULES (host paths: what -kernel takes, and lib/modules/RELEASE),
# KVR_CONFIG (host path), KVR_APPEND (words on its command line that keep /dev/kvm free), KVR_SOURCE
# (its sources, or nothing) and KVR_MAKE (words that the kernel's make needs).
kernel_find()
{
	local alias release root image modules headers info append='' source='' prefix=''
	info=$(kernel_info "$1")
	[ -n "$info" ] ||
		die "no kernel '$1'; known: $(kernels_list | cut -f1,2 | tr '\t\n' '  ')(tests/machine/setup makes them)"
	# shellcheck disable=SC1090
	. "$info"
	# A stock kernel's paths are those inside of its root.
	[[ $info != */srv/kernels/* ]] || prefix=$(root_dir "$root")
	# shellcheck disable=SC2034
	{
		KVR_ALIAS=$alias
		KVR_RELEASE=$release
		KVR_ROOT=$root
		KVR_KDIR=$headers
		KVR_IMAGE=$prefix$image
		KVR_MODULES=$prefix$modules
		KVR_CONFIG=$prefix$headers/.config
		KVR_APPEND=$append
		KVR_SOURCE=$source
		KVR_MAKE="ARCH=riscv CROSS_COMPILE=$KVR_CROSS"
		! grep -qx CONFIG_CC_IS_CLANG=y "$KVR_CONFIG" || KVR_MAKE+=" LLVM=1"
	}
}

# Writes the output of make for $1 to log $2, and its progress to stderr now and then.
progress()
{
	local line count=0 next=$((SECONDS + 30))
	while IFS= read -r line; do
		printf '%s\n' "$line" >&3
		count=$((count + 1))
		if [ "$SECONDS" -ge "$next" ]; then
			printf '  %s: %d steps, %s\n' "$1" "$count" "${line#"${line%%[! ]*}"}" >&2
			next=$((SECONDS + 30))
		fi
	done 3> "$2"
}

# Runs the rest of the arguments with file $1 locked ($2: -s shared, -x exclusive). The lock file is
# beside what it guards, never in it.
with_lock()
{
	local file=$1 mode=$2 fd
	shift 2
	mkdir -p "$(dirname "$file")"
	exec {fd}>>"$file"
	if ! flock "$mode" -n "$fd"; then
		say "waiting for another run that holds $file"
		flock "$mode" "$fd"
	fi
	"$@"
	exec {fd}>&-
}
