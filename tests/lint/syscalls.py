#!/usr/bin/env python3
"""Sockets and clocks are touched in few places, so that a test can put others in their stead."""
import re

import lint

SOCKET = ("socket socketpair connect accept accept4 bind listen send sendto sendmsg sendmmsg "
          "recv recvfrom recvmsg recvmmsg shutdown setsockopt getsockopt getsockname getpeername "
          "getaddrinfo gethostbyname poll ppoll select pselect").split()
THREAD = ["pthread_create"]
TIME = "clock_gettime gettimeofday time nanosleep clock_nanosleep usleep sleep".split()

# where, what, why
ALLOWED = [
    ("gateway/net/", SOCKET, "this is the room of sockets"),
    ("gateway/base/clock.c", TIME, "this is the clock"),
    ("gateway/base/log_target.c", SOCKET, "the journal takes datagrams"),
    ("gateway/process/notify.c", SOCKET, "so does the service manager"),
    ("gateway/process/launcher.c", ["poll"], "a process that has no loop"),
    ("gateway/base/thread.c", THREAD, "here signals are kept away from threads"),
]
CALL = re.compile(r"(?<![\w.>])(" + "|".join(SOCKET + TIME + THREAD) + r")\s*\(")


def allowed(path, call):
    return any(str(path).startswith(where) and call in what for where, what, _ in ALLOWED)


sockets, clocks, threads = [], [], []
for path in lint.files("gateway", ".c", ".h"):
    for number, line in enumerate(lint.code(path).split("\n"), 1):
        for call in CALL.findall(line):
            if not allowed(path, call):
                (sockets if call in SOCKET else clocks if call in TIME else threads).append(f"{path}:{number}: {call}()")

lint.report({
    "sockets are used in gateway/net only": sockets,
    "the time is read in gateway/base/clock.c only": clocks,
    "threads are started in gateway/base/thread.c only": threads,
})
