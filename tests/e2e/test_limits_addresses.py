"""Whom per_ip counts: addresses, networks of IPv6, and who stands behind a trusted proxy."""
import contextlib

from harness import ws
from harness.address import HOST, free_port
from harness.backends import Backend, echo
from harness.cases import add, case, equal, run
from harness.gateway import Gateway
from harness.http1 import read_response, request
from harness.wait import until
from harness.wire import Wire

backend = Backend().serve(echo)


def own(limits="", route=""):
    """Listeners for a proxy that names clients in headers of HTTP, and for one of PROXY."""
    gateway = Gateway(top=f"workers = 2; limits: {{ {limits} }};",
                      backends=f'b: {{ servers = ["{backend.url}"]; }};',
                      plain='trust = "127.0.0.0/8";',
                      listeners=f'proxied: {{ bind = "{HOST}:{PROXIED}"; accept_proxy = true; '
                                f'trust = "127.0.0.0/8"; }};',
                      routes=f'''r: {{ path = "/r"; backend = "b"; {route} }};
                                 page: {{ path = "/page"; respond: {{ body = "x"; }}; }};''')
    return gateway


def by_header(gateway, client):
    """A session for this client, named in a header."""
    headers = [f"X-Forwarded-For: {client}"] if client else []
    return ws.start(gateway, "/r", headers=headers)


def by_proxy(gateway, client):
    """A session for this client, named in a PROXY header."""
    wire = Wire.connect((HOST, PROXIED))
    if client:
        family, server = ("TCP6", "2001:db8::1") if ":" in client else ("TCP4", "192.0.2.1")
        wire.send(f"PROXY {family} {client} {server} 4000 80\r\n".encode())
    else:
        wire.send(b"PROXY UNKNOWN\r\n")
    return ws.WebSocket(wire, "/r")


def is_refused(session, words):
    response = read_response(session.wire)
    equal(response.status, 429, "status")
    equal(words in response.body.decode(), True, f"{words!r} in {response.body}")
    session.wire.close()


def counted(begin, clients, same, others, limits, route, words):
    """Of clients (those that count as one) as many as may come, then none but others."""
    with own(limits, route) as gateway:
        sessions = [begin(gateway, client).opened() for client in clients]
        is_refused(begin(gateway, same), words)
        sessions += [begin(gateway, client).opened() for client in others]
        sessions.pop(0).finish()

        def again():
            session = begin(gateway, same)
            if b" 101 " not in session.wire.read_until(b"\r\n\r\n"):
                session.wire.close()
                return False
            sessions.append(session)
            return True
        until(again, "room for another one")
        for session in sessions:
            session.finish()


@case("per_ip: requests over one connection of a proxy count for their clients, one by one")
def requests():
    with own("per_ip = 1;") as gateway, contextlib.closing(gateway.wire()) as wire:
        session = by_header(gateway, "192.0.2.5").opened()
        for client, status in [("192.0.2.5", 429), ("192.0.2.6", 200), ("192.0.2.5", 429),
                               ("192.0.2.6", 200)]:
            wire.send(request("/page", headers=[f"X-Forwarded-For: {client}"]))
            response = read_response(wire)
            equal((response.status, response.closes), (status, False), f"answer to {client}")
        session.finish()


CASES = {
    "an address": (["192.0.2.5", "192.0.2.5"], "192.0.2.5", ["192.0.2.6"]),
    "a /64": (["2001:db8:1:2::5", "2001:db8:1:2:ffff::6"], "2001:db8:1:2:0:8::7",
              ["2001:db8:1:3::5", "192.0.2.5"]),
}
KINDS = {
    "per_ip": ("per_ip = 2;", "", "limits.per_ip reached"),
    "per_ip of a route": ("", "limits: { per_ip = 2; };", "limits.per_ip of the route"),
}
PROXIED = free_port()
for what, addresses in CASES.items():
    for kind, limits in KINDS.items():
        add(f"{kind}: {what}, named in a PROXY header", counted, by_proxy, *addresses, *limits)
        add(f"{kind}: {what}, named in X-Forwarded-For", counted, by_header, *addresses, *limits)
for kind, limits in KINDS.items():
    add(f"{kind}: a trusted proxy that names nobody is not one client", counted,
        by_header, ["192.0.2.5"] * 2, "192.0.2.5", [None] * 5, *limits)
    add(f"{kind}: a PROXY header that names nobody is not one client", counted,
        by_proxy, ["192.0.2.5"] * 2, "192.0.2.5", [None] * 5, *limits)
run()
