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


def connect(path):
    session = ws.connect(gateway, path)
    session.who = session.stream(1)
    return session


def talk(session, text):
    session.binary(text)
    equal(session.stream(len(text)), text, "echo")


def close_codes(sessions, killed):
    """Each gets its own; returns how long the last one waited."""
    for session in sessions:
        got = session.frame()
        equal((got.opcode, got.code in (1000, 1011)), (ws.CLOSE, True), f"{got}")
    slowest = time.monotonic() - killed
    for session in sessions:
        session.close(1000)
        session.wire.expect_eof()
        session.wire.close()
    return slowest


def wait_for(line):
    until(lambda: line in gateway.log()[mark["at"]:], line)
    mark["at"] = len(gateway.log())


def meanwhile():
    """While it is dead its clients land on the backup; after three failures nobody asks it."""
    guests = []
    while f"{mortal.url} is down" not in gateway.log()[mark["at"]:]:
        guests.append(connect("/mortal"))
    failures = gateway.log()[mark["at"]:].count(f"{mortal.url}: backend refused")
    guests += [connect("/mortal") for _ in range(5)]
    equal({guest.who for guest in guests}, {b"s"}, "servers")
    equal(gateway.log()[mark["at"]:].count(f"{mortal.url}: backend refused"), failures, "failures")
    for guest in guests:
        guest.finish()
    mark["at"] = len(gateway.log())


@case("killed and started again under open sessions")
def restarts():
    mortal.start()
    steady = [connect("/steady") for _ in range(SESSIONS // 2)]
    slowest = ended = 0
    for turn in range(ROUNDS):
        doomed = [connect("/mortal") for _ in range(SESSIONS - len(steady))]
        equal({session.who for session in doomed}, {b"m"}, "taken back")
        for i, session in enumerate(steady + doomed):
            talk(session, b"%d.%d" % (turn, i))
        killed = time.monotonic()
        mortal.kill()
        slowest = max(slowest, close_codes(doomed, killed))
        ended += len(doomed)
        for i, session in enumerate(steady):
            talk(session, b"still %d.%d" % (turn, i))
        meanwhile()
        mortal.start()
        wait_for(f"{mortal.url} is up again")
    print(f"# {ROUNDS} rounds, {SESSIONS} sessions: {ended} were closed, all within {slowest:.2f} s")
    for session in steady:
        session.finish()
    mortal.kill()


mark = {"at": 0}
mortal, steady = Mortal(), Backend().serve(greeting(b"s"))
gateway = Gateway(
    top="workers = 2;", log="info",
    backends=f'mortal: {{ servers = ["{mortal.url}", "{steady.url} backup"]; }};'
             f'steady: {{ servers = ["{steady.url}"]; }};',
    routes='mortal: { path = "/mortal"; backend = "mortal"; };'
           'steady: { path = "/steady"; backend = "steady"; };')
run(gateway)
