"""Malformed and ambiguous requests over HTTP/2, to a web server that speaks HTTP/1.1 only."""
import collections
import itertools
import re

from harness import frames as f
from harness.cases import case, equal, run
from harness.frames import DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, RST_STREAM, frame, number
from harness.gateway import Gateway
from harness.wait import until
from harness.web import Web
from harness.ws import accept_for

BATCH = 48
INNER = "GET /{id}/inner HTTP/1.1\r\nHost: localhost\r\n\r\n"
LINES = "x\r\n" + INNER                     # where somebody's field would end
MAYBE = "maybe"
END, CUT = "end", "cut"                     # of a body: END_STREAM, RST_STREAM; None: it goes on

# What is wrong with a part, if anything: "" passes.
METHODS = [("GET", ""), ("POST", ""), ("get", ""), ("M-SEARCH", ""), ("", "bad"), ("G T", "bad"),
           ("G:T", "bad"), ("GET / HTTP/1.1\r\nX:", "bad"), ("GET\0", "bad"), ("CONNECT", "bad")]
# path, what the server is to see of it
PATHS = [("/{id}/p", "/{id}/p"), ("/{id}/a/../p?q=%00/../", "/{id}/p?q=%00/../"),
         ("/{id}//%2e%2e/{id}/%70", "/{id}/p"), ("/{id}/p%0d%0aX:%20y", "/{id}/p%0D%0AX:%20y"),
         ("", None), ("*", None), ("{id}/p", None), ("http://localhost/{id}/p", None), ("/{id}/p#f", None),
         ("/{id}/p?q#f", None), ("/{id}/%00", None), ("/{id}/%zz", None), ("/../{id}/p", None),
         ("/{id}/..;/p", None), ("/{id}/p q", None), ("/{id}/p?a b", None), ("/{id}/p\t", None),
         ("/{id}/p\0", None), ("/{id}/p HTTP/1.1\r\nX: " + LINES, None), ("/{id}/p?q\r\nX: " + LINES, None),
         ("/{id}/p\n", None), ("/{id}/\xe9", None), ("/{id}\\p", None)]
AUTHORITIES = [
    ([(":authority", "localhost")], ""),
    ([(":authority", "localhost"), ("host", "LOCALHOST")], ""),
    ([("host", "localhost")], ""),
    ([], "bad"),
    ([(":authority", "")], "bad"),
    ([(":authority", "localhost"), ("host", "other")], "bad"),
    ([(":authority", "localhost"), ("host", "localhost:80")], "bad"),
    ([(":authority", "localhost"), (":authority", "localhost")], "bad"),
    ([("host", "localhost"), ("host", "localhost")], "bad"),
    ([(":authority", "user@localhost")], "bad"),
    ([(":authority", "localhost, other")], "bad"),
    ([(":authority", "localhost/x")], "bad"),
    ([(":authority", "local host")], "bad"),
    ([(":authority", "localhost\r\nX: " + LINES)], "bad"),
]
SCHEMES = [("http", ""), ("https", ""), (None, "bad"), ("", "bad"), ("ftp", "bad"), ("http://x/", "bad"),
           ("http\r\nx: y", "bad")]
