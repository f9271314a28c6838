"""RFC 6455 section 5.4: messages in fragments, control frames between them."""
import random

from harness import echo, ws
from harness.cases import equal, run


def pieces(opcode, parts, between=b""):
    """Frames of one message; `between` goes between any two."""
    frames = [ws.frame(ws.CONTINUATION if i else opcode, part, fin=i == len(parts) - 1)
              for i, part in enumerate(parts)]
    return between.join(frames)


def joined(socket, opcode, parts, how):
    socket.wire.feed(pieces(opcode, parts), how)
    socket.expect_message(opcode, b"".join(parts))
    socket.finish()


def pings_between(socket, opcode, parts, how):
    """The pongs come in order; where they stand among the echoed fragments is not said."""
    socket.wire.feed(pieces(opcode, parts, ws.frame(ws.PING, b"between")), how)
    socket.expect_message(opcode, b"".join(parts))
    pongs = socket.controls
    while len(pongs) < len(parts) - 1:
        pongs.append(socket.frame())
    equal([(p.opcode, p.payload) for p in pongs], [(ws.PONG, b"between")] * (len(parts) - 1))
    socket.finish()


def ping_answered_within(socket):
    """A ping in the middle is answered before the message ends."""
    socket.send(ws.TEXT, b"first", fin=False)
    socket.send(ws.PING, b"now")
    got = socket.frame_within()
    equal((got.opcode, got.payload), (ws.PONG, b"now"), "frame")
    socket.send(ws.CONTINUATION, b"last")
    while not socket.frame().fin:    # the rest of the echo
        pass
    socket.finish()


def close_within(socket):
    """A Close between fragments ends the session; the rest of the message never comes."""
    socket.send(ws.TEXT, b"first", fin=False)
    socket.close(1000)
    socket.expect_failed_within(1000)


def refused(socket, data):
    socket.wire.send(data)
    socket.expect_failed_within(1002)


def refused_after(socket, good, data):
    socket.wire.send(good)
    socket.expect_message(ws.TEXT, b"whole")
    refused(socket, data)


gateway = echo.gateway()
table = echo.Table(gateway)

SHAPES = {
    "two parts": [b"frag", b"ment"],
    "an empty first part": [b"", b"text"],
    "an empty last part": [b"text", b""],
    "nothing but empty parts": [b"", b"", b""],
    "a character cut by every boundary": ["😀".encode()[i:i + 1] for i in range(4)],
    "50 parts": [b"part %d " % i for i in range(50)],
    "parts of all length forms": [b"a" * n for n in (0, 125, 126, 65535, 65536)],
}
for name, parts in SHAPES.items():
    for kind, opcode in (("text", ws.TEXT), ("binary", ws.BINARY)):
        for how in ("whole", "cut"):
            table.add(f"{kind} of {name}, {how}", joined, opcode, parts, how)
        table.add(f"{kind} of {name}, pings between", pings_between, opcode, parts, "cut")
    if sum(map(len, parts)) < 1000:
        table.add(f"text of {name}, bytewise", joined, ws.TEXT, parts, "bytewise")

table.add("a ping within a message is answered at once", ping_answered_within)
table.add("a Close within a message", close_within)

for fin in (True, False):
    tail = "the end" if fin else "a middle"
    bad = ws.frame(ws.CONTINUATION, b"of what?", fin=fin)
    table.add(f"a continuation that is {tail} of nothing", refused, bad)
    table.add(f"a continuation that is {tail} of nothing, after a message",
              refused_after, ws.frame(ws.TEXT, b"whole"), bad)
    table.add(f"a continuation that is {tail} of nothing, after a fragmented message",
              refused_after, pieces(ws.TEXT, [b"who", b"le"]), bad)
    for kind, opcode in (("text", ws.TEXT), ("binary", ws.BINARY)):
        for other, other_opcode in (("text", ws.TEXT), ("binary", ws.BINARY)):
            table.add(f"{other} with FIN={fin:d} within a {kind} message", refused,
                      ws.frame(opcode, b"begun", fin=False)
                      + ws.frame(other_opcode, b"another", fin=fin))


def random_shapes(socket):
    """Messages of random parts, one behind the other, all at once."""
    messages = []
    for i in range(40):
        parts = [random.randbytes(random.choice((0, 1, 7, 125, 126, 1000, 70_000)))
                 for _ in range(random.randint(1, 6))]
        messages.append(parts)
    socket.wire.feed(b"".join(pieces(ws.BINARY, parts) for parts in messages), "cut")
    for parts in messages:
        socket.expect_message(ws.BINARY, b"".join(parts))
    socket.finish()


table.add("40 messages of random parts", random_shapes)
run(gateway)
