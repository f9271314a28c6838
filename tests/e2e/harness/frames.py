"""HTTP/2 frames as bytes, right and wrong (RFC 9113 section 4), and a connection that speaks them."""
import struct

import hpack

from harness.cases import contains
from harness.wait import Clock

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, \
    CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS, PADDED, PRIORITIZED = 1, 1, 4, 8, 32
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

(NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR, SETTINGS_TIMEOUT, STREAM_CLOSED,
 FRAME_SIZE_ERROR, REFUSED_STREAM, CANCEL, COMPRESSION_ERROR, CONNECT_ERROR, ENHANCE_YOUR_CALM,
 INADEQUATE_SECURITY, HTTP_1_1_REQUIRED) = range(14)

GET = [(":method", "GET"), (":scheme", "http"), (":authority", "localhost"), (":path", "/")]
POST = [(":method", "POST"), *GET[1:]]
CONNECT = [(":method", "CONNECT"), *GET[1:], (":protocol", "websocket"),
           ("sec-websocket-version", "13")]


def frame(kind, flags=0, stream=0, payload=b"", length=None):
    length = len(payload) if length is None else length
    return struct.pack("!I", length)[1:] + struct.pack("!BBI", kind, flags, stream) + payload


def block(fields):
    """Literal fields without indexing: independent of what was said before."""
    out = b""
    for name, value in fields:
        for text in (name, value):
            raw = text.encode("latin-1") if isinstance(text, str) else text
            out += (b"\0" if text is name else b"") + integer(len(raw), 7) + raw
    return out


def plain(text):
    """A string literal (RFC 7541 section 5.2)."""
    return integer(len(text), 7) + text.encode("latin-1")


def huffman(text):
    encoded = hpack.Encoder().huffman_coder.encode(text.encode("latin-1"))
    return integer(len(encoded), 7, 0x80) + encoded


def integer(value, bits, first=0):
    """RFC 7541 section 5.1."""
    most = (1 << bits) - 1
    if value < most:
        return bytes([first | value])
    out, value = [first | most], value - most
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def headers(fields=None, stream=1, flags=END_STREAM | END_HEADERS, before=b"", behind=b""):
    return frame(HEADERS, flags, stream, before + block(GET if fields is None else fields) + behind)


def settings(*pairs):
    return frame(SETTINGS, payload=b"".join(struct.pack("!HI", *pair) for pair in pairs))


def number(value):
    return struct.pack("!I", value)


class Frames:
    """A connection after both prefaces; reads what the server says, acknowledging nothing."""

    def __init__(self, wire, greet=True):
        self.wire = wire
        self.decoder = hpack.Decoder()
        if greet:
            wire.send(PREFACE + settings() + frame(SETTINGS, ACK))
            self.until(SETTINGS)

    def send(self, *pieces):
        self.wire.send(b"".join(pieces))

    def next(self):
        """(type, flags, stream, payload), or None at the end."""
        try:
            head = self.wire.read(9)
            n = int.from_bytes(head[:3], "big")
            kind, flags, stream = struct.unpack("!BBI", head[3:])
            payload = self.wire.read(n)
            if kind == HEADERS:         # also of those that nobody asks for: it has a memory
                payload = self.decoder.decode(payload)
            return kind, flags, stream, payload
        except ConnectionError:
            return None

    def until(self, kind, stream=None):
        """The next frame of this type."""
        clock = Clock()
        while clock.left():
            got = self.next()
            if got is None:
                raise ConnectionError(f"{self.wire.end_name()} before a frame of type {kind}")
            if got[0] == kind and stream in (None, got[2]):
                return got
        raise AssertionError(f"no frame of type {kind}")

    def status(self, stream=1):
        """Of the next answer on this stream."""
        while True:
            _, _, got, payload = self.until(HEADERS)
            if got == stream:
                return int(dict(payload)[":status"])

    def expect_connection_error(self, *codes):
        """GOAWAY with one of the codes and the end, or the end at once."""
        while (got := self.next()) is not None:
            if got[0] == GOAWAY:
                contains(codes, int.from_bytes(got[3][4:8], "big"), "codes of GOAWAY")
                while self.next() is not None:
                    pass
                return

    def expect_stream_error(self, stream, *codes):
        """RST_STREAM, or what is allowed instead: the end of the connection with that code."""
        while True:
            got = self.next()
            if got is None:
                return
            if got[0] == RST_STREAM and got[2] == stream:
                contains(codes, int.from_bytes(got[3], "big"), "codes of RST_STREAM")
                return
            if got[0] == GOAWAY:
                contains(codes, int.from_bytes(got[3][4:8], "big"), "codes of GOAWAY")
                return

    def ping(self, data=b"12345678"):
        self.send(frame(PING, payload=data))
        while True:
            got = self.until(PING)
            if got[1] & ACK and got[3] == data:
                return

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.wire.close()