FIELDS = [
    ([], ""),
    ([("cookie", "a=1"), ("cookie", "b=2"), ("te", "trailers"), ("trailer", "t")], ""),
    ([("x-forwarded-for", "6.6.6.6"), ("forwarded", "for=6.6.6.6"), ("x-real-ip", "6.6.6.6")], ""),
    ([("x_forwarded_for", "6.6.6.6"), ("content_length", "9"), ("transfer_encoding", "chunked"),
      ("x_real_ip", "6.6.6.6"), ("sec_websocket_key", "x"), ("keep_alive", "x")], ""),
    ([("http2-settings", "AAMAAABk"), ("proxy", "x"), ("proxy-authorization", "x"),
      ("expect", "100-continue")], ""),
    ([("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="), ("sec-websocket-version", "13")], ""),
    ([("X-Upper", "1")], "bad"),
    ([("Content-length", "0")], "bad"),
    ([("connection", "close")], "bad"),
    ([("connection", "x-forwarded-for, host")], "bad"),
    ([("keep-alive", "1")], "bad"),
    ([("proxy-connection", "close")], "bad"),
    ([("transfer-encoding", "chunked")], "bad"),
    ([("transfer-encoding", "identity")], "bad"),
    ([("te", "gzip")], "bad"),
    ([("upgrade", "websocket")], "bad"),
    ([("upgrade", "h2c"), ("http2-settings", "AAMAAABk")], "bad"),
    ([("x\r\ny", "1")], "bad"),
    ([("x: y\r\nz", "1")], "bad"),
    ([("x\0", "1")], "bad"),
    ([("x y", "1")], "bad"),
    ([("x:", "1")], "bad"),
    ([("transfer-encoding ", "chunked")], "bad"),
    ([("", "1")], "bad"),
    ([("\xe9", "1")], "bad"),
    ([("x", "1\r\ntransfer-encoding: chunked")], "bad"),
    ([("x", LINES)], "bad"),
    ([("x", "1\ny: z")], "bad"),
    ([("x", "1\ry: z")], "bad"),
    ([("x", "1\0")], "bad"),
    ([("x", "1\x7f")], "bad"),
    ([("x", " 1")], "bad"),
    ([("x", "1\t")], "bad"),
    ([("cookie", "a=1\r\nx: y")], "bad"),
    ([("x", "1"), (":path", "/{id}/late")], "bad"),
    ([(":path", "/{id}/twice")], "bad"),
    ([(":method", "POST")], "bad"),
    ([(":scheme", "http")], "bad"),
    ([(":status", "200")], "bad"),
    ([(":x", "1")], "bad"),
    ([(":", "1")], "bad"),
    ([(":protocol", "websocket")], "bad"),
    ([("expect", "coffee")], "bad"),
    ([("expect", "100-continue"), ("expect", "100-continue")], "bad"),
]
# fields, pieces of DATA, what stands behind them, how it ends; what the server gets (None: nothing
# whole), or may get
TRAILERS = [("x-trailer", "1")]
BODIES = [
    ([], [], None, END, ""),
    ([("content-length", "0")], [], None, END, ""),
    ([], [INNER], None, END, INNER),
    ([("content-length", "{n}")], [INNER], None, END, INNER),
    ([("content-length", "{n}")], [INNER[:3], "", INNER[3:]], None, END, INNER),
    ([], ["0\r\n\r\n", INNER], TRAILERS, END, "0\r\n\r\n" + INNER),
    ([("content-length", "{n}")], [INNER], TRAILERS, END, INNER),
    ([], [INNER], [("content-length", "0"), ("host", "x"), ("x_forwarded_for", "6.6.6.6")], END, MAYBE),
    ([("content-length", "{n}")], [], None, END, None),
    ([("content-length", "0")], [INNER], None, END, None),
    ([("content-length", "{less}")], [INNER], None, END, None),
    ([("content-length", "{more}")], [INNER], None, END, None),
    ([("content-length", "{more}")], [INNER], TRAILERS, END, None),
    ([("content-length", "{n}"), ("content-length", "{n}")], [INNER], None, END, None),
    ([("content-length", "{n}"), ("content-length", "0")], [INNER], None, END, None),
    ([("content-length", "+{n}")], [INNER], None, END, None),
    ([("content-length", "{n}, {n}")], [INNER], None, END, None),
    ([("content-length", "0x10")], [INNER], None, END, None),
    ([("content-length", "")], [INNER], None, END, None),
    ([("content-length", "-1")], [INNER], None, END, None),
    ([("content-length", "99999999999999999999")], [INNER], None, END, None),
    ([], [INNER], [(":path", "/{id}/late")], END, None),
    ([], [INNER], [("transfer-encoding", "chunked")], END, None),
    ([], [INNER], [("connection", "close")], END, None),
    ([], [INNER], [("x", LINES)], END, None),
    ([], [INNER], [("X", "1")], END, None),
    ([], [INNER], TRAILERS, None, None),
    ([], [INNER], None, CUT, None),
    ([("content-length", "{n}")], [INNER[:9]], None, CUT, None),
    ([("content-length", "{n}")], [INNER], None, CUT, MAYBE),
    ([("content-length", "{n}")], [INNER], None, None, MAYBE),
]


