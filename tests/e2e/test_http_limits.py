# waits
"""Limits on a request's head: its size, its fields, its time; and on connections."""
from harness import ws
from harness.cases import add, case, contains, equal, run
from harness.gateway import Gateway
from harness.http1 import fetch, read_response, request
from harness.wait import until

ALL = '''all: { respond: { status = 200; type = "text/plain"; body = "all"; }; };'''


def padded(total):
    """A request whose head is `total` bytes."""
    bare = len(request("/", headers=["X-Pad: "]))
    return request("/", headers=["X-Pad: " + "x" * (total - bare)])


def answered(gateway, data, status, closes):
    with gateway.wire() as wire:
        wire.send(data)
        response = read_response(wire)
        equal((response.status, response.closes), (status, closes), "status, and does it close")
        if closes:
            wire.expect_eof()


def fields(n):
    """A request of n header fields."""
    return request("/", headers=[f"X-{i}: {i}" for i in range(n - 1)])


@case("a head that never ends is refused when it is too large, not at its end")
def endless():
    answered(gateway, padded(20_000)[:-4], 431, True)


@case("a target as long as the limit")
def long_target():
    with gateway.wire() as wire:
        wire.send(request("/" + "a" * 20_000))
        contains((414, 431), read_response(wire).status, "statuses")
        wire.expect_eof()


@case("a head that is not complete in time: 408")
def late():
    with gateway.wire() as wire:
        wire.send(b"GET / HTTP/1.1\r\nHost: ")
        response = read_response(wire)
        equal((response.status, response.closes), (408, True), "status, and does it close")
        wire.expect_eof()


@case("a head that drips in gets no more time than one that stalls")
def dripping():
    with gateway.wire() as wire:
        wire.send(b"GET / HTTP/1.1\r\nX: ")
        until(lambda: wire.send(b"x") or wire.readable(), "the answer to a dripping head")
        equal(read_response(wire).status, 408, "status")


@case("a second head has a limit of time too")
def second_late():
    with gateway.wire() as wire:
        wire.send(request("/") + b"GET / HT")
        equal(read_response(wire).status, 200, "status")
        equal(read_response(wire).status, 408, "status")
        wire.expect_eof()


@case("a connection that says nothing is closed")
def silent():
    for tls in (False, True):
        with gateway.wire(tls) as wire:
            wire.expect_gone()


@case("a TLS handshake that does not go on is closed")
def half_tls():
    with gateway.wire_to(gateway.tls_port) as wire:
        wire.send(bytes.fromhex("1603010200 010001fc 0303"))
        wire.expect_gone()


@case("a kept connection that stays idle is closed without a word")
def idle():
    for tls in (False, True):
        with gateway.wire(tls) as wire:
            wire.send(request("/"))
            equal(read_response(wire).status, 200, "status")
            wire.expect_eof()


@case("connections: one too many gets 503, and there is room again when one ends")
def connections():
    with Gateway(routes='echo: { path = "/ws"; service = "echo"; };' + ALL,
                 top='limits: { connections = 3; };') as few:
        sockets = [ws.connect(few, "/ws") for _ in range(3)]
        equal(fetch(few).status, 503, "status")
        sockets.pop().finish()
        until(lambda: fetch(few).status == 200, "room for one more")
        for socket in sockets:
            socket.finish()


gateway = Gateway(routes=ALL, top='''
limits: { head = "16K"; headers = 100; head_timeout = "1s"; keepalive = "1s"; };
''')
add("a head just within the limit", answered, gateway, padded(16 * 1024), 200, False)
add("a head just beyond the limit", answered, gateway, padded(16 * 1024 + 1), 431, True)
add("100 fields", answered, gateway, fields(100), 200, False)
add("101 fields", answered, gateway, fields(101), 431, True)
run(gateway)
