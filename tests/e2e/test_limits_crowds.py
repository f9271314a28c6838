"""Crowds that limits refuse: they keep nobody else out, and leave nothing behind."""
import contextlib
import random

from harness import ws
from harness.address import HOST, free_port
from harness.backends import Backend, dead_url, echo
from harness.cases import case, equal, run
from harness.gateway import Gateway
from harness.http1 import read_response, request
from harness.wait import until
from harness.wire import Wire

PROXIED = free_port()
backend = Backend().serve(echo)

TOLD = 256      # 4 MiB for those that wait to be told, 16 KiB for each


def proxied(client):
    """A connection of this client through a proxy."""
    wire = Wire.connect((HOST, PROXIED))
    wire.send(f"PROXY TCP4 {client} 192.0.2.1 4000 80\r\n".encode())
    return wire


def listener():
    return f'proxied: {{ bind = "{HOST}:{PROXIED}"; accept_proxy = true; trust = "127.0.0.0/8"; }};'


def status(wire):
    wire.send(request("/page"))
    return read_response(wire).status


@case("an address beyond per_ip takes no places of limits.connections")
def refused_take_no_place():
    with Gateway(top='workers = 2; limits: { connections = 20; per_ip = 5; head_timeout = "0"; };',
                 listeners=listener(),
                 routes='page: { path = "/page"; respond: { body = "x"; }; };') as gateway:
        with contextlib.ExitStack() as stack:
            crowd = [stack.enter_context(gateway.wire()) for _ in range(60)]

            def served(client):
                wire = stack.enter_context(proxied(client))
                good = status(wire) == 200
                if not good:
                    wire.close()
                return good
            for i in range(15):
                until(lambda: served(f"192.0.2.{i}"), f"client {i} to be served")
            with proxied("192.0.2.99") as late:
                equal(status(late), 503, "status beyond limits.connections")
            codes = [status(wire) for wire in crowd]
            equal((codes.count(200), codes.count(429)), (5, 55), f"statuses {codes}")


@case("who comes with a PROXY header is told, too, that there is no room")
def proxied_are_told():
    with Gateway(top='workers = 2; limits: { connections = 1; };', listeners=listener(),
                 routes='page: { path = "/page"; respond: { body = "x"; }; };') as gateway:
        with proxied("192.0.2.1") as one, proxied("192.0.2.2") as two:
            equal((status(one), status(two)), (200, 503), "status")


@case("more refused connections than can be told are closed at once")
def untold():
    with Gateway(top='workers = 2; limits: { connections = 1; head_timeout = "0"; };',
                 routes='page: { path = "/page"; respond: { body = "x"; }; };') as gateway:
        with gateway.wire() as one, contextlib.ExitStack() as stack:
            equal(status(one), 200, "status")
            crowd = [stack.enter_context(gateway.wire()) for _ in range(400)]
            # The gateway ends what it will not answer; the others wait for their requests.
            until(lambda: sum(bool(wire.readable()) for wire in crowd) >= len(crowd) - TOLD,
                  "ends")
            told = [wire for wire in crowd if not wire.readable()]
            equal(len(told), TOLD, "how many can be told")
            equal({status(wire) for wire in told}, {503}, "status")