class Attempt:
    """One request as stream 1 of a connection of its own, an honest one behind it as stream 3."""

    def __init__(self, number, prefix, pieces=(), trailers=None, end=END):
        """prefix: the fields. Texts have {id} in them, and lengths of the body."""
        self.id = f"{prefix}{number}"
        self.pieces, self.trailers, self.end = [self.fill(p) for p in pieces], trailers, end
        self.statuses, self.headers, self.body = {}, {}, b""
        self.done, self.resets, self.goaway = set(), {}, False

    def fill(self, text):
        n = len(INNER.format(id=self.id))
        return text.format(id=self.id, n=n, less=n - 1, more=n + 1) if text else text

    def _frames(self, fields):
        filled = [(self.fill(name), self.fill(value)) for name, value in fields]
        last = self.end == END and not self.pieces and not self.trailers
        yield f.headers(filled, 1, END_HEADERS | (END_STREAM if last else 0))
        for i, piece in enumerate(self.pieces):
            last = self.end == END and i + 1 == len(self.pieces) and not self.trailers
            yield frame(DATA, END_STREAM if last else 0, 1, piece.encode("latin-1"))
        if self.trailers:
            filled = [(self.fill(name), self.fill(value)) for name, value in self.trailers]
            yield f.headers(filled, 1, END_HEADERS | (END_STREAM if self.end == END else 0))
        if self.end == CUT:
            yield frame(RST_STREAM, 0, 1, number(f.CANCEL))
        behind = [*f.GET[:3], (":path", f"/{self.id}/behind")]
        yield f.headers(behind, 3)

    def send(self, fields):
        self.what = f"{self.id}: {fields!r}, {self.pieces!r}, {self.trailers!r}, {self.end}"
        self.client = f.Frames(gateway.wire())
        self.client.send(*self._frames(fields))

    def awaited(self):
        """What is to be answered, somehow: what the client itself cut or left open is not."""
        return {1, 3} if self.end == END else {3}

    def read(self):
        while not self.awaited() <= self.done:
            got = self.client.next()
            if got is None:
                return
            self.take(*got)

    def take(self, kind, flags, stream, payload):
        if kind == HEADERS and int(dict(payload)[":status"]) >= 200:
            self.statuses[stream] = int(dict(payload)[":status"])
            self.headers[stream] = dict(payload)
        elif kind == DATA and stream == 1:
            self.body += payload
        elif kind == RST_STREAM:
            self.resets[stream] = int.from_bytes(payload, "big")
        elif kind == GOAWAY:
            self.goaway = True
        if kind == RST_STREAM or (kind in (HEADERS, DATA) and flags & END_STREAM):
            self.done.add(stream)

    def is_refused(self):
        """As a connection, as a stream, or in words that are ours."""
        return 1 in self.resets or self.goaway or \
            (400 <= self.statuses.get(1, 0) < 600 and "x-web" not in self.headers[1])

    def check_behind(self, seen):
        """It is answered by the server, unless the connection ended for what was in front of it."""
        behind = [r for r in seen if r.target == f"/{self.id}/behind"]
        if self.goaway:
            equal(3 in self.statuses, len(behind) == 1, f"{self.what}: what is behind, after GOAWAY")
        else:
            equal((self.statuses.get(3), len(behind)), (200, 1), f"{self.what}: what is behind")
        return [r for r in seen if r not in behind]


def is_clean(request):
    """What no client may say or spoil."""
    equal((request.one("host"), request.one("x-forwarded-for")), ("localhost", "127.0.0.1"),
          "Host and client")
    equal("6.6.6.6" in str(request.fields), False, "a client's word about itself")
    equal([n for n, _ in request.fields if "_" in n or n.startswith(("proxy", "http2"))], [], "names")
    equal([n for n, _ in request.fields if n in ("x-trailer", "trailer", "te")], [], "trailers")


