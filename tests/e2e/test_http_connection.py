"""HTTP/1.1 connections: kept, pipelined, closed when asked; HEAD, versions, expectations."""
from harness.cases import add, case, contains, equal, run
from harness.gateway import Gateway
from harness.http1 import fetch, read_head, read_response, request

PAGES = 5


def page(i):
    return f'p{i}: {{ path = "=/{i}"; respond: {{ status = 200; type = "text/plain"; ' \
           f'body = "page {i}"; }}; }};'


@case("many requests on one connection")
def kept():
    for tls in (False, True):
        with gateway.wire(tls) as wire:
            for i in list(range(PAGES)) * 10:
                wire.send(request(f"/{i}"))
                response = read_response(wire)
                equal((response.status, response.body), (200, b"page %d" % i), "answer")
                equal(response.closes, False, "closes")


@case("pipelined requests are answered in order, however they are cut")
def pipelined():
    for how in ("whole", "bytewise", "cut"):
        with gateway.wire() as wire:
            order = list(range(PAGES)) * 20
            wire.feed(b"".join(request(f"/{i}") for i in order), how)
            for i in order:
                equal(read_response(wire).body, b"page %d" % i, "answer")


@case("requests with bodies are pipelined too")
def pipelined_bodies():
    with gateway.wire() as wire:
        wire.send(b"".join(request(f"/{i}", "POST", body=bytes(10_000)) for i in range(PAGES)))
        for i in range(PAGES):
            equal(read_response(wire).body, b"page %d" % i, "answer")


@case("Connection: close ends the connection, and what is behind is not answered")
def close():
    with gateway.wire() as wire:
        wire.send(request("/1", headers=["Connection: close"]) + request("/2"))
        response = read_response(wire)
        equal((response.body, response.closes), (b"page 1", True), "answer, and does it close")
        wire.expect_eof()


@case("HTTP/1.0 ends the connection")
def old():
    with gateway.wire() as wire:
        wire.send(request("/1", version="1.0"))
        equal(read_response(wire).body, b"page 1", "answer")
        wire.expect_eof()


@case("HTTP/1.0 without Host")
def old_without_host():
    with gateway.wire() as wire:
        wire.send(b"GET /1 HTTP/1.0\r\n\r\n")
        equal(read_response(wire).body, b"page 1", "answer")
        wire.expect_eof()


@case("a client that ends its side still gets its answer")
def half_closed():
    with gateway.wire() as wire:
        wire.send(request("/1"))
        wire.finish()
        equal(read_response(wire).body, b"page 1", "answer")
        wire.expect_eof()


def chunked(size):
    """A body of that many bytes that no route here wants, with another request behind it."""
    piece = b"1000\r\n" + bytes(4096) + b"\r\n"
    return request("/1", "POST", headers=["Transfer-Encoding: chunked"]) + \
        piece * (size // 4096) + b"0\r\n\r\n" + request("/2")


@case("a chunked body that nobody wants is read, and the connection stays")
def chunks_read():
    with gateway.wire() as wire:
        wire.send(chunked(32 << 10))
        for body in (b"page 1", b"page 2"):
            equal(read_response(wire).body, body, "answer")


@case("a chunked body that nobody wants and does not end costs the connection")
def chunks_without_end():
    with gateway.wire() as wire:
        wire.send(chunked(1 << 20))
        equal(read_response(wire).body, b"page 1", "answer")
        wire.expect_eof()


@case("HEAD has the head of GET and no body")
def head():
    for path in ("/1", "/missing"):
        with gateway.wire() as wire:
            wire.send(request(path) + request(path, "HEAD") + request("/2"))
            got, headed = read_response(wire), read_response(wire, "HEAD")
            equal(headed.status, got.status, "status")
            for name in ("content-length", "content-type"):
                equal(headed.header(name), got.header(name), name)
            equal(read_response(wire).body, b"page 2", "answer")


@case("Expect: 100-continue gets one before the body, or its answer at once")
def expect_continue():
    with gateway.wire() as wire:
        wire.send(request("/1", "POST", headers=["Expect: 100-continue", "Content-Length: 5"]))
        response = read_head(wire)
        if response.status == 100:
            wire.send(b"hello")
            response = read_response(wire)
        equal(response.status, 200, "status")


@case("an unknown expectation is refused")
def expect_wonders():
    equal(fetch(gateway, "/1", headers=["Expect: wonders"]).status, 417, "status")


@case("CONNECT is no proxy of ours")
def connect():
    with gateway.wire() as wire:
        wire.send(b"CONNECT other.example:80 HTTP/1.1\r\nHost: other.example:80\r\n\r\n")
        contains((400, 404, 405, 501), read_response(wire).status, "statuses")


def version(number):
    with gateway.wire() as wire:
        wire.send(request("/1", version=number))
        response = read_response(wire)
        equal((response.status, response.closes), (505, True), "status, and does it close")
        wire.expect_eof()


gateway = Gateway(routes=" ".join(page(i) for i in range(PAGES)))
for number in ("2.0", "3.0", "9.9"):
    add(f"HTTP/{number} is not spoken", version, number)
run(gateway)
