"""WebSocket (RFC 6455) from the client's side: any frame out, frames read strictly."""
import base64
import hashlib
import os
import struct

from harness import h2
from harness.cases import equal
from harness.http1 import read_head, request

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept_for(key):
    return base64.b64encode(hashlib.sha1(key.encode() + GUID).digest()).decode()


def new_key():
    return base64.b64encode(os.urandom(16)).decode()


def handshake(path, host="localhost", key=None, headers=()):
    """The bytes of a good opening handshake with further header lines."""
    return request(path, host=host, headers=[
        "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {key or new_key()}",
        "Sec-WebSocket-Version: 13", *headers])


def mask(key, data):
    """XOR by RFC 6455 section 5.3, fast for large payloads."""
    n = len(data)
    stream = (key * (n // 4 + 1))[:n]
    return (int.from_bytes(data, "little") ^ int.from_bytes(stream, "little")).to_bytes(n, "little")


def frame(opcode, payload=b"", fin=True, rsv=0, key=b"", masked=True, form=None, length=None):
    """
    A client's frame. form: 7, 16 or 64 bits for the length, whatever it needs by default; length:
    what the head announces when that is not the payload's.
    """
    n = len(payload) if length is None else length
    form = form or (7 if n < 126 else 16 if n < 1 << 16 else 64)
    head = bytes([fin << 7 | rsv << 4 | opcode])
    bit = masked << 7
    if form == 7:
        head += bytes([bit | n])
    elif form == 16:
        head += struct.pack("!BH", bit | 126, n)
    else:
        head += struct.pack("!BQ", bit | 127, n)
    if not masked:
        return head + payload
    key = key or os.urandom(4)
    return head + key + mask(key, payload)


def close_payload(code, reason=b""):
    return struct.pack("!H", code) + reason


class Frame:
    """A server's frame, read and checked against section 5."""

    def __init__(self, wire):
        first, second = wire.read(2)
        self.fin, self.rsv, self.opcode = first >> 7, first >> 4 & 7, first & 15
        n = second & 0x7f
        if second & 0x80:
            raise AssertionError("a masked frame from the server")
        if n >= 126:
            form = n
            n = int.from_bytes(wire.read(2 if n == 126 else 8), "big")
            if n < 126 or form == 127 and n < 1 << 16 or n >> 63:
                raise AssertionError(f"length {n} in the wrong form")
        if self.rsv or self.opcode not in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG):
            raise AssertionError(f"frame with reserved bits {self.rsv} or opcode {self.opcode}")
        if self.opcode >= CLOSE and (n > 125 or not self.fin):
            raise AssertionError("a control frame that is too long or fragmented")
        self.payload = wire.read(n)

    @property
    def code(self):
        """Close code; 1005 when there is none."""
        return int.from_bytes(self.payload[:2], "big") if self.payload else 1005

    @property
    def reason(self):
        return self.payload[2:].decode("utf-8")

    def __repr__(self):
        return f"<frame {self.opcode} fin={self.fin} {self.payload[:60]!r} ({len(self.payload)})>"


class WebSocket:
    """A WebSocket over a Wire: the handshake is sent, opened() waits for its answer."""

    def __init__(self, wire, path, host="localhost", headers=()):
        self.wire = wire
        self.closed = False             # have we sent a Close?
        self.key = new_key()
        wire.send(handshake(path, host, self.key, headers))

    def opened(self):
        self.response = read_head(self.wire)
        if self.response.status != 101:
            raise AssertionError(f"the handshake was answered {self.response.status}")
        equal(self.response.header("Upgrade").lower(), "websocket", "Upgrade")
        equal(self.response.header("Connection").lower(), "upgrade", "Connection")
        equal(self.response.header("Sec-WebSocket-Accept"), accept_for(self.key), "accept")
        equal(self.response.header("Sec-WebSocket-Extensions"), None, "extensions")
        return self

    @property
    def subprotocol(self):
        return self.response.header("Sec-WebSocket-Protocol")

    # sending

    def send(self, opcode, payload=b"", how="whole", **options):
        self.closed |= opcode == CLOSE
        self.wire.feed(frame(opcode, payload, **options), how)

    def text(self, text, how="whole"):
        self.send(TEXT, text.encode() if isinstance(text, str) else text, how)

    def binary(self, data, how="whole"):
        self.send(BINARY, data, how)

    def close(self, code=1000, reason=b""):
        self.send(CLOSE, close_payload(code, reason))

    # receiving

    def frame(self):
        return Frame(self.wire)

    def expect(self, opcode, payload):
        """The next frame is exactly this one, unfragmented."""
        got = self.frame()
        equal((got.fin, got.opcode, got.payload), (1, opcode, payload), "frame")

    def message(self):
        """The next whole message as (opcode, bytes); control frames in between go to `controls`."""
        self.controls = []
        opcode, pieces = None, []
        while True:
            got = self.frame()
            if got.opcode == CLOSE:
                raise AssertionError(f"closed with {got.code} {got.reason!r} before a message")
            if got.opcode > CLOSE:
                self.controls.append(got)
                continue
            if (got.opcode == CONTINUATION) != (opcode is not None):
                raise AssertionError(f"{got} does not continue the message")
            opcode = opcode or got.opcode
            pieces.append(got.payload)
            if got.fin:
                return opcode, b"".join(pieces)

    def expect_message(self, opcode, payload):
        equal(self.message(), (opcode, payload), "message")

    def echo(self, sizes):
        """Texts and bytes of so many bytes, and a message in fragments, come back as they were."""
        for size in sizes:
            text = "ä" * (size // 2) + "x" * (size % 2)
            self.text(text)
            self.expect_message(TEXT, text.encode())
            self.binary(b"\xa5" * size)
            self.expect_message(BINARY, b"\xa5" * size)
        self.send(TEXT, b"in ", fin=False)
        self.send(CONTINUATION, b"pieces")
        self.expect_message(TEXT, b"in pieces")

    def stream(self, n):
        """n bytes of application data, however they are framed."""
        data = bytearray()
        while len(data) < n:
            got = self.frame()
            if got.opcode > BINARY:
                raise AssertionError(f"{got} within the stream, after {len(data)} of {n} bytes")
            data += got.payload
        equal(len(data), n, "bytes in the stream")
        return bytes(data)

    def expect_failed(self, code):
        """Closed with this code; we answer as we must, and the server ends TCP first, properly."""
        return self.finish_after(self.frame(), code)

    def finish_after(self, got, code):
        """expect_failed for a frame that is already read; returns the reason."""
        equal((got.opcode, got.code), (CLOSE, code), f"frame {got}")
        if not self.closed:
            self.close(code)
        self.wire.expect_eof()
        return got.reason

    def finish(self, code=1000):
        """A close handshake from our side, to the end of TCP."""
        self.close(code)
        self.expect_failed(code)
        self.wire.close()

    def frame_within(self):
        """The next frame that is no early part of an unfinished message: an echo may begin soon."""
        while True:
            got = self.frame()
            if got.opcode > BINARY:
                return got
            if got.fin:
                raise AssertionError(f"{got} ends a message that was never finished")

    def expect_failed_within(self, code):
        """expect_failed while a message of ours is unfinished."""
        self.finish_after(self.frame_within(), code)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.wire.close()


class StreamWebSocket(WebSocket):
    """The same over a stream of an HTTP/2 connection (RFC 8441)."""

    def __init__(self, connection, path, host="localhost", headers=()):
        self.closed = False
        fields = [("sec-websocket-version", "13")]
        for line in headers:
            name, value = line.split(":", 1)
            fields.append((name.strip().lower(), value.strip()))
        stream = connection.request(path, "CONNECT", host, fields, end=False,
                                    scheme="https" if connection.wire.tls else "http",
                                    protocol="websocket")
        self.wire = h2.Carrier(connection, stream)

    def opened(self):
        self.response = self.wire.connection.head(self.wire.stream)
        if self.response.status != 200:
            raise AssertionError(f"the handshake was answered {self.response.status}")
        for name in ("Upgrade", "Connection", "Sec-WebSocket-Accept", "Sec-WebSocket-Extensions",
                     "Content-Length", "Transfer-Encoding"):
            equal(self.response.header(name), None, name)
        return self


def start(gateway, path="/", tls=False, host="localhost", headers=(), http2=False):
    """A WebSocket whose handshake is sent to one of the gateway's listeners."""
    if http2:
        return StreamWebSocket(h2.connect(gateway, tls), path, host, headers)
    return WebSocket(gateway.wire(tls), path, host, headers)


def connect(*args, **options):
    """An open WebSocket; arguments as for start()."""
    socket = start(*args, **options)
    try:
        return socket.opened()
    except BaseException:
        socket.wire.close()
        raise
