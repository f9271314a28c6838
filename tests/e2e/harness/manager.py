"""A service manager, as far as a service sees one: it is told things through NOTIFY_SOCKET."""
import socket
import sys

from harness import scratch
from harness.wait import DEADLINE

# Becomes the program behind the addresses and names, which gets a socket for each, as systemd does.
ACTIVATE = """
import os, socket, sys
names, kinds, addresses = (text.split(",") for text in sys.argv[1:4])
for i, (kind, address) in enumerate(zip(kinds, addresses)):
    host, _, port = address.rpartition(":")
    sock = socket.socket(socket.AF_UNIX if "/" in address else socket.AF_INET,
                         socket.SOCK_DGRAM if kind == "datagram" else socket.SOCK_STREAM)
    if kind != "unbound":
        sock.bind(address if "/" in address else (host, int(port)))
    if kind == "listen":
        sock.listen()
    os.dup2(sock.fileno(), 103 + i)
for i in range(len(names)):
    os.dup2(103 + i, 3 + i, inheritable=True)
os.closerange(3 + len(names), 256)
os.environ.update(LISTEN_PID=str(os.getpid() + int(os.environ.get("WRONG_PID", 0))),
                  LISTEN_FDS=str(len(names)), LISTEN_FDNAMES=":".join(names))
os.execv(sys.argv[4], sys.argv[4:])
"""


def activate(*sockets):
    """The launcher that passes these: (name, kind, address); kind: listen, datagram, unbound."""
    return [sys.executable, "-c", ACTIVATE, *(",".join(column) for column in zip(*sockets))]


class Manager:
    """The end that hears."""

    def __init__(self, abstract=False):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = str(scratch.folder() / "notify")
        self.sock.bind("\0" + path if abstract else path)
        self.sock.settimeout(DEADLINE)
        self.env = {"NOTIFY_SOCKET": "@" + path if abstract else path}

    def hear(self):
        """The next thing that is said, as a dict."""
        return dict(line.split("=", 1) for line in self.sock.recv(4096).decode().splitlines())

    def expect(self, key):
        """What is said of `key` next, whatever else is said before."""
        while True:
            said = self.hear()
            if key in said:
                return said[key]

    def forget(self):
        """What was said so far; returns it."""
        said = []
        self.sock.settimeout(0)
        try:
            while True:
                said.append(self.hear())
        except BlockingIOError:
            return said
        finally:
            self.sock.settimeout(DEADLINE)
