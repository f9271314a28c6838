"""Framings with messages: what becomes of them on the way to a TCP service, and back."""
import base64
import struct
import time

from harness import ws
from harness.backends import Backend
from harness.cases import add, case, equal, run
from harness.gateway import Gateway

MAX = 100_000


def prefixed(form):
    return lambda data: struct.pack(form, len(data)) + data


# framing: (how a peer of ours writes a message, whether its messages are text, longest)
FRAMINGS = {
    "line": (lambda data: data + b"\n", True, MAX),
    "crlf": (lambda data: data + b"\r\n", True, MAX),
    "nul": (lambda data: data + b"\0", True, MAX),
    "length8": (prefixed("B"), False, 255),
    "length16be": (prefixed(">H"), False, 65535),
    "length16le": (prefixed("<H"), False, 65535),
    "length32be": (prefixed(">I"), False, MAX),
    "length32le": (prefixed("<I"), False, MAX),
    "length64be": (prefixed(">Q"), False, MAX),
    "length64le": (prefixed("<Q"), False, MAX),
    "netstring": (lambda data: b"%d:%s," % (len(data), data), False, MAX),
}
SIZES = (0, 1, 2, 125, 126, 255, 256, 16383, 16384, 16385, 65535, 65536, MAX)


class Session:
    """A session on the path, with the backend's end."""

    def __init__(self, path, tls=False, **options):
        self.client = ws.start(gateway, path, tls, **options)
        self.backend = backend.accept()
        self.client.opened()


