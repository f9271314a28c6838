# slow
"""What an idle session costs framegate, bridge to its backend included: 2 KiB, 16 KiB with TLS."""
from harness import files, process, ws
from harness.backends import Backend
from harness.cases import Skip, add, equal, run
from harness.gateway import PROGRAM, Gateway
from harness.wait import until

SESSIONS = 5000
WARM_UP = 200           # sessions before the first look, so that what is kept once is there


class Session:
    """Bytes have gone both ways before it is idle, so that buffers were in use and given back."""

    def __init__(self, tls):
        self.client = ws.start(gateway, "/", tls)
        self.backend = backend.accept()
        self.client.opened()
        self.client.binary(bytes(4000))
        self.backend.read(4000)
        self.backend.send(bytes(4000))
        self.client.stream(4000)

    def end(self):
        self.client.wire.close()
        self.backend.close()


def forget(sessions, fds):
    for session in sessions:
        session.end()
    until(lambda: process.fds(gateway.pid) <= fds, "the descriptors to be closed",
          diagnose=lambda: process.open_files(gateway.pid))


def costs(tls, limit):
    if process.sanitized(PROGRAM):
        raise Skip("a sanitizer needs memory of its own")
    files.need(2 * SESSIONS + 200)
    with gateway:
        fds = process.fds(gateway.pid)
        forget([Session(tls) for _ in range(WARM_UP)], fds)
        before = process.pss(gateway.pid)
        sessions = [Session(tls) for _ in range(SESSIONS)]
        cost = (process.pss(gateway.pid) - before) / SESSIONS
        print(f"# {cost:.0f} bytes for each of {SESSIONS} sessions")
        forget(sessions, fds)
    equal(cost <= limit, True, f"{cost:.0f} bytes a session are within {limit}")


backend = Backend()
gateway = Gateway(routes='tcp: { path = "/"; backend = "b"; ping = "0"; };',
                  backends=f'b: {{ servers = ["{backend.url}"]; }};')
add("plain", costs, False, 2048)
add("tls", costs, True, 16384)
run()
