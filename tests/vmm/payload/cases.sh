# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# The cases of the suite "qemu" and the functions that they share. A case is a function case_NAME
# ARGUMENT..., named NAME-ARGUMENT-… in lists. It returns 0 if it passes, or prints why it does not.
# Each guest has a directory $dir/GUEST with
#   out     all that came from its console     in      a pipe to its console
#   pid     of its QEMU                        status  of its QEMU, at its end

# Seconds for one guest to boot and end; an emulator on a busy machine is slow.
limit=900

case_start()
{
	dir=/tmp/vmm/$1
	mkdir -p "$dir"
}

note()
{
	echo "# $*"
}

# guest_start GUEST CPUS MEMORY WORDS [QEMU-ARGUMENT...]: start a guest with
# WORDS on its kernel's command line, in the background.
guest_start()
{
	guest=$dir/$1 name=$1 cpus=$2 memory=$3 words=$4
	shift 4
	rm -rf "$guest"
	mkdir -p "$guest"
	mkfifo "$guest/in" "$guest/pipe"
	: > "$guest/out"
	while IFS= read -r line; do
		line=${line%"$cr"}
		printf '%s\n' "$line" >> "$guest/out"
		printf '%sguest %s| %s\n' "${comment-# }" "$name" "$line"
	done < "$guest/pipe" &
	(
		qemu-system-riscv64 -accel "${accel:-kvm}" -cpu host -M virt \
			-m "$memory" -smp "$cpus" -nodefaults -display none -bios none \
			-kernel /vmm/Image -initrd /payload/guest.cpio \
			-append "panic=-1 $patient $words" \
			-chardev stdio,id=con,mux=on,signal=off -serial chardev:con \
			-device virtio-serial-pci -device virtconsole,chardev=con \
			"$@" < "$guest/in" > "$guest/pipe" 2>&1 &
		echo $! > "$guest/pid"
		status=0
		wait $! || status=$?
		echo "$status" > "$guest/status.new"
		mv "$guest/status.new" "$guest/status"
	) &
	# Keeps the pipe open, so that QEMU sees no end of its input.
	sleep 100000 > "$guest/in" &
	echo $! > "$guest/holder"
	until [ -s "$guest/pid" ]; do sleep 0.1; done
}
# A vCPU that gets no time on a busy machine is not locked up.
patient='watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=120'
cr=$(printf '\r')
# The blacklist saves a fifth of a guest's boot: self-tests and certificates.
quiet='console=hvc0 quiet initcall_blacklist=jent_mod_init,load_system_certificate_list'

# guest_wait GUEST: wait until its QEMU has ended; fails unless that was a
# regular end within the limit.
guest_wait()
{
	waited=0
	while [ ! -e "$dir/$1/status" ]; do
		sleep 0.5
		waited=$((waited + 1))
		if [ "$waited" -gt $((limit * 2)) ]; then
			note "guest $1 did not end within $limit s"
			return 1
		fi
	done
	status=$(cat "$dir/$1/status")
	[ "$status" = 0 ] || note "QEMU of guest $1 ended with status $status"
	return "$status"
}

# guest_says GUEST REGEX COUNT: wait until COUNT lines of its console match.
guest_says()
{
	waited=0
	while [ "$(grep -c -e "$2" "$dir/$1/out")" -lt "$3" ]; do
		sleep 0.2
		waited=$((waited + 1))
		if [ -e "$dir/$1/status" ] || [ "$waited" -gt $((limit * 5)) ]; then
			[ "$(grep -c -e "$2" "$dir/$1/out")" -lt "$3" ] || return 0
			note "guest $1 did not say $3 time(s): $2"
			return 1
		fi
	done
}

# guest_good GUEST CPUS: after its end, that it came up with all its vCPUs,
# powered off by itself and complained of nothing.
guest_good()
{
	out=$dir/$1/out
	if grep -e 'Oops' -e 'BUG:' -e 'WARNING:' -e 'Call Trace' -e 'Kernel panic' \
		-e 'detected stalls' -e 'failed to come online' -e FAILED "$out" > "$out.bad"; then
		note "guest $1 complained: $(head -n 1 "$out.bad")"
		return 1
	fi
	grep -q "^guest: up .* cpus=$2 " "$out" || { note "guest $1 does not have $2 vCPUs"; return 1; }
	grep -q '^guest: powering off' "$out" || { note "guest $1 did not power off"; return 1; }
}

guest_kill()
{
	kill -9 "$(cat "$dir/$1/pid")" 2>/dev/null
	kill "$(cat "$dir/$1/holder")" 2>/dev/null
}

