# slow
"""permessage-deflate (RFC 7692) with clients that people use, and with one that means harm."""
import asyncio
import json
import pathlib
import subprocess
import zlib

import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

from harness import files, process, ws
from harness import h2 as http2
from harness.backends import Backend
from harness.cases import Skip, add, case, equal, run
from harness.gateway import PROGRAM, Gateway
from harness.wait import until

CLIENTS = pathlib.Path(__file__).parent / "clients"
OFFER = "Sec-WebSocket-Extensions: permessage-deflate"
PLAIN = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
MiB = 1 << 20


def client(kind, path, *options):
    child = subprocess.run(["node", CLIENTS / "deflate.mjs", kind, gateway.url(path), *options],
                           capture_output=True, text=True, timeout=120)
    equal(child.stderr, "", "what node complains about")
    result = json.loads(child.stdout)
    equal((result["same"], result["code"]), (True, 1000), "the echo, and the close code")
    return result["extensions"]


def node(path, options, extensions):
    equal(client("ws", path, options), extensions, "extensions")


@case("Chromium")
def browser():
    equal(client("chromium", "/echo"), PLAIN, "extensions")
    equal(client("chromium", "/keep"), "permessage-deflate", "extensions")


async def python_session(path, options):
    factory = ClientPerMessageDeflateFactory(**options)
    async with websockets.connect(gateway.url(path), compression=None, extensions=[factory],
                                  max_size=None) as socket:
        equal(len(socket.extensions), 1, "extensions that were agreed on")
        for n in (0, 1, 255, 256, 5000, 900000):
            for message in ("ä" * (n // 2), bytes(range(256)) * (n // 256)):
                await socket.send(message)
                equal(await socket.recv() == message, True, f"the echo of {n} bytes")
            pieces = ["piece by piece "] * (n // 100)
            await socket.send(pieces or [""])
            equal(await socket.recv() == "".join(pieces), True, f"the echo of pieces of {n} bytes")


def python(path, options):
    asyncio.run(python_session(path, options))


def answer(path, offer, expected):
    with ws.start(gateway, path, headers=[f"Sec-WebSocket-Extensions: {offer}"]) as socket:
        response = ws.read_head(socket.wire)
        equal(response.status, 101, "status")
        equal(response.header("Sec-WebSocket-Extensions"), expected, "extensions")


def deflated(data):
    """Compressed as a message: without the four bytes that it would end in."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return (packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


def handshaken(path):
    socket = ws.start(gateway, path, headers=[OFFER])
    equal(ws.read_head(socket.wire).status, 101, "status")
    return socket


def whole_frame(wire):
    """First byte and payload of the next frame, whatever its reserved bits."""
    first, n = wire.read(2)
    if n >= 126:
        n = int.from_bytes(wire.read(2 if n == 126 else 8), "big")
    return first, wire.read(n)


@case("over HTTP/2")
def over_h2():
    with http2.connect(gateway) as c:
        stream = c.request("/echo", "CONNECT", end=False, protocol="websocket", headers=[
            ("sec-websocket-version", "13"), ("sec-websocket-extensions", "permessage-deflate")])
        head = c.head(stream)
        equal((head.status, head.header("sec-websocket-extensions")), (200, PLAIN), "answer")
        wire = http2.Carrier(c, stream)
        text = b"words and words " * 1000
        wire.send(ws.frame(ws.TEXT, deflated(text), rsv=4))
        got, first = b"", 0
        while not first & 0x80:
            first, payload = whole_frame(wire)
            equal(first & 0x7f, 0x41 if not got else 0, "opcode and reserved bits")
            got += payload
        equal(zlib.decompressobj(-15).decompress(got + b"\0\0\xff\xff") == text, True, "the echo")


def grown(before):
    return process.pss(gateway.pid) - before


def refuse_sanitizers():
    if process.sanitized(PROGRAM):
        raise Skip("a sanitizer needs memory of its own")


@case("a bomb costs max_message, not memory")
def bomb():
    refuse_sanitizers()
    packed = deflated(bytes(256 * MiB))
    handshaken("/lines").wire.close()
    before = process.pss(gateway.pid)
    for path in ("/lines", "/echo"):
        for _ in range(5):
            with handshaken(path) as socket:
                socket.wire.send(ws.frame(ws.BINARY, packed, rsv=4))
                got = socket.frame_within() if path == "/lines" else last_frame(socket)
                equal((got.opcode, got.code), (ws.CLOSE, 1009), "close")
    print(f"# {grown(before) / MiB:.1f} MiB more for bombs of 256 MiB")
    equal(grown(before) < 8 * MiB, True, f"{grown(before)} bytes more")


def last_frame(socket):
    """The Close, behind compressed fragments of what was still allowed."""
    while True:
        first, payload = whole_frame(socket.wire)
        if first & 15 == ws.CLOSE:
            got = ws.Frame.__new__(ws.Frame)
            got.opcode, got.payload = ws.CLOSE, payload
            return got


@case("before a stream of bytes a bomb goes off at the backend's pace")
def slow_bomb():
    refuse_sanitizers()
    size = 64 * MiB
    with handshaken("/bytes") as socket:
        taker = backend.accept()
        before = process.pss(gateway.pid)
        socket.wire.send(ws.frame(ws.BINARY, deflated(bytes(size)), rsv=4))
        taker.read(MiB)
        more = grown(before)
        print(f"# {more / MiB:.1f} MiB more while 64 MiB wait in {len(deflated(bytes(size)))} bytes")
        equal(more < 4 * MiB, True, f"{more} bytes more")
        left = size - MiB
        while left:
            data = taker.read(min(left, MiB))
            equal(data.count(0), len(data), "zeroes")
            left -= len(data)
        taker.close()


@case("an idle session that agreed on it costs no more than another")
def idle():
    refuse_sanitizers()
    sessions = 2000
    files.need(2 * sessions + 200)
    fds = process.fds(gateway.pid)

    def opened(n):
        made = []
        for _ in range(n):
            socket = handshaken("/bytes")
            taker = backend.accept()
            socket.wire.send(ws.frame(ws.BINARY, deflated(b"hello " * 700), rsv=4))
            equal(taker.read(4200), b"hello " * 700, "what came")
            made.append((socket, taker))
        return made

    def ended(made):
        for socket, taker in made:
            socket.wire.close()
            taker.close()
        until(lambda: process.fds(gateway.pid) <= fds, "the descriptors to be closed")

    ended(opened(200))
    before = process.pss(gateway.pid)
    made = opened(sessions)
    cost = grown(before) / sessions
    print(f"# {cost:.0f} bytes for each of {sessions} sessions")
    ended(made)
    equal(cost <= 2048, True, f"{cost:.0f} bytes a session")


ROUTES = '''
    echo: { path = "/echo"; service = "echo"; origins = ["*"]; };
    keep: { path = "/keep"; service = "echo"; origins = ["*"];
        deflate: { context_takeover = true; min_size = "0"; level = 9; }; };
    off: { path = "/off"; service = "echo"; deflate: { enable = false; }; };
    lines: { path = "/lines"; backend = "sink"; framing = "nul"; };
    bytes: { path = "/bytes"; backend = "b"; ping = "0"; };
'''
backend, sink = Backend(), Backend()
gateway = Gateway(routes=ROUTES, backends=f'b: {{ servers = ["{backend.url}"]; }}; sink: {{ servers = ["{sink.url}"]; }};',
                  top="workers = 2;")
for path in ("/echo", "/keep"):
    add(f"node ws, {path}", node, path, "true", "permessage-deflate")
    add(f"node ws without takeover, {path}", node, path, json.dumps(
        {"serverNoContextTakeover": True, "clientNoContextTakeover": True}), "permessage-deflate")
    for bits in (9, 12, 15):
        add(f"Python, windows of {bits} bits, {path}", python, path,
            {"server_max_window_bits": bits, "client_max_window_bits": bits})
    add(f"Python without takeover, {path}", python, path,
        {"server_no_context_takeover": True, "client_no_context_takeover": True})
add("node ws, turned off", node, "/off", "true", "")
add("the answer without takeover", answer, "/echo", "permessage-deflate", PLAIN)
add("the answer with takeover", answer, "/keep", "permessage-deflate", "permessage-deflate")
add("an offer that cannot be met, and one that can", answer, "/echo",
    "permessage-deflate; server_max_window_bits=8, permessage-deflate", PLAIN)
add("an extension that is not spoken", answer, "/echo", "x-webkit-deflate-frame", None)
add("turned off", answer, "/off", "permessage-deflate", None)
run(gateway)