def payload(size, salt):
    """Characters of one to four bytes, none of which ends a message."""
    return ((salt + "aé€😀").encode() * (size // 10 + 2))[:size].decode("utf-8", "ignore").encode()


def both_ways(name, tls):
    wrap, text, longest = FRAMINGS[name]
    session = Session(f"/{name}", tls)
    messages = [payload(size, salt) for size in SIZES if size <= longest for salt in "xy"]
    for message in messages:
        session.client.send(ws.TEXT if len(message) % 2 else ws.BINARY, message)
        equal(session.backend.read(len(wrap(message))) == wrap(message), True, "to the backend")
        session.backend.send(wrap(message))
        opcode, got = session.client.message()
        equal((opcode, got == message), (ws.TEXT if text else ws.BINARY, True), "to the client")
    session.backend.send(b"".join(map(wrap, messages)))
    equal([session.client.message()[1] for _ in messages] == messages, True, "all at once")
    session.client.finish()
    session.backend.expect_eof()


def fragments(name):
    """Fragments are joined, a Ping in between is answered, and nothing goes out before the end."""
    wrap, *_ = FRAMINGS[name]
    session = Session(f"/{name}")
    session.client.send(ws.TEXT, b"one, ", fin=False)
    session.client.send(ws.PING, b"?")
    session.client.expect(ws.PONG, b"?")
    session.client.send(ws.CONTINUATION, b"", fin=False)
    session.client.send(ws.CONTINUATION, b"two, ", fin=False, how="bytewise")
    session.client.send(ws.CONTINUATION, b"three")
    session.client.send(ws.BINARY, b"four")
    wanted = wrap(b"one, two, three") + wrap(b"four")
    equal(session.backend.read(len(wanted)), wanted, "bytes")
    session.client.send(ws.TEXT, b"never ended", fin=False)
    session.client.finish()
    session.backend.expect_eof()


def client_too_big(name):
    session = Session(f"/{name}")
    session.client.send(ws.BINARY, b"", length=MAX + 1)
    session.client.expect_failed(1009)
    session.backend.expect_eof()


def client_refused(name, message, code, words):
    """The message does not reach the backend, and the log says why."""
    session = Session(f"/{name}")
    session.client.send(ws.BINARY, b"good")
    session.backend.read(len(b"good") + 1)
    session.client.send(ws.BINARY, message)
    equal(session.client.expect_failed(code), words, "reason")
    session.backend.expect_eof()
    gateway.expect_log(words)


def backend_fault(name, data, code, words):
    """What is good before it arrives, and the log says why the session ended."""
    wrap, *_ = FRAMINGS[name]
    session = Session(f"/{name}")
    session.backend.send(wrap(b"good") + data)
    session.backend.finish()
    equal(session.client.message()[1], b"good", "message")
    got = session.client.frame_within()
    equal(session.client.finish_after(got, code), words, "reason")
    gateway.expect_log(words)


@case("the last line needs no end")
def last_line():
    session = Session("/line")
    session.backend.send(b"one\r\n\r\nla")
    equal([session.client.message()[1] for _ in range(2)], [b"one", b""], "lines")
    session.backend.send(b"st")
    session.backend.finish()
    equal(session.client.message(), (ws.TEXT, b"last"), "last line")
    session.client.expect_failed(1000)


@case("lines that are not UTF-8 end the session with 1007, or are mended")
def invalid():
    session = Session("/line")
    session.backend.send(b"good\nb\xffd\n")
    equal(session.client.message()[1], b"good", "line")
    got = session.client.frame()
    if got.opcode == ws.TEXT:           # the beginning of it
        got = session.client.frame()
    session.client.finish_after(got, 1007)
    session = Session("/mended")
    session.backend.send(b"b\xffd\n\xc3\n")
    equal([session.client.message()[1] for _ in range(2)],
          ["b\ufffdd".encode(), "\ufffd".encode()], "lines")
    session.client.finish()


def echoed(name):
    """The echo keeps each message's kind and boundaries, whatever the framing says."""
    with ws.connect(gateway, f"/echo/{name}") as socket:
        for message in (b"", b"no base64", b"a\nb\r\nc\0", "é€😀".encode() * 10_000):
            for opcode in (ws.TEXT, ws.BINARY):
                socket.send(opcode, message)
                equal(socket.message() == (opcode, message), True, "one message, as it was")
        socket.send(ws.BINARY, b"\xff", fin=False)
        socket.send(ws.CONTINUATION, b"\xfe")
        socket.expect_message(ws.BINARY, b"\xff\xfe")
        socket.send(ws.BINARY, b"", length=MAX + 1)
        socket.expect_failed(1009)


@case("message_type")
def message_type():
    session = Session("/typed")
    session.backend.send(b"\x03\xff\xfe\xfd")
    session.client.expect_failed(1007)
    session = Session("/typed")
    session.backend.send(b"\x02hi")
    session.client.expect_message(ws.TEXT, b"hi")
    session.client.finish()


@case("a client that does not read stops the backend within a message of any length")
def backpressure():
    session = Session("/huge")
    size = 64 << 20
    session.backend.send(struct.pack(">Q", size))
    sent, refused, piece = 0, 0, bytes(65536)
    while sent < size and refused < 1000:
        if session.backend.offer(piece):
            sent += len(piece)
            refused = 0
        else:
            refused += 1
            time.sleep(0.001)
    equal(sent < size // 2, True, f"{sent} bytes were taken")
    equal(session.client.frame().fin, 0, "the first fragment's FIN")
    session.client.wire.close()
    session.backend.expect_gone()


def websockify(offer, opcode, encode):
    """Old and new clients of websockify on one route."""
    session = Session("/sockify", headers=[f"Sec-WebSocket-Protocol: {offer}"] if offer else [])
    equal(session.client.subprotocol, offer.split(",")[0] or None, "subprotocol")
    for data in (b"RFB 003.008\n", bytes(range(256)) * 300, b"x"):
        session.client.send(opcode, encode(data))
        equal(session.backend.read(len(data)) == data, True, "to the backend")
        session.backend.send(data)
        got = b""
        while len(got) < len(data):
            kind, piece = session.client.message()
            equal(kind, opcode, "opcode")
            got += base64.b64decode(piece, validate=True) if opcode == ws.TEXT else piece
        equal(got == data, True, "to the client")
    session.client.finish()


backend = Backend()
ROUTES = "".join(f'{name}: {{ path = "/{name}"; backend = "back"; framing = "{name}"; '
                 f'max_message = {MAX}; }};\n' for name in (*FRAMINGS, "base64"))
ROUTES += "".join(f'echo_{name}: {{ path = "/echo/{name}"; service = "echo"; framing = "{name}"; '
                  f'invalid = "replace"; message_type = "text"; max_message = {MAX}; }};\n'
                  for name in ("binary", "text", "line", "length8", "base64"))
gateway = Gateway(top="workers = 1;", backends=f'back: {{ servers = ["{backend.url}"]; }};',
                  routes=ROUTES + '''
mended: { path = "/mended"; backend = "back"; framing = "line"; invalid = "replace"; };
typed: { path = "/typed"; backend = "back"; framing = "length8"; message_type = "text"; };
huge: { path = "/huge"; backend = "back"; framing = "length64be"; max_message = "1G"; };
sockify: { path = "/sockify"; backend = "back"; subprotocols = ["binary", "base64", ""];
           subprotocol_framing = ["base64=base64"]; };
''')
for name in FRAMINGS:
    add(f"{name}: both ways", both_ways, name, False)
    add(f"{name}: fragments are joined", fragments, name)
    if name != "length8":
        add(f"{name}: a client's message beyond max_message", client_too_big, name)
for name in ("binary", "text", "line", "length8", "base64"):
    add(f"echo with the framing {name}", echoed, name)
add("netstring: both ways over TLS", both_ways, "netstring", True)

END = "message holds what ends a message in this framing"
add("line: LF within", client_refused, "line", b"a\nb", 1007, END)
add("nul: NUL within", client_refused, "nul", b"a\0b", 1007, END)
add("length8: more than it can say", client_refused, "length8", bytes(256), 1009,
    "message longer than the framing's length can say")
BIG = "backend sent a message larger than max_message"
add("line: too long", backend_fault, "line", b"x" * (MAX + 1), 1009, BIG)
add("length32be: too long", backend_fault, "length32be", struct.pack(">I", MAX + 1), 1009, BIG)
add("length64le: far too long", backend_fault, "length64le", b"\xff" * 8, 1009, BIG)
add("netstring: too long", backend_fault, "netstring", b"%d:" % (MAX + 1), 1009, BIG)
FORM = "backend sent what the framing does not allow"
add("netstring: no length", backend_fault, "netstring", b"hello", 1011, FORM)
add("netstring: no comma", backend_fault, "netstring", b"2:abc", 1011, FORM)
CUT = "backend ended within a message"
add("length16be: cut off", backend_fault, "length16be", b"\0\5abc", 1011, CUT)
add("length32le: cut off", backend_fault, "length32le", b"\5\0", 1011, CUT)
add("length32le: a long one cut off", backend_fault, "length32le",
    struct.pack("<I", 40000) + bytes(39999), 1011, CUT)
add("netstring: cut off", backend_fault, "netstring", b"5:abc", 1011, CUT)
add("no subprotocol", websockify, "", ws.BINARY, bytes)
add("binary", websockify, "binary", ws.BINARY, bytes)
add("binary, base64", websockify, "binary, base64", ws.BINARY, bytes)
add("base64", websockify, "base64", ws.TEXT, base64.b64encode)


@case("base64: what is none")
def no_base64():
    session = Session("/base64")
    session.client.text("aGVsbG8=")
    equal(session.backend.read(5), b"hello", "bytes")
    session.client.text("aGVsbG8")
    equal(session.client.expect_failed(1007), "message is not base64", "reason")
    session.backend.expect_eof()


@case("nothing is kept of joined messages")
def nothing_kept():
    for name in ("line", "base64"):
        session = Session(f"/{name}")
        session.client.send(ws.TEXT, b"aaaa", fin=False)
        session.client.wire.reset()
        session.backend.expect_eof()


run(gateway)
