"""The queue across workers: clients come, leave and are served; no place is lost or made up."""
import contextlib
import random
import select
import socket
import struct
import threading

from harness import process, ws
from harness.backends import Backend
from harness.cases import case, equal, run
from harness.gateway import Gateway
from harness.http1 import read_head
from harness.wait import Clock, until

PLACES, LENGTH, CLIENTS, EACH = 3, 20, 8, 60
RESET = struct.pack("ii", 1, 0)
before = {}


def serve(wire):
    """Ends first, so that the place is free before the client goes on."""
    wire.send(b"!")
    wire.read(1)


def leave(session):
    """In one of the ways in which clients leave before their turn."""
    how = random.randrange(4)
    if how & 1:
        session.binary(b"too early")
    if how & 2:
        session.wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    session.wire.close()


def visit(session):
    session.opened().stream(1)
    session.binary(b"x")
    equal(session.frame().opcode, ws.CLOSE, "opcode")
    session.close(1000)
    session.wire.close()


def client(visits, failures):
    try:
        for turn in range(EACH):
            session = ws.start(gateway)
            if turn % 3:
                leave(session)
            else:
                visit(session)
                visits.append(turn)
    except Exception as error:      # pylint: disable=broad-except
        failures.append(repr(error))


@case("many come and most leave: those who stay are served")
def stress():
    before["fds"] = process.fds(gateway.pid)
    visits, failures = [], []
    threads = [threading.Thread(target=client, args=(visits, failures)) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal(failures, [], "failures")
    equal(len(visits), CLIENTS * EACH / 3, "visits")


@case("afterwards there are as many places as before, in the servers and in the queue")
def places():
    until(lambda: process.fds(gateway.pid) == before["fds"], "all clients to be gone")
    with contextlib.ExitStack() as stack:
        holders = [stack.enter_context(ws.connect(gateway, "/")) for _ in range(PLACES)]
        waiting = [stack.enter_context(ws.start(gateway, "/")) for _ in range(LENGTH + 1)]
        wires = {session.wire.sock: session for session in waiting}
        ready, _, _ = select.select(list(wires), [], [], Clock().left())
        refused = [wires[sock] for sock in ready]
        equal([read_head(s.wire).status for s in refused], [503], "who was answered")
        for session in holders:
            session.stream(1)
            session.binary(b"x")
        waiting.remove(refused[0])
        while waiting:
            ready, _, _ = select.select([s.wire.sock for s in waiting], [], [], Clock().left())
            for session in [s for s in waiting if s.wire.sock in ready]:
                waiting.remove(session)
                visit(session)


backend = Backend().serve(serve)
gateway = Gateway(
    top="workers = 4;",
    backends=f'all: {{ servers = ["{backend.url}"]; max_sessions = {PLACES}; '
             f'queue: {{ length = {LENGTH}; timeout = "1h"; }}; }};',
    routes='all: { backend = "all"; };')
run(gateway)
