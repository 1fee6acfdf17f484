# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the tests share that install things on a Debian for RISC-V boards and boot it. A test
# sources this, and calls board_enter "$@" first. From then on
#   board   is the root "board" below an overlay, to be changed at will (on_board runs
#           commands there, through qemu-user),
#   work    is a directory for other files, on this machine and for this run,
#   result  prints a line of TAP for a command, board_machine for what a machine said,
# and board_done ends the test. $KVM_RISCV_BOARD_WORK names a directory that is kept: a run finds
# there what the one before has installed, which saves the hour that emulated compilers take. With
# $KVM_RISCV_BOARD_QUICK=yes the compiler proper is a cross compiler of the same version, not emulated.
# shellcheck source=tests/machine/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../machine/lib.sh"
number=0 failed=0

# Starts the script anew, with mounts of its own and RISC-V programs that run; returns inside
# of that, with the script's arguments in board_args.
board_enter()
{
	local dir
	if [ "${1-}" != --inside ]; then
		[ "$(id -u)" = 0 ] || die "a chroot and mounts are needed: run this as root"
		"$KVR_MACHINE/setup" packages board
		dir=${KVM_RISCV_BOARD_WORK:-$(mktemp -d)}
		mkdir -p "$dir"
		# shellcheck disable=SC2064 # now
		[ -n "${KVM_RISCV_BOARD_WORK-}" ] || trap "rm -rf --one-file-system '$dir'" EXIT
		"$KVR_MACHINE/foreign" unshare --mount --propagation private "$0" --inside "$dir" "$@"
		exit
	fi
	work=$2 board=$2/root
	shift 2
	# shellcheck disable=SC2034 # the script reads it
	board_args=("$@")
	# shellcheck source=kvm-riscv/version.mk
	. "$KVR_TREE/kvm-riscv/version.mk"
	board_mount
}

# result TEXT COMMAND...: passes if COMMAND succeeds; says what it printed if not, and how long
# it took if that was long.
result()
{
	local text=$1 word=ok start=$SECONDS
	shift
	number=$((number + 1))
	"$@" > "$work/said" 2>&1 || {
		word='not ok'
		failed=$((failed + 1))
		tail -n 60 "$work/said" | sed 's/^/# /'
	}
	printf '%s %d - %s\n' "$word" "$number" "$text"
	[ "$((SECONDS - start))" -lt 10 ] || printf '# that took %d s\n' "$((SECONDS - start))"
}

board_done()
{
	printf '1..%d\n' "$number"
	[ "$failed" = 0 ]
}

board_mount()
{
	local dir
	mkdir -p "$work/upper" "$work/scratch" "$board" "$KVR_CACHE/ccache"
	mount -t overlay overlay \
		-o "lowerdir=$(root_dir board),upperdir=$work/upper,workdir=$work/scratch" "$board"
	for dir in proc sys dev; do
		mount --rbind "/$dir" "$board/$dir"
	done
	mkdir -p "$board/var/cache/ccache"
	mount --bind "$KVR_CACHE/ccache" "$board/var/cache/ccache"
	cp /etc/resolv.conf "$board/etc/resolv.conf"
	board_quick
}

# Puts this machine's cc1, assembler and kmod in the place of each on the board that is not yet, if that
# is wanted.
board_quick()
{
	local cc1 cross file
	[ "${KVM_RISCV_BOARD_QUICK-}" = yes ] || return 0
	if [ ! -e "$board/lib64" ]; then
		mkdir -p "$board/usr/lib64" "$board/usr/lib/x86_64-linux-gnu"
		ln -s usr/lib64 "$board/lib64"
		ln -s gcc "$board/usr/lib/gcc-cross"
	fi
	if ! mountpoint -q "$board/usr/lib64"; then
		mount --bind "$(root_dir forky)/usr/lib64" "$board/usr/lib64"
		mount --bind "$(root_dir forky)/usr/lib/x86_64-linux-gnu" \
			"$board/usr/lib/x86_64-linux-gnu"
	fi
	for file in usr/bin/riscv64-linux-gnu-as usr/bin/kmod; do
		board_quick_is "$board/$file" || mount --bind "$(root_dir forky)/$file" "$board/$file"
	done
	for cc1 in "$board"/usr/libexec/gcc/riscv64-linux-gnu/*/cc1; do
		! board_quick_is "$cc1" || continue
		for cross in "$KVR_CACHE"/roots/{trixie,forky}/usr/libexec/gcc-cross/"${cc1#*/libexec/gcc/}"; do
			[ -e "$cross" ] || continue
			mount --bind "$cross" "$cc1"
			break
		done
	done
}

