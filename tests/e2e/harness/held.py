"""Holding up one thread of a process, as a bug would: the others go on."""
import contextlib
import ctypes
import os

SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17
WALL = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def threads(pid, name):
    """Ids of the threads with that name; the main thread, which lends it at a start, is none."""
    found = []
    for tid in os.listdir(f"/proc/{pid}/task"):
        if int(tid) == pid:
            continue
        with open(f"/proc/{pid}/task/{tid}/comm") as comm:
            if comm.read().strip() == name:
                found.append(int(tid))
    return found


def _ptrace(what, tid):
    if libc.ptrace(what, tid, None, None) < 0:
        raise OSError(ctypes.get_errno(), f"ptrace {what:#x}")


@contextlib.contextmanager
def held(tid):
    """This thread stands still meanwhile."""
    _ptrace(SEIZE, tid)
    _ptrace(INTERRUPT, tid)
    os.waitpid(tid, WALL)
    try:
        yield
    finally:
        _ptrace(DETACH, tid)
