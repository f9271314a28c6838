# slow
"""
A backend that is killed and started again while many sessions are open: its own get a close code,
the others lose nothing, and the server is left alone until it is back.
"""
import os
import socket
import time

from harness import ws
from harness.address import HOST, free_port
from harness.backends import Backend, Child, echo
from harness.cases import case, equal, run
from harness.gateway import Gateway
from harness.wait import until

ROUNDS = int(os.environ.get("FRAMEGATE_E2E_ROUNDS", "8"))
SESSIONS = int(os.environ.get("FRAMEGATE_E2E_SESSIONS", "200"))


def greeting(name):
    def serve(wire):
        wire.send(name)
        echo(wire)
    return serve


class Mortal:
    """An echo in a process of its own, on a port that stays the same."""

    def __init__(self):
        self.port = free_port()
        self.url = f"tcp://{HOST}:{self.port}"

    def _run(self):
        backend = Backend.__new__(Backend)
        backend.context = None
        backend.sock = socket.create_server((HOST, self.port), backlog=4096)
        backend.serve(greeting(b"m"))
        time.sleep(3600)

    def start(self):
        self.child = Child(self._run)
        until(self._listens, "the server to listen")

    def _listens(self):
        try:
            socket.create_connection((HOST, self.port)).close()
        except OSError:
            return False
        return True

    def kill(self):
        self.child.__exit__()


def connect():
    session = ws.connect(gateway, "/both")
    session.who = session.stream(1)
    return session


def talk(session, text):
    session.binary(text)
    equal(session.stream(len(text)), text, "echo")


@case("killed and started again under open sessions")
def restarts():
    mortal.start()
    sessions = [connect() for _ in range(SESSIONS)]
    slowest = ended = 0
    for turn in range(ROUNDS):
        for i, session in enumerate(sessions):
            talk(session, b"%d.%d" % (turn, i))
        killed = time.monotonic()
        mortal.kill()
        gone = [s for s in sessions if s.who == b"m"]
        for session in gone:
            got = session.frame()
            equal((got.opcode, got.code in (1000, 1011)), (ws.CLOSE, True), f"{got}")
        slowest = max(slowest, time.monotonic() - killed)
        for session in gone:
            session.close(1000)
            session.wire.expect_eof()
            session.wire.close()
        kept = [s for s in sessions if s.who == b"s"]
        ended += len(gone)
        for i, session in enumerate(kept):
            talk(session, b"still %d.%d" % (turn, i))
        while f"{mortal.url} is down" not in gateway.log()[mark["at"]:]:
            kept.append(connect())       # passed over, and nobody notices
        mark["at"] = len(gateway.log())
        mortal.start()
        until(lambda: f"{mortal.url} is up again" in gateway.log()[mark["at"]:], "it to be back")
        mark["at"] = len(gateway.log())
        while len(kept) < SESSIONS:
            kept.append(connect())
        sessions = kept[:SESSIONS]
        for session in kept[SESSIONS:]:
            session.finish()
    print(f"# {ROUNDS} rounds, {SESSIONS} sessions: {ended} were closed, all within {slowest:.2f} s")
    equal(ended >= SESSIONS // 3, True, f"{ended} sessions were closed")
    for session in sessions:
        session.finish()
    mortal.kill()


mark = {"at": 0}
mortal, steady = Mortal(), Backend().serve(greeting(b"s"))
gateway = Gateway(
    top="workers = 2;", log="info",
    backends=f'both: {{ servers = ["{mortal.url}", "{steady.url}"]; balance = "leastconn"; }};',
    routes='both: { path = "/both"; backend = "both"; };')
run(gateway)
