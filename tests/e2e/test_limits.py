"""limits: connections, addresses, handshakes, sessions, rates, memory; and what refusals look like."""
import contextlib
import socket
import time

from harness import ws
from harness.address import HOST, free_port
from harness.backends import Backend, echo
from harness.cases import add, case, equal, run
from harness.gateway import Gateway, command
from harness.http1 import read_response, request
from harness.wait import until
from harness.wire import Wire

CLIENT = "127.0.0.1"                    # where our own connections come from
backend = Backend().serve(echo)
BACKENDS = f'b: {{ servers = ["{backend.url}"]; }};'


def own(limits="", route="", **options):
    """A gateway of its own with these limits, and one route that talks to the echo."""
    return Gateway(top=f"workers = 2; limits: {{ {limits} }};", backends=BACKENDS, routes=f'''
        r: {{ path = "/r"; backend = "b"; {route} }};
        c: {{ path = "/c"; backend = "b"; refuse = "close"; {route} }};
        page: {{ path = "/page"; respond: {{ body = "x"; }}; }};''', **options)


def refused(gateway, status, reason, path="/r", **options):
    with contextlib.closing(gateway.wire(**options)) as wire:
        wire.send(ws.handshake(path))
        response = read_response(wire)
    equal(response.status, status, "status")
    equal(reason in response.body.decode(), True, f"{reason!r} in {response.body}")
    equal(response.header("Retry-After") is not None, True, "Retry-After")
    gateway.expect_log(f": {CLIENT}: {response.body.decode().split(': ')[1].split(' (')[0]}")
    equal(reason in gateway.expect_record(path=path, status=status)["reason"], True, "reason")


def closed(gateway, code, reason):
    with ws.connect(gateway, "/c") as session:
        equal(session.expect_failed(code), reason, "reason")


def from_address(gateway, source):
    """A connection from another address of ours."""
    sock = socket.create_connection((HOST, gateway.port), source_address=(source, 0))
    return Wire(sock)


@case("connections: 503 and 1013 beyond, and room again when one ends")
def connections():
    with own("connections = 2;") as gateway:
        one, two = (ws.connect(gateway, "/r") for _ in range(2))
        refused(gateway, 503, "limits.connections")
        closed(gateway, 1013, "limits.connections reached")
        one.finish()
        gateway.expect_record(route="r", status=101)
        until(lambda: not _is_refused(gateway), "room for another one")
        two.finish()


@case("connections: who comes by a proxy with PROXY headers is answered, too")
def connections_proxied():
    port = free_port()
    with own("connections = 1;", listeners=f'''p: {{ bind = "@HOST@:{port}"; accept_proxy = true;
             trust = "127.0.0.0/8"; }};''') as gateway:
        session = ws.connect(gateway, "/r")
        with gateway.wire_to(port) as wire:
            wire.send(b"PROXY TCP4 192.0.2.7 192.0.2.1 1 2\r\n")
            wire.send(request("/page"))
            response = read_response(wire)
        equal((response.status, b"limits.connections" in response.body), (503, True), "answer")
        gateway.expect_record(client_ip="192.0.2.7", status=503)
        session.finish()


def _is_refused(gateway):
    with gateway.wire() as wire:
        wire.send(request("/page"))
        return read_response(wire).status != 200


@case("per_ip: 429 and 4429 for that address, others are served")
def per_ip():
    with own("per_ip = 3;") as gateway:
        sessions = [ws.connect(gateway, "/r") for _ in range(3)]
        refused(gateway, 429, "limits.per_ip")
        closed(gateway, 4429, "limits.per_ip reached")
        with from_address(gateway, "127.0.0.9") as wire:
            wire.send(request("/page"))
            equal(read_response(wire).status, 200, "status for another address")
        for session in sessions:
            session.finish()
        until(lambda: not _is_refused(gateway), "room for another one")


@case("per_ip: a trusted proxy is not one client")
def per_ip_proxy():
    with own("per_ip = 1;", plain='trust = "127.0.0.0/8";') as gateway:
        sessions = [ws.connect(gateway, "/r") for _ in range(5)]
        for session in sessions:
            session.finish()


