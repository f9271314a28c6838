# slow
"""
What an idle session costs framegate, bridge to its backend included: 2 KiB, 16 KiB with TLS; over
HTTP/2, where 100 share a connection, 3 KiB.
"""
from harness import files, h2, process, ws
from harness.backends import Backend
from harness.cases import Skip, add, equal, run
from harness.gateway import PROGRAM, Gateway
from harness.wait import until

SESSIONS = 5000
STREAMS = 100           # of a connection of HTTP/2
WARM_UP = 200           # sessions before the first look, so that what is kept once is there


class Session:
    """Bytes have gone both ways before it is idle, so that buffers were in use and given back."""

    def __init__(self, client):
        self.client = client
        self.backend = backend.accept()
        self.client.opened()
        self.client.binary(bytes(4000))
        self.backend.read(4000)
        self.backend.send(bytes(4000))
        self.client.stream(4000)

    def end(self):
        self.client.wire.close()
        self.backend.close()


def by_itself(n, tls):
    for _ in range(n):
        yield ws.start(gateway, "/", tls)


def side_by_side(n, tls):
    for i in range(n):
        if i % STREAMS == 0:
            connection = h2.connect(gateway, tls)
        yield ws.StreamWebSocket(connection, "/")


def forget(sessions, fds):
    for session in sessions:
        session.end()
    until(lambda: process.fds(gateway.pid) <= fds, "the descriptors to be closed",
          diagnose=lambda: process.open_files(gateway.pid))


def costs(start, tls, limit):
    if process.sanitized(PROGRAM):
        raise Skip("a sanitizer needs memory of its own")
    files.need(2 * SESSIONS + 200)
    with gateway:
        fds = process.fds(gateway.pid)
        forget([Session(client) for client in start(WARM_UP, tls)], fds)
        before = process.pss(gateway.pid)
        sessions = [Session(client) for client in start(SESSIONS, tls)]
        cost = (process.pss(gateway.pid) - before) / SESSIONS
        print(f"# {cost:.0f} bytes for each of {SESSIONS} sessions")
        forget(sessions, fds)
    equal(cost <= limit, True, f"{cost:.0f} bytes a session are within {limit}")


backend = Backend()
gateway = Gateway(routes='tcp: { path = "/"; backend = "b"; ping = "0"; };',
                  backends=f'b: {{ servers = ["{backend.url}"]; }};')
add("plain", costs, by_itself, False, 2048)
add("tls", costs, by_itself, True, 16384)
add("h2", costs, side_by_side, False, 3072)
add("h2 tls", costs, side_by_side, True, 3072)
run()
