"""conf/examples/game.conf: packets with a length in front; one message each, game by game."""
import struct

from harness import ws
from harness.backends import Backend
from harness.cases import case, equal, run
from harness.recipe import recipe
from harness.wait import until


def server(name):
    """Says its name, then adds one to each number of a packet and sends that back."""
    def play(wire):
        wire.send(struct.pack(">I", len(name)) + name)
        while True:
            size = struct.unpack(">I", wire.read(4))[0]
            packet = bytes((byte + 1) % 256 for byte in wire.read(size))
            wire.send(struct.pack(">I", size) + packet)
    return play


def join(game):
    session = ws.connect(gateway, f"/play?game={game}")
    return session, session.message()[1]


@case("each packet is one message, both ways")
def packets():
    session, _ = join("chess")
    for packet in (b"", b"\x00", bytes(range(256)), bytes(65536)):
        session.binary(packet)
        wanted = bytes((byte + 1) % 256 for byte in packet)
        equal(session.message() == (ws.BINARY, wanted), True, f"packet of {len(packet)} bytes")
    session.finish()


@case("players of one game meet on one server; both servers have games")
def together():
    where = {}
    for game in range(20):
        names = set()
        for _ in range(2):
            session, name = join(game)
            names.add(name)
            session.finish()
        equal(len(names), 1, f"servers of game {game}")
        where[game] = names.pop()
    equal(set(where.values()), {b"one", b"two"}, "servers")


@case("a packet that is too large ends the session, and the other player's goes on")
def too_large():
    session, _ = join("chess")
    other, _ = join("chess")
    session.send(ws.BINARY, b"", length=65537)
    session.expect_failed(1009)
    other.binary(b"\x01")
    other.expect_message(ws.BINARY, b"\x02")
    other.finish()
    until(lambda: len(gateway.records(type="session")) >= 2, "records")


one, two = (Backend().serve(server(name)) for name in (b"one", b"two"))
gateway = recipe("game", one=("tcp://localhost:7001", one.url), two=("tcp://localhost:7002", two.url))
run(gateway)
