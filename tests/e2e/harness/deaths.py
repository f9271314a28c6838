"""
States of a session, the ways an end can die in them, and what must be true afterwards: the other
end is let go, and descriptors, sessions and memory return to where they were.
"""
import concurrent.futures
import itertools
import os
import socket
import time

from harness import process, ws
from harness.backends import Backend, BlackHole
from harness.cases import Skip, add, equal
from harness.gateway import PROGRAM, Gateway
from harness.http1 import read_head
from harness.wait import until

ROUNDS = int(os.environ.get("FRAMEGATE_E2E_ROUNDS", "50"))
BATCH = 50                              # sessions at a time
# Of memory, once as many sessions have been there as are at a time: the buffers that two workers
# own for good fill page by page as larger reads come, and an allocator never packs twice alike.
# A session that stayed would show: there are thousands.
GROWTH = 2 << 20
HALF_HELLO = bytes.fromhex("1603010200 010001fc 0303")

# By the clock alone nothing ends: what dies must be noticed.
PATIENT = ('limits: { head_timeout = "1h"; keepalive = "1h"; };', "1h", 'ping = "0";')
# Silence ends by the clocks.
IMPATIENT = ('limits: { head_timeout = "1s"; keepalive = "1s"; };', "1s",
             'ping = "1s"; ping_timeout = "1s";')


# A server that never speaks TLS is left alone in the end: so many sessions try each backend with it.
SILENT_TRIES = 900
SILENT = 4 * (BATCH + ROUNDS) // SILENT_TRIES + 1


class Stage:
    """A gateway with the backends that the states need, and the sessions brought there."""

    def __init__(self, limits, connect_timeout, clocks):
        self.backend, self.silent, self.hole = Backend(), Backend(), BlackHole()
        urls = {"b": self.backend.url, "hole": self.hole.url}
        silent = self.silent.url.replace("tcp:", "tls:")
        urls.update((f"silent{i}", silent) for i in range(SILENT))
        self.gateway = Gateway(
            top=f"workers = 2; {limits}",
            backends="".join(f'{name}: {{ servers = ["{url}"]; tries = 1; '
                             f'connect_timeout = "{connect_timeout}"; '
                             'health: { type = "tcp"; interval = "7d"; fall = 1000; }; };\n'
                             for name, url in urls.items()),
            routes=f'''tcp: {{ path = "/tcp"; backend = "b"; {clocks} }};
                       idle: {{ path = "/idle"; backend = "b"; ping = "0"; idle = "1s"; }};
                       hole: {{ path = "/hole"; backend = "hole"; }};''' + "".join(
                f'silent{i}: {{ path = "/silent/{i}"; backend = "silent{i}"; }};'
                for i in range(SILENT)))
        self.silent_tries = 0
        self.path = "/tcp"              # of the sessions
        self.opened = 0

    def __enter__(self):
        self.gateway.__enter__()
        self.fds = process.fds(self.gateway.pid)
        return self

    def __exit__(self, *error):
        return self.gateway.__exit__(*error)

    def diagnosis(self):
        return self.gateway.diagnosis()

    def died(self):
        return self.gateway.died()

    def session(self, tls):
        client = ws.start(self.gateway, self.path, tls)
        conn = self.backend.accept()
        self.opened += 1
        return client.opened(), conn

    def expect_nothing_left(self, what):
        until(lambda: process.fds(self.gateway.pid) <= self.fds, f"the descriptors after {what}",
              diagnose=lambda: f"{process.fds(self.gateway.pid)}, not {self.fds}")

    def expect_records(self):
        """Each session that was opened has ended, and once."""
        until(lambda: len(self.gateway.records(status=101)) == self.opened, "a record per session",
              diagnose=lambda: f"{len(self.gateway.records(status=101))} of {self.opened}")

    def mark_memory(self):
        self.memory = process.pss(self.gateway.pid)

    def expect_memory(self):
        if process.sanitized(PROGRAM):
            raise Skip("a sanitizer needs memory of its own")
        growth = process.pss(self.gateway.pid) - self.memory
        equal(growth <= GROWTH, True, f"growth by {growth} bytes over {self.opened} sessions")


# States. Each brings one session there and returns its ends: the client's (a WebSocket once there
# is one, before that a Wire) and the backend's (a Wire), or None.

def connecting(stage, tls):
    return stage.gateway.wire_to(stage.gateway.tls_port if tls else stage.gateway.port), None


def in_tls_handshake(stage, _):
    wire = stage.gateway.wire_to(stage.gateway.tls_port)
    wire.send(HALF_HELLO)
    return wire, None


