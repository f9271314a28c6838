"""Servers that die and come back: who notices, when sessions avoid them, and what the log says."""
import contextlib

from harness import ws
from harness.address import HOST, free_port
from harness.backends import Backend
from harness.cases import add, case, equal, run
from harness.certs import Authority
from harness.gateway import Gateway
from harness.http1 import read_response
from harness.wait import until

import socket as sockets


class Server(Backend):
    """A backend on a port of its own that can come and go; does what `serves` says."""

    def __init__(self, serves, context=None):
        self.port, self.serves, self.tls = free_port(), serves, context
        self.context = context
        self.sock = None
        self.url = f"{'tls' if context else 'tcp'}://{HOST}:{self.port}"

    def up(self, serves=None):
        self.serves = serves or self.serves
        self.sock = sockets.create_server((HOST, self.port), backlog=100)
        self.serve(self.serves)

    def down(self):
        self.close()


def say(name):
    def serve(wire):
        wire.send(name)
        wire.read_all()
    return serve


def http(status):
    def serve(wire, begun=b""):
        head = begun + wire.read_until(b"\r\n\r\n")
        good = head.startswith(b"GET /alive HTTP/1.1\r\n") and b"\r\nHost: " in head
        wire.send(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % (status if good else 400))
    return serve


def pong(answer, stays=True):
    def serve(wire, begun=b""):
        if (begun or wire.read_until(b"\r\n")) == b"PING\r\n":
            for byte in answer:
                wire.send(bytes([byte]))
        if stays:
            wire.read_all()
    return serve


def backup(check):
    """Passes the check, and tells sessions that ask for it that it is the backup."""
    def serve(wire):
        line = wire.read_until(b"\r\n")
        if line == b"who\r\n":
            wire.send(b"b")
            wire.read_all()
        else:
            check(wire, line)
    return serve


def server_of(path, ask=b""):
    with ws.connect(gateway, path) as socket:
        if ask:
            socket.binary(ask)
        who = socket.stream(1)
        socket.finish()
        return who


def status_of(path):
    with gateway.wire() as wire:
        wire.send(ws.handshake(path))
        return read_response(wire).status


def count(line):
    return gateway.log().count(line)


@case("without health: a dead server is left alone after three failures, and taken back")
def passive():
    down, up = (f"backend passive: {passive_server.url} is {how}" for how in ("down: ", "up again"))
    equal({server_of("/passive") for _ in range(8)}, {b"b"}, "servers")
    gateway.expect_log(down)
    failures = count(f"backend passive: {passive_server.url}: backend refused")
    equal(failures, 3, "failed attempts")
    equal({server_of("/passive") for _ in range(8)}, {b"b"}, "servers")
    equal(count(f"backend passive: {passive_server.url}: backend refused"), 3, "attempts")
    passive_server.up()
    gateway.expect_log(up)
    until(lambda: server_of("/passive") == b"a", "a session on the server that came back")


@case("without health: a lone server that is dead is 503 at once, and comes back")
def alone():
    equal([status_of("/alone") for _ in range(3)], [502] * 3, "statuses")
    gateway.expect_log(f"backend alone: {alone_server.url} is down")
    equal(status_of("/alone"), 503, "status")
    alone_server.up()
    until(lambda: f"{alone_server.url} is up again" in gateway.log(), "the server to be back")
    equal(server_of("/alone"), b"a", "server")


@case("without health: a server that takes connections but no TLS is not taken back")
def passive_tls():
    """It is asked as sessions ask it, or every third session would meet it again."""
    asked = []

    def no_tls(wire):
        asked.append(wire)
        wire.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    line = f"backend secret: {secret_server.url} is "
    secret_server.context = None
    secret_server.up(no_tls)
    equal([status_of("/secret") for _ in range(4)], [502, 502, 502, 503], "statuses")
    gateway.expect_log(line + "down: ")
    until(lambda: len(asked) >= 3 + 2, "it to be asked twice")
    equal((count(line + "up again"), status_of("/secret")), (0, 503), "up again, status")
    secret_server.down()
    secret_server.context = context
    secret_server.up(say(b"a"))
    gateway.expect_log(line + "up again")
    equal(server_of("/secret"), b"a", "server")


def checked(name, server, bad):
    """Nobody has to fail: the check finds out, twice; then the answer is wrong."""
    line = f"backend {name}: {server.url} is "
    gateway.expect_log(line + "down: ")
    equal(server_of(f"/{name}", ask=b"who\r\n"), b"b", "the other server")
    equal(count(f"backend {name}: {server.url}: "), 0, "sessions that failed")
    server.up()
    gateway.expect_log(line + "up again")
    server.down()
    until(lambda: count(line + "down: ") == 2, "it to be down again", diagnose=gateway.diagnosis)
    if bad:
        asked = []
        server.up(lambda wire: (asked.append(wire), bad(wire)))
        with contextlib.closing(server):
            until(lambda: len(asked) > 4, "more checks than bring it back")
            equal(count(line + "up again"), 1, "times that it came back")


other = Backend().serve(say(b"b"))
authority = Authority()
context = authority.server_context(authority.server("localhost", HOST))
passive_server, alone_server = Server(say(b"a")), Server(say(b"a"))
secret_server = Server(say(b"a"), context)
CHECKS = {
    "tcp": (Server(say(b"a")), 'type = "tcp";', None),
    "tls": (Server(say(b"a"), context), 'type = "tls";', None),
    "http": (Server(http(204)), 'type = "http"; path = "/alive";', http(500)),
    "status": (Server(http(418)), 'type = "http"; path = "/alive"; status = 418;', http(200)),
    "expect": (Server(pong(b"+PONG\r\n")), r'type = "expect"; send = "PING\r\n"; '
                                           r'expect = "+PONG\r\n";', pong(b"-ERR\r\n", stays=False)),
}
backups = {name: Backend(context=server.tls).serve(backup(server.serves))
           for name, (server, _, _) in CHECKS.items()}
BACKENDS = f'''
passive: {{ servers = ["{passive_server.url}", "{other.url}"]; }};
alone: {{ servers = ["{alone_server.url}"]; }};
secret: {{ servers = ["{secret_server.url}"]; tls: {{ verify = false; }}; }};
''' + "".join(
    f'{name}: {{ servers = ["{server.url}", "{backups[name].url} backup"]; '
    f'health: {{ {how} interval = "50ms"; rise = 2; fall = 2; }}; '
    f'{"tls: { verify = false; };" if server.tls else ""} }};\n'
    for name, (server, how, _) in CHECKS.items())
ROUTES = "".join(f'{name}: {{ path = "/{name}"; backend = "{name}"; }};\n'
                 for name in ("passive", "alone", "secret", *CHECKS))
gateway = Gateway(top="workers = 2;", backends=BACKENDS, routes=ROUTES)
for name, (server, _, bad) in CHECKS.items():
    add(f"health: {name}", checked, name, server, bad)
run(gateway)