@case("per_ip: behind a trusted proxy each client counts for itself, while its request lasts")
def per_ip_forwarded():
    with own("per_ip = 2;", plain='trust = "127.0.0.0/8";') as gateway:
        def by(client):
            return [f"X-Forwarded-For: 192.0.2.66, {client}, 127.0.0.9"]

        def status(client, path="/page"):
            with gateway.wire() as wire:
                wire.send(request(path, headers=by(client)))
                return read_response(wire).status

        sessions = [ws.connect(gateway, "/r", headers=by(f"2001:db8:1:2::{i}")) for i in (1, 2)]
        equal(status("2001:db8:1:2:ffff::3"), 429, "status for the same /64")
        gateway.expect_log("listener plain: 2001:db8:1:2:ffff::3: limits.per_ip reached")
        gateway.expect_record(client_ip="2001:db8:1:2:ffff::3", status=429)
        with ws.start(gateway, "/c", headers=by("2001:db8:1:2::4")).opened() as session:
            equal(session.expect_failed(4429), "limits.per_ip reached", "reason")
        equal(status("2001:db8:1:3::1"), 200, "status for another /64")
        with gateway.wire() as wire:            # requests that are over count no more
            for _ in range(5):
                wire.send(request("/page", headers=by("192.0.2.7")))
                equal(read_response(wire).status, 200, "status of one after the other")
            for _ in range(2):
                wire.send(request("/page", headers=by("2001:db8:1:2::3")))
                equal(read_response(wire).status, 429, "status on a connection that is kept")
            wire.send(request("/page", headers=by("192.0.2.7")))
            equal(read_response(wire).status, 200, "status for another client on it")
        for session in sessions:
            session.finish()
        until(lambda: status("2001:db8:1:2::3") == 200, "room for another one")


@case("handshakes: 429 for WebSocket, no answer for TLS, and it recovers")
def handshakes():
    with own('handshakes = "1/h burst 4";') as gateway:
        sessions = [ws.connect(gateway, "/r") for _ in range(2)]
        sessions.append(ws.connect(gateway, "/r", tls=True))     # one for TLS, one for WebSocket
        refused(gateway, 429, "limits.handshakes")
        closed(gateway, 4429, "more handshakes than limits.handshakes")
        sock = socket.create_connection((HOST, gateway.tls_port))
        equal(sock.recv(1), b"", "answer to a TLS connection")
        gateway.expect_log("more handshakes than limits.handshakes")
        for session in sessions:
            session.binary(b"still here")
            equal(session.stream(10), b"still here", "echo")
            session.finish()
    with own('handshakes = "50/s burst 1";') as gateway:
        for _ in range(3):
            until(lambda: not _handshake_is_refused(gateway), "a handshake to pass again")


def _handshake_is_refused(gateway):
    with gateway.wire() as wire:
        wire.send(ws.handshake("/r"))
        return b" 429 " in wire.read_until(b"\r\n")


def route_limit(limits, code_reason):
    with own(route=f"limits: {{ {limits} }};") as gateway:
        sessions = [ws.connect(gateway, "/r") for _ in range(2)]
        refused(gateway, 429, code_reason)
        sessions += [ws.connect(gateway, "/c") for _ in range(2)]
        with ws.connect(gateway, "/c") as session:
            equal(code_reason in session.expect_failed(4429), True, "reason")
        equal(_is_refused(gateway), False, "another route is refused")
        sessions.pop(0).finish()
        until(lambda: not _handshake_is_refused(gateway), "room for another session")
        for session in sessions:
            session.finish()


@case("a session that cannot be connected gives its place back")
def failed_sessions():
    with Gateway(backends='b: { servers = ["tcp://@HOST@:1"]; };', routes='''
                 r: { path = "/r"; backend = "b"; limits: { sessions = 2; per_ip = 2; }; };
                 ''') as gateway:
        for _ in range(6):
            with gateway.wire() as wire:
                wire.send(ws.handshake("/r"))
                equal(read_response(wire).status in (502, 503), True, "status")