guests_kill()
{
	for guest in "$dir"/*/; do
		guest_kill "$(basename "$guest")"
	done
	wait
}

# No QEMU is running and the module's use count is 0.
guests_gone()
{
	module=$(lsmod | sed -n 's/^kvm\(_riscv\)\? /&/p' | awk '{print $3; exit}')
	waited=0
	while pidof qemu-system-riscv64 > /dev/null || [ "${module:-0}" != 0 ]; do
		sleep 0.5
		waited=$((waited + 1))
		if [ "$waited" -gt 40 ]; then
			note "left behind: $(pidof qemu-system-riscv64 | wc -w) QEMU, $module users of the module"
			return 1
		fi
		module=$(lsmod | sed -n 's/^kvm\(_riscv\)\? /&/p' | awk '{print $3; exit}')
	done
}

# The guest boots to user space and powers off.
case_boot()
{
	guest_start a "$1" "$2" "$quiet job=hello"
	guest_wait a && guest_good a "$1"
}

# The same with the kernel's whole boot log on the emulated UART: thousands of
# exits to user space. It has to arrive complete.
case_uart()
{
	guest_start a 1 512M "console=ttyS0 loglevel=5 job=hello"
	guest_wait a && guest_good a 1
}

# The log by way of the SBI debug console, until the virtio console takes over.
case_sbi()
{
	guest_start a 1 512M "earlycon=sbi console=hvc0 job=hello"
	guest_wait a && guest_good a 1 || return 1
	grep -q 'Linux version' "$dir/a/out" || { note 'nothing came from the SBI console'; return 1; }
}

# reboot VCPUS TIMES: the guest reboots itself, then powers off.
case_reboot()
{
	guest_start a "$1" 512M "$quiet job=ask"
	times=0
	while [ "$times" -lt "$2" ]; do
		times=$((times + 1))
		guest_says a '^guest: up' "$times" || return 1
		sleep 1
		echo reboot > "$dir/a/in"
	done
	guest_says a '^guest: up' $((times + 1)) || return 1
	sleep 1
	echo poweroff > "$dir/a/in"
	guest_wait a && guest_good a "$1"
}

case_two()
{
	guest_start a "$1" 512M "$quiet job=hello"
	guest_start b "$1" 512M "$quiet job=hello"
	guest_wait a && guest_wait b && guest_good a "$1" && guest_good b "$1"
}

# kill TIMES: SIGKILL at ever later moments of a boot, then a boot that works.
case_kill()
{
	round=0
	while [ "$round" -lt "$1" ]; do
		round=$((round + 1))
		guest_start "k$round" 2 512M "earlycon=sbi console=hvc0 job=ask"
		guest_says "k$round" . 1 || return 1
		sleep "$(((round - 1) % 12))"
		if [ -e "$dir/k$round/status" ]; then
			note "guest k$round ended before it could be killed"
			return 1
		fi
		guest_kill "k$round"
		guest_wait "k$round"
		[ "$status" = 137 ] || return 1
		guests_gone || return 1
	done
	guest_start a 2 512M "$quiet job=hello"
	guest_wait a && guest_good a 2
}

# swap MIB: a guest whose memory the host has to swap out and in again.
case_swap()
{
	modprobe zram 2>/dev/null
	echo 1536M > /sys/block/zram0/disksize || return 1
	mkswap /dev/zram0 > /dev/null && swapon /dev/zram0 || return 1
	mkdir -p /sys/fs/cgroup
	mount -t cgroup2 cgroup2 /sys/fs/cgroup || return 1
	echo +memory > /sys/fs/cgroup/cgroup.subtree_control
	mkdir -p /sys/fs/cgroup/guest
	before=$(sed -n 's/^pswpin //p' /proc/vmstat)
	guest_start a 2 512M "$quiet job=hold mib=$1"
	# Enters the group before the guest touches its memory.
	cat "$dir/a/pid" > /sys/fs/cgroup/guest/cgroup.procs || return 1
	echo "$(($1 / 2 + 64))M" > /sys/fs/cgroup/guest/memory.max
	guest_wait a && guest_good a 2
	result=$?
	swapped=$(($(sed -n 's/^pswpin //p' /proc/vmstat) - before))
	note "$swapped pages came back from swap"
	sleep 1
	rmdir /sys/fs/cgroup/guest
	umount /sys/fs/cgroup
	swapoff /dev/zram0
	echo 1 > /sys/block/zram0/reset
	[ "$swapped" -gt $(($1 * 64)) ] || { note 'too few: the case tested nothing'; return 1; }
	return "$result"
}

# load VCPUS SECONDS: see guest-load.c.
case_load()
{
	guest_start a "$1" 512M "$quiet job=load seconds=$2"
	guest_wait a && guest_good a "$1" || return 1
	grep -q '^guest: load status 0' "$dir/a/out"
}