class Churn:
    """Clients that come and go in every way that there is."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.random = random.Random(7)

    def refused(self):
        with self.gateway.wire() as wire:
            wire.send(ws.handshake("/dead"))
            read_response(wire)

    def no_common_subprotocol(self):
        with self.gateway.wire() as wire:
            wire.send(ws.handshake("/proto"))
            read_response(wire)

    def leaves_while_it_waits(self):
        wire = self.gateway.wire()
        wire.send(ws.handshake("/queue"))
        self.end(wire)

    def waits_in_vain(self):
        with self.gateway.wire() as wire:
            wire.send(ws.handshake("/queue"))
            wire.read_until(b"\r\n")

    def half_a_head(self):
        wire = self.gateway.wire(tls=self.random.random() < 0.5)
        wire.send(ws.handshake("/echo")[:self.random.randrange(60)])
        self.end(wire)

    def half_a_handshake(self):
        wire = self.gateway.wire_to(self.gateway.tls_port)
        wire.send(bytes.fromhex("16030100c8010000c40303")[:self.random.randrange(11)])
        self.end(wire)

    def half_a_proxy_header(self):
        wire = Wire.connect((HOST, PROXIED))
        wire.send(b"PROXY TCP4 192.0.2.5 192."[:self.random.randrange(25)])
        self.end(wire)

    def session(self):
        session = ws.start(self.gateway, "/echo", tls=self.random.random() < 0.3)
        head = session.wire.read_until(b"\r\n\r\n")
        if b" 101 " in head and self.random.random() < 0.5:
            session.finish()
        else:
            self.end(session.wire)

    def told_by_close(self):
        with self.gateway.wire() as wire:
            wire.send(ws.handshake("/close"))
            wire.read_until(b"\r\n\r\n")

    def proxied(self):
        wire = proxied(f"192.0.2.{self.random.randrange(3)}")
        wire.send(ws.handshake("/echo"))
        if self.random.random() < 0.5:
            wire.read_until(b"\r\n")
        self.end(wire)

    def end(self, wire):
        wire.reset() if self.random.random() < 0.5 else wire.close()

    def run(self, rounds):
        ways = [self.refused, self.no_common_subprotocol, self.leaves_while_it_waits,
                self.waits_in_vain, self.half_a_head, self.half_a_handshake,
                self.half_a_proxy_header, self.session, self.told_by_close, self.proxied]
        for _ in range(rounds):
            self.random.choice(ways)()


@case("after all this coming and going as many may come as at first")
def churn():
    silent = Backend()
    dead = dead_url()
    with Gateway(top='workers = 2; limits: { connections = 6; per_ip = 5; };', listeners=listener(),
                 backends=f'''b: {{ servers = ["{backend.url}"]; }};
                     dead: {{ servers = ["{dead}"]; }};
                     one: {{ servers = ["{silent.url}"]; max_sessions = 1;
                             queue: {{ length = 2; timeout = "50ms"; }}; }};''',
                 routes='''
                     echo: { path = "/echo"; backend = "b"; limits: { sessions = 4; per_ip = 3; }; };
                     close: { path = "/close"; backend = "dead"; refuse = "close";
                              limits: { sessions = 4; per_ip = 3; }; };
                     dead: { path = "/dead"; backend = "dead"; limits: { sessions = 4; }; };
                     proto: { path = "/proto"; backend = "b"; subprotocols = ["never"];
                              limits: { sessions = 4; }; };
                     queue: { path = "/queue"; backend = "one"; limits: { sessions = 4; per_ip = 3; }; };
                     page: { path = "/page"; respond: { body = "x"; }; };''') as gateway:
        held = ws.connect(gateway, "/queue")
        Churn(gateway).run(400)
        held.finish()
        with contextlib.ExitStack() as stack:
            def fill(path, n):
                """n sessions at the same time: no more than 1 of them may be refused so far."""
                got = []
                for _ in range(n):
                    wire = gateway.wire()
                    wire.send(ws.handshake(path))
                    got.append(wire)
                good = all(b" 101 " in wire.read_until(b"\r\n") for wire in got)
                for wire in got:
                    stack.enter_context(wire) if good else wire.close()
                return good
            until(lambda: fill("/echo", 3), "as many sessions as the route allows an address")
            with gateway.wire() as wire:
                wire.send(ws.handshake("/echo"))
                equal(read_response(wire).status, 429, "beyond the route's per_ip")
            until(lambda: fill("/queue", 1), "a session that leads to the silent one")
            until(lambda: _pages(gateway, 1), "as many connections as an address may have")
            # The page's connection has ended here before it has there.
            until(lambda: _statuses(gateway, 2) == [200, 429], "one more, and one too many")
            with proxied("192.0.2.5") as wire, proxied("192.0.2.6") as other:
                equal([status(wire), status(other)], [200, 200], "two more")
    silent.close()


def _statuses(gateway, n):
    with contextlib.ExitStack() as stack:
        return [status(stack.enter_context(gateway.wire())) for _ in range(n)]


def _pages(gateway, n):
    return _statuses(gateway, n) == [200] * n


run()