board_quick_is()
{
	grep -qF " $1 " /proc/self/mountinfo
}

# Takes them away again: dpkg cannot put others in their place.
board_slow()
{
	local file
	for file in "$board"/usr/libexec/gcc/riscv64-linux-gnu/*/cc1 \
			"$board"/usr/bin/{riscv64-linux-gnu-as,kmod}; do
		! board_quick_is "$file" || umount "$file"
	done
}

# Runs a command on the board's disk. A compiler that is emulated takes its time: what it has
# compiled once comes from ccache the next time.
on_board()
{
	local path=/usr/sbin:/usr/bin:/sbin:/bin
	[ "${KVM_RISCV_BOARD_QUICK-}" = yes ] || path=/usr/lib/ccache:$path
	chroot "$board" /usr/bin/env -i PATH="$path" HOME=/root \
		CCACHE_DIR=/var/cache/ccache INITRD=No LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		ARCH=riscv64 "$@"
}

# The packages of this tree as version $1, into directory $2: deb, or what $3 names of tools/
packages_build()
{
	local tree=$work/tree-$1
	rm -rf "$tree" "$2"
	mkdir -p "$tree" "$2"
	tar -C "$tree" --strip-components=1 -xf "$("$KVR_TREE/tools/dist" "$work")"
	rm "$tree/kvm-riscv.spec"
	sed -i "s/^KVR_VERSION=.*/KVR_VERSION=$1/" "$tree/kvm-riscv/version.mk"
	sed -i "1s/(.*)/($1)/" "$tree/debian/changelog"
	"$tree/tools/${3:-deb}" "$2"
}

# Installs the debs of directory $1 by the command of README, for kernel $2; dkms compiles the module.
debs_install()
{
	local command
	command=$(sed -n 's/^    sudo apt install linux-headers/apt install -y linux-headers/p' "$KVR_TREE/README.md")
	rm -rf "$board/root/build"
	mkdir -p "$board/root/build"
	cp -r "$1" "$board/root/build/deb"
	on_board sh -ec "cd /root; uname() { echo $2; }; $command -o APT::Sandbox::User=root"
}

# An initrd for guests, /opt/guest.cpio: it says "guest: up, N harts" and powers off.
guest_initrd()
{
	local tree=$work/guest
	mkdir -p "$tree/bin" "$tree/dev" "$tree/proc"
	cp "$(root_dir trixie)/srv/busybox/usr/bin/busybox" "$tree/bin/"
	cat > "$tree/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t devtmpfs dev /dev
echo "guest: up, $(/bin/busybox grep -c ^processor /proc/cpuinfo) harts" > /dev/console
/bin/busybox poweroff -f
INIT
	chmod +x "$tree/init"
	(cd "$tree" && find . -mindepth 1 | cpio -o -H newc -R 0:0 --quiet) > "$board/opt/guest.cpio"
}

# Has the board run script $1 once it has booted, after inside.sh: users "ordinary", who is in
# group kvm, and "stranger", who is not.
board_prepare()
{
	guest_initrd
	install -m 644 "$KVR_TREE/tests/packaging/inside.sh" "$board/opt/inside.sh"
	install -m 755 "$1" "$board/opt/inside"
	cat > "$board/etc/systemd/system/inside.service" <<'UNIT'
[Unit]
After=basic.target
[Service]
Type=oneshot
ExecStart=/opt/inside
ExecStopPost=/bin/systemctl poweroff -ff
StandardOutput=tty
StandardError=tty
TTYPath=/dev/hvc0
[Install]
WantedBy=multi-user.target
UNIT
	on_board systemctl enable inside.service || return
	on_board systemctl mask serial-getty@hvc0.service serial-getty@ttyS0.service || return
	on_board id -u ordinary || on_board useradd -m -G kvm ordinary || return
	on_board id -u stranger || on_board useradd -m stranger
}

