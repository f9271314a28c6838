"""What two parsers could read in two ways is refused with 400, and the connection ends with it."""
from harness.cases import add, equal, run
from harness.gateway import Gateway
from harness.http1 import read_response, request
from harness.ws import handshake

BEHIND = request("/behind")


def get(*lines, first="GET / HTTP/1.1", host="Host: a.example", body=b""):
    """A request of exactly these lines."""
    fields = [first, *([host] if host else []), *lines]
    return "\r\n".join([*fields, "", ""]).encode("latin-1") + body


def post(*lines, body=b""):
    return get(*lines, first="POST / HTTP/1.1", body=body)


CHUNKED = "Transfer-Encoding: chunked"
END = b"0\r\n\r\n"

BAD = {
    "Transfer-Encoding and Content-Length": post(CHUNKED, "Content-Length: 5", body=END),
    "Content-Length and Transfer-Encoding": post("Content-Length: 5", CHUNKED, body=END),
    "unknown coding gzip": post("Transfer-Encoding: gzip", body=END),
    "coding gzip, chunked": post("Transfer-Encoding: gzip, chunked", body=END),
    "coding chunked, gzip": post("Transfer-Encoding: chunked, gzip", body=END),
    "coding chunked twice in one field": post("Transfer-Encoding: chunked, chunked", body=END),
    "coding chunked in two fields": post(CHUNKED, CHUNKED, body=END),
    "coding identity": post("Transfer-Encoding: identity", body=END),
    "coding xchunked": post("Transfer-Encoding: xchunked", body=END),
    "coding 'chunked'": post("Transfer-Encoding: 'chunked'", body=END),
    "coding chunked with a parameter": post("Transfer-Encoding: chunked;q=1", body=END),
    "an empty coding": post("Transfer-Encoding:", body=END),
    "coding with a vertical tab": post("Transfer-Encoding: \x0bchunked", body=END),
    "Transfer-Encoding in HTTP/1.0": get(CHUNKED, first="POST / HTTP/1.0", body=END),
    "two different lengths": post("Content-Length: 5", "Content-Length: 6", body=b"hello!"),
    "two equal lengths": post("Content-Length: 5", "Content-Length: 5", body=b"hello"),
    "a list of lengths": post("Content-Length: 5, 5", body=b"hello"),
    "length +5": post("Content-Length: +5", body=b"hello"),
    "length -5": post("Content-Length: -5", body=b"hello"),
    "length 0x5": post("Content-Length: 0x5", body=b"hello"),
    "length 5 5": post("Content-Length: 5 5", body=b"hello"),
    "length 5.0": post("Content-Length: 5.0", body=b"hello"),
    "an empty length": post("Content-Length:", body=b""),
    "a length beyond 64 bits": post("Content-Length: 18446744073709551621", body=b"hello"),
    "a length beyond all bits": post("Content-Length: " + "9" * 40, body=b"hello"),
    "white space before the colon": get("X-A : b"),
    "a tab before the colon": get("X-A\t: b"),
    "white space before the colon of Content-Length": post("Content-Length : 5", body=b"hello"),
    "white space in a name": get("X A: b"),
    "a line without a colon": get("X-A"),
    "an empty name": get(": b"),
    "a name with a control character": get("X\x01A: b"),
    "a name with a byte above 0x7f": get("X\xe9: b"),
    "obs-fold": get("X-A: b", " folded"),
    "obs-fold by a tab": get("X-A: b", "\tfolded"),
    "obs-fold as the first line": get(" X-A: b", host=None),
    "bare CR in a value": get("X-A: b\rX-B: c"),
    "bare CR before CRLF": get("X-A: b\r"),
    "bare LF behind a field": b"GET / HTTP/1.1\r\nHost: a.example\nX-A: b\r\n\r\n",
    "bare LF behind the request line": b"GET / HTTP/1.1\nHost: a.example\r\n\r\n",
    "bare LF throughout": b"GET / HTTP/1.1\nHost: a.example\n\n",
    "a head that ends with LF LF": b"GET / HTTP/1.1\r\nHost: a.example\r\n\n",
    "NUL in a value": get("X-A: b\0c"),
    "NUL in a name": get("X\0A: b"),
    "NUL in the path": get(first="GET /\0 HTTP/1.1"),
    "a control character in a value": get("X-A: b\x08c"),
    "DEL in a value": get("X-A: b\x7fc"),
    "no Host": get(host=None),
    "two Hosts": get("Host: b.example"),
    "the same Host twice": get("Host: a.example"),
    "a list of Hosts": get(host="Host: a.example, b.example"),
    "Host with a path": get(host="Host: a.example/x"),
    "Host with user info": get(host="Host: me@a.example"),
    "Host with a space": get(host="Host: a.example b"),
    "Host with a bad port": get(host="Host: a.example:8o80"),
    "an authority that differs from Host": get(first="GET http://b.example/ HTTP/1.1"),
    "an authority whose port differs from Host": get(first="GET http://a.example:81/ HTTP/1.1"),
    "an authority with user info": get(first="GET http://me@a.example/ HTTP/1.1"),
    "two spaces in the request line": get(first="GET  / HTTP/1.1"),
    "a tab in the request line": get(first="GET\t/ HTTP/1.1"),
    "a space behind the version": get(first="GET / HTTP/1.1 "),
    "a space before the method": get(first=" GET / HTTP/1.1"),
    "no version": get(first="GET /"),
    "a lower-case version": get(first="GET / http/1.1"),
    "a version of two digits": get(first="GET / HTTP/1.10"),
    "a version without minor": get(first="GET / HTTP/1"),
    "another protocol": get(first="GET / HTCPCP/1.1"),
    "a method with a separator": get(first="GE(T / HTTP/1.1"),
    "a fragment in the target": get(first="GET /#x HTTP/1.1"),
    "a target without slash": get(first="GET x HTTP/1.1"),
    "a byte above 0x7f in the target": get(first="GET /\xe9 HTTP/1.1"),
    "%00 in the path": get(first="GET /%00 HTTP/1.1"),
    "a broken percent-encoding": get(first="GET /%zz HTTP/1.1"),
    "half a percent-encoding": get(first="GET /% HTTP/1.1"),
    "half a percent-encoding with a digit": get(first="GET /%4 HTTP/1.1"),
    "a path that leaves the root": get(first="GET /../x HTTP/1.1"),
    "a path that leaves the root, encoded": get(first="GET /a/%2e%2e/%2E./x HTTP/1.1"),
    "garbage": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "an upgrade with Content-Length": handshake("/ws", headers=["Content-Length: 0"]),
    "an upgrade with Transfer-Encoding": handshake("/ws", headers=[CHUNKED]) + END,
}