class Message(Attempt):
    def __init__(self, number, method, path, authority, scheme, fields, body):
        lengths, pieces, trailers, end, whole = body
        super().__init__(number + len(tried), "m", pieces, trailers, end)
        self.whole = whole
        self.wrong = bool({method[1], authority[1], scheme[1], fields[1]} & {"bad"} or path[1] is None)
        self.method, self.target = method[0], self.fill(path[1])
        self.cookies = [v for n, v in fields[0] if n == "cookie"]
        pseudo = [(":method", method[0]), *([(":scheme", scheme[0])] if scheme[0] is not None else []),
                  (":path", path[0])]
        self.fields = [*(pair for pair in authority[0] if pair[0] == ":authority"), *pseudo,
                       *(pair for pair in authority[0] if pair[0] == "host"), *fields[0], *lengths]
        self.is_bad = self.wrong or whole is None

    def check(self, seen):
        seen = self.check_behind(seen)
        if self.is_bad:
            equal(len(seen), 0, f"{self.what}: requests that the server saw")
            equal(self.end != END or self.is_refused(), True, f"{self.what}: refused")
            return
        if self.whole == MAYBE and not seen:
            equal(self.end != END or self.is_refused(), True, f"{self.what}: refused")
            return
        if self.end == END:
            equal((self.statuses.get(1), len(seen)), (200, 1), f"{self.what}: answer and requests")
            equal("x-web" in self.headers[1], True, f"{self.what}: the answer is the server's")
        self.check_forwarded(*seen)

    def check_forwarded(self, request):
        wanted = INNER if self.whole == MAYBE else self.whole
        equal((request.method, request.target, request.body),
              (self.method, self.target, self.fill(wanted).encode()), f"{self.what}: what the server saw")
        equal(request.one("cookie"), "; ".join(self.cookies) or None, "cookies")
        is_clean(request)


PROTOCOLS = [("websocket", ""), ("WebSocket", ""), (None, "bad"), ("", "bad"), ("connect-udp", "bad"),
             ("websocket\r\nx: y", "bad"), ("h2c", "bad")]
HANDSHAKES = [
    ([("sec-websocket-version", "13")], ""),
    ([("sec-websocket-version", "13"), ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
      ("sec-websocket-accept", "x"), ("sec_websocket_key", "x"), ("x_forwarded_for", "6.6.6.6")], ""),
    ([("sec-websocket-version", "12")], "bad"),
    ([], "bad"),
    ([("sec-websocket-version", "13"), ("upgrade", "websocket")], "bad"),
    ([("sec-websocket-version", "13"), ("connection", "upgrade")], "bad"),
    ([("sec-websocket-version", "13"), ("content-length", "5")], "bad"),
    ([("sec-websocket-version", "13"), ("transfer-encoding", "chunked")], "bad"),
    ([("sec-websocket-version", "13"), ("x", LINES)], "bad"),
]
ANSWERS = ["right", "wrong", "200", "204", "302", "404", "426"]
EARLY = [[], [INNER], [INNER[:5], INNER[5:]]]


class Tunnel(Attempt):
    """CONNECT: a handshake of HTTP/1.1, whose tunnel opens only by a right 101."""

    def __init__(self, number, protocol, handshake, answer, early):
        super().__init__(number + len(tried), "t", early, None, None)
        self.answer = answer
        self.is_bad = "bad" in (protocol[1], handshake[1])
        named = [] if protocol[0] is None else [(":protocol", protocol[0])]
        self.fields = [(":method", "CONNECT"), *named, (":scheme", "http"), (":authority", "localhost"),
                       (":path", f"/{self.id}/{answer}"), *handshake[0]]

    def awaited(self):
        if self.statuses.get(1) == 200 and len(self.body) == len("".join(self.pieces)):
            return {3}
        return {1, 3}

    def check(self, seen):
        seen = self.check_behind(seen)
        if self.is_bad:
            equal((self.is_refused(), len(seen)), (True, 0), f"{self.what}: refused, and not asked")
            return
        equal([(r.method, r.target, r.one("upgrade"), r.one("sec-websocket-version")) for r in seen],
              [("GET", f"/{self.id}/{self.answer}", "websocket", "13")], f"{self.what}: handshake")
        equal(seen[0].one("sec-websocket-key") not in (None, "dGhlIHNhbXBsZSBub25jZQ=="), True, "own key")
        is_clean(seen[0])
        is_open = self.answer == "right"
        equal((self.statuses.get(1, 999) < 300, self.body if is_open else b""),
              (is_open, "".join(self.pieces).encode() if is_open else b""), f"{self.what}: open, and echoed")


