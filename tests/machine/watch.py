#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Run the emulated board and watch its output.

QEMU gets two channels: the chardev "payload" (the virtio console) and the
serial port, on which only the kernel talks. Payload lines go to stdout as they
come; kernel lines go to stderr once init runs, and always to the log. boot's
usage text says what the exit status means.
"""

import argparse
import os
import re
import selectors
import signal
import subprocess
import sys
import time

STATUS_TIMEOUT = 124
STATUS_MACHINE = 125
STATUS_KERNEL = 126
# Seconds that a machine gets to power off once its payload has ended.
POWER_OFF = 30

# What a healthy kernel never prints.
BAD = re.compile(
    r"Kernel panic|\bOops\b|\bBUG:|kernel BUG|WARNING:|Call Trace:|KASAN|UBSAN|KFENCE:|KCSAN"
    r"|possible (recursive|circular) locking|suspicious RCU usage|held lock freed"
    r"|inconsistent lock state|sleeping function called|scheduling while atomic"
    r"|detected stalls|self-detected stall|soft lockup|hard LOCKUP|blocked for more than"
    r"|Unable to handle kernel|unreferenced object|Bad page|refcount_t:|list_(add|del) corruption"
)
STATUS = re.compile(rb"^machine: exit status (\d+)\s*$")
UP = "machine: up"


class Lines:
    """Cuts a stream of bytes into lines."""

    def __init__(self):
        self.rest = b""

    def feed(self, data):
        self.rest += data
        *lines, self.rest = self.rest.split(b"\n")
        return [line.rstrip(b"\r") for line in lines]

    def flush(self):
        lines = [self.rest] if self.rest else []
        self.rest = b""
        return lines


class Watch:
    """What one run of the machine has said so far."""

    def __init__(self, log, quiet):
        self.log = log
        self.quiet = quiet
        self.start = time.monotonic()
        self.up = None
        self.status = None
        self.bad = []
        self.tail = []

    def note(self, kind, line):
        seconds = time.monotonic() - self.start
        self.log.write(f"[{seconds:8.3f}] {kind}| {line}\n")
        self.log.flush()

    def payload_line(self, raw):
        match = STATUS.match(raw)
        if match:
            self.status = int(match.group(1))
            self.note("machine", raw.decode(errors="replace"))
            return
        self.note("payload", raw.decode(errors="replace"))
        sys.stdout.buffer.write(raw + b"\n")
        sys.stdout.buffer.flush()

    def kernel_line(self, raw):
        line = raw.decode(errors="replace")
        self.note("kernel", line)
        self.tail = self.tail[-39:] + [line]
        if BAD.search(line):
            self.bad.append(line)
        if UP in line and self.up is None:
            self.up = time.monotonic() - self.start
            say(f"the machine is up after {self.up:.1f} s")
        elif self.up is not None and not self.quiet:
            print(f"kernel| {line}", file=sys.stderr, flush=True)


def say(text):
    print(f"boot: {text}", file=sys.stderr, flush=True)


def run(watch, command, timeout):
    """Starts QEMU and reads both channels until it ends; True if it did so."""
    kernel_out, kernel_in = os.pipe()
    # An end of file on its stdin would make QEMU close the console.
    stdin_out, stdin_in = os.pipe()
    command = command + [
        "-serial", f"file:/proc/self/fd/{kernel_in}",
        "-chardev", "stdio,id=payload,signal=off",
    ]
    qemu = subprocess.Popen(command, stdin=stdin_out, stdout=subprocess.PIPE,
                            pass_fds=[kernel_in], start_new_session=True)
    os.close(kernel_in)
    os.close(stdin_out)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(STATUS_MACHINE))
    try:
        return read_channels(watch, qemu.stdout.fileno(), kernel_out, timeout)
    finally:
        if qemu.poll() is None:
            os.killpg(qemu.pid, signal.SIGKILL)
        code = qemu.wait()
        os.close(stdin_in)
        if code > 0:
            say(f"QEMU ended with status {code}")


def read_channels(watch, payload, kernel, timeout):
    channels = {payload: (Lines(), watch.payload_line), kernel: (Lines(), watch.kernel_line)}
    selector = selectors.DefaultSelector()
    for fd in channels:
        selector.register(fd, selectors.EVENT_READ)
    deadline = watch.start + timeout
    ending = False
    while selector.get_map():
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        for key, _ in selector.select(left):
            lines, sink = channels[key.fd]
            data = os.read(key.fd, 65536)
            if not data:
                selector.unregister(key.fd)
            for line in lines.feed(data) if data else lines.flush():
                sink(line)
        if watch.status is not None and not ending:
            ending = True
            deadline = time.monotonic() + POWER_OFF
    return True


def verdict(watch, finished, timeout):
    """Says what went wrong, if anything did, and returns the exit status."""
    if watch.up is None:
        say("the machine did not come up; the end of its console:")
        print("\n".join(f"kernel| {line}" for line in watch.tail), file=sys.stderr)
    if watch.bad:
        say(f"the kernel complained {len(watch.bad)} time(s), at first: {watch.bad[0]}")
    if watch.status is None and not finished:
        say(f"no end after {timeout} s: timeout")
        return STATUS_TIMEOUT
    if watch.status is None:
        say("the machine stopped before its payload ended")
        return STATUS_MACHINE
    if not finished:
        say(f"the machine did not power off within {POWER_OFF} s")
        return watch.status or STATUS_MACHINE
    if watch.bad and watch.status == 0:
        return STATUS_KERNEL
    return watch.status


def shell(watch, command):
    """Runs QEMU on this terminal, the kernel's console in the log alone."""
    command = command + ["-serial", f"file:{watch.log.name}", "-chardev", "stdio,id=payload,signal=off"]
    status = subprocess.call(command)
    with open(watch.log.name, encoding="utf-8", errors="replace") as lines:
        bad = [line.rstrip() for line in lines if BAD.search(line)]
    if bad:
        say(f"the kernel complained {len(bad)} time(s), at first: {bad[0]}")
    return status


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", required=True)
    parser.add_argument("--timeout", type=float, default=300)
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--shell", action="store_true")
    parser.add_argument("command", nargs="+")
    args = parser.parse_args()
    with open(args.log, "w", encoding="utf-8") as log:
        watch = Watch(log, args.quiet)
        if args.shell:
            return shell(watch, args.command)
        finished = run(watch, args.command, args.timeout)
        return verdict(watch, finished, args.timeout)


if __name__ == "__main__":
    sys.exit(main())