def in_head(stage, tls):
    wire = stage.gateway.wire(tls)
    wire.send(b"GET /tcp HTTP/1.1\r\nHost: loc")
    return wire, None


def dialling(stage, tls):
    return ws.start(stage.gateway, "/hole", tls), None


def in_backend_handshake(stage, tls):
    client = ws.start(stage.gateway, f"/silent/{stage.silent_tries // SILENT_TRIES}", tls)
    stage.silent_tries += 1
    conn = stage.silent.accept()
    conn.read_some()                    # the ClientHello
    return client, conn


def open_idle(stage, tls):
    return stage.session(tls)


def in_frame(stage, tls):
    client, conn = stage.session(tls)
    client.wire.send(ws.frame(ws.BINARY, b"half", length=1000))
    conn.read(4)
    return client, conn


def in_message(stage, tls):
    client, conn = stage.session(tls)
    client.send(ws.BINARY, b"half", fin=False)
    conn.read(4)
    return client, conn


def _fill(wire, piece):
    """Sends until nobody takes more for a while."""
    refused = 0
    while refused < 5:
        if wire.offer(piece):
            refused = 0
        else:
            refused += 1
            time.sleep(0.005)


def queued_for_client(stage, tls):
    client, conn = stage.session(tls)
    _fill(conn, bytes(65536))
    return client, conn


def queued_for_backend(stage, tls):
    client, conn = stage.session(tls)
    _fill(client.wire, ws.frame(ws.BINARY, bytes(65536)))
    return client, conn


def closing_by_client(stage, tls):
    """The client has said Close and got its answer, TCP is still there."""
    client, conn = stage.session(tls)
    client.close(1000)
    equal(client.frame().code, 1000, "close code")
    return client, conn


def closing_by_backend(stage, tls):
    """The backend has ended, the client has got the Close and not answered."""
    client, conn = stage.session(tls)
    conn.finish()
    equal(client.frame().code, 1000, "close code")
    return client, conn


# Deaths, and those who live on

def wire_of(end):
    return getattr(end, "wire", end)


def die(end, how):
    if how == "FIN":
        wire_of(end).sock.shutdown(socket.SHUT_WR)
    elif how == "RST":
        wire_of(end).reset()


def live_on(end):
    """The end that did not die does what it should, until it is let go."""
    wire = wire_of(end)
    try:
        if end is not wire:
            _close_properly(end)
        wire.read_all()
    except (ConnectionError, OSError):
        pass
    wire.close()


def all_live_on(ends):
    """At the same time: some are let go by a clock that starts when they read."""
    with concurrent.futures.ThreadPoolExecutor(BATCH) as pool:
        list(pool.map(live_on, filter(None, ends)))


def _close_properly(client):
    if not hasattr(client, "response"):
        client.response = read_head(client.wire)
    if client.response.status == 101:
        while client.frame().opcode != ws.CLOSE:
            pass
    client.wire.finish()


def perish(stage, state, tls, who, how, rounds):
    """`rounds` sessions reach the state; one end of each dies; nothing is left of them."""
    for done in range(0, rounds, BATCH):
        sessions = [state(stage, tls) for _ in range(min(BATCH, rounds - done))]
        for ends in sessions:
            die(ends[who], how)
        all_live_on(ends[1 - who] for ends in sessions)
        stage.expect_nothing_left(f"{how} in {state.__name__}")
        for ends in sessions:
            wire_of(ends[who]).close()


def fall_silent(stage, states, tls, who, rounds):
    """Sessions in all the states at once, one end of each saying and reading nothing any more."""
    for _ in range(0, rounds, BATCH):
        sessions = [(state, state(stage, tls)) for state in states
                    for _ in range(min(BATCH, rounds))]
        all_live_on(ends[1 - who] for _, ends in sessions)
        stage.expect_nothing_left("silence")
        for _, ends in sessions:
            wire_of(ends[who]).close()


def declare(stage, who, states):
    """The cases of one side's deaths (0: the client's, 1: the backend's)."""
    rows = list(itertools.product(states, (False, True), ("FIN", "RST")))

    def warm_up():
        for state, tls, how in rows:
            perish(stage, state, tls, who, how, BATCH)
        stage.mark_memory()

    add("warm-up", warm_up)
    for state, tls, how in rows:
        add(f"{how} {state.__name__.replace('_', ' ')} ({'tls' if tls else 'plain'})",
            perish, stage, state, tls, who, how, ROUNDS)
    add("a record for each session", stage.expect_records)
    add("memory returns to where it was", stage.expect_memory)
