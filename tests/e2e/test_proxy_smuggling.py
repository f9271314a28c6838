"""Malformed and ambiguous requests to a web server: refused, or forwarded in canonical form."""
import itertools
import re

from harness.cases import case, equal, run
from harness.gateway import Gateway
from harness.web import Web

BATCH = 48
INNER = "GET /{id}/inner HTTP/1.1\r\nHost: localhost\r\n\r\n"

# what is wrong with it, if anything: "" passes; "1.0" is wrong in HTTP/1.0 only
METHODS = [("GET", ""), ("POST", ""), ("G\tT", "bad")]
TARGETS = [("/{id}/p", ""), ("http://localhost/{id}/a/../p?q=%00", ""), ("/{id}/%2e%2e/{id}//p", ""),
           ("/{id}/%zz", "bad"), ("{id}", "bad")]
VERSIONS = [("HTTP/1.1", ""), ("HTTP/1.0", ""), ("HTTP/1.2", "bad")]
HEADERS = [
    ("Host: localhost\r\n", ""),
    ("Host: localhost\r\nX-Forwarded-For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\n", ""),
    ("Host: localhost\r\nConnection: close, host, content-length, x-forwarded-for\r\n", ""),
    ("Host: localhost\r\nX_Forwarded_For: 6.6.6.6\r\nContent_Length: 9\r\n", ""),
    ("Host: localhost\r\nUpgrade: h2c\r\nKeep-Alive: 1\r\nTE: trailers\r\nProxy: x\r\n", ""),
    ("", "1.1"),
    ("Host: localhost\r\nHost: localhost\r\n", "bad"),
    ("Host: localhost\r\nX: a\r\n b\r\n", "bad"),
    ("Host: localhost\r\nX : a\r\n", "bad"),
    ("Host: localhost\r\nX: a\nY: b\r\n", "bad"),
    ("Host: localhost\r\nX: a\rY: b\r\n", "bad"),
    ("Host: localhost\r\nX: a\0b\r\n", "bad"),
    ("Host: a, b\r\n", "bad"),
    (" Host: localhost\r\n", "bad"),
]
BODIES = [
    ("\r\n", ""),
    ("Content-Length: {n}\r\n\r\n" + INNER, ""),
    ("Content-Length: 0\r\n\r\n", ""),
    ("Transfer-Encoding: chunked\r\n\r\n{x};a=b\r\n" + INNER + "\r\n000\r\nT: t\r\n\r\n", "1.0"),
    ("transfer-ENCODING:CHUNKED\r\n\r\n1\r\nx\r\n0\r\n\r\n", "1.0"),
    ("Content-Length: {n}\r\nContent-Length: {n}\r\n\r\n" + INNER, "bad"),
    ("Content-Length: {n}\r\nContent-Length: 0\r\n\r\n" + INNER, "bad"),
    ("Content-Length: +{n}\r\n\r\n" + INNER, "bad"),
    ("Content-Length: {n}, {n}\r\n\r\n" + INNER, "bad"),
    ("Content-Length: 0x10\r\n\r\n" + INNER, "bad"),
    ("Content-Length: 99999999999999999999\r\n\r\n" + INNER, "bad"),
    ("Content-Length: {n}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + INNER, "bad"),
    ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + INNER, "bad"),
    ("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + INNER, "bad"),
    ("Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" + INNER, "bad"),
    ("Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n" + INNER, "bad"),
    ("Transfer-Encoding: chunked\r\n\r\n0x1\r\nx\r\n0\r\n\r\n" + INNER, "bad"),
    ("Transfer-Encoding: chunked\r\n\r\n1\nx\n0\n\n" + INNER, "bad"),
    ("Transfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n0\r\n\r\n" + INNER, "bad"),
    ("Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n" + INNER, "bad"),
    ("Transfer-Encoding: chunked\r\n\r\n0\r\nT : t\r\n\r\n" + INNER, "bad"),
]
ANSWER = re.compile(rb"HTTP/1\.1 (\d{3}) [^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n")


class Attempt:
    """One combination on a connection of its own, with an honest request behind it."""

    def __init__(self, number, method, target, version, headers, body):
        self.id = f"i{number}"
        wrongs = {part[1] for part in (method, target, version, headers, body)}
        self.bad = bool(wrongs & {"bad", version[0][5:]})
        text = f"{method[0]} {target[0]} {version[0]}\r\n{headers[0]}{body[0]}"
        inner = len(INNER.format(id=self.id))
        self.text = text.format(id=self.id, n=inner, x=f"{inner:x}").encode("latin-1") + \
            f"GET /{self.id}/behind HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()

    def check(self, rest, seen):
        """rest: all that came back; seen: what the server saw of it."""
        statuses, ours = [], 0
        while rest:
            match = ANSWER.match(rest)
            assert match, f"{self.text!r}: answered by {rest!r}"
            statuses.append(int(match[1]))
            length = re.search(rb"(?mi)^content-length: (\d+)\r", match[2])
            ours += b"X-Web: 1\r\n" in match[2]
            rest = rest[match.end() + int(length[1]):]
        what = f"{self.text!r}: {statuses}, seen {[(r.method, r.target) for r in seen]}: "
        equal(len(seen), ours, what + "requests that the server saw")
        equal([s for s in statuses[:-1] if s >= 400], [], what + "refused, and not the last answer")
        if self.bad:
            assert len(statuses) == 1 and 400 <= statuses[0] < 600, what + "not refused"
        else:
            equal(statuses[0], 200, what + "first answer")
        for request in seen:
            assert request.one("host") == "localhost" or b"HTTP/1.0" in self.text, what
            equal(request.one("x-forwarded-for"), "127.0.0.1", what + "X-Forwarded-For")
            assert "6.6.6.6" not in str(request.fields), what
            assert not [n for n, _ in request.fields if "_" in n], what
            assert ".." not in request.target and "//" not in request.target, what


def combinations():
    """All of what is right with all of the rest, and each wrong target and method with some."""
    return itertools.chain(
        itertools.product(METHODS[:2], TARGETS[:3], VERSIONS[:2], HEADERS, BODIES),
        itertools.product(METHODS, TARGETS, VERSIONS, HEADERS[:2], BODIES[:4]))


def batch(attempts):
    wires = [gateway.wire() for _ in attempts]
    before = len(web.requests)
    for wire, attempt in zip(wires, attempts):
        wire.send(attempt.text)
    answers = [wire.read_all() for wire in wires]
    seen = {}
    for request in web.requests[before:]:
        name = re.match(r"/(i\d+)/", request.target)
        assert name, request.target
        seen.setdefault(name[1], []).append(request)
    for wire, attempt, answer in zip(wires, attempts, answers):
        wire.close()
        attempt.check(answer, seen.get(attempt.id, []))


@case("at least a thousand combinations: refused and closed, or forwarded as one request")
def corpus():
    attempts = [Attempt(i, *parts) for i, parts in enumerate(combinations())]
    assert len(attempts) > 1000
    for i in range(0, len(attempts), BATCH):
        batch(attempts[i:i + BATCH])
    equal(web.bad, [], "what the server could not read")
    good = sum(not a.bad for a in attempts)
    assert 300 < good < len(attempts) - 1000, good


web = Web()
gateway = Gateway(routes='web: { backend = "w"; };', log="error",
                  backends=f'w: {{ servers = ["{web.url}"]; }};')
run(web, gateway)