# The board's disk as it is now, $work/disk. Machines boot from it side by side: what they write
# to it is lost with them.
board_disk()
{
	mkdir -p "$work/plain"
	# Without what is mounted below
	mount --bind "$board" "$work/plain"
	rm -f "$work/disk"
	truncate -s 8G "$work/disk"
	mke2fs -q -t ext4 -O ^has_journal -E lazy_itable_init=1,nodiscard -d "$work/plain" "$work/disk"
	umount "$work/plain"
}

# An initramfs for Linux $1 of the board, in directory $2, that goes over to the disk
board_initramfs()
{
	local dir=$2 file count=100
	rm -rf "$dir"
	mkdir -p "$dir/payload" "$dir/disk"
	printf '#!/bin/sh\nexit 125\n' > "$dir/payload/run"
	on_board modprobe -S "$1" --show-depends -a virtio_blk ext4 | sed -n 's/^insmod \([^ ]*\).*/\1/p' |
		while read -r file; do
			count=$((count + 1))
			case $file in
			*.xz) xz -dc "$board$file" ;;
			*) cat "$board$file" ;;
			esac > "$dir/disk/$count.ko"
		done
	cat > "$dir/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t devtmpfs dev /dev
for file in /disk/*.ko; do
	/bin/busybox insmod $file 2> /dev/null	# some are named twice
done
/bin/busybox mkdir -p /new
/bin/busybox mount -t ext4 /dev/vda /new
echo 'machine: up' > /dev/kmsg
/bin/busybox umount /dev /proc
exec /bin/busybox switch_root /new /sbin/init
INIT
	chmod +x "$dir/init" "$dir/payload/run"
}

# board_boot NAME RELEASE WHAT [OPTION...]: boots Linux RELEASE of the board from $work/disk, which
# runs function WHAT of the script. What that says is in $work/NAME.tap then. Options are boot's.
board_boot()
{
	local name=$1 release=$2 words="board.inside=$3 systemd.show_status=0" options=() image file
	shift 3
	while [ "$#" -gt 0 ]; do
		if [ "$1" = --append ]; then
			words+=" $2"
			shift
		else
			options+=("$1")
		fi
		shift
	done
	for file in "$board"/boot/vmlinu[xz]-"$release" "$board/usr/lib/modules/$release/vmlinuz"; do
		[ ! -e "$file" ] || image=$file
	done
	cp "$image" "$work/$name.image"
	board_initramfs "$release" "$work/$name.initramfs"
	"$KVR_MACHINE/boot" --kernel 6.12 --module none --payload "$work/$name.initramfs" \
		--name "board-$name" --mem 3G --timeout 1500 --quiet \
		--append "$words" \
		--qemu -kernel --qemu "$work/$name.image" --qemu -drive \
		--qemu "file=$work/disk,if=none,id=disk,format=raw,cache=unsafe,snapshot=on" \
		--qemu -device --qemu virtio-blk-pci,drive=disk "${options[@]}" > "$work/$name.tap"
}

# Makes the results of machine $1, which has ended, this test's; passes if it came to its end.
board_gather()
{
	local line
	while IFS= read -r line; do
		case $line in
		'ok '* | 'not ok '*)
			number=$((number + 1))
			[[ $line = ok* ]] || failed=$((failed + 1))
			printf '%s %d - %s: %s\n' "${line%% [0-9]*}" "$number" "$1" "${line#* - }"
			;;
		1..*) ;;
		*) printf '# %s\n' "${line#\# }" ;;
		esac
	done < "$work/$1.tap"
	result "$1: the machine came to its end" grep -q '^1\.\.[1-9]' "$work/$1.tap"
}

# board_machine NAME RELEASE WHAT [OPTION...]: both of these
board_machine()
{
	local status=0 start=$SECONDS
	board_boot "$@" || status=$?
	board_gather "$1"
	printf '# the machine ran for %d s\n' "$((SECONDS - start))"
	# 1: it says itself which of its tests failed.
	result "$1: its kernel did not complain" [ "$status" -le 1 ]
}
