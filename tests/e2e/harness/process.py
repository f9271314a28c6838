"""What /proc tells about a running framegate."""
import os
import re


def fds(pid):
    """Number of open descriptors."""
    return len(os.listdir(f"/proc/{pid}/fd"))


def link(pid, fd):
    """What a descriptor leads to; empty when it was closed meanwhile."""
    try:
        return os.readlink(f"/proc/{pid}/fd/{fd}")
    except FileNotFoundError:
        return ""


def open_files(pid):
    return [link(pid, fd) for fd in os.listdir(f"/proc/{pid}/fd")]


def pss(pid):
    """Proportional set size in bytes of what is no file: the memory this process costs."""
    with open(f"/proc/{pid}/smaps_rollup") as rollup:
        return int(re.search(r"^Pss_Anon:\s+(\d+) kB", rollup.read(), re.M)[1]) * 1024


def status(pid):
    """/proc/PID/status as a dict of strings."""
    with open(f"/proc/{pid}/status") as lines:
        return dict(line.rstrip("\n").split(":\t", 1) for line in lines if ":\t" in line)


def epoll_loads(pid):
    """Number of descriptors watched by each epoll instance, smallest first."""
    loads = []
    for fd in os.listdir(f"/proc/{pid}/fd"):
        if link(pid, fd) == "anon_inode:[eventpoll]":
            with open(f"/proc/{pid}/fdinfo/{fd}") as info:
                loads.append(info.read().count("tfd:"))
    return sorted(loads)


def sanitized(program):
    """Was it built with a sanitizer? Then its memory says nothing about the real one's."""
    with open(program, "rb") as binary:
        return re.search(rb"__(asan|tsan)_init", binary.read()) is not None