BAD_CHUNKS = {
    "not a number": b"xyz\r\n",
    "no number": b"\r\n",
    "a sign": b"+5\r\nhello\r\n" + END,
    "a negative size": b"-5\r\nhello\r\n" + END,
    "0x before the size": b"0x5\r\nhello\r\n" + END,
    "a space before the size": b" 5\r\nhello\r\n" + END,
    "a space behind the size": b"5 \r\nhello\r\n" + END,
    "a size beyond 64 bits": b"10000000000000005\r\nhello\r\n" + END,
    "bare LF behind the size": b"5\nhello\r\n" + END,
    "bare CR behind the size": b"5\rhello\r\n" + END,
    "more bytes than the size": b"5\r\nhello!\r\n" + END,
    "no CRLF behind the data": b"5\r\nhello0\r\n\r\n",
    "bare LF behind the data": b"5\r\nhello\n" + END,
    "NUL in an extension": b"5;a=\0\r\nhello\r\n" + END,
    "bare LF at the end": b"5\r\nhello\r\n0\n\n",
    "bare CR at the end": b"5\r\nhello\r\n0\r\n\rX",
    "a broken trailer": b"5\r\nhello\r\n0\r\nX A : b\r\n\r\n",
}


def refused(data, tls):
    with gateway.wire(tls) as wire:
        wire.send(data + BEHIND)
        response = read_response(wire)
        equal((response.status, response.closes), (400, True), "status, and does it close")
        wire.expect_eof()


def not_passed_on(data):
    """The head may have been answered by then; what follows a broken body is not."""
    with gateway.wire() as wire:
        wire.send(data + BEHIND)
        everything = wire.read_all()
        equal((everything.count(b"HTTP/1.1 "), everything.count(b"behind")), (1, 0), "answers")


def answered(data, *bodies):
    """The counterproof: these many answers, with these bodies."""
    with gateway.wire() as wire:
        wire.send(data + BEHIND)
        for body in (*bodies, b"behind"):
            response = read_response(wire)
            equal((response.status, response.body), (200, body), "answer")


gateway = Gateway(routes='''
behind: { path = "=/behind"; respond: { status = 200; type = "text/plain"; body = "behind"; }; };
ws: { path = "=/ws"; service = "echo"; };
all: { respond: { status = 200; type = "text/plain"; body = "all"; }; };
''')
for name, data in BAD.items():
    add(name, refused, data, False)
    add(f"{name}, over TLS", refused, data, True)
for name, body in BAD_CHUNKS.items():
    add(f"chunks: {name}", not_passed_on, post(CHUNKED, body=body))

add("counterproof: GET", answered, get(), b"all")
add("counterproof: an empty line before", answered, b"\r\n" + get(), b"all")
add("counterproof: a body of some length", answered, post("Content-Length: 5", body=b"hello"),
    b"all")
add("counterproof: a body that looks like a request", answered,
    post(f"Content-Length: {len(BEHIND)}", body=BEHIND), b"all")
add("counterproof: chunks", answered,
    post(CHUNKED, body=b"5\r\nhello\r\n0A;ext=1\r\n0123456789\r\n0\r\nX-Trailer: a\r\n\r\n"),
    b"all")
add("counterproof: Host in absolute form", answered, get(first="GET http://a.example/ HTTP/1.1"),
    b"all")
add("counterproof: h2c is no upgrade of ours", answered,
    get("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"),
    b"all")
add("counterproof: tabs and high bytes in a value", answered, get("X-A: a\tb\xe9"), b"all")
run(gateway)