@case("messages: who sends faster is read slower, and loses nothing")
def messages():
    with own(route='limits: { messages = "100/s burst 20"; };') as gateway:
        session = ws.connect(gateway, "/r")
        begin = time.monotonic()
        for i in range(70):
            session.binary(b"%03d" % i)
        equal(session.stream(210), b"".join(b"%03d" % i for i in range(70)), "echo")
        took = time.monotonic() - begin
        equal(took > 0.4, True, f"50 messages beyond the burst took {took:.2f} s")
        session.finish()


@case("bytes: a large message is paid for, and what is left of it comes in time")
def paid():
    with own(route='limits: { bytes = "256K/s"; };') as gateway:
        session = ws.connect(gateway, "/r")
        data = bytes(range(256)) * 1536             # 384 KiB
        begin = time.monotonic()
        session.binary(data)
        equal(session.stream(len(data)) == data, True, "echo")
        took = time.monotonic() - begin
        equal(took > 0.3, True, f"128 KiB beyond the burst took {took:.2f} s")
        session.finish()


@case("bytes: far more than the burst in one piece is 1008")
def overdrawn():
    with own(route='limits: { bytes = "1K/s"; };') as gateway:
        session = ws.connect(gateway, "/r")
        session.binary(bytes(16000))
        got = session.frame()
        while got.opcode == ws.BINARY:
            got = session.frame()
        equal(got.code, 1008, f"{got}")
        gateway.expect_log("far more at once than the route's limits allow")
        session.wire.close()


@case("a paused client is not taken for dead, and can be closed")
def paused():
    with own(route='limits: { messages = "1/h burst 1"; }; ping = "100ms"; ping_timeout = "100ms"; '
                   'max_lifetime = "1s";') as gateway:
        session = ws.connect(gateway, "/r")
        for _ in range(3):
            session.binary(b"x")
        code = None
        while code is None:
            got = session.frame()
            code = got.code if got.opcode == ws.CLOSE else None
        equal(code, 1012, "close code")
        session.wire.close()


@case("memory: new connections are refused with 503 while what waits is beyond it")
def memory():
    silent = Backend()
    with Gateway(top='workers = 2; limits: { memory = "1M"; };', routes=f'''
                 r: {{ path = "/r"; backend = "b"; buffer = "8M"; }};
                 page: {{ path = "/page"; respond: {{ body = "x"; }}; }};''',
                 backends=f'b: {{ servers = ["{silent.url}"]; }};') as gateway:
        session = ws.start(gateway, "/r")
        conn = silent.accept()
        session.opened()
        piece = ws.frame(ws.BINARY, bytes(65536))
        until(lambda: session.wire.offer(piece) and False or
              _is_refused_by(gateway, "limits.memory"), "new connections to be shed")
        session.wire.reset()                    # what waits goes with it
        conn.expect_gone()
        until(lambda: not _is_refused(gateway), "connections to be taken again")


def _is_refused_by(gateway, reason):
    with gateway.wire() as wire:
        wire.send(request("/page"))
        response = read_response(wire)
        return response.status == 503 and reason in response.body.decode()


@case("framegate check: rates")
def mistakes():
    with own() as gateway:
        conf = gateway.dir / "wrong.conf"
        conf.write_text('listeners: { a: { bind = "*:1"; }; };\n'
                        'limits: { handshakes = "20"; };\nroutes: { a: { service = "echo"; '
                        'limits: { messages = "5/x"; bytes = "1M/s burst"; }; }; };\n')
        done = command("check", "-c", str(conf))
        for what in ('a rate such as "20/s"', "'handshakes', not \"20\"",
                     "'messages', not \"5/x\"", "'bytes', not \"1M/s burst\""):
            equal(what in done.stderr, True, f"{what!r} in {done.stderr}")


add("sessions of a route: 429 and 4429", route_limit, "sessions = 2;", "limits.sessions of the route")
add("per_ip of a route: 429 and 4429", route_limit, "per_ip = 2;", "limits.per_ip of the route")
run()
