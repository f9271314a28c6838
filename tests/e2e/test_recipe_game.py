"""conf/examples/game.conf: packets with a length in front; one message each, game by game."""
import os
import re
import struct
import zlib

from harness import scratch, ws
from harness.address import HOST, free_port
from harness.backends import Backend
from harness.cases import case, equal, run
from harness.recipe import recipe
from harness.service import UNPRIVILEGED, Service
from harness.wait import until

LARGEST = 16384


def server(name):
    """Says its name, then adds one to each byte of a packet and sends that back."""
    def play(wire):
        wire.send(struct.pack(">H", len(name)) + name)
        while True:
            size = struct.unpack(">H", wire.read(2))[0]
            packet = bytes((byte + 1) % 256 for byte in wire.read(size))
            if packet == b"half":
                wire.send(struct.pack(">H", 1000) + b"x" * 999)
                break
            wire.send(struct.pack(">H", size) + packet)
    return play


def join(game):
    session = ws.connect(scripted, f"/play?game={game}")
    return session, session.message()[1]


class Player:
    """A client of Crossfire's protocol, a command or an answer in each message."""

    def __init__(self):
        self.socket = ws.connect(crossfire, "/play?game=crossfire")

    def say(self, text):
        self.socket.binary(text.encode())

    def until(self, start):
        """The first message that begins so."""
        while True:
            opcode, packet = self.socket.message()
            equal(opcode, ws.BINARY, "opcode")
            if packet.startswith(start):
                return packet

    def image(self, number):
        """A picture, which must be a whole PNG with good checksums."""
        self.say(f"askface {number}")
        packet = self.until(b"image2 ")
        face, _, size = struct.unpack(">IBI", packet[7:16])
        equal((face, len(packet)), (number, 16 + size), "number and length")
        png = packet[16:]
        equal(png[:8], b"\x89PNG\r\n\x1a\n", "signature")
        at, kinds = 8, []
        while at < len(png):
            length, kind = struct.unpack(">I4s", png[at:at + 8])
            body, crc = png[at + 4:at + 8 + length], png[at + 8 + length:at + 12 + length]
            equal(zlib.crc32(body), int.from_bytes(crc, "big"), f"checksum of {kind}")
            kinds.append(kind)
            at += 12 + length
        equal((at, kinds[0], kinds[-1]), (len(png), b"IHDR", b"IEND"), "chunks")


@case("Crossfire: two players who ask at the same time, pictures, an account")
def real():
    one, two = Player(), Player()
    for player in (one, two):
        player.say("version 1023 1029 framegate")
        equal(player.until(b"version "), b"version 1023 1029 Crossfire Server\n", "version")
        player.say("setup facecache 1 sound2 0 spellmon 1")
        equal(player.until(b"setup"), b"setup facecache 1 sound2 0 spellmon 1", "setup")
    for player in (one, two):
        player.say("requestinfo image_sums 0 200")
        player.say("requestinfo motd")
    for player in (one, two):
        sums = player.until(b"replyinfo image_sums 0 200 ")
        faces = re.findall(rb"\x00([\x04-\x40])([\w.]+)\x00", sums[27:])
        equal(len(faces) > 100 and all(len(name) + 1 == size[0] for size, name in faces), True,
              "the names of pictures, each with its length")
        equal(b"Welcome to Crossfire!" in player.until(b"replyinfo motd"), True, "motd")
    for number in range(600, 620):
        one.image(number)
    two.say("accountnew \4jojo\6geheim")
    two.until(b"accountplayers")
    one.socket.finish()
    two.socket.finish()


@case("each packet is one message, both ways")
def packets():
    session, _ = join("chess")
    for packet in (b"", b"\x00", bytes(range(256)), bytes(LARGEST)):
        session.binary(packet)
        wanted = bytes((byte + 1) % 256 for byte in packet)
        equal(session.message() == (ws.BINARY, wanted), True, f"packet of {len(packet)} bytes")
    session.send(ws.BINARY, b"\1\2", fin=False)
    session.send(ws.CONTINUATION, b"\3")
    session.expect_message(ws.BINARY, b"\2\3\4")
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
    session.send(ws.BINARY, b"", length=LARGEST + 1)
    session.expect_failed(1009)
    other.binary(b"\x01")
    other.expect_message(ws.BINARY, b"\x02")
    other.finish()
    until(lambda: len(scripted.records(type="session")) >= 2, "records")


@case("a server that ends within a packet: 1011, and half a packet is no message")
def half():
    session, _ = join("chess")
    session.binary(bytes(byte - 1 for byte in b"half"))
    session.expect_failed(1011)


def furnish():
    """Crossfire's own folder, which a user without rights may write to."""
    os.chmod(folder, 0o777)
    for name in ("players", "account", "datafiles", "unique-items", "temp.maps"):
        (folder / name).mkdir()
        os.chmod(folder / name, 0o777)


folder, port = scratch.folder(), free_port("")      # it listens at all addresses
furnish()
one, two = (Backend().serve(server(name)) for name in (b"one", b"two"))
scripted = recipe("game", one=("tcp://localhost:13327", one.url),
                  two=("tcp://localhost:13328", two.url))
crossfire = recipe("game", one=("localhost:13327", f"{HOST}:{port}"),
                   two=("localhost:13328", f"localhost:{port}"))
with Service("/usr/sbin/crossfire-server", "-p", port, "-local", folder, "-tmpdir", folder,
             "-disable-plugin", "All", address=(HOST, port), log=folder / "log", **UNPRIVILEGED):
    run(scripted, crossfire)
