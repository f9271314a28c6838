"""SockJS from the client's side, byte by byte, on connections of the test's choice."""
import itertools
import select
import uuid

from harness import http1
from harness.cases import equal
from harness.wait import until

PRELUDE = b"h" * 2048 + b"\n"
FRESH = "no-store, no-cache, no-transform, must-revalidate, max-age=0"
FORM = "Content-Type: application/x-www-form-urlencoded"
OPEN = b"o\n"
GONE = b'c[3000,"Go away!"]\n'
BUSY = b'c[2010,"Another connection still open"]\n'
CUT = b'c[1002,"Connection interrupted"]\n'


def chunk(wire):
    """The next chunk of an answer; b"" is the end."""
    size = int(wire.read_until(b"\r\n"), 16)
    return wire.read(size + 2)[:-2]


class Stream:
    """A streaming answer, of which each frame is a chunk."""

    def __init__(self, wire, data):
        self.wire = wire
        wire.send(data)
        self.head = http1.read_head(wire)
        equal(self.head.status, 200, "status of a stream")
        equal(self.head.header("Content-Length"), None, "length of a stream")
        equal(self.head.header("Transfer-Encoding"), "chunked", "coding of a stream")

    def expect(self, *pieces):
        for piece in pieces:
            equal(chunk(self.wire), piece, "chunk")

    def expect_end(self):
        self.expect(b"")
        self.wire.close()


class Session:
    """An id below `path`; each request says another server, which must not matter."""

    servers = itertools.count()

    def __init__(self, gateway, path="/echo", session=None):
        self.gateway = gateway
        self.path = path
        self.id = session or str(uuid.uuid4())

    def place(self, transport):
        return f"{self.path}/{next(self.servers) % 1000:03}/{self.id}/{transport}"

    def request(self, transport, method="POST", query="", **options):
        return http1.request(self.place(transport) + query, method, **options)

    def fetch(self, transport, method="POST", query="", wire=None, **options):
        data = self.request(transport, method, query, **options)
        if wire:
            wire.send(data)
            return http1.read_response(wire, method)
        with self.gateway.wire() as own:
            return self.fetch(transport, method, query, own, **options)

    def poll(self, expected, **options):
        answer = self.fetch("xhr", **options)
        equal((answer.status, answer.body), (200, expected), "a poll's answer")
        return answer

    def send(self, body, **options):
        answer = self.fetch("xhr_send", body=body, **options)
        equal((answer.status, answer.body), (204, b""), f"the answer to {body[:80]!r}")
        return answer

    def try_send(self, body, transport="xhr_send", **options):
        answer = self.fetch(transport, body=body, **options)
        return answer.status, answer.body

    def hang(self, transport="xhr", method="POST", query=""):
        """A receiver that waits; returns its connection."""
        wire = self.gateway.wire()
        wire.send(self.request(transport, method, query))
        return wire

    def attach(self):
        """
        A poll that waits for sure, as its connection: of two at once the other one was told that
        there is another connection.
        """
        wires = [self.hang(), self.hang()]
        ready = until(lambda: select.select([w.sock for w in wires], [], [], 0)[0], "an answer")
        if wires[0].sock in ready:
            wires.reverse()
        answer = http1.read_response(wires[1])
        equal((answer.status, answer.body), (200, BUSY), "a second receiver's answer")
        wires[1].close()
        return wires[0]

    def stream(self, transport, method="POST", query="", headers=()):
        return Stream(self.gateway.wire(),
                      self.request(transport, method, query, headers=headers))

    def xhr_streaming(self, *frames):
        stream = self.stream("xhr_streaming")
        stream.expect(PRELUDE, *frames)
        return stream
