"""Descriptors run out: open sessions go on, nothing spins, and it ends when they come back."""
import errno
import os
import resource
import socket
import time

from harness import ws
from harness.address import HOST
from harness.backends import Backend, echo
from harness.cases import case, equal, run
from harness.gateway import Gateway
from harness.wait import until

FILES, CLIENTS, SESSIONS = 256, 2000, 20


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def crowd():
    """Clients that connect, or try to: the kernel's queue is not endless either."""
    socks = []
    for _ in range(CLIENTS):
        sock = socket.socket()
        sock.setblocking(False)
        equal(sock.connect_ex((HOST, gateway.port)) in (0, errno.EINPROGRESS), True, "connect")
        socks.append(sock)
    return socks


def talk(sessions, text):
    for session in sessions:
        session.binary(text)
        equal(session.stream(len(text)), text, "echo")


@case("2,000 clients at a gateway that may open 256 files")
def exhausted():
    sessions = [ws.connect(gateway, "/") for _ in range(SESSIONS)]
    talk(sessions, b"before")
    resource.prlimit(gateway.pid, resource.RLIMIT_NOFILE, (FILES, FILES))
    clients = crowd()
    gateway.expect_log("out of file descriptors")
    began, before = time.monotonic(), processor_seconds(gateway.pid)
    for i in range(20):
        talk(sessions, b"meanwhile %d" % i)
        time.sleep(0.05)                # a span to measure over
    used = (processor_seconds(gateway.pid) - before) / (time.monotonic() - began)
    equal(used < 0.5, True, f"{used:.0%} of a processor used")
    for client in clients:
        client.close()
    freed = time.monotonic()

    def served():
        try:
            ws.connect(gateway, "/").finish()
        except (AssertionError, ConnectionError, OSError):
            return False
        return True
    until(served, "a new session")
    print(f"# {used:.1%} of a processor meanwhile; a new session {time.monotonic() - freed:.2f} s "
          "after the clients left")
    talk(sessions, b"after")
    for session in sessions:
        session.finish()


backend = Backend().serve(echo)
gateway = Gateway(top='workers = 2; limits: { head_timeout = "60s"; };',
                  backends=f'b: {{ servers = ["{backend.url}"]; }};', routes='r: { backend = "b"; };')
run(gateway)
