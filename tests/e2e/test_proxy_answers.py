# slow
"""Malformed and ambiguous answers of web servers: refused, or one answer in canonical form."""
import itertools

from harness import h2 as http2
from harness.cases import add, equal, run
from harness.gateway import Gateway
from harness.http1 import read_response, request
from harness.web import Web

EVIL = b"HTTP/1.1 200 OK\r\nX: evil\r\nContent-Length: 4\r\n\r\nevil"
# what is wrong with it: "" nothing; "head": it is no answer; "body": it is cut within
STATUSES = [
    (b"HTTP/1.1 200 OK", ""), (b"HTTP/1.0 200 OK", ""), (b"HTTP/1.1 200", ""), (b"HTTP/1.1 204 No", ""),
    (b"HTTP/1.1 304 No", ""), (b"HTTP/1.1 103 E\r\nX: evil\r\n\r\nHTTP/1.1 200 OK", ""),
    (b"HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: upgrade", "head"),
    (b"HTTP/2 200 OK", "head"), (b"HTTP/1.2 200 OK", "head"), (b"HTTP/1.1  200 OK", "head"),
    (b"HTTP/1.1 20 OK", "head"), (b"HTTP/1.1 2000 OK", "head"), (b"http/1.1 200 OK", "head"),
    (b"HTTP/1.1 099 OK", "head"), (b"HTTP/1.1 200 O\rK", "head"), (b"\r\nHTTP/1.1 200 OK", "head"),
    (b"HTTP/1.1 100 C\r\nContent-Length: 4\r\n\r\nevilHTTP/1.1 200 OK", "head"),
]
FIELDS = [
    (b"", ""), (b"Connection: content-length, x-web\r\nX-Web: evil\r\nKeep-Alive: evil\r\n", ""),
    (b"Upgrade: evil\r\nTrailer: evil\r\nProxy-Authenticate: evil\r\nContent_Length: 9\r\n", ""),
    (b"X : y\r\n", "head"), (b"X: a\0b\r\n", "head"), (b"X: a\r\n b\r\n", "head"),
    (b"X: a\rSet-Cookie: evil\r\n", "head"), (b"X: a\nSet-Cookie: evil\r\n", "head"),
    (b": y\r\n", "head"), (b"X\r\n", "head"), (b" X: y\r\n", "head"), (b"X\0: y\r\n", "head"),
]
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
BODIES = [
    (b"Content-Length: 2\r\n\r\nok", ""), (b"Content-Length: 2\r\n\r\nok" + EVIL, ""),
    (CHUNKED + b"2\r\nok\r\n0\r\n\r\n", ""), (CHUNKED + b"02;evil=\"x\"\r\nok\r\n0\r\nX: evil\r\n\r\n", ""),
    (CHUNKED + b"2\r\nok\r\n0\r\n\r\n" + EVIL, ""), (b"\r\nok", ""),
    (b"Content-Length: 3\r\n\r\nok", "body"), (CHUNKED + b"2\r\nok\r\n0\r\n", "body"),
    (CHUNKED + b"0x2\r\nok\r\n0\r\n\r\n", "body"), (CHUNKED + b"2\nok\n0\n\n", "body"),
    (CHUNKED + b"2\r\nokk\r\n0\r\n\r\n", "body"), (CHUNKED + b"2 \rok\r\n0\r\n\r\n", "body"),
    (CHUNKED + b"fffffffffffffffff\r\nok", "body"), (CHUNKED + b"-2\r\nok\r\n0\r\n\r\n", "body"),
    (CHUNKED + b"2\r\nok\r\n0\r\nX : evil\r\n\r\n", "body"),
    (b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nok", "head"),
    (b"Content-Length: 2\r\nContent-Length: 6\r\n\r\nokevil", "head"),
    (b"Content-Length: 2, 2\r\n\r\nok", "head"), (b"Content-Length: +2\r\n\r\nok", "head"),
    (b"Content-Length: 0x2\r\n\r\nok", "head"), (b"Content-Length: -1\r\n\r\nok", "head"),
    (b"Content-Length: 18446744073709551618\r\n\r\nok", "head"),
    (b"Content-Length: 9223372036854775808\r\n\r\nok", "head"),
    (b"Content-Length: 2\r\n" + CHUNKED + b"2\r\nok\r\n0\r\n\r\n", "head"),
    (b"Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "head"),
    (b"Transfer-Encoding: xchunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "head"),
    (b"Transfer-Encoding: chunked\r\n" + CHUNKED + b"2\r\nok\r\n0\r\n\r\n", "head"),
    (b"Transfer-Encoding:\x0bchunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "head"),
]


class Attempt:
    def __init__(self, status, fields, body):
        self.text = b"%s\r\n%s%s" % (status[0], fields[0], body[0])
        self.wrong = {status[1], fields[1], body[1]}
        self.bare = b" 204" in status[0] or b" 304" in status[0]
        if b"/1.0" in status[0] and body[0].startswith(b"Transfer-"):
            self.wrong.add("head")              # HTTP/1.0 knows no chunks
        self.contradicts = b" 204" in status[0] and not body[0].startswith(b"\r\n")
        self.keeps = "body" not in self.wrong and not body[0].startswith(b"\r\n")

    def check(self, method, status, body, cut):
        what = f"{method}, {self.text!r}: {status} {bytes(body)!r}{' and cut' if cut else ''}: "
        if "head" in self.wrong or self.contradicts and method != "HEAD":
            equal((status, cut), (502, False), what + "not refused")
        elif self.bare or method == "HEAD":
            equal((status in (200, 204, 304), body, cut), (True, b"", False), what + "more than a head")
        elif "body" in self.wrong:
            equal((status, cut, b"ok".startswith(bytes(body))), (200, True, True), what + "not cut")
        else:
            equal((status, bytes(body), cut), (200, b"ok", False), what + "not passed on")
        assert b"evil" not in body or status == 502, what


def combinations():
    """Each status and each body together, each field with some of both."""
    return itertools.chain(itertools.product(STATUSES, FIELDS[:3], BODIES),
                           itertools.product(STATUSES[:2], FIELDS[3:], BODIES[:5]))


def answer(req, send):
    kind, _, number = req.target.lstrip("/").partition("/")
    if kind != "a":
        return Web.ok(req, send)
    send(attempts[int(number)].text)
    return attempts[int(number)].keeps


def no_evil(fields):
    assert "evil" not in str(fields), f"fields {fields}"


def over_h1(method):
    for number, attempt in enumerate(attempts):
        with gateway.wire() as wire:
            wire.send(request(f"/a/{number}", method))
            try:
                response = read_response(wire, method)
                seen = (response.status, response.body, False)
            except ConnectionError:
                seen = (200, b"", True)
                equal(wire.ended, "reset", f"{attempt.text!r}: the end")
            else:
                no_evil(response.headers)
            attempt.check(method, *seen)
            if not seen[2] and not response.closes:
                wire.send(request(f"/next/{number}"))
                equal(read_response(wire).body, b"GET /next/%d" % number, f"behind {attempt.text!r}")


def over_h2():
    with http2.connect(gateway) as c:
        for number, attempt in enumerate(attempts):
            stream, behind = c.request(f"/a/{number}"), c.request(f"/next/{number}")
            got = c.answers[stream]
            c.until(lambda: got.ended or got.reset is not None, "an end")
            no_evil(got.headers)
            attempt.check("GET", got.status or 200, got.body, got.reset is not None)
            equal(bytes(c.answer(behind).body), b"GET /next/%d" % number, f"beside {attempt.text!r}")


def each_once():
    asked = [r.target for r in web.requests if r.target.startswith("/a/")]
    equal((len(asked), len(set(asked))), (3 * len(attempts), len(attempts)), "what it was asked")
    equal(web.bad, [], "what it could not read")


attempts = [Attempt(*parts) for parts in combinations()]
web = Web(answer)
gateway = Gateway(routes='web: { backend = "w"; };', log="error",
                  backends=f'w: {{ servers = ["{web.url}"]; }};')
for verb in ("GET", "HEAD"):
    add(f"{len(attempts)} answers to {verb}", over_h1, verb)
add(f"{len(attempts)} answers over h2", over_h2)
add("the server was asked each once and nothing else", each_once)
run(web, gateway)
