# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the scripts share that a board runs when it has booted (board-lib.sh). A script sources
# this, defines a function for each value that board.inside= of the kernel's command line may have, and
# ends with inside_run. They print TAP.
number=0 failed=0
log=/tmp/said

# result TEXT COMMAND...: passes if COMMAND succeeds; says what it printed if not.
result()
{
	local text=$1 word=ok
	shift
	number=$((number + 1))
	"$@" > $log 2>&1 || {
		word='not ok'
		failed=$((failed + 1))
		tail -n 40 $log | sed 's/^/# /'
	}
	echo "$word $number - $text"
}

# as USER COMMAND...
as()
{
	runuser -u "$1" -- "${@:2}"
}

loaded()
{
	grep -q "^$1 " /proc/modules
}

# The module named $1 is there, and $2 is not.
only()
{
	grep kvm /proc/modules
	loaded "$1" && ! loaded "$2"
}

# User $1 can open /dev/kvm.
opens()
{
	as "$1" sh -c 'exec 3<>/dev/kvm'
}

# Boots a Linux guest of two harts by README's command, as user "ordinary".
guest_boots()
{
	local command
	command=$(sed -n '/^    qemu-system-riscv64 -accel kvm -cpu host/,/[^\\]$/p' /opt/README.md)
	echo "$command"
	ln -sf "$(guest_kernel)" /vmlinuz
	ln -sf /opt/guest.cpio /initrd.img
	as ordinary timeout 400 sh -c "exec $command" < /dev/null > /tmp/guest.log 2>&1
	tail -n 5 /tmp/guest.log
	grep -q 'guest: up, 2 harts' /tmp/guest.log
}

# The running kernel's image
guest_kernel()
{
	local file
	for file in /boot/vmlinu[xz]-"$(uname -r)" /usr/lib/modules/"$(uname -r)"/vmlinuz; do
		[ -e "$file" ] || continue
		echo "$file"
		return
	done
}

inside_run()
{
	local word words what=
	read -ra words < /proc/cmdline
	for word in "${words[@]}"; do
		[[ $word != board.inside=* ]] || what=${word#*=}
	done
	stty -opost -echo < /dev/hvc0
	$what
	echo "1..$number"
	# The watcher knows this line.
	echo "machine: exit status $((failed > 0))"
	sleep 1
}