def respond(request, send):
    """By the last part of the path, as for ANSWERS; else as Web does."""
    kind = request.target.rsplit("/", 1)[1]
    key = request.one("sec-websocket-key")
    if not request.one("upgrade") or kind not in ANSWERS:
        return Web.ok(request, send)
    if kind.isdigit():
        send(b"HTTP/1.1 %s X\r\nX-Web: 1\r\n%s\r\n%s" %
             (kind.encode(), *((b"", b"") if kind == "204" else (b"Content-Length: 2\r\n", b"no"))))
        return True
    send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         b"Sec-WebSocket-Accept: %s\r\n\r\n" % accept_for(key if kind == "right" else key[::-1]).encode())
    while kind == "right" and (piece := request.stream.read1(65536)):
        send(piece)
    return kind != "right"      # where it is wrong, whatever comes behind would be read as a request


def seen_since(before):
    """What the server saw, by who asked."""
    seen = collections.defaultdict(list)
    for request in web.requests[before:]:
        seen[re.match(r"/([mt]\d+)/|", request.target)[1]].append(request)
    return seen


def batch(attempts):
    before = len(web.requests)
    for attempt in attempts:
        attempt.send(attempt.fields)
    for attempt in attempts:
        attempt.read()
    seen = seen_since(before)
    for attempt in attempts:
        attempt.client.wire.close()
        attempt.check(seen[attempt.id])


def corpus(kind, combinations, least_good):
    attempts = [kind(i, *parts) for i, parts in enumerate(combinations)]
    good = sum(not a.is_bad for a in attempts)
    assert good > least_good and len(attempts) - good > least_good, (good, len(attempts))
    tried.extend(attempts)
    for i in range(0, len(attempts), BATCH):
        batch(attempts[i:i + BATCH])
    equal(web.bad, [], "what the server could not read")
    print(f"# {len(attempts)} combinations, {good} of them fine")


@case("each field with each body: refused, or forwarded as one request")
def messages():
    corpus(Message, itertools.product(METHODS[:2], PATHS[:1], AUTHORITIES[:1], SCHEMES[:1], FIELDS,
                                      BODIES), 80)


@case("each method, path, authority and scheme")
def heads():
    corpus(Message, itertools.chain(
        itertools.product(METHODS, PATHS, AUTHORITIES[:3], SCHEMES[:1], FIELDS[:1], BODIES[1:3]),
        itertools.product(METHODS[:2], PATHS[:2], AUTHORITIES, SCHEMES, FIELDS[:2], BODIES[3:4])), 100)


@case("CONNECT: only a right handshake is passed on, and only a right answer opens the tunnel")
def tunnels():
    corpus(Tunnel, itertools.product(PROTOCOLS, HANDSHAKES, ANSWERS, EARLY), 50)


@case("once all has ended, the server has seen no more than it was asked")
def afterwards():
    gateway.stop()
    seen = seen_since(0)
    equal(seen.keys() - {a.id for a in tried}, set(), "requests that nobody sent")
    for attempt in tried:
        attempt.check(seen[attempt.id])
    equal(web.bad, [], "what the server could not read")


tried = []
web = Web(respond)
gateway = Gateway(routes='web: { backend = "w"; };', log="error",
                  backends=f'w: {{ servers = ["{web.url}"]; }};')
run(web, gateway)
