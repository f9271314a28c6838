# waits
"""Whoever does not read stops the other side, and framegate does not store what waits."""
import hashlib
import threading

from harness import process, ws
from harness.backends import Backend
from harness.cases import add, equal, run
from harness.gateway import PROGRAM, Gateway

PIECE = 65536
OFFER = 1024                            # pieces: 64 MiB, far more than all kernel buffers take
GROWTH = 2 << 20                        # of framegate's memory, buffers of the worker included
QUIET = 300                             # round trips of another client without any progress


def piece(i):
    return b"%08d" % i + bytes(PIECE - 8)


def checksum(pieces):
    total = hashlib.sha256()
    for data in pieces:
        total.update(data)
    return total.hexdigest()


def offer_until_stopped(wire, encode):
    """
    Offers pieces until none is taken during QUIET round trips of another client: each of them
    needs a turn of the single worker, which had all the chances to take more.
    """
    taken, quiet = 0, 0
    with ws.connect(gateway, "/echo") as other:
        while quiet < QUIET:
            if taken < OFFER and wire.offer(encode(taken)):
                taken, quiet = taken + 1, 0
                continue
            other.binary(b"turn")
            other.expect_message(ws.BINARY, b"turn")
            quiet += 1
        other.finish()
    equal(taken < OFFER, True, f"stopped before {OFFER} pieces ({taken} taken)")
    return taken


def send_rest(wire, encode, taken):
    def rest():
        wire.send(b"")
        for i in range(taken, OFFER):
            wire.send(encode(i))
    thread = threading.Thread(target=rest, daemon=True)
    thread.start()
    return thread


def memory_is_bounded(before):
    if not process.sanitized(PROGRAM):
        growth = process.pss(gateway.pid) - before
        equal(growth < GROWTH, True, f"growth of {growth} bytes is within bounds")


def frame(i):
    return ws.frame(ws.BINARY, piece(i))


def client_does_not_read(tls):
    before = process.pss(gateway.pid)
    socket = ws.start(gateway, "/tcp", tls)
    conn = backend.accept()
    socket.opened()
    taken = offer_until_stopped(conn, piece)
    memory_is_bounded(before)
    thread = send_rest(conn, piece, taken)
    equal(checksum([socket.stream(PIECE * OFFER)]), WANTED, "checksum")
    thread.join()
    socket.finish()


def backend_does_not_read(tls):
    before = process.pss(gateway.pid)
    socket = ws.start(gateway, "/tcp", tls)
    conn = backend.accept()
    socket.opened()
    taken = offer_until_stopped(socket.wire, frame)
    memory_is_bounded(before)
    thread = send_rest(socket.wire, frame, taken)
    equal(checksum([conn.read(PIECE * OFFER)]), WANTED, "checksum")
    thread.join()
    socket.finish()


def echo_is_not_read(tls):
    """A client that talks to itself without listening."""
    before = process.pss(gateway.pid)
    socket = ws.connect(gateway, "/echo", tls)
    taken = offer_until_stopped(socket.wire, frame)
    memory_is_bounded(before)
    thread = send_rest(socket.wire, frame, taken)
    thread.join()
    equal(checksum(socket.message()[1] for _ in range(OFFER)), WANTED, "checksum")
    socket.finish()


def vanishes_while_stopped(tls):
    """A client that goes away with a full queue frees the backend, and the other way round."""
    for who in ("client", "backend"):
        socket = ws.start(gateway, "/tcp", tls)
        conn = backend.accept()
        socket.opened()
        offer_until_stopped(conn, piece)
        if who == "client":
            socket.wire.reset()
            conn.expect_gone()
        else:
            conn.reset()
            socket.wire.read_all()


WANTED = checksum(piece(i) for i in range(OFFER))
backend = Backend()
gateway = Gateway(
    top="workers = 1;", backends=f'b: {{ servers = ["{backend.url}"]; }};',
    routes='''tcp: { path = "/tcp"; backend = "b"; ping = "0"; };
              echo: { path = "/echo"; service = "echo"; ping = "0"; };''')
for transport, tls in (("plain", False), ("tls", True)):
    for function in (client_does_not_read, backend_does_not_read, echo_is_not_read,
                     vanishes_while_stopped):
        add(f"{function.__name__.replace('_', ' ')} ({transport})", function, tls)
run(gateway)
