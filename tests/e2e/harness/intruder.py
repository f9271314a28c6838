"""Somebody who has got hold of a thread of a process: makes any system call in its place."""
import ctypes
import os
import platform
import signal
import struct

from harness.cases import Skip
from harness.wait import until

SEIZE, INTERRUPT, DETACH, STEP, GETREGS, SETREGS = 0x4206, 0x4207, 17, 9, 12, 13
WALL = 0x40000000
NAMES = ("r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss "
         "fs_base gs_base ds es fs gs").split()
ARGUMENTS = ("rdi", "rsi", "rdx", "r10", "r8", "r9")
WAITS = (232, 281)                      # epoll_wait, epoll_pwait
BELOW = 4096                            # bytes under the stack that are free for ours
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


class Intruder:
    """Takes a thread that waits in a system call, and gives it back as it was."""

    def __init__(self, tid):
        if platform.machine() != "x86_64":
            raise Skip("only written for x86-64")
        self.tid = tid

    def __enter__(self):
        until(self._seize, "a thread that waits for events")
        return self

    def _seize(self):
        self._ptrace(SEIZE)
        self._ptrace(INTERRUPT)
        os.waitpid(self.tid, WALL)
        self.before = self._registers()
        if self.before["orig_rax"] in WAITS:
            return True
        self._ptrace(DETACH)
        return False

    def __exit__(self, *_):
        again = dict(self.before)
        again["rip"] -= 2                       # it waits anew
        again["rax"] = again["orig_rax"]
        self._set(again)
        self._ptrace(DETACH)

    def _ptrace(self, what, data=None):
        if libc.ptrace(what, self.tid, None, data) < 0:
            raise OSError(ctypes.get_errno(), f"ptrace {what:#x}")

    def _registers(self):
        raw = ctypes.create_string_buffer(8 * len(NAMES))
        self._ptrace(GETREGS, ctypes.cast(raw, ctypes.c_void_p))
        return dict(zip(NAMES, struct.unpack(f"{len(NAMES)}Q", raw.raw)))

    def _set(self, registers):
        raw = struct.pack(f"{len(NAMES)}Q", *(registers[name] for name in NAMES))
        self._ptrace(SETREGS, ctypes.cast(ctypes.create_string_buffer(raw), ctypes.c_void_p))

    def _step(self, number=0):
        self._ptrace(STEP, number)
        return os.WSTOPSIG(os.waitpid(self.tid, WALL)[1])

    def _is_back(self):
        """Behind the call, and not in the signal's handler, which may come there as well."""
        now = self._registers()
        return all(now[name] == self.before[name] for name in ("rip", "rsp"))

    def call(self, number, *arguments):
        """What it returns; bytes are put into the thread's memory, and their address is passed."""
        registers = dict(self.before, rax=number, orig_rax=(1 << 64) - 1)
        after = self.before["rip"]
        registers["rip"] = after - 2            # the instruction that it waits in
        place = self.before["rsp"] - BELOW
        with open(f"/proc/{self.tid}/mem", "r+b", buffering=0) as memory:
            for name, value in zip(ARGUMENTS, arguments):
                if isinstance(value, bytes):
                    memory.seek(place)
                    memory.write(value + b"\0")
                    value, place = place, place + len(value) + 1
                registers[name] = value & (1 << 64) - 1
        self._set(registers)
        stopped = self._step()
        while stopped == signal.SIGSYS or not self._is_back():
            stopped = self._step(stopped if stopped == signal.SIGSYS else 0)
        result = self._registers()["rax"]
        return result - (1 << 64) if result >> 63 else result
