"""Backends over TLS: verified, or refused with 502; client certificates; names."""
import ssl

from harness import ws
from harness.address import HOST
from harness.backends import Backend, echo
from harness.cases import add, case, equal, run
from harness.certs import Authority
from harness.gateway import Gateway
from harness.http1 import read_response

ours, theirs = Authority("ours"), Authority("theirs")
client = ours.client("framegate")
by_name, by_address = ours.server("backend.example"), ours.server(HOST)
seen = []                               # names that clients asked for


def serve(certificate, tune=lambda context: None, clients=None):
    context = ours.server_context(certificate, clients)
    context.sni_callback = lambda sock, name, _: seen.append(name)
    tune(context)
    return Backend(context=context).serve(echo)


def at_most_1_2(context):
    context.maximum_version = ssl.TLSVersion.TLSv1_2


named, addressed = serve(by_name), serve(by_address)
old, asking = serve(by_address, at_most_1_2), serve(by_address, at_most_1_2, clients=ours)
plain = Backend().serve(echo)
CA = f'ca = "{ours.ca}";'
CLIENT = f'cert = "{client}"; key = "{client}";'

# name: server, its settings, does it work
BACKENDS = {
    "address": (addressed.url, CA, True),
    "name": (named.url, f'{CA} sni = "backend.example";', True),
    "old": (old.url, CA, True),
    "unverified": (addressed.url, "verify = false;", True),
    "client": (asking.url, CA + CLIENT, True),
    "other_authority": (addressed.url, f'ca = "{theirs.ca}";', False),
    "system_authority": (addressed.url, "", False),
    "other_name": (named.url, CA, False),
    "other_sni": (named.url, f'{CA} sni = "other.example";', False),
    "too_old": (old.url, f'{CA} min_version = "1.3";', False),
    "no_client": (asking.url, CA, False),
    "no_tls": (plain.url.replace("tcp:", "tls:"), CA, False),
}


def works(name):
    with ws.connect(gateway, f"/{name}") as socket:
        for size in (1, 1000, 1 << 20):
            socket.binary(b"\xa5" * size)
            equal(socket.stream(size), b"\xa5" * size, "echo")
        socket.finish()


def refused(name):
    with gateway.wire() as wire:
        wire.send(ws.handshake(f"/{name}"))
        equal(read_response(wire).status, 502, "status")


@case("the backend is told the configured name")
def sni():
    del seen[:]
    works("name")
    equal(seen, ["backend.example"], "server names")


@case("the log says why a certificate was not accepted")
def logged():
    refused("other_authority")
    gateway.expect_log("certificate not accepted")


@case("a backend that ends TLS without close_notify has not ended normally")
def truncated():
    context = ours.server_context(by_address)
    with Backend(context=context) as backend:
        with Gateway(routes='cut: { backend = "cut"; };',
                     backends=backend_text("cut", backend.url, CA)) as own:
            socket = ws.start(own, "/")
            conn = backend.accept()
            socket.opened()
            conn.send(b"half a")
            equal(socket.stream(6), b"half a", "data")
            conn.close()
            socket.expect_failed(1011)


def backend_text(name, url, tls):
    return f'{name}: {{ servers = ["{url}"]; connect_timeout = "5s"; tries = 1; ' \
           f'tls: {{ {tls} }}; }};\n'


gateway = Gateway(
    routes="".join(f'{n}: {{ path = "/{n}"; backend = "{n}"; }};\n' for n in BACKENDS),
    backends="".join(backend_text(n, url, tls) for n, (url, tls, _) in BACKENDS.items()))
for name, (_, _, good) in BACKENDS.items():
    add(f"{name}: {'works' if good else 'refused'}", works if good else refused, name)
run(gateway)
