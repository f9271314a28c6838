"""A loopback address of this process's own, so that tests in parallel cannot meet."""
import os
import socket

_pid = os.getpid()
HOST = f"127.{1 + (_pid >> 16 & 0x7f)}.{_pid >> 8 & 0xff}.{_pid & 0xff}"


_given = set()


def free_port(host=HOST):
    """A port that nobody listens on, and that was not given before: it may be used only later."""
    while True:
        with socket.socket() as s:
            s.bind((host, 0))
            port = s.getsockname()[1]
        if (host, port) not in _given:
            _given.add((host, port))
            return port
