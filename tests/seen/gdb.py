#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""gdb.py SOCKET: debug the guest of counter.S by QEMU's stub, as gdb would (GDB manual, "Remote
Protocol"). Says what it sees; the exit status is 0 if that is right.

A hart cannot be made to step, so each breakpoint is gone before the guest goes on from it."""
import socket
import sys
import time

BASE = 0x80000000
TICK = BASE + 0x40
NOP, EBREAK = "0100", "0290"		# compressed, as in memory
S0, PC = 8, 32				# gdb's numbers of registers
# An emulator in an emulator is slow.
PATIENCE = 120


class Stub:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self.socket.connect(path)
                break
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)
        self.stream = self.socket.makefile("rb")

    def send(self, text):
        self.socket.sendall(f"${text}#{sum(text.encode()) & 0xff:02x}".encode())

    def reply(self):
        """The next packet; acknowledgements are passed over."""
        while (byte := self.stream.read(1)) != b"$":
            if not byte:
                raise EOFError("the stub is gone")
        text = b""
        while (byte := self.stream.read(1)) != b"#":
            text += byte
        self.stream.read(2)
        self.socket.sendall(b"+")
        return text.decode()

    def ask(self, text):
        self.send(text)
        return self.reply()

    def register(self, number):
        """Out of all of them, as gdb does it: asked for a single one, QEMU does not ask KVM."""
        values = bytes.fromhex(self.ask("g"))
        return int.from_bytes(values[number * 8:number * 8 + 8], "little")

    def go_on(self, interrupt=False):
        """Lets the guest run until it stops; the stub's reason."""
        self.send("c")
        if interrupt:
            time.sleep(1)
            self.socket.sendall(b"\x03")
        return self.reply()


failed = []


def expect(what, want, got):
    print(f"{what}: {got}" + ("" if want == got else f", not {want}"), flush=True)
    if want != got:
        failed.append(what)


def stop_at(stub, address, count):
    """A breakpoint at @address is hit while s0 is @count, and leaves no trace."""
    code = stub.ask(f"m{address:x},2")
    expect("breakpoint set", "OK", stub.ask(f"Z0,{address:x},2"))
    expect("stopped", "T05", stub.go_on()[:3])
    expect("pc", hex(address), hex(stub.register(PC)))
    expect("s0", count, stub.register(S0))
    expect("in memory", EBREAK, stub.ask(f"m{address:x},2"))
    expect("breakpoint removed", "OK", stub.ask(f"z0,{address:x},2"))
    expect("in memory", code, stub.ask(f"m{address:x},2"))


def main():
    stub = Stub(sys.argv[1])
    expect("before the first instruction", "T", stub.ask("?")[:1])
    expect("pc", hex(BASE), hex(stub.register(PC)))
    expect("tick", NOP, stub.ask(f"m{TICK:x},2"))
    stop_at(stub, TICK, 1)
    stop_at(stub, TICK + 2, 1)
    stop_at(stub, TICK, 2)
    # A register that the debugger changes, the guest goes on with.
    expect("s0 set", "OK", stub.ask(f"P{S0:x}=" + (1000).to_bytes(8, "little").hex()))
    stop_at(stub, TICK + 2, 1000)
    stop_at(stub, TICK, 1001)
    # Without a breakpoint the guest runs until it is stopped.
    expect("interrupted", "T02", stub.go_on(interrupt=True)[:3])
    expect("it ran meanwhile", True, 1001 < stub.register(S0))
    expect("pc in the loop", True, BASE <= stub.register(PC) < TICK + 4)
    stub.send("k")
    return 1 if failed else 0


sys.exit(main())
